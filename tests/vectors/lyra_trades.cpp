#include "tests/vectors/lyra_trades.hpp"

#include "risk/pool/option_pool.hpp"
#include "tests/vectors/vega_read.hpp"

namespace plimsoll::vectors {

using namespace risk::pool;
using risk::Precise;

namespace {

PoolTerms terms_of(Fields const& given) {
    Fields const board = given.object("board");
    Fields const close = given.object("force_close");
    PoolTerms terms;
    terms.impact = {decimal(given, "standard_size"), decimal(given, "skew_adjustment")};
    terms.life_seconds = board.integer("life_s");
    terms.year_seconds = given.integer("year_s");
    terms.average_seconds = given.integer("gwav_window_s");
    terms.strike = decimal(board, "strike");
    terms.rate = decimal(given, "rate");
    terms.option_fee = {decimal(given, "option_fee"), given.integer("option_fee_1x_s"),
                        given.integer("option_fee_2x_s")};
    terms.spot_fee = {decimal(given, "spot_fee"), given.integer("spot_fee_1x_s"),
                      given.integer("spot_fee_2x_s")};
    terms.vega_fee = decimal(given, "vega_fee");
    terms.variance_vega = decimal(given, "variance_coefficient") * decimal(given, "variance_vega");
    terms.variance_iv = decimal(given, "variance_iv");
    terms.close_long = decimal(close, "long_vol_shock");
    terms.close_short = decimal(close, "short_vol_shock");
    terms.close_short_min = decimal(close, "short_spot_min");
    return terms;
}

PoolState state_of(Fields const& given) {
    Fields const board = given.object("board");
    PoolState state;
    state.cash = state.value = decimal(given, "pool_deposit");
    state.volatility = {decimal(board, "base_iv"), decimal(board, "skew")};
    state.base_history = {{Precise{}, state.volatility.base}};
    state.skew_history = {{Precise{}, state.volatility.skew}};
    return state;
}

/// Our figures' own tolerance, and the source's for the vega fee: its column divides by the pool's
/// value after the trade, the contract by the one before.
Precise tolerance_of(Fields const& series, std::string_view name) {
    if (name == "vega_util_fee") return decimal(series.object("source_tolerance"), name);
    Fields const tolerances = series.object("model_tolerance");
    return decimal(tolerances, tolerances.has(name) ? name : "default");
}

} // namespace

void lyra_trades(Fields const& series, Report& report) {
    Fields const given = series.object("parameters");
    PoolTerms const terms = terms_of(given);
    PoolState state = state_of(given);
    Precise const deposit = state.cash;
    Precise premiums;
    Precise base_cost;
    for (auto const each : series.array("trades")) {
        Fields const row(each);
        Precise const spot = decimal(row, "spot");
        Precise const amount = decimal(row, "size");
        auto const done = trade(state, terms, decimal(row, "hours"), spot, amount);
        premiums = premiums + (amount < Precise{} ? -done.premium : done.premium);
        base_cost = base_cost + done.base_bought * spot;
        std::map<std::string, Precise, std::less<>> const ours{
            {"base_iv", state.volatility.base},
            {"skew", state.volatility.skew},
            {"gwav_iv", done.average.base},
            {"gwav_skew", done.average.skew},
            {"premium", done.premium},
            {"option_fee", done.option_fee},
            {"spot_fee", done.spot_fee},
            {"std_vega", done.standard_vega},
            {"net_std_vega", done.net_standard_vega},
            {"variance_fee", done.variance_fee},
            {"net_position", state.net_sold},
            {"option_position_value", done.options_value},
            {"collateral", state.base},
            {"collateral_value", state.base * spot},
            {"nav_minus_deposit", state.value - deposit},
            {"vega_util_fee", done.vega_fee},
            {"cumulative_signed_premium", premiums},
            {"base_bought", done.base_bought},
            {"base_cost", done.base_bought * spot},
            {"base_cost_cumulative", base_cost},
            {"force_close_skew", done.forced_skew},
            {"force_close_vol", done.forced_volatility},
            {"force_close_premium", done.forced_premium}};
        Fields const expected = row.object("expected");
        std::optional<Answer::Difference> difference;
        for (auto const [name, value] : expected.fields()) {
            if (difference) break;
            auto const said = ours.find(name);
            difference = said == ours.end()
                             ? Answer::Difference{std::string(name), "(nothing)", "a number"}
                             : near(said->second, expected, said->first, tolerance_of(series, name));
        }
        report.judged("lyra.trade", "trade " + row.integer("n").str(),
                      row.has("reproduced") && !row.truth("reproduced"), difference);
    }
}

} // namespace plimsoll::vectors
