#include "risk/margin/derive_standard.hpp"
#include "tests/risk/derive_sample.hpp"

#include <gtest/gtest.h>

namespace plimsoll::risk::derive {
namespace {

/// The protocol's deployment: perp 6.5 % and 10 %; spot at 2000, one expiry that is over, so that
/// prices are intrinsic values.
[[nodiscard]] StandardState state() {
    StandardMarket market;
    market.parameters = {wei("0.065"),
                         wei("0.1"),
                         {wei("0.15"), wei("0.13"), wei("0.09"), wei("0.09"), wei("0.09"),
                          wei("1.2"), wei("1.1"), wei("1.05")},
                         wei("0.8"),
                         wei("0.9375"),
                         {wei("0.55"), wei("0.55"), wei("0.55"), wei("1")}};
    market.spot_price = wei("2000");
    market.spot_confidence = market.perp_confidence = wei("1");
    market.perp_price = wei("2000");
    market.expiries = {{0, wei("2000"), wei("1"), wei("1")}};
    return {1, wei("1"), wei("0.99"), wei("2"), {market}};
}

/// A call far above, a call and a put far below and above: all but the first worthless or intrinsic.
[[nodiscard]] std::vector<StandardOption> options() {
    return {{0, 0, wei("4000"), true, wei("0.5")},
            {0, 0, wei("4500"), true, wei("0.5")},
            {0, 0, wei("1000"), false, wei("0.5")}};
}

[[nodiscard]] StandardMargin margin(StandardAccount const& account, StandardKind kind,
                                    StandardState const& now = state()) {
    return margin_of(account, StandardGrid::build(now, options()).value(), kind).value();
}

[[nodiscard]] StandardAccount holder_of(std::vector<StandardHolding> held) {
    StandardAccount account;
    account.options = std::move(held);
    return account;
}

TEST(StandardMargin, OfAPerpIsItsShareOfNotional) {
    StandardAccount account;
    account.markets = {{wei("-3"), wei("5"), {}}};
    EXPECT_EQ(margin(account, StandardKind::maintenance).margin, wei("-385"));
    EXPECT_EQ(margin(account, StandardKind::initial).margin, wei("-595"));
    EXPECT_EQ(margin(account, StandardKind::initial).mark_to_market, wei("5"));
}

TEST(StandardMargin, UnsettledCashWithoutAPositionDoesNotCount) {
    StandardAccount account;
    account.markets = {{{}, wei("5"), {}}};
    EXPECT_EQ(margin(account, StandardKind::maintenance).mark_to_market, wei("0"));
}

/// Far out of the money the call needs the least share of spot, 13 %; a spread is worth its width.
TEST(StandardMargin, OfAnExpiryIsTheBetterOfIsolatedAndMaxLoss) {
    auto const naked = margin(holder_of({{0, wei("-1")}}), StandardKind::initial);
    EXPECT_EQ(naked.expiries[0].isolated, wei("-260"));
    EXPECT_EQ(naked.expiries[0].max_loss, wei("-2400")); // 1.2 of the forward, unpaired
    EXPECT_EQ(naked.margin, wei("-260"));
    EXPECT_EQ(margin(holder_of({{0, wei("-1")}}), StandardKind::maintenance).margin, wei("-180"));
    auto const spread =
        margin(holder_of({{0, wei("-0.1")}, {1, wei("0.1")}}), StandardKind::initial);
    EXPECT_EQ(spread.expiries[0].max_loss, wei("-50"));
    EXPECT_EQ(spread.expiries[0].isolated, wei("-26"));
}

/// A worthless put: 9 % of spot or of its mark, whichever asks more; initially at least 5 % more.
TEST(StandardMargin, OfAShortPutHasAFloor) {
    EXPECT_EQ(margin(holder_of({{2, wei("-1")}}), StandardKind::maintenance).margin, wei("-180"));
    EXPECT_EQ(margin(holder_of({{2, wei("-1")}}), StandardKind::initial).margin, wei("-260"));
}

TEST(StandardMargin, LowConfidenceAndDepegCostTheInitialMarginOnly) {
    StandardAccount account;
    account.markets = {{wei("1"), {}, wei("1")}};
    auto now = state();
    now.markets[0].spot_confidence = wei("0.5");
    auto const doubted = margin(account, StandardKind::initial, now);
    EXPECT_EQ(doubted.markets[0].perp_oracle, wei("-1000"));
    EXPECT_EQ(doubted.markets[0].base_oracle, wei("-1000"));
    EXPECT_EQ(margin(account, StandardKind::maintenance, now).margin, wei("1470")); // 1600 - 130
    now = state();
    now.stable_price = wei("0.94"); // (0.99 - 0.94) * 2 of spot
    EXPECT_EQ(margin(account, StandardKind::initial, now).markets[0].depeg, wei("-200"));
    now.stable_price = wei("0.99");
    EXPECT_EQ(margin(account, StandardKind::initial, now).markets[0].depeg, wei("0"));
}

TEST(StandardMargin, RefusesWhatItCannotPlace) {
    auto now = state();
    auto const grid = StandardGrid::build(now, options()).value();
    auto const kind = StandardKind::initial;
    EXPECT_TRUE(margin_of(holder_of({{3, wei("1")}}), grid, kind).error().is(Errc::unknown_option));
    EXPECT_TRUE(margin_of(holder_of({{0, wei("1")}, {0, wei("1")}}), grid, kind)
                    .error()
                    .is(Errc::option_repeated));
    EXPECT_TRUE(StandardGrid::build(now, {{1, 0, wei("1"), true, wei("1")}})
                    .error()
                    .is(Errc::unknown_expiry));
    now.markets[0].expiries[0].forward = Int256{};
    auto const empty = StandardGrid::build(now, options()).value();
    EXPECT_TRUE(
        margin_of(holder_of({{0, wei("1")}}), empty, kind).error().is(Errc::forward_is_zero));
}

} // namespace
} // namespace plimsoll::risk::derive
