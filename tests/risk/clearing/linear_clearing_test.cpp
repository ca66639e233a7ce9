#include "risk/clearing/deleverage.hpp"
#include "risk/clearing/rate_limiter.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk::linear {
namespace {

Markets market(Wide const& interest = 0) {
    return {{0, {{5'000'000'000, -7}, {200'000, 500'000, 0, 0}, interest, 0, false}}};
}

Account holder(Wide quote, Wide size) { return {std::move(quote), {{0, {std::move(size), 0, 0, 0}}}}; }

// Source: dYdX's own figures, 21,347 quantums bought back for -2,775 and sold for 2,776: in the account's
// favour both times.
TEST(OrderBookClose, BankruptcyQuoteRoundsUp) {
    Account const short_side = holder(13'000'000, -100'000'000);
    Account const long_side = holder(-13'000'000, 100'000'000);
    EXPECT_EQ(bankruptcy_quote(short_side, market(), 0, 21'347).value().quote, -2775);
    EXPECT_EQ(bankruptcy_quote(long_side, market(), 0, -21'347).value().quote, 2776);
    for (std::int64_t const delta : {0, -21'347, 100'000'001}) {
        EXPECT_EQ(bankruptcy_quote(short_side, market(), 0, delta).error(),
                  CloseRefusal::invalid_size_delta);
    }
    EXPECT_EQ(bankruptcy_quote({}, market(), 0, 1).error(), CloseRefusal::invalid_size_delta);
}

TEST(OrderBookClose, TheFundGainsNoMoreThanTheFee) {
    Account const account = holder(-5'100'000'000, 10'000'000); // sold out at 51,000 it is worth nothing
    BookScale const book{-8, 1};
    auto const gain = [&](std::int64_t subticks) {
        return insurance_fund_delta(account, market(), 0, {false, 10'000'000, subticks}, book, 5000)
            .value().quote;
    };
    EXPECT_EQ(gain(51'000'000'000), 0);
    EXPECT_EQ(gain(50'999'999'999), -1); // the fill rounds down
    EXPECT_EQ(gain(51'000'000'010), 1);
    EXPECT_EQ(gain(56'100'000'000), 28'050'000);
    EXPECT_EQ(insurance_fund_delta(account, market(), 0, {}, book, 5000).error(),
              CloseRefusal::nothing_filled);
    EXPECT_TRUE(fund_covers(5, -5));
    EXPECT_FALSE(fund_covers(5, -6));
    EXPECT_TRUE(fund_covers(-1, 0));
}

RC_GTEST_PROP(OrderBookClose, WholePositionClosesAtExactlyNothing, ()) {
    Wide const size = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000);
    Wide const quote = *rc::gen::inRange<std::int64_t>(-1'000'000'000'000, 1'000'000'000'000);
    Account const account = holder(quote, size);
    auto const paid = bankruptcy_quote(account, market(), 0, -size);
    RC_ASSERT(paid.value().quote == -quote);
}

TEST(OrderBookClose, PricesRoundToTicksAgainstTheLiquidated) {
    BookScale const book{0, 100};
    struct Row {
        Wide numerator;
        bool long_side;
        Wide want;
    };
    Wide const most = (Wide{1} << 64) - 1;
    for (Row const& row : {Row{0, true, 100}, Row{1, true, 100}, Row{100, true, 100}, Row{101, true, 200},
                           Row{199, false, 100}, Row{99, false, 100}, Row{most, true, most / 100 * 100}}) {
        EXPECT_EQ(subticks_of({row.numerator, 1}, row.long_side, book).value().subticks, row.want);
    }
    EXPECT_EQ(subticks_of({-1, 1}, true, book).error(), CloseRefusal::negative_price);
}

TEST(OrderBookClose, BlockLimitsAreCountedDown) {
    BlockUse use{150, 50, 150, 51, {7}};
    EXPECT_EQ(remaining_notional(use, 0).value().quote, 0);
    EXPECT_EQ(remaining_insurance(use, 0).error(), CloseRefusal::more_insurance_lost_than_allowed);
    EXPECT_EQ(remaining_notional(use, 7).error(), CloseRefusal::already_liquidated_in_block);
    use.notional = 151;
    EXPECT_TRUE(is_fatal(remaining_notional(use, 0).error()));
}

TEST(OrderBookClose, SizeIsWholeOrAMultipleOfTheStep) {
    PriceScale const scale{5'000'000'000, -7};
    Wide const unbounded = (Wide{1} << 64) - 1;
    EXPECT_EQ(liquidation_delta(scale, 140, {1, 100'000}, unbounded, 5), -10);
    EXPECT_EQ(liquidation_delta(scale, -20, {1, 100'000}, unbounded, 5), 5);
    EXPECT_EQ(liquidation_delta(scale, 5, {1, 100'000}, unbounded, 5), -5);
    EXPECT_EQ(liquidation_delta(scale, 140, {1, 1'000'000}, unbounded, 5), -140);
}

TEST(OrderBookClose, FarthestFromTheOracleGoesFirst) {
    BookScale const book{-8, 1};
    PriceScale const scale{5'000'000'000, -7};
    Wide const oracle = 50'000'000'000;
    std::vector<LiquidationOrder> const orders{
        {10, oracle, "b"}, {10, oracle, "a"}, {20, oracle, "c"}, {1, oracle + 1, "d"}, {1, oracle - 2, "e"}};
    EXPECT_EQ(liquidation_order(scale, book, orders), (std::vector<std::size_t>{4, 3, 2, 1, 0}));
}

TEST(Deleverage, ConservesQuoteAndSizes) {
    Pair const pair{holder(54'999'000'000, -100'000'000), holder(-45'001'000'000, 100'000'000), 0};
    auto const after = deleverage(pair, market(100'000'000), 0, 100'000'000, DeleveragePrice::bankruptcy);
    ASSERT_TRUE(after);
    EXPECT_EQ(after.value().liquidated.quote, 0);
    EXPECT_EQ(after.value().liquidated.quote + after.value().offsetting.quote, 9'998'000'000);
    EXPECT_TRUE(after.value().offsetting.positions.empty());
    EXPECT_EQ(after.value().open_interest_delta, -100'000'000);
    EXPECT_EQ(deleverage(pair, market(), 0, -1, DeleveragePrice::oracle).error(),
              DeleverageRefusal::invalid_size_delta);
}

TEST(Deleverage, WalkPassesOverTheWrongSideAndStartsWhereItIsTold) {
    Account const down = holder(54'999'000'000, -100'000'000);
    Account const half = holder(50'000'000'000, 50'000'000);
    auto const walk = offset_walk(down, {half, down, half}, market(100'000'000), 0, 80'000'000, 2,
                                  DeleveragePrice::bankruptcy);
    ASSERT_TRUE(walk);
    ASSERT_EQ(walk.value().offsets.size(), 2u);
    EXPECT_EQ(walk.value().offsets[0].candidate, 2u);
    EXPECT_EQ(walk.value().offsets[1].candidate, 0u);
    EXPECT_EQ(walk.value().offsets[1].size, 30'000'000);
    EXPECT_EQ(walk.value().remaining, 0);
}

RC_GTEST_PROP(RateLimiter, NeverCrossesItsBaseline, ()) {
    risk::RateLimiter const limiter{*rc::gen::inRange<std::int64_t>(1'000'000, 1'000'000'000'000),
                                    *rc::gen::inRange(0, 1'000'000), *rc::gen::inRange(0, 1'000'000)};
    Wide const held = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
    Wide const capacity = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
    Wide const elapsed = *rc::gen::inRange<std::int64_t>(0, 2'000'000'000'000);
    Wide const rest = risk::baseline(limiter, held);
    Wide const after = risk::recovered(limiter, held, capacity, elapsed);
    RC_ASSERT((capacity <= rest) == (after <= rest) || after == rest);
    RC_ASSERT(abs(after - rest) <= abs(capacity - rest));
}

} // namespace
} // namespace plimsoll::risk::linear
