// Black-Scholes-Merton against the tables of Haug, The Complete Guide to Option Pricing Formulas
// (1998), as QuantLib's test suite lists them (test-suite/europeanoption.cpp).
#include "ledger/event/decimal.hpp"
#include "risk/pricing/fast_spot.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace plimsoll::risk::fast {
namespace {

using wire::OptionSide;

[[nodiscard]] Int128 units(std::string_view text) { return parse_decimal(text).value(); }

struct Row {
    std::string what; ///< price, or the name of a Greek
    std::string side, strike, spot, yield, rate, years, volatility, want;
    std::string tolerance = "0.0001";
    friend void PrintTo(Row const& row, std::ostream* out) {
        *out << row.what << ' ' << row.side << ' ' << row.strike << ' ' << row.spot;
    }
};

[[nodiscard]] std::string miss(Row const& row) {
    SpotTerms const terms{row.side == "Call" ? OptionSide::call : OptionSide::put,
                          Price{units(row.spot)},
                          Price{units(row.strike)},
                          Ratio{units(row.volatility)},
                          Ratio{units(row.years)},
                          Ratio{units(row.rate)},
                          Ratio{units(row.yield)}};
    auto const got = greeks(terms);
    if (!got) return sentence(got.error());
    auto const& g = got.value();
    auto figure = [&]() -> Int128 {
        if (row.what == "price") return g.price.units();
        if (row.what == "delta") return g.delta.units();
        if (row.what == "elasticity") return g.elasticity->units();
        if (row.what == "gamma") return g.gamma.units();
        if (row.what == "vega") return g.vega.units();
        if (row.what == "theta") return g.theta.units();
        if (row.what == "theta per day") return g.theta.units() / 365;
        if (row.what == "rho") return g.rho.units();
        return g.yield_rho.units();
    }();
    Int128 const off = figure - units(row.want);
    if (within(off, units(row.tolerance))) return {};
    return "got " + format_decimal(figure) + ", want " + row.want;
}

class Textbook : public testing::TestWithParam<Row> {};

TEST_P(Textbook, HasThePrintedDigits) { EXPECT_EQ(miss(GetParam()), ""); }

INSTANTIATE_TEST_SUITE_P(
    Haug, Textbook,
    testing::Values(
        Row{"price", "Call", "65", "60", "0", "0.08", "0.25", "0.30", "2.1334"},
        Row{"price", "Put", "95", "100", "0.05", "0.10", "0.50", "0.20", "2.4648"},
        Row{"price", "Put", "19", "19", "0.10", "0.10", "0.75", "0.28", "1.7011"},
        Row{"price", "Call", "1.60", "1.56", "0.08", "0.06", "0.50", "0.12", "0.0291"},
        Row{"price", "Call", "100", "90", "0.10", "0.10", "0.10", "0.15", "0.0205"},
        Row{"price", "Put", "100", "110", "0.10", "0.10", "0.50", "0.35", "5.7963"},
        Row{"price", "Call", "40", "42", "0.08", "0.04", "0.75", "0.35", "5.0975"},
        Row{"delta", "Put", "100", "105", "0.10", "0.10", "0.5", "0.36", "-0.3566"},
        Row{"elasticity", "Put", "100", "105", "0.10", "0.10", "0.5", "0.36", "-4.8775"},
        Row{"gamma", "Call", "60", "55", "0", "0.10", "0.75", "0.30", "0.0278"},
        Row{"vega", "Put", "60", "55", "0", "0.10", "0.75", "0.30", "18.9358"},
        Row{"theta", "Put", "405", "430", "0.05", "0.07", "0.083333333333333333", "0.20", "-31.1924"},
        Row{"rho", "Call", "75", "72", "0", "0.09", "1", "0.19", "38.7325"}));

[[nodiscard]] std::vector<std::vector<std::string>> read_table(std::filesystem::path const& file) {
    std::vector<std::vector<std::string>> rows;
    std::ifstream in(file);
    std::string line;
    std::getline(in, line); // the names
    while (std::getline(in, line)) {
        if (line.ends_with('\r')) line.pop_back();
        std::vector<std::string> fields;
        std::istringstream split(line);
        for (std::string field; std::getline(split, field, ',');) fields.push_back(field);
        rows.push_back(fields);
    }
    return rows;
}

TEST(TextbookTables, HaveEveryPrintedDigit) {
    std::filesystem::path const folder =
        std::filesystem::path(PLIMSOLL_SHARED_DIR) / "data/option_pricing_reference";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "tables are absent: " << folder;
    auto const prices = read_table(folder / "haug_bsm_values.csv");
    EXPECT_EQ(prices.size(), 43U);
    for (auto const& f : prices) {
        ASSERT_EQ(f.size(), 9U);
        EXPECT_EQ(f[8], "1.0e-4");
        EXPECT_EQ(miss({"price", f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]}), "") << f[1];
    }
    auto const slopes = read_table(folder / "haug_bsm_greeks.csv");
    EXPECT_EQ(slopes.size(), 11U);
    for (auto const& f : slopes) {
        ASSERT_EQ(f.size(), 9U);
        // Half of the last printed digit.
        EXPECT_EQ(miss({f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], "0.00005"}), "") << f[0];
    }
}

TEST(SpotOption, NeedsASpotAndAReasonableYield) {
    SpotTerms terms{OptionSide::call, Price::whole(-1), Price::whole(1), {}, Ratio::whole(1), {}, {}};
    EXPECT_EQ(greeks(terms).error(), PricingFailure::negative_forward);
    terms.spot = Price::whole(1);
    terms.yield = Ratio::whole(41);
    EXPECT_EQ(greeks(terms).error(), PricingFailure::discount_too_large);
    terms.yield = Ratio{row_limit_units};
    EXPECT_EQ(greeks(terms).error(), PricingFailure::input_too_large);
    terms.yield = Ratio::whole(-40);
    terms.spot = Price{event_limit_units};
    EXPECT_EQ(greeks(terms).error(), PricingFailure::input_too_large);
}

TEST(SpotOption, HasNoElasticityWithoutAPrice) {
    SpotTerms const terms{OptionSide::call, Price::whole(1), Price::whole(2), {}, Ratio::whole(1), {}, {}};
    EXPECT_FALSE(greeks(terms).value().elasticity);
}

} // namespace
} // namespace plimsoll::risk::fast
