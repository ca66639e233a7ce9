#include "risk/pricing/fast_black.hpp"

#include "risk/pricing/inverse.hpp"
#include "tests/risk/exact_black.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk::fast {
namespace {

using exact_testing::exact_greeks;
using exact_testing::RandomTerms;
using exact_testing::Real;
using exact_testing::real;
using wire::OptionSide;

[[nodiscard]] Int128 units(std::string_view text) { return parse_decimal(text).value(); }

[[nodiscard]] Terms terms_of(OptionSide side, std::string_view forward, std::string_view strike,
                             std::string_view volatility, std::string_view years,
                             std::string_view rate = "0") {
    return {side,
            Price{units(forward)},
            Price{units(strike)},
            Ratio{units(volatility)},
            Ratio{units(years)},
            Ratio{units(rate)}};
}

[[nodiscard]] Terms other_side(Terms terms) {
    terms.side = terms.side == OptionSide::call ? OptionSide::put : OptionSide::call;
    return terms;
}

[[nodiscard]] std::string tell(Terms const& terms) {
    return std::string(terms.side == OptionSide::call ? "call" : "put") + " F " +
           format_decimal(terms.forward) + " K " + format_decimal(terms.strike) + " vol " +
           format_decimal(terms.volatility) + " years " + format_decimal(terms.years) + " rate " +
           format_decimal(terms.rate);
}

[[nodiscard]] Real off(Real const& got, Real const& want) { return abs(Real(got - want)); }

TEST(FastBlack, IsWithinItsBoundOfFiftyDecimals) {
    std::uint64_t const seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomTerms random(seed);
    Real worst = 0;
    for (int round = 0; round < 1024; ++round) {
        Terms const terms = random.next(round % 2 == 1);
        SCOPED_TRACE(tell(terms));
        auto const want = exact_greeks(terms);
        auto const got = greeks(terms);
        ASSERT_TRUE(got) << sentence(got.error());
        auto const& g = got.value();
        ASSERT_EQ(price(terms).value(), g.price);
        Real const scale = real(terms.forward) + real(terms.strike);
        Real const discount = exp(Real(-real(terms.rate) * real(terms.years)));
        Real const last = Real("2e-18");
        ASSERT_LT(off(real(g.price), want.price), scale * discount * Real("1e-18") + last);
        if (real(terms.forward) > 1000) { // elsewhere the last place of the price is what counts
            worst = std::max(worst, Real(off(real(g.price), want.price) / (scale * discount)));
        }
        Real const deviation = real(terms.volatility) * sqrt(real(terms.years));
        // ln F/K is off by 2^-60, and d1 by that over the deviation.
        Real const slack = Real("3e-18") + Real("1e-18") / deviation;
        Real const wide = 1 + 1 / deviation;
        ASSERT_LT(off(real(g.delta), want.delta), discount * slack + last);
        ASSERT_LT(off(real(g.vega), want.vega),
                  discount * real(terms.forward) * sqrt(real(terms.years)) * slack * wide +
                      last * (10 + 2 / real(terms.volatility)));
        ASSERT_LT(off(real(g.gamma), want.gamma),
                  discount * slack * wide / (real(terms.forward) * deviation) + last +
                      last / real(terms.forward));
        ASSERT_LT(off(real(g.theta), want.theta),
                  (discount * real(terms.forward) * deviation * slack * wide + last * 10) /
                          real(terms.years) +
                      scale * discount * Real("1e-18") + last);
        ASSERT_LT(off(real(g.rho), want.rho),
                  real(terms.years) * (scale * discount * Real("1e-18") + last) + last);
    }
    std::cout << "note: worst price error " << worst.str(3) << " of forward + strike\n";
}

/// The Greeks against what the price does, so that neither formula vouches for itself alone.
TEST(FastBlack, GreeksAreTheSlopesOfThePrice) {
    for (OptionSide const side : {OptionSide::call, OptionSide::put}) {
        for (auto const* strike : {"60000", "80000", "95000"}) {
            Terms const at = terms_of(side, "80000", strike, "0.65", "0.25", "0.04");
            SCOPED_TRACE(tell(at));
            auto const g = greeks(at).value();
            auto moved = [&](auto Terms::*field, std::string_view by) {
                Terms up = at;
                Terms down = at;
                using Field = std::remove_reference_t<decltype(up.*field)>;
                up.*field = Field{(at.*field).units() + units(by)};
                down.*field = Field{(at.*field).units() - units(by)};
                return Real((real(price(up).value()) - real(price(down).value())) /
                            (2 * real(units(by))));
            };
            EXPECT_LT(off(moved(&Terms::forward, "1"), real(g.delta)), Real("1e-9"));
            EXPECT_LT(off(moved(&Terms::volatility, "0.0001"), real(g.vega)), Real("1e-3"));
            EXPECT_LT(off(moved(&Terms::years, "0.00001"), -real(g.theta)), Real("1e-3"));
            EXPECT_LT(off(moved(&Terms::rate, "0.0001"), real(g.rho)), Real("1e-3"));
            Terms up = at;
            Terms down = at;
            up.forward = Price{at.forward.units() + one_units};
            down.forward = Price{at.forward.units() - one_units};
            Real const bend = (real(greeks(up).value().delta) - real(greeks(down).value().delta)) / 2;
            EXPECT_LT(off(bend, real(g.gamma)), Real("1e-13"));
        }
    }
}

RC_GTEST_PROP(FastBlackLaws, ParityHoldsToTheLastPlace, (std::uint64_t seed, bool with_rate)) {
    Terms terms = RandomTerms(seed).next(with_rate);
    terms.side = OptionSide::call;
    Int128 const gap = price(terms).value().units() - price(other_side(terms)).value().units();
    Int128 const plain = terms.forward.units() - terms.strike.units();
    if (!with_rate) {
        RC_ASSERT(gap == plain);
        return;
    }
    Int128 const discount = discount_of(terms.rate, terms.years).value();
    auto const want = real(plain) * exact_testing::real_q64(discount);
    RC_ASSERT(off(real(gap), want) <= Real("1e-18"));
}

RC_GTEST_PROP(FastBlackLaws, ACallAndAPutChangePlacesWithForwardAndStrike, (std::uint64_t seed)) {
    Terms const terms = RandomTerms(seed).next();
    Terms mirrored = other_side(terms);
    std::swap(mirrored.forward, mirrored.strike);
    RC_ASSERT(price(terms).value() == price(mirrored).value());
}

RC_GTEST_PROP(FastBlackLaws, CachedPartsGiveTheSameBits, (std::uint64_t seed)) {
    Terms const terms = RandomTerms(seed).next();
    auto const forward = LogPrice::of(static_cast<Uint128>(terms.forward.units()));
    auto const strike = LogPrice::of(static_cast<Uint128>(terms.strike.units()));
    auto const deviation = Deviation::of(terms.volatility.units(), terms.years.units());
    RC_ASSERT(static_cast<Int128>(undiscounted(terms.side, forward, strike, deviation)) ==
              price(terms).value().units());
}

RC_GTEST_PROP(FastBlackLaws, APriceLiesBetweenIntrinsicAndBound, (std::uint64_t seed)) {
    Terms const terms = RandomTerms(seed).next();
    Int128 const value = price(terms).value().units();
    bool const is_call = terms.side == OptionSide::call;
    Int128 const exercise = is_call ? terms.forward.units() - terms.strike.units()
                                    : terms.strike.units() - terms.forward.units();
    RC_ASSERT(value >= std::max<Int128>(0, exercise));
    RC_ASSERT(value <= (is_call ? terms.forward.units() : terms.strike.units()));
}

// ---- edges: price and delta of each side ----

struct Edge {
    std::string name;
    Terms terms; ///< as a call
    std::string call, put, call_delta, put_delta;
    friend void PrintTo(Edge const& row, std::ostream* out) { *out << row.name; }
};

class FastBlackEdge : public testing::TestWithParam<Edge> {};

TEST_P(FastBlackEdge, HasItsValue) {
    auto const& row = GetParam();
    auto const call = greeks(row.terms);
    auto const put = greeks(other_side(row.terms));
    ASSERT_TRUE(call) << sentence(call.error());
    ASSERT_TRUE(put) << sentence(put.error());
    EXPECT_EQ(format_decimal(call.value().price), row.call);
    EXPECT_EQ(format_decimal(put.value().price), row.put);
    EXPECT_EQ(format_decimal(call.value().delta), row.call_delta);
    EXPECT_EQ(format_decimal(put.value().delta), row.put_delta);
    EXPECT_TRUE(call.value().vega.is_zero());
    EXPECT_TRUE(call.value().gamma.is_zero());
}

constexpr auto call = OptionSide::call;
std::string const most = "1329227995784915872.903807060280344576"; // 2^120 units

INSTANTIATE_TEST_SUITE_P(
    EveryEdge, FastBlackEdge,
    testing::Values(
        Edge{"NoTime", terms_of(call, "110", "100", "0.5", "0", "0.1"), "10", "0", "1", "0"},
        Edge{"NoTimeBelow", terms_of(call, "90", "100", "0.5", "0", "0.1"), "0", "10", "0", "-1"},
        Edge{"NoTimeAtTheStrike", terms_of(call, "100", "100", "0.5", "0"), "0", "0", "0.5", "-0.5"},
        Edge{"ExpiryPassed", terms_of(call, "110", "100", "0.5", "-1", "0.1"), "10", "0", "1", "0"},
        Edge{"NoVolatility", terms_of(call, "110", "100", "0", "1"), "10", "0", "1", "0"},
        Edge{"StrikeZero", terms_of(call, "110", "0", "0.5", "1"), "110", "0", "1", "0"},
        Edge{"ForwardZero", terms_of(call, "0", "100", "0.5", "1"), "0", "100", "0", "-1"},
        Edge{"BothZero", terms_of(call, "0", "0", "0.5", "0"), "0", "0", "0.5", "-0.5"},
        Edge{"WorldsApart", terms_of(call, most, "0.000000000000000001", "0.5", "1"),
             "1329227995784915872.903807060280344575", "0", "1", "0"},
        Edge{"EndlessVolatility", terms_of(call, "110", "100", "1000", "1"), "110", "100", "1", "0"},
        Edge{"LargestOfAll", terms_of(call, most, most, most, "1"), most, most, "1", "0"}),
    [](auto const& row) { return row.param.name; });

// ---- refusals ----

struct Refusal {
    std::string name;
    Terms terms;
    PricingFailure want;
    friend void PrintTo(Refusal const& row, std::ostream* out) { *out << row.name; }
};

class FastBlackRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(FastBlackRefusal, NamesItsReason) {
    auto const got = price(GetParam().terms);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error(), GetParam().want);
    EXPECT_FALSE(std::string_view(sentence(got.error())).empty());
    auto const all = greeks(GetParam().terms);
    ASSERT_FALSE(all);
    EXPECT_EQ(all.error(), GetParam().want);
}

std::string const too_much = "1329227995784915872.903807060280344577";

INSTANTIATE_TEST_SUITE_P(
    EveryReason, FastBlackRefusal,
    testing::Values(
        Refusal{"NoSide", terms_of(OptionSide::none, "1", "1", "1", "1"),
                PricingFailure::side_missing},
        Refusal{"NegativeForward", terms_of(call, "-0.000000000000000001", "1", "1", "1"),
                PricingFailure::negative_forward},
        Refusal{"NegativeStrike", terms_of(call, "1", "-1", "1", "1"),
                PricingFailure::negative_strike},
        Refusal{"NegativeVolatility", terms_of(call, "1", "1", "-0.5", "1"),
                PricingFailure::negative_volatility},
        Refusal{"ForwardTooLarge", terms_of(call, too_much, "1", "1", "1"),
                PricingFailure::input_too_large},
        Refusal{"StrikeTooLarge", terms_of(call, "1", too_much, "1", "1"),
                PricingFailure::input_too_large},
        Refusal{"VolatilityTooLarge", terms_of(call, "1", "1", too_much, "1"),
                PricingFailure::input_too_large},
        Refusal{"YearsTooLarge", terms_of(call, "1", "1", "1", too_much),
                PricingFailure::input_too_large},
        Refusal{"RateTooLarge", terms_of(call, "1", "1", "1", "1", too_much),
                PricingFailure::input_too_large},
        Refusal{"DiscountTooLarge", terms_of(call, "1", "1", "1", "1", "40.000000000000000001"),
                PricingFailure::discount_too_large},
        Refusal{"DiscountTooSmall", terms_of(call, "1", "1", "1", "1", "-41"),
                PricingFailure::discount_too_large},
        Refusal{"ResultTooLarge", terms_of(call, most, "1", "1", "1", "-40"),
                PricingFailure::result_too_large}),
    [](auto const& row) { return row.param.name; });

TEST(FastBlack, RefusesAGammaThatLeavesTheRow) {
    auto const terms = terms_of(call, "0.000000000000000001", "0.000000000000000001", "0.0001", "0.0001");
    EXPECT_TRUE(price(terms));
    ASSERT_FALSE(greeks(terms));
    EXPECT_EQ(greeks(terms).error(), PricingFailure::result_too_large);
}

// ---- in coin ----

TEST(InverseOption, IsThePriceOverTheForward) {
    // Deribit, 2026-02-03T04:29:35Z, BTC-6FEB26-88000-P, 3 d 3 h 30 m 25 s before expiry: mark 0.12225415
    // coin, delta -0.98132.
    auto const terms = terms_of(OptionSide::put, "78439.07", "88000", "0.5874", "0.008619491");
    auto const g = inverse_greeks(terms).value();
    EXPECT_LT(off(real(g.price), Real("0.12225415")), Real("5e-5"));
    EXPECT_LT(off(real(g.delta), Real("-0.98132")), Real("1e-3"));
    EXPECT_EQ(g.net_delta.units(), g.delta.units() - g.price.units());
    EXPECT_EQ(inverse_price(terms).value(), g.price);
    Terms up = terms;
    Terms down = terms;
    up.volatility = Ratio{terms.volatility.units() + units("0.0001")};
    down.volatility = Ratio{terms.volatility.units() - units("0.0001")};
    Real const slope = (real(inverse_price(up).value()) - real(inverse_price(down).value())) / Real("0.0002");
    EXPECT_LT(off(real(g.vega), slope), Real("1e-6"));
}

TEST(InverseOption, NeedsAForward) {
    auto const terms = terms_of(call, "0", "1", "1", "1");
    EXPECT_EQ(inverse_price(terms).error(), PricingFailure::no_forward);
    EXPECT_EQ(inverse_greeks(terms).error(), PricingFailure::no_forward);
}

} // namespace
} // namespace plimsoll::risk::fast
