#include "tests/tools/chain/abi_sample.hpp"
#include "tools/chain/expression.hpp"

namespace plimsoll::tools::chain {
namespace {

/// E(int256 a, uint256 b, address who, bytes32 packed, bool ok, uint256[] list) with values set by hand.
class Expressions : public testing::Test {
protected:
    [[nodiscard]] std::string text_of(std::string_view text, bool is_template = false) {
        Scope const scope{&abi_.events()[0], &names_, &abi_};
        auto read = is_template ? Expression::parse_template(text, scope) : Expression::parse(text, scope);
        if (!read) return read.error().detail();
        auto const value = read.value().evaluate(Frame{values_, log_, 17, 1'700'000'000, book_, {}, 0});
        if (!value) return value.error().detail();
        return value_text(read.value().type(), value.value());
    }
    void SetUp() override {
        log_.topics = {abi_.events()[0].topic};
        log_.log_index = 5;
        log_.data = words({"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff9", "64", "abcd",
                           "00000000000000000000000000000000000000aa0000000000000000000000ff", "1", "c0", "2", "7", "8"});
        auto const read = decode_log(abi_.events()[0], log_, values_);
        ASSERT_TRUE(read) << read.error().message();
    }
    Abi abi_ = abi_of({"E(int256 a, uint256 b, address who, bytes32 packed, bool ok, uint256[] list)"});
    std::map<std::string, std::string, std::less<>> names_{{"vault", "0x000000000000000000000000000000000000abcd"},
                                                           {"word", "fees"},
                                                           {"count", "42"}};
    Log log_;
    std::vector<AbiValue> values_;
    book::Book book_;
};

TEST_F(Expressions, NumbersAndTheirDecimals) {
    EXPECT_EQ(text_of("a + b * 2 - 3"), "190"); // -7 + 200 - 3
    EXPECT_EQ(text_of("-(a - 1)"), "8");
    EXPECT_EQ(text_of("abs(a)"), "7");
    EXPECT_EQ(text_of("min(a, b)"), "-7");
    EXPECT_EQ(text_of("max(a, $count)"), "42");
    EXPECT_EQ(text_of("b@6"), "0.0001");
    EXPECT_EQ(text_of("b@18 + 0"), "0.0000000000000001");
    EXPECT_EQ(text_of("b * 10^18 @ 20"), "1");
    EXPECT_EQ(text_of("b @ 21"), "100 has more than 18 decimals");
    EXPECT_EQ(text_of("bits(b, 2, 3)"), "1"); // 1100100
    EXPECT_EQ(text_of("last(packed, 12)"), "255");
    EXPECT_EQ(text_of("list[1]"), "8");
    EXPECT_EQ(text_of("list[2]"), "the list has 2 items, none at [2]");
    EXPECT_EQ(text_of("block.number + log.index"), "22");
    EXPECT_EQ(text_of("block.time"), "1700000000");
}

TEST_F(Expressions, EveryQuotientNamesItsRounding) {
    EXPECT_EQ(text_of("divide(a, 2, down)"), "-4");
    EXPECT_EQ(text_of("divide(a, 2, up)"), "-3");
    EXPECT_EQ(text_of("divide(a, 2, toward_zero)"), "-3");
    EXPECT_EQ(text_of("divide(b, 3, down)"), "33");
    EXPECT_EQ(text_of("divide(b, 3, up)"), "34");
    EXPECT_EQ(text_of("divide(b, 50, up)"), "2");
    EXPECT_EQ(text_of("divide(b, 0, up)"), "a quotient by zero");
}

TEST_F(Expressions, ConditionsAndChoices) {
    EXPECT_EQ(text_of("a < 0 and not (b == 0)"), "true");
    EXPECT_EQ(text_of("a >= 0 or ok"), "true");
    EXPECT_EQ(text_of("who == $vault"), "true");
    EXPECT_EQ(text_of("who != first(packed, 20)"), "true");
    EXPECT_EQ(text_of("if(a > 0, 'up', 'down')"), "down");
    EXPECT_EQ(text_of("if(b == 0, divide(1, 0, up), 5)"), "5"); // the other side is not asked
}

TEST_F(Expressions, TemplatesWriteValuesAsTheyAreNamed) {
    EXPECT_EQ(text_of("{who}", true), "0x000000000000000000000000000000000000abcd");
    EXPECT_EQ(text_of("M-{b}-{$word}-{ok}", true), "M-100-fees-true");
    EXPECT_EQ(text_of("plain", true), "plain");
    EXPECT_EQ(text_of("'x{a}'"), "x-7");
    EXPECT_EQ(text_of("cash('{who}', 'USD') == 0"), "true"); // an account that the ledger does not have
}

struct BadExpression {
    std::string text;
    std::string detail;
};

TEST_F(Expressions, WhatIsNoneIsRefusedWithItsPlace) {
    Scope const scope{&abi_.events()[0], &names_, &abi_};
    for (BadExpression const& row : {
             BadExpression{"", "'', at character 1: a value belongs here"},
             {"a b", "'a b', at character 3: something follows it"},
             {"c", "'c', at character 2: the event has no argument 'c'"},
             {"$none", "'$none', at character 6: no contract or parameter is called 'none'"},
             {"list", "'list', at character 5: a uint256[] is no single value: name a part of it"},
             {"a.x", "'a.x', at character 4: there is no part 'x'"},
             {"a[0]", "'a[0]', at character 3: it is no list"},
             {"(a", "'(a', at character 3: ')' is missing"},
             {"'x", "''x', at character 2: the quote does not end"},
             {"divide(a, 2)", "'divide(a, 2)', at character 12: a quotient names its rounding: down, up or toward_zero"},
             {"f(a)", "'f(a)', at character 5: there is no function 'f'"},
             {"a + who", "'a + who', at character 8: a plain number belongs here, not a address"},
             {"who < who", "'who < who', at character 10: only numbers have an order"},
             {"2^8", "'2^8', at character 3: only 10 has powers here"},
             {"a and ok", "'a and ok', at character 9: a condition belongs here, not a plain number"},
         }) {
        auto const read = Expression::parse(row.text, scope);
        ASSERT_FALSE(read) << row.text;
        EXPECT_TRUE(read.error().is(Errc::expression_malformed));
        EXPECT_EQ(read.error().detail(), row.detail);
    }
    EXPECT_FALSE(Expression::parse("b@18 * b@18", scope));
    EXPECT_FALSE(Expression::parse("b@18 + b", scope)); // a count and a number of 10^-18
    EXPECT_FALSE(Expression::parse(std::string(1'000, '('), scope));
    EXPECT_FALSE(Expression::parse_template("x{a", scope));
}

TEST_F(Expressions, UnsignedNumbersPast255BitsAreRefusedNotWrapped) {
    values_[1].word.fill(0xff);
    EXPECT_EQ(text_of("b"), hex_of(values_[1].word) + " has more than 255 bits");
    values_[1].word[0] = 0x7f;
    EXPECT_EQ(text_of("b + 1"), "a number leaves 255 bits");
}

} // namespace
} // namespace plimsoll::tools::chain
