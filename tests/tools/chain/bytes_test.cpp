#include "tools/chain/bytes.hpp"
#include "tools/chain/keccak.hpp"

#include <gtest/gtest.h>
#include <random>

namespace plimsoll::tools::chain {
namespace {

TEST(ChainBytes, HexIsReadAndWritten) {
    EXPECT_EQ(hex_of(parse_hex("0x00aBcD").value()), "0x00abcd");
    EXPECT_EQ(parse_hex("0x").value().size(), 0U);
    EXPECT_EQ(parse_hex_array<2>("0x1234").value(), (std::array<std::uint8_t, 2>{0x12, 0x34}));
}

TEST(ChainBytes, QuantitiesAreReadAndWritten) {
    EXPECT_EQ(parse_quantity("0x0").value(), 0U);
    EXPECT_EQ(parse_quantity("0x11b").value(), 0x11bU);
    EXPECT_EQ(parse_quantity("0x0000000000000000000000ffffffffffffffff").value(), ~std::uint64_t{0});
    EXPECT_EQ(quantity_of(std::uint64_t{0}), "0x0");
    EXPECT_EQ(quantity_of(std::uint64_t{0x11b}), "0x11b");
    EXPECT_EQ(quantity_of(std::uint64_t{0x211b}), "0x211b");
}

struct Refused {
    std::string name;
    result<void> verdict;
    std::string detail;
};
class HexRefusal : public testing::TestWithParam<Refused> {};

TEST_P(HexRefusal, SaysWhatIsWrong) {
    ASSERT_FALSE(GetParam().verdict);
    EXPECT_TRUE(GetParam().verdict.error().is(Errc::hex_malformed));
    EXPECT_EQ(GetParam().verdict.error().detail(), GetParam().detail);
}

[[nodiscard]] result<void> bytes(std::string_view text) {
    Bytes out;
    return append_hex(text, out);
}
[[nodiscard]] result<void> two_bytes(std::string_view text) {
    std::array<std::uint8_t, 2> out{};
    return parse_hex_into(text, out);
}
[[nodiscard]] result<void> quantity(std::string_view text) {
    PLIMSOLL_TRYV(parse_quantity(text));
    return outcome::success();
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, HexRefusal,
    testing::Values(Refused{"NoPrefix", bytes("ab"), "'ab', which lacks 0x"},
                    Refused{"HalfAByte", bytes("0xabc"), "'0xabc', which has half a byte"},
                    Refused{"OtherDigits", bytes("0xag"), "'0xag', which has other digits"},
                    Refused{"TooShort", two_bytes("0xab"), "'0xab', which is not of 2 bytes"},
                    Refused{"TooLong", two_bytes("0xababab"), "'0xababab', which is not of 2 bytes"},
                    Refused{"EmptyNumber", quantity("0x"), "'0x', which is not a number"},
                    Refused{"NumberTooLarge", quantity("0x10000000000000000"),
                            "'0x10000000000000000', which does not fit 8 bytes"},
                    Refused{"NumberWithOtherDigits", quantity("0x1-1"), "'0x1-1', which has other digits"}),
    [](auto const& row) { return row.param.name; });

// Known digests: the empty input (the code hash of an account without code, Ethereum yellow paper,
// appendix on state) and "abc" (Keccak team's known answers before FIPS 202).
TEST(Keccak, KnownDigests) {
    EXPECT_EQ(hex_of(keccak256("")),
              "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    EXPECT_EQ(hex_of(keccak256("abc")),
              "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

/// Around each boundary of its blocks of 136 bytes, and of unequal lengths.
TEST(Keccak, FourAtOnceAreTheLibrarysOnes) {
    std::uint32_t const seed = 256;
    std::mt19937 random(seed);
    for (int round = 0; round < 2'000; ++round) {
        std::array<Bytes, 4> inputs;
        std::array<ByteView, 4> views;
        for (std::size_t i = 0; i < 4; ++i) {
            inputs[i].resize(random() % 3 == 0 ? random() % 700 : 134 * (random() % 3) + random() % 5);
            for (auto& byte : inputs[i]) byte = static_cast<std::uint8_t>(random());
            views[i] = inputs[i];
        }
        auto const digests = keccak256(views);
        for (std::size_t i = 0; i < 4; ++i) {
            ASSERT_EQ(digests[i], keccak256(views[i])) << "seed " << seed << ", round " << round;
        }
    }
}

TEST(Keccak, OneHasherServesMessageAfterMessage) {
    Bytes32 const first = keccak256("abc");
    EXPECT_NE(keccak256("abd"), first);
    EXPECT_EQ(keccak256("abc"), first);
}

} // namespace
} // namespace plimsoll::tools::chain
