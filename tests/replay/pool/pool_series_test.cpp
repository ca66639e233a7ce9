#include "tests/replay/pool/pool_ledger.hpp"
#include "tests/vectors/vector_reading.hpp"

#include <cmath>
#include <iostream>

namespace plimsoll::testing_aid {
namespace {

using vectors::Json;

/// Lyra's recorded series of trades (shared/vectors/scenarios/lyra_v1_amm.json), each a command on one ledger. The columns of a forced
/// close are no trade's: protocol_vectors has them of the rule alone.
class PoolSeries : public testing::Test {
protected:
    std::filesystem::path const file = std::filesystem::path(PLIMSOLL_SHARED_DIR) / "vectors/scenarios/lyra_v1_amm.json";
    std::string const text = std::filesystem::exists(file) ? vectors::read_file(file) : "";
    simdjson::dom::parser parser;
    int compared = 0;

    void SetUp() override {
        if (text.empty()) GTEST_SKIP() << "skipped: no " << file;
    }
    [[nodiscard]] static std::string decimal(Json value) {
        char words[64];
        std::snprintf(words, sizeof words, "%.12f", value.get_double().value());
        return words;
    }
    [[nodiscard]] static std::map<std::string, std::string> terms(Json given) {
        Json const limits = given["trade_limits"];
        std::map<std::string, std::string> changes;
        for (auto const& [place, key] : std::map<std::string, char const*>{{"pricing year_seconds", "year_s"}, {"pricing rate", "rate"}, {"pricing standard_size", "standard_size"},
                 {"pricing skew_adjustment", "skew_adjustment"}, {"averages base_seconds", "gwav_window_s"}, {"averages skew_seconds", "gwav_window_s"}, {"fees option", "option_fee"},
                 {"fees option_single_seconds", "option_fee_1x_s"}, {"fees option_twofold_seconds", "option_fee_2x_s"}, {"fees spot", "spot_fee"}, {"fees spot_single_seconds", "spot_fee_1x_s"},
                 {"fees spot_twofold_seconds", "spot_fee_2x_s"}, {"fees vega", "vega_fee"}, {"fees variance", "variance_coefficient"}, {"fees variance_vega", "variance_vega"},
                 {"fees variance_vega_least", "variance_vega_min"}, {"fees variance_skew", "variance_skew"}, {"fees variance_skew_least", "variance_skew_min"},
                 {"fees variance_reference_skew", "reference_skew"}, {"fees variance_base", "variance_iv"}, {"fees variance_base_least", "variance_iv_min"}}) {
            changes[place] = decimal(given[key]);
        }
        for (auto const& [place, key] : std::map<std::string, char const*>{{"volatility_least", "min_vol"}, {"volatility_most", "max_vol"}, {"base_least", "min_base_iv"}, {"base_most", "max_base_iv"},
                 {"skew_least", "min_skew"}, {"skew_most", "max_skew"}, {"delta_least", "min_delta"}, {"cutoff_seconds", "trading_cutoff_s"}}) {
            changes["bounds " + place] = decimal(limits[key]);
        }
        changes["queue deposit_seconds"] = "0";
        return changes;
    }
    void near(Int128 ours, Json row, Json series, char const* name) {
        auto const want = row["expected"][name];
        if (want.error() != simdjson::SUCCESS) return;
        bool const is_vega = std::string_view(name) == "vega_util_fee"; // the source divides by the value after the trade
        Json const tolerances = series[is_vega ? "source_tolerance" : "model_tolerance"];
        auto const own = tolerances[name];
        double const tolerance = own.error() == simdjson::SUCCESS ? own.get_double().value() : tolerances["default"].get_double().value();
        double const figure = static_cast<double>(static_cast<long double>(ours) / 1e18L);
        double const wanted = want.get_double().value();
        EXPECT_LE(std::abs(figure - wanted), tolerance * std::max(1.0, std::abs(wanted))) << name << ": " << format_decimal(ours) << " for " << wanted;
        ++compared;
    }
};

[[nodiscard]] Int128 narrow(risk::Precise const& value) { return risk::narrowed(value.rounded(fixed_decimals, Rounding::floor)).value(); }

TEST_F(PoolSeries, IsThatOfLyra) {
    Json const series = parser.parse(text)["series"];
    Json const given = series["parameters"];
    Json const board = given["board"];
    PoolLedger ledger(terms(given));
    ledger.must_take(ledger.pay_in("alice", decimal(given["pool_deposit"])));
    ledger.must_take(ledger.deposit("alice", decimal(given["pool_deposit"])));
    ledger.must_take(ledger.process());
    InstrumentId const call = ledger.option(true, std::to_string(board["strike"].get_int64().value()), 14);
    ledger.must_take(ledger.list(call, decimal(board["base_iv"]), decimal(board["skew"])));
    Int128 const deposit = ledger.balance("lp");
    Int128 premiums = 0;
    Int128 base_cost = 0;
    std::int64_t number = 0;
    for (Json const row : series["trades"]) {
        auto const hours = static_cast<TimeNs>(row["hours"].get_double().value() * 3600) * PoolLedger::second;
        double const size = row["size"].get_double().value();
        SCOPED_TRACE("trade " + std::to_string(number));
        ledger.must_take(PoolLedger::spot(decimal(row["spot"])), hours);
        std::uint64_t const before = ledger.book().sequence();
        Int128 const base_before = ledger.balance("lp", 2);
        if (number == 6) ledger.again(); // another process goes on
        if (size != 0) {
            // Each comes from somebody else: none closes what another opened.
            std::string const trader = "trader" + std::to_string(number);
            ledger.open_account(trader);
            auto const answer = ledger.must_take(ledger.trade(trader, call, size > 0, decimal(row["size"]).substr(size > 0 ? 0 : 1)), hours);
            premiums += (size > 0 ? 1 : -1) * PoolLedger::figure(answer, "premium");
            near(PoolLedger::figure(answer, "premium"), row, series, "premium");
            for (auto const* fee : {"option_fee", "spot_fee", "variance_fee"}) near(PoolLedger::figure(answer, fee), row, series, fee);
            near(PoolLedger::figure(answer, "vega_fee"), row, series, "vega_util_fee");
        }
        auto const view = ledger.view(before);
        auto const& standing = view.standing;
        auto const& one = standing.series.front();
        Int128 const bought = standing.base_held - base_before;
        Int128 const cost = multiply_divide(bought, standing.spot, one_units, Rounding::floor).value();
        base_cost += cost;
        near(one.base_now, row, series, "base_iv");
        near(one.skew_now, row, series, "skew");
        near(narrow(one.base), row, series, "gwav_iv");
        near(narrow(one.skew), row, series, "gwav_skew");
        near(narrow(one.values.standard_vega), row, series, "std_vega");
        near(-narrow(standing.standard_vega), row, series, "net_std_vega");
        near(-narrow(one.units), row, series, "net_position");
        near(standing.options_value, row, series, "option_position_value");
        near(standing.base_held, row, series, "collateral");
        near(standing.base_value, row, series, "collateral_value");
        near(standing.net_value() - deposit, row, series, "nav_minus_deposit");
        near(premiums, row, series, "cumulative_signed_premium");
        near(bought, row, series, "base_bought");
        near(cost, row, series, "base_cost");
        near(base_cost, row, series, "base_cost_cumulative");
        EXPECT_EQ(view.explanation.rest, 0);
        ++number;
    }
    EXPECT_EQ(number, 11);
    EXPECT_EQ(compared, 11 * 20 - 5) << "20 columns of each row; the row of no trade has no posting of its five";
    // What all of it came to, from the first event: fees, options, spot and the deposit, and nothing else.
    auto const view = ledger.view();
    EXPECT_EQ(view.explanation.rest, 0);
    EXPECT_EQ(view.explanation.value[static_cast<std::size_t>(risk::pool::PoolCause::deposits)], deposit);
    EXPECT_EQ(view.explanation.value[static_cast<std::size_t>(risk::pool::PoolCause::other)], 0);
    std::cout << "lyra_v1_amm.json: " << compared << " figures of " << number << " rows\n";
}

} // namespace
} // namespace plimsoll::testing_aid
