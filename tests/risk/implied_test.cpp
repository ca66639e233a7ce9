#include "risk/pricing/implied.hpp"

#include "risk/pricing/inverse.hpp"
#include "tests/risk/exact_black.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk::fast {
namespace {

using exact_testing::RandomTerms;
using exact_testing::Real;
using exact_testing::real;
using wire::OptionSide;

[[nodiscard]] Int128 distance(Int128 a, Int128 b) { return a < b ? b - a : a - b; }

/// What the last places of a price are worth: the family's own error, and two units.
[[nodiscard]] Int128 last_places(Terms const& terms) {
    Int128 const scale = terms.forward.units() + terms.strike.units();
    return scale / 500'000'000'000'000'000 * 4 + 4;
}

RC_GTEST_PROP(ImpliedVolatility, GivesThePriceBack, (std::uint64_t seed, bool with_rate)) {
    Terms const terms = RandomTerms(seed).next(with_rate);
    Price const target = price(terms).value();
    auto const implied = implied_volatility(terms, target);
    if (!implied) { // so much volatility that the price is its bound, to the last place
        RC_ASSERT(implied.error() == PricingFailure::above_bound);
        return;
    }
    Terms again = terms;
    again.volatility = implied.value();
    RC_ASSERT(distance(price(again).value().units(), target.units()) <= last_places(terms));
}

RC_GTEST_PROP(ImpliedVolatility, GivesTheVolatilityBackWhereThePriceTellsIt, (std::uint64_t seed)) {
    Terms const terms = RandomTerms(seed).next();
    auto const at = greeks(terms);
    RC_PRE(static_cast<bool>(at));
    RC_PRE(real(at.value().vega) > real(terms.forward) * Real("0.001"));
    auto const implied = implied_volatility(terms, at.value().price);
    RC_ASSERT(static_cast<bool>(implied));
    Real const allowed = 4 * real(last_places(terms)) / real(at.value().vega) + Real("1e-17");
    RC_ASSERT(abs(Real(real(implied.value()) - real(terms.volatility))) < allowed);
}

/// No other volatility that is tried comes nearer, but for the last places.
RC_GTEST_PROP(ImpliedVolatility, IsTheNearest, (std::uint64_t seed, std::uint32_t share)) {
    Terms terms = RandomTerms(seed).next();
    Terms still = terms;
    still.volatility = Ratio::zero();
    Int128 const least = price(still).value().units();
    Int128 const bound = terms.side == OptionSide::call ? terms.forward.units() : terms.strike.units();
    Int128 const target = least + (bound - least) / 4'294'967'296 * share; // anywhere between
    auto const implied = implied_volatility(terms, Price{target});
    if (!implied) return;
    auto miss = [&](Int128 volatility) {
        terms.volatility = Ratio{volatility};
        return distance(price(terms).value().units(), target);
    };
    Int128 const found = implied.value().units();
    Int128 const here = miss(found);
    for (Int128 const step : {Int128{1}, Int128{1'000'000}, one_units / 1'000'000, one_units / 100}) {
        RC_ASSERT(here <= miss(found + step) + last_places(terms));
        RC_ASSERT(here <= miss(found > step ? found - step : 0) + last_places(terms));
    }
}

TEST(ImpliedVolatility, OfACoinPriceIsWhatTheVenueGave) {
    // Deribit, 2026-02-03T04:29:35Z, BTC-24APR26-65000-P: mark 0.02253174 coin at 48.93 %.
    Terms const terms{OptionSide::put,
                      Price{parse_decimal("79090.95076923077").value()},
                      Price::whole(65000),
                      Ratio::zero(),
                      Ratio{parse_decimal("0.219578388").value()},
                      Ratio::zero()};
    auto const implied =
        implied_volatility_of_inverse(terms, Price{parse_decimal("0.02253174").value()});
    ASSERT_TRUE(implied);
    EXPECT_LT(abs(Real(real(implied.value()) - Real("0.4893"))), Real("0.0005"));
}

struct Refusal {
    std::string name;
    OptionSide side;
    std::string years;
    std::string price;
    PricingFailure want;
    friend void PrintTo(Refusal const& row, std::ostream* out) { *out << row.name; }
};

class ImpliedVolatilityRefusal : public testing::TestWithParam<Refusal> {};

/// Forward 110, strike 100, no rate: intrinsic 10, bounds 110 and 100.
TEST_P(ImpliedVolatilityRefusal, NamesItsReason) {
    auto const& row = GetParam();
    Terms const terms{row.side, Price::whole(110), Price::whole(100), {},
                      Ratio{parse_decimal(row.years).value()}, {}};
    auto const got = implied_volatility(terms, Price{parse_decimal(row.price).value()});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error(), row.want);
    EXPECT_FALSE(std::string_view(sentence(got.error())).empty());
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, ImpliedVolatilityRefusal,
    testing::Values(
        Refusal{"NoSide", OptionSide::none, "1", "12", PricingFailure::side_missing},
        Refusal{"NegativePrice", OptionSide::put, "1", "-1", PricingFailure::negative_price},
        Refusal{"NoTime", OptionSide::call, "0", "12", PricingFailure::no_time},
        Refusal{"BelowIntrinsic", OptionSide::call, "1", "9.999999999999999999",
                PricingFailure::below_intrinsic},
        Refusal{"CallAtItsForward", OptionSide::call, "1", "110", PricingFailure::above_bound},
        Refusal{"PutAtItsStrike", OptionSide::put, "1", "100", PricingFailure::above_bound}),
    [](auto const& row) { return row.param.name; });

TEST(ImpliedVolatility, HasItsEnds) {
    Terms const terms{OptionSide::call, Price::whole(110), Price::whole(100), {}, Ratio::whole(1), {}};
    EXPECT_EQ(implied_volatility(terms, Price::whole(10)).value(), Ratio::zero());
    EXPECT_GT(implied_volatility(terms, Price{10 * one_units + 1}).value(), Ratio::zero());
    EXPECT_LT(implied_volatility(terms, Price{110 * one_units - 1}).value(), Ratio::whole(33));
    Terms nothing = terms;
    nothing.forward = Price::zero();
    EXPECT_EQ(implied_volatility_of_inverse(nothing, Price::whole(1)).error(),
              PricingFailure::no_forward);
}

} // namespace
} // namespace plimsoll::risk::fast
