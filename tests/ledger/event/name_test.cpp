#include "ledger/event/name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace plimsoll {
namespace {

using event::Errc;

TEST(Name, HoldsUpTo63Bytes) {
    for (std::size_t const length : {std::size_t{1}, std::size_t{62}, std::size_t{63}}) {
        auto const name = Name::from(std::string(length, 'x'));
        ASSERT_TRUE(name) << length;
        EXPECT_EQ(name.value().view(), std::string(length, 'x'));
    }
    auto const longer = Name::from(std::string(64, 'x'));
    ASSERT_FALSE(longer);
    EXPECT_TRUE(longer.error().is(Errc::name_too_long));
    EXPECT_NE(longer.error().message().find(std::string(64, 'x')), std::string::npos);
}

TEST(Name, CountsBytesNotLetters) {
    std::string text; // 21 letters of 3 bytes are 63 bytes, one more letter is too much
    for (int i = 0; i < 21; ++i) text += "\u20ac";
    EXPECT_EQ(Name::from(text).value().view(), text);
    EXPECT_TRUE(Name::from(text + "x").error().is(Errc::name_too_long));
}

TEST(Name, IsNotEmpty) { EXPECT_TRUE(Name::from("").error().is(Errc::name_empty)); }

TEST(Name, IsPrintable) {
    for (char const c : {'\0', '\n', '\t', '\r', '\x1b', '\x1f', '\x7f'}) {
        auto const name = Name::from(std::string("a") + c + "b");
        ASSERT_FALSE(name) << static_cast<int>(c);
        EXPECT_TRUE(name.error().is(Errc::name_has_control_character)) << static_cast<int>(c);
    }
    EXPECT_TRUE(Name::from(" ").has_value()) << "0x20 is the first that is printable";
    EXPECT_TRUE(Name::from("~").has_value()) << "0x7e is the last of ASCII";
    EXPECT_TRUE(Name::from("Z\u00fcrich").has_value());
}

TEST(Name, EqualTextIsEqualBytes) {
    EXPECT_EQ(Name::from("alice").value(), Name::from("alice").value());
    EXPECT_FALSE(Name::from("alice").value() == Name::from("alicf").value());
    EXPECT_FALSE(Name::from("alice").value() == Name::from("alic").value());
    EXPECT_EQ(Name{}.view(), "");
}

} // namespace
} // namespace plimsoll
