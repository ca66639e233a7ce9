#include "tests/tools/chain/made_chain.hpp"
#include "tools/chain/file_source.hpp"
#include "tools/chain/recording_source.hpp"
#include "tools/chain/records.hpp"
#include "tools/chain/saver.hpp"
#include "tools/errc.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace plimsoll::tools::chain {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr Address vault = {0xaa, 1};

class Saver : public testing::Test {
protected:
    Saver() {
        folder_ = fs::temp_directory_path() / ("plimsoll-saver-" + std::to_string(::getpid()) + "-" +
                                               testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        chain_.mine_marked(9, vault);
        chain_.mine({});
    }
    ~Saver() override { fs::remove_all(folder_); }

    [[nodiscard]] SaveAsk ask(std::uint64_t first, std::uint64_t last, std::string const& name = "blocks.jsonl") const {
        SaveAsk ask;
        ask.first = first;
        ask.last = last;
        ask.file = folder_ / name;
        return ask;
    }
    [[nodiscard]] std::string text(std::string const& name) const {
        std::ifstream in(folder_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    /// The source fails from this block on.
    void break_at(std::uint64_t number) {
        source_.bend_header = [number](Header& header) {
            if (header.number >= number) header.timestamp += 1;
        };
    }
    void mend() {
        source_.bend_header = [](auto&) {};
    }

    fs::path folder_;
    MadeChain chain_;
    ScriptedSource source_{chain_};
};

TEST_F(Saver, WritesBlocksThatProveThemselves) {
    auto const saved = save_blocks(source_, ask(2, 10));
    ASSERT_TRUE(saved) << saved.error().message();
    EXPECT_EQ(saved.value().blocks, 9U);
    EXPECT_EQ(saved.value().logs, 8U);
    EXPECT_EQ(saved.value().last_hash, chain_[10].header.hash);
    EXPECT_FALSE(fs::exists(folder_ / "blocks.jsonl.part"));
    EXPECT_EQ(saved.value().bytes, fs::file_size(folder_ / "blocks.jsonl"));

    std::istringstream lines(text("blocks.jsonl"));
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, R"({"plimsoll_chain":1,"chain_id":"0x7a69","first":"0x2","last":"0xa"})");
    std::uint64_t number = 2;
    for (; std::getline(lines, line); ++number) {
        simdjson::dom::parser parser;
        JsonElement const root = parser.parse(line);
        auto const header = read_header(root["block"]);
        ASSERT_TRUE(header) << header.error().message();
        EXPECT_TRUE(verify_header(header.value()));
        EXPECT_EQ(header.value().hash, chain_[number].header.hash);
        auto const receipts = read_receipts(root["receipts"], header.value());
        ASSERT_TRUE(receipts) << receipts.error().message();
        EXPECT_TRUE(ReceiptsCheck().verify(header.value(), receipts.value()));
    }
    EXPECT_EQ(number, 11U);
}

TEST_F(Saver, GoesOnWhereItWasCutShort) {
    std::ignore = save_blocks(source_, ask(1, 10, "whole.jsonl"));
    break_at(6);
    auto const cut = save_blocks(source_, ask(1, 10));
    ASSERT_FALSE(cut);
    EXPECT_TRUE(cut.error().is(Errc::block_hash_differs)) << cut.error().message();
    EXPECT_FALSE(fs::exists(folder_ / "blocks.jsonl"));
    std::ofstream(folder_ / "blocks.jsonl.part", std::ios::app) << "{\"block\":{\"hash\":\"0x"; // killed within a line
    mend();
    auto const saved = save_blocks(source_, ask(1, 10));
    ASSERT_TRUE(saved) << saved.error().message();
    EXPECT_EQ(saved.value().blocks, 10U);
    EXPECT_EQ(saved.value().blocks_kept, 5U);
    EXPECT_EQ(text("blocks.jsonl"), text("whole.jsonl"));
}

TEST_F(Saver, CutWithinItsFirstLineBeginsAnew) {
    std::ignore = save_blocks(source_, ask(1, 10, "whole.jsonl"));
    std::ofstream(folder_ / "blocks.jsonl.part") << "{\"plimsoll_ch";
    ASSERT_TRUE(save_blocks(source_, ask(1, 10)));
    EXPECT_EQ(text("blocks.jsonl"), text("whole.jsonl"));
}

TEST_F(Saver, EndsWithTheAnswersThatItIsAskedToKeep) {
    SaveAsk with_answers = ask(1, 3);
    with_answers.answers = [&]() -> result<std::string> {
        RecordingSource recording(source_);
        EXPECT_TRUE(recording.call(vault, Bytes{1, 2}, 3));
        EXPECT_TRUE(recording.proof(Address{}, {}, 3));
        return recording.lines();
    };
    ASSERT_TRUE(save_blocks(source_, with_answers));
    auto const file = FileSource::open(with_answers.file);
    ASSERT_TRUE(file) << file.error().message();
    EXPECT_EQ(file.value()->header(BlockTag::latest).value().hash, chain_[3].header.hash);
    EXPECT_TRUE(file.value()->call(vault, Bytes{1, 2}, 3));
    EXPECT_TRUE(file.value()->proof(Address{}, {}, 3));
    EXPECT_FALSE(file.value()->call(vault, Bytes{1, 3}, 3));
    EXPECT_FALSE(file.value()->call(vault, Bytes{1, 2}, 2));

    fs::rename(with_answers.file, folder_ / "blocks.jsonl.part"); // killed just before its end
    auto const again = save_blocks(source_, with_answers);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().blocks_kept, 3U);
    EXPECT_TRUE(FileSource::open(with_answers.file).value()->call(vault, Bytes{1, 2}, 3));
}

TEST_F(Saver, KeepsThePartWhereTheAnswersFail) {
    SaveAsk failing = ask(1, 3);
    failing.answers = []() -> result<std::string> { return fail(Errc::block_missing, "an answer"); };
    EXPECT_TRUE(save_blocks(source_, failing).error().is(Errc::block_missing));
    EXPECT_TRUE(fs::exists(folder_ / "blocks.jsonl.part"));
    ASSERT_TRUE(save_blocks(source_, ask(1, 3)));
}

TEST_F(Saver, WhatItKeepsMustStillBeTheChain) {
    break_at(6);
    std::ignore = save_blocks(source_, ask(1, 10));
    mend();
    chain_.drop(7);
    chain_.mine_marked(8, vault, 1);
    auto const saved = save_blocks(source_, ask(1, 10));
    ASSERT_FALSE(saved);
    EXPECT_TRUE(saved.error().is(Errc::parent_differs)) << saved.error().message();
    EXPECT_THAT(saved.error().message(), HasSubstr("the chain was reorganised"));
}

TEST_F(Saver, NeverWritesOverAFile) {
    std::ofstream(folder_ / "blocks.jsonl") << "mine";
    auto const saved = save_blocks(source_, ask(1, 3));
    EXPECT_TRUE(saved.error().is(tools::Errc::file_unwritable)) << saved.error().message();
    EXPECT_EQ(text("blocks.jsonl"), "mine");
}

TEST_F(Saver, LeavesAnotherAttemptsPartAlone) {
    break_at(6);
    std::ignore = save_blocks(source_, ask(1, 10));
    std::string const part = text("blocks.jsonl.part");
    mend();
    auto const other = save_blocks(source_, ask(2, 10));
    EXPECT_TRUE(other.error().is(tools::Errc::file_unwritable));
    EXPECT_THAT(other.error().message(), HasSubstr("another range or chain"));
    EXPECT_EQ(text("blocks.jsonl.part"), part);
    std::ofstream(folder_ / "blocks.jsonl.part", std::ios::app) << "{\"block\":5}\n";
    EXPECT_THAT(save_blocks(source_, ask(1, 10)).error().message(), HasSubstr("damaged"));
}

TEST_F(Saver, ToldOfAFolderThatIsNotThereSaysSo) {
    EXPECT_TRUE(save_blocks(source_, ask(1, 3, "no/such/blocks.jsonl")).error().is(tools::Errc::file_unwritable));
}

TEST_F(Saver, WritesNothingThatDoesNotProve) {
    source_.bend_receipts = [](auto& receipts) { receipts[0].logs[0].data[0] ^= 1; };
    auto const saved = save_blocks(source_, ask(1, 3));
    EXPECT_TRUE(saved.error().is(Errc::receipts_root_differs)) << saved.error().message();
}

} // namespace
} // namespace plimsoll::tools::chain
