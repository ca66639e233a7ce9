// The program as its users meet it: a saved chain imported and reconciled, with its exit statuses.
#include "tests/tools/chain/vault_sample.hpp"
#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>
#include <simdjson.h>

namespace plimsoll::tools::chain {
namespace {

using testing::HasSubstr;

class ChainCommand : public testing::Test {
protected:
    void SetUp() override {
        setting_.write("chain.jsonl", chain_.file());
        ASSERT_EQ(setting_.run("init books").status, 0);
        Outcome const imported = setting_.run("import books --format evm-json " + mapping() + " chain.jsonl");
        ASSERT_EQ(imported.status, 0) << imported.err;
        imported_ = imported.out;
    }
    [[nodiscard]] static std::string mapping() {
        std::string words = "--mapping erc20-vault";
        for (auto const& [name, value] : vault_options().parameters) words += " --set " + name + "=" + value;
        return words;
    }
    CommandSetting setting_;
    ChainMaker chain_ = vault_story();
    std::string imported_;
};

TEST_F(ChainCommand, ImportsAndReconciles) {
    EXPECT_THAT(imported_, HasSubstr("5 blocks, each proved by its hash"));
    Outcome const same = setting_.run("reconcile books --chain chain.jsonl --at 5");
    EXPECT_EQ(same.status, 0) << same.err;
    EXPECT_THAT(same.out, HasSubstr("No difference."));
    EXPECT_THAT(same.out, HasSubstr("NOT compared"));
    EXPECT_THAT(setting_.run("account books " + name_of(1)).out, HasSubstr("649.9"));
    Outcome const again = setting_.run("import books --format evm-json " + mapping() + " chain.jsonl --json");
    EXPECT_EQ(again.status, 0);
    EXPECT_THAT(again.out, HasSubstr("\"events_added\": 0"));
}

TEST_F(ChainCommand, ADifferenceEndsWithOneAndNamesTheFirst) {
    chain_.blocks()[3].receipts[2].logs[0] = withdrawn(1, 51 * dollar);
    chain_.seal_from(3);
    setting_.write("other.jsonl", chain_.file());
    Outcome const text = setting_.run("reconcile books --chain other.jsonl --at final");
    EXPECT_EQ(text.status, 1);
    EXPECT_THAT(text.out, HasSubstr("The first:"));
    Outcome const json = setting_.run("reconcile books --chain other.jsonl --at 4 --json");
    EXPECT_EQ(json.status, 1);
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    ASSERT_EQ(parser.parse(json.out).get(root), simdjson::SUCCESS) << json.out;
    EXPECT_EQ(root["block"].get_uint64().value(), 4U);
    simdjson::dom::element const first = root["findings"].at(0);
    EXPECT_EQ(first["kind"].get_string().value(), "unproved"); // the ledger holds another block 4
    EXPECT_EQ(root["counts"]["amount"].get_uint64().value(), 1U);
    EXPECT_EQ(root["findings"].at(1)["log_index"].get_uint64().value(), 2U);
    EXPECT_TRUE(root["complete"].get_bool().value());
}

struct Misused {
    std::string words;
    int status;
    std::string says;
};

TEST_F(ChainCommand, WhatCannotBeAskedSaysWhatCan) {
    setting_.write("broken.jsonl", chain_.head_line() + "{\"block\":{}}\n");
    for (Misused const& row : {
             Misused{"reconcile books --chain chain.jsonl", 2, "--at BLOCK"},
             {"reconcile books", 2, "--chain C --at BLOCK"},
             {"reconcile books --chain chain.jsonl --at soon", 2, "a block's number, or final"},
             {"reconcile books --chain chain.jsonl --at 4 --source bank", 2, "there are erc20-vault"},
             {"reconcile books --chain nowhere.jsonl --at 4", 3, "cannot read the file"},
             {"reconcile books --chain broken.jsonl --at 4", 3, "broken.jsonl:2: the block lacks hash"},
             {"reconcile books --chain chain.jsonl --at 9", 3, "has no block 9; it has 1 to 5"},
             {"import books --format events --mapping erc20-vault chain.jsonl", 2, "--format evm-json"},
             {"import books --format evm-json chain.jsonl", 2, "--mapping"},
             {"import books --format evm-json --mapping erc20-vault --set vault chain.jsonl", 2, "--set NAME=VALUE"},
             {"import books --format evm-json --mapping erc20-vault chain.jsonl", 3, "--set fee_collector=..."},
         }) {
        Outcome const outcome = setting_.run(row.words);
        EXPECT_EQ(outcome.status, row.status) << row.words << "\n" << outcome.err;
        EXPECT_THAT(outcome.err, HasSubstr(row.says)) << row.words;
    }
}

} // namespace
} // namespace plimsoll::tools::chain
