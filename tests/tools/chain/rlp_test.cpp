#include "tools/chain/rlp.hpp"

#include <gtest/gtest.h>
#include <random>

namespace plimsoll::tools::chain {
namespace {

[[nodiscard]] Bytes text(std::string_view letters) { return {letters.begin(), letters.end()}; }
[[nodiscard]] std::string written(auto const& write) {
    Bytes out;
    RlpWriter writer(out);
    write(writer);
    return hex_of(out);
}

// Source: the examples of Ethereum's own description of RLP.
TEST(Rlp, TheExamplesOfItsDescription) {
    EXPECT_EQ(written([](RlpWriter& w) { w.bytes(text("dog")); }), "0x83646f67");
    EXPECT_EQ(written([](RlpWriter& w) { w.bytes({}); }), "0x80");
    EXPECT_EQ(written([](RlpWriter& w) { w.number(std::uint64_t{0}); }), "0x80");
    EXPECT_EQ(written([](RlpWriter& w) { w.number(std::uint64_t{15}); }), "0x0f");
    EXPECT_EQ(written([](RlpWriter& w) { w.number(std::uint64_t{1024}); }), "0x820400");
    EXPECT_EQ(written([](RlpWriter& w) { w.end_list(w.begin_list()); }), "0xc0");
    EXPECT_EQ(written([](RlpWriter& w) {
                  auto const list = w.begin_list();
                  w.bytes(text("cat"));
                  w.bytes(text("dog"));
                  w.end_list(list);
              }),
              "0xc88363617483646f67");
    std::string const lorem = "Lorem ipsum dolor sit amet, consectetur adipisicing elit";
    EXPECT_TRUE(written([&](RlpWriter& w) { w.bytes(text(lorem)); }).starts_with("0xb8384c6f"));
}

struct Row {
    std::string name;
    std::string hex;
    std::string detail;
};
class RlpRefusal : public testing::TestWithParam<Row> {};

TEST_P(RlpRefusal, WhatIsNotCanonicalIsRefused) {
    Bytes const bytes = parse_hex(GetParam().hex).value();
    auto const read = read_rlp_list(bytes);
    ASSERT_FALSE(read);
    EXPECT_TRUE(read.error().is(Errc::rlp_malformed));
    EXPECT_EQ(read.error().detail(), GetParam().detail);
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, RlpRefusal,
    testing::Values(Row{"Nothing", "0x", "it ends where an item should be"},
                    Row{"SmallByteWithPrefix", "0xc2817f", "a small byte has a prefix"},
                    Row{"LengthOfOneByteForShort", "0xf801c0", "a length has more bytes than it needs"},
                    Row{"LengthWithZero", "0xf90038", "a length begins with zero"},
                    Row{"LengthCutOff", "0xf9ff", "a length is cut off"},
                    Row{"LongerThanThere", "0xc3c0", "an item is longer than what is there"},
                    Row{"LengthNearTheLimit", "0xffffffffffffffffff", "an item is longer than what is there"},
                    Row{"InnerLongerThanOuter", "0xc183", "an item is longer than what is there"},
                    Row{"BytesFollow", "0xc000", "bytes follow the item"},
                    Row{"AString", "0x83646f67", "a string where a list should be"}),
    [](auto const& row) { return row.param.name; });

/// Items of random shape, written and read again.
TEST(Rlp, WhatWasWrittenIsRead) {
    std::uint32_t const seed = 2026;
    std::mt19937 random(seed);
    for (int round = 0; round < 2'000; ++round) {
        std::vector<Bytes> items(random() % 6);
        Bytes out;
        RlpWriter writer(out);
        auto const list = writer.begin_list();
        for (Bytes& item : items) {
            item.resize(random() % 4 == 0 ? random() % 300 : random() % 3);
            for (auto& byte : item) byte = static_cast<std::uint8_t>(random());
            writer.bytes(item);
        }
        writer.end_list(list);
        auto const read = read_rlp_list(out);
        ASSERT_TRUE(read) << "seed " << seed << ", round " << round << ": " << read.error().message();
        ASSERT_EQ(read.value().size(), items.size());
        for (std::size_t i = 0; i < items.size(); ++i) {
            ASSERT_TRUE(std::ranges::equal(read.value()[i].content, items[i]));
        }
    }
}

/// Of any bytes at most one reading, and that writes the same bytes.
TEST(Rlp, ChangedBytesAreRefusedOrSayOtherwise) {
    std::uint32_t const seed = 2027;
    std::mt19937 random(seed);
    Bytes out;
    RlpWriter writer(out);
    auto const list = writer.begin_list();
    for (int i = 0; i < 20; ++i) writer.bytes(Bytes(random() % 70, 0x5a));
    writer.end_list(list);
    for (int round = 0; round < 5'000; ++round) {
        Bytes changed = out;
        changed[random() % changed.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
        auto const read = read_rlp_list(changed);
        if (!read) continue;
        Bytes again;
        RlpWriter second(again);
        auto const begin = second.begin_list();
        for (RlpItem const& item : read.value()) second.raw(item.whole);
        second.end_list(begin);
        ASSERT_EQ(again, changed) << "seed " << seed << ", round " << round;
    }
}

} // namespace
} // namespace plimsoll::tools::chain
