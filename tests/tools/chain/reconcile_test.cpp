// A ledger and the chain that it was made from: the same, and then with each kind of damage.
#include "tests/tools/chain/vault_sample.hpp"
#include "tests/tools/import_setting.hpp"
#include "tools/chain/contract_state.hpp"
#include "tools/chain/file_source.hpp"
#include "tools/chain/reconcile.hpp"
#include "tools/export/exporter.hpp"
#include "tools/import/events.hpp"
#include "tools/import/evm_json.hpp"

#include <gmock/gmock.h>

namespace plimsoll::tools::chain {
namespace {

class Reconciled : public testing::Test {
protected:
    void SetUp() override {
        auto const summary = setting_.run(import_evm_json, setting_.file(chain_.file(), "import.jsonl"), vault_options());
        ASSERT_TRUE(summary) << summary.error().message();
    }

    /// The ledger against the chain as it is in `text`.
    [[nodiscard]] static ReconcileReport compare(ImportSetting& setting, std::string const& text, std::uint64_t at) {
        auto source = FileSource::open(setting.file(text, "chain.jsonl"));
        EXPECT_TRUE(source) << (source ? "" : source.error().message());
        ReconcileAsk ask;
        ask.at = at;
        ask.source = "erc20-vault";
        auto report = reconcile_chain(*setting.reader(), *source.value(), ask);
        EXPECT_TRUE(report) << (report ? "" : report.error().message());
        return report ? std::move(report.value()) : ReconcileReport{};
    }

    /// The ledger once more, with its export changed by `change`.
    [[nodiscard]] ReconcileReport damaged(std::function<void(std::vector<std::string>&)> const& change) {
        std::ostringstream out;
        EXPECT_TRUE(export_events(*setting_.reader(), out, {}));
        std::vector<std::string> lines;
        std::istringstream in(out.str());
        for (std::string line; std::getline(in, line);) lines.push_back(line);
        change(lines);
        std::string text;
        for (std::string const& line : lines) text += line + "\n";
        ImportSetting other;
        auto const summary = other.run(import_events, other.file(text, "events.jsonl"));
        EXPECT_TRUE(summary) << (summary ? "" : summary.error().message());
        return compare(other, chain_.file(), 5);
    }

    /// The line of that cursor and kind.
    [[nodiscard]] static std::vector<std::string>::iterator line_of(std::vector<std::string>& lines, std::string_view cursor) {
        auto const found = std::ranges::find_if(lines, [&](std::string const& line) {
            return line.find("\"cursor\":\"" + std::string(cursor) + "\"") != std::string::npos;
        });
        EXPECT_NE(found, lines.end()) << cursor;
        return found;
    }
    static void replace(std::string& text, std::string_view from, std::string_view to) {
        auto const at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from << " in " << text;
        text.replace(at, from.size(), to);
    }

    [[nodiscard]] static std::vector<std::string> kinds(ReconcileReport const& report) {
        std::vector<std::string> words;
        for (Finding const& finding : report.findings) words.emplace_back(finding_words[static_cast<std::size_t>(finding.kind)]);
        return words;
    }

    ChainMaker chain_ = vault_story();
    ImportSetting setting_;
};

TEST_F(Reconciled, TheChainItWasMadeFromDiffersNowhere) {
    for (std::uint64_t at = 1; at <= 5; ++at) {
        ReconcileReport const report = compare(setting_, chain_.file(), at);
        EXPECT_EQ(report.findings_in_all(), 0U) << at;
        EXPECT_EQ(report.headers_proved, at);
        EXPECT_EQ(report.at, at);
    }
    ReconcileReport const report = compare(setting_, chain_.file(), 5);
    EXPECT_EQ(report.logs, 9U);
    EXPECT_EQ(report.logs_matched, 9U);
    EXPECT_EQ(report.receipts_proved, 4U);
    EXPECT_EQ(report.balances, 0U);
    EXPECT_GT(report.balances_unanswered, 0U); // the file has no answers of the contract
}

TEST_F(Reconciled, ALogThatWasNotBookedIsMissing) {
    auto const report = damaged([](auto& lines) { lines.erase(line_of(lines, "4:3")); });
    EXPECT_THAT(kinds(report), testing::ElementsAre("missing"));
    EXPECT_EQ(report.findings[0].block, 4U);
    EXPECT_EQ(report.findings[0].log_index, 2U);
    EXPECT_EQ(report.findings[0].transaction, hex_of(chain_.blocks()[3].receipts[2].transaction_hash));
    EXPECT_EQ(report.findings[0].ledger, "");
    EXPECT_NE(report.findings[0].chain.find("\"withdrawal\""), std::string::npos);
}

TEST_F(Reconciled, ABlockWhoseLogsAreAllGoneIsMissingToo) {
    auto const report = damaged([](auto& lines) {
        lines.erase(line_of(lines, "4:0"));
        lines.erase(line_of(lines, "4:1"));
        lines.erase(line_of(lines, "4:3"));
    });
    EXPECT_THAT(kinds(report), testing::ElementsAre("missing", "missing", "missing"));
}

/// The ledger does not know what it lost before its first block; the file does.
TEST_F(Reconciled, WhatIsMissingBeforeTheLedgersFirstBlockIsFoundToo) {
    auto const report = damaged([](auto& lines) {
        for (auto const* cursor : {"1:0", "1:2", "1:4", "3:0", "3:1", "3:2"}) lines.erase(line_of(lines, cursor));
    });
    EXPECT_EQ(report.from, 1U);
    EXPECT_THAT(kinds(report), testing::ElementsAre("missing", "missing", "missing", "missing", "missing", "missing"));
}

TEST_F(Reconciled, AnAmountThatWasChangedIsFoundWithBothSides) {
    auto const report = damaged([](auto& lines) { replace(*line_of(lines, "4:3"), "\"-50\"", "\"-50.000001\""); });
    ASSERT_THAT(kinds(report), testing::ElementsAre("amount"));
    EXPECT_NE(report.findings[0].ledger.find("-50.000001"), std::string::npos);
    EXPECT_NE(report.findings[0].chain.find("\"-50\""), std::string::npos);
    EXPECT_GT(report.findings[0].sequence, 0U);
}

TEST_F(Reconciled, AnEventOfAnotherLogAtThePlaceIsAnAmountThatDiffers) {
    auto const report = damaged([](auto& lines) {
        std::string& line = *line_of(lines, "4:3");
        replace(line, "\"-50\"", "\"-51\"");
        line.replace(line.find("\"record\":\"") + 10, 16, "0123456789abcdef");
    });
    EXPECT_THAT(kinds(report), testing::ElementsAre("amount"));
}

TEST_F(Reconciled, TwoThatWereSwappedAreOutOfOrder) {
    auto const report = damaged([](auto& lines) {
        auto const a = line_of(lines, "1:2");
        auto const b = line_of(lines, "1:4");
        replace(*a, "1:2", "1:x");
        replace(*b, "1:4", "1:2");
        replace(*a, "1:x", "1:4");
        std::swap(*a, *b);
        std::stable_partition(a, b, [](std::string const& line) { // what they name is defined before both
            return line.find("AccountOpened") != std::string::npos;
        });
    });
    EXPECT_THAT(kinds(report), testing::ElementsAre("order", "order"));
    EXPECT_EQ(report.findings[0].block, 1U);
    EXPECT_EQ(report.findings[0].log_index, 1U);
}

TEST_F(Reconciled, AnEventInALaterBlockIsLate) {
    auto const report = damaged([](auto& lines) {
        auto const at = line_of(lines, "3:2");
        std::string late = *at;
        lines.erase(at);
        replace(late, "\"3:2\"", "\"4:9\"");
        replace(late, "2023-11-14T22:13:44Z", "2023-11-14T22:13:56Z");
        lines.insert(line_of(lines, "5:0"), late);
    });
    ASSERT_THAT(kinds(report), testing::ElementsAre("late"));
    EXPECT_EQ(report.findings[0].block, 3U);
    EXPECT_EQ(report.findings[0].what, "the log's events stand in block 4");
}

TEST_F(Reconciled, AnEventWithoutItsLogIsExtra) {
    auto const report = damaged([](auto& lines) {
        std::string more = *line_of(lines, "4:3");
        replace(more, "\"4:3\"", "\"4:9\"");
        more.replace(more.find("\"record\":\"") + 10, 16, "0123456789abcdef");
        lines.insert(line_of(lines, "5:0"), more);
    });
    ASSERT_THAT(kinds(report), testing::ElementsAre("extra"));
    EXPECT_EQ(report.findings[0].log_index, 8U);
    EXPECT_EQ(report.findings[0].chain, "");
}

TEST_F(Reconciled, AnotherBlockThanTheLedgersIsUnproved) {
    auto const report = damaged([](auto& lines) {
        std::string& line = *line_of(lines, "1:0"); // block 2 has no logs, so nothing is linked to it
        line.replace(line.find("\"hash\":\"") + 8, 2, "ff");
        line.replace(line.find("\"record\":\"") + 10, 16, "0123456789abcdef");
    });
    ASSERT_THAT(kinds(report), testing::ElementsAre("unproved"));
    EXPECT_EQ(report.findings[0].what, "the ledger holds another block");
}

TEST_F(Reconciled, WhatIsNotProvedIsComparedWithNothing) {
    ChainMaker other = vault_story();
    other.blocks()[3].receipts[0].logs[0].data[31] ^= 1;
    auto report = compare(setting_, other.file(), 5);
    ASSERT_THAT(kinds(report), testing::ElementsAre("unproved"));
    EXPECT_EQ(report.findings[0].block, 4U);
    EXPECT_NE(report.findings[0].chain.find("receipts are not those of the block"), std::string::npos);

    other = vault_story();
    ++other.blocks()[3].header.gas_used;
    report = compare(setting_, other.file(), 5);
    ASSERT_THAT(kinds(report), testing::ElementsAre("unproved"));
    EXPECT_EQ(report.findings[0].block, 4U);

    other = vault_story();
    other.blocks()[2].header.parent_hash[0] ^= 1;
    other.seal(other.blocks()[2]);
    report = compare(setting_, other.file(), 3);
    ASSERT_THAT(kinds(report), testing::ElementsAre("unproved"));
    EXPECT_NE(report.findings[0].chain.find("does not follow"), std::string::npos);
}

TEST_F(Reconciled, ALogThatTheMappingMakesNothingOfIsUnmapped) {
    ChainMaker other = vault_story();
    other.blocks()[3].receipts[1].logs.push_back(made_log(vault_address, "Upgraded()", {}, {}));
    other.seal_from(3);
    ImportSetting setting;
    ImportOptions options = vault_options();
    options.quarantine = true;
    ASSERT_TRUE(setting.run(import_evm_json, setting.file(other.file(), "in.jsonl"), options));
    auto const report = compare(setting, other.file(), 5);
    ASSERT_THAT(kinds(report), testing::ElementsAre("unmapped"));
    EXPECT_NE(report.findings[0].chain.find("the ABI of vault has no event of topic"), std::string::npos);
}

/// Answers of eth_call, as a file keeps them.
[[nodiscard]] std::string call_line(std::uint64_t block, Address const& to, std::string_view signature,
                                    std::vector<Bytes32> const& arguments, Int128 answer) {
    return R"({"call":{"block":")" + quantity_of(block) + R"(","to":")" + hex_of(to) + R"(","data":")" +
           hex_of(call_data(signature, arguments)) + R"(","result":")" + hex_of(word_of(answer)) + "\"}}\n";
}

TEST_F(Reconciled, BalancesAreThoseThatTheContractStates) {
    auto const answers = [](Int128 of_two) {
        std::string text;
        for (auto const& [account, cash] : {std::pair<std::uint8_t, Int128>{1, 649'900'000}, {2, of_two}, {3, 5'750'000'000},
                                            {fee_collector, 300'000}, {insurance_fund, 1'000'000}}) {
            text += call_line(5, vault_address, "balances(address)", {word_of(address_of(account))}, cash);
        }
        for (auto const& [account, size] : {std::pair<std::uint8_t, Int128>{1, 3 * one}, {2, 0}, {3, -3 * one}}) {
            text += call_line(5, vault_address, "position(address,uint256)", {word_of(address_of(account)), word_of(Int128{0})}, size);
        }
        return text + call_line(5, token_address, "balanceOf(address)", {word_of(vault_address)}, 6'450'000'000);
    };
    auto report = compare(setting_, chain_.file() + answers(48'800'000), 5);
    EXPECT_EQ(report.findings_in_all(), 0U);
    EXPECT_EQ(report.balances, 9U); // five of cash, three positions, the token behind them
    EXPECT_EQ(report.balances_unanswered, 0U);
    report = compare(setting_, chain_.file() + answers(48'800'001), 5);
    ASSERT_THAT(kinds(report), testing::ElementsAre("amount"));
    EXPECT_EQ(report.findings[0].what, "cash of " + name_of(2) + " in USD");
    EXPECT_EQ(report.findings[0].ledger, "48.8");
    EXPECT_EQ(report.findings[0].chain, "48.800001");
    // Answers of block 5 say nothing of block 4: never two heights.
    EXPECT_EQ(compare(setting_, chain_.file() + answers(48'800'001), 4).balances, 0U);
}

TEST(ContractState, SlotsOfMappingsLieWhereSolidityPutsThem) {
    // keccak256 of 64 zero bytes: the first key of a mapping in slot 0.
    std::vector<Bytes32> const keys{Bytes32{}};
    EXPECT_EQ(hex_of(mapping_slot(0, keys)), "0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5");
    EXPECT_EQ(hex_of(call_data("balanceOf(address)", {})), "0x70a08231");
    EXPECT_EQ(scaled(Int128{1'500'000}, 6), one_units + one_units / 2);
    EXPECT_EQ(scaled(Int128{1}, 19), std::nullopt);
    EXPECT_EQ(scaled(Int128{-10}, 19), Int128{-1});
}

TEST_F(Reconciled, ALedgerWithoutSuchASourceSaysSo) {
    auto source = FileSource::open(setting_.file(chain_.file(), "chain.jsonl"));
    ASSERT_TRUE(source);
    ReconcileAsk ask;
    ask.at = 3;
    ask.source = "other";
    auto const report = reconcile_chain(*setting_.reader(), *source.value(), ask);
    ASSERT_FALSE(report);
    EXPECT_TRUE(report.error().is(Errc::mapping_malformed));
    ask.source = "erc20-vault";
    ask.at = 9;
    EXPECT_TRUE(reconcile_chain(*setting_.reader(), *source.value(), ask).error().is(Errc::block_missing));
}

} // namespace
} // namespace plimsoll::tools::chain
