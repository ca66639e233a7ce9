#include "tests/tools/chain/vault_sample.hpp"
#include "tests/tools/import_setting.hpp"
#include "tools/chain/file_source.hpp"
#include "tools/errc.hpp"

namespace plimsoll::tools::chain {
namespace {

class SavedChain : public testing::Test {
protected:
    [[nodiscard]] std::unique_ptr<FileSource> open(std::string_view text) {
        auto source = FileSource::open(setting_.file(text));
        EXPECT_TRUE(source) << (source ? "" : source.error().message());
        return source ? std::move(source.value()) : nullptr;
    }
    ImportSetting setting_;
    ChainMaker chain_ = vault_story();
};

TEST_F(SavedChain, AnswersWhatWasSavedInAnyOrder) {
    std::string text = chain_.file();
    text += R"({"call":{"block":"0x3","to":")" + hex_of(vault_address) + R"(","data":"0x1234","result":"0x05"}})" "\n\n";
    auto const source = open(text);
    EXPECT_EQ(source->chain_id().value(), 0x7a69U);
    EXPECT_EQ(source->header(BlockTag::finalized).value().number, 5U);
    for (std::uint64_t const number : {4U, 1U, 3U, 5U}) {
        Header const header = source->header(number).value();
        EXPECT_EQ(header.hash, chain_.blocks()[number - 1].header.hash);
        EXPECT_TRUE(ReceiptsCheck().verify(header, source->receipts(header).value()));
    }
    std::vector<Address> const vault{vault_address};
    EXPECT_EQ(source->logs(vault, 1, 3).value().size(), 4U);
    EXPECT_TRUE(source->call(vault_address, Bytes(1, 0x12), 3).error().is(Errc::block_missing));
    Bytes data;
    ASSERT_TRUE(append_hex("0x1234", data));
    EXPECT_EQ(hex_of(source->call(vault_address, data, 3).value()), "0x05");
}

TEST_F(SavedChain, SaysWhatItDoesNotHave) {
    auto const source = open(chain_.file());
    auto const header = source->header(9);
    ASSERT_FALSE(header);
    EXPECT_TRUE(header.error().is(Errc::block_missing));
    EXPECT_NE(header.error().detail().find("has no block 9; it has 1 to 5"), std::string::npos);
    EXPECT_TRUE(source->proof(vault_address, {}, 3).error().is(Errc::block_missing));
    EXPECT_TRUE(open("")->header(BlockTag::latest).error().is(Errc::block_missing));
    auto const nothing = FileSource::open("/nowhere/at/all");
    ASSERT_FALSE(nothing);
    EXPECT_TRUE(nothing.error().is(tools::Errc::file_unreadable));
}

TEST_F(SavedChain, WhatIsNoRecordIsRefusedWithItsLine) {
    for (auto const& [text, detail] : {std::pair<std::string, std::string>{"{", ":1: "},
                                       {"[]", ":1: a line is an object: {...}"},
                                       {"\n{\"a\":1}", ":2: a line has block, log (topics), call, proof or chain_id"},
                                       {R"({"plimsoll_chain":2,"chain_id":1})", ":1: it is of a newer program: plimsoll_chain 2"},
                                       {R"({"call":{"block":"0x1"}})", ":1: it lacks to"},
                                       {R"({"block":{}})", ":1: the block lacks hash"}}) {
        auto const source = FileSource::open(setting_.file(text));
        ASSERT_FALSE(source) << text;
        EXPECT_TRUE(source.error().is(Errc::record_malformed));
        EXPECT_NE(source.error().detail().find(detail), std::string::npos) << source.error().detail();
    }
}

} // namespace
} // namespace plimsoll::tools::chain
