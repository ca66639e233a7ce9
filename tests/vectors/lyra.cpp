/// Rows of Lyra's option pool: pricing, volatility, fees and liquidation splits.
#include "risk/clearing/option_liquidation.hpp"
#include "risk/pool/black_scholes.hpp"
#include "risk/pool/volatility.hpp"
#include "tests/vectors/lyra_trades.hpp"
#include "tests/vectors/scenarios.hpp"
#include "tests/vectors/vega_read.hpp"

#include <algorithm>

namespace plimsoll::vectors {

using namespace risk::pool;
using risk::Precise;
using Differs = std::optional<Answer::Difference>;

Differs near(Precise const& ours, Fields const& row, std::string const& name,
             Precise const& tolerance) {
    Precise const theirs = decimal(row, name);
    auto const magnitude = [](Precise const& x) { return x < Precise{} ? -x : x; };
    Precise const room = tolerance * std::max(Precise::whole(1), magnitude(theirs));
    if (!(room < magnitude(ours - theirs))) return std::nullopt;
    constexpr int shown = 12;
    return Answer::Difference{name, ours.rounded(shown, Rounding::toward_zero).str() + " e-12",
                              theirs.rounded(shown, Rounding::toward_zero).str() + " e-12"};
}

namespace {

/// Every figure that a row expects, to the row's tolerance.
Differs all_near(std::map<std::string, Precise> const& ours, Fields const& expected,
                 Precise const& tolerance) {
    for (auto const [name, value] : expected.fields()) {
        auto const said = ours.find(std::string(name));
        if (said == ours.end()) return Answer::Difference{std::string(name), "(nothing)", "a number"};
        if (auto difference = near(said->second, expected, said->first, tolerance)) return difference;
    }
    return std::nullopt;
}

Precise tolerance_of(Fields const& row) {
    return row.has("tolerance") ? decimal(row, "tolerance") : Precise::ratio(1, 1'000'000'000'000);
}

Differs function(Fields const& row) {
    auto const name = row.text("function");
    Precise const x = decimal(row, "x");
    Precise y;
    if (name == "ln") {
        y = risk::logarithm(x);
    } else if (name == "exp") {
        y = risk::exponential(x);
    } else if (name == "sqrt") {
        y = risk::root(x);
    } else if (name == "normal_density") {
        y = risk::normal_density(x);
    } else if (name == "normal_cdf") {
        y = risk::normal_distribution(x);
    } else {
        return Answer::Difference{"function", "not known", std::string(name)};
    }
    return near(y, row, "expected", tolerance_of(row));
}

Differs pricing(Fields const& row, Wide const& year_seconds) {
    Fields const in = row.object("inputs");
    auto const values = option_values({in.integer("seconds"), year_seconds, decimal(in, "vol"),
                                       decimal(in, "spot"), decimal(in, "strike"),
                                       decimal(in, "rate")});
    return all_near({{"call", values.call},
                     {"put", values.put},
                     {"call_delta", values.call_delta},
                     {"put_delta", values.put_delta},
                     {"vega", values.vega},
                     {"std_vega", values.standard_vega}},
                    row.object("expected"), tolerance_of(row));
}

Differs liquidation(Fields const& row) {
    Fields const in = row.object("inputs");
    Fields const given = row.object("parameters");
    LiquidationTerms const terms{decimal(given, "penalty_ratio"), decimal(in, "min_fee"),
                                 decimal(given, "liquidator_fee_ratio"),
                                 decimal(given, "sm_fee_ratio"),
                                 decimal(in, "insolvency_multiplier")};
    auto const got = split(decimal(in, "premium_owed"), decimal(in, "collateral"), terms);
    return all_near({{"fee_total", got.penalty},
                     {"return_collateral", got.returned},
                     {"lp_premiums", got.premium},
                     {"insolvent_amount", got.insolvent},
                     {"liquidator_fee", got.to_liquidator},
                     {"sm_fee", got.to_module},
                     {"lp_fee", got.to_pool}},
                    row.object("expected"), tolerance_of(row));
}

/// From the position to the insolvent amount. Base collateral is sold at a fee: what is owed is
/// counted in base at that price, while the minimum fee and the outcome are at the spot itself.
Differs end_to_end(Fields const& row) {
    auto const position = row.text("position");
    Precise const spot = decimal(row, "spot");
    Precise const volatility = decimal(row, "base_iv") * decimal(row, "skew");
    BuyBackTerms const close{{row.integer("life_s"), 31'536'000,
                              volatility * decimal(row, "liquidate_vol_shock"), spot,
                              decimal(row, "strike"), decimal(row, "rate")},
                             position.find("call") != position.npos,
                             decimal(row, "liquidate_spot_min"),
                             decimal(row, "option_fee"),
                             decimal(row, "spot_fee")};
    Precise owed = buy_back(close, decimal(row, "amount"));
    LiquidationTerms terms{Precise::ratio(2, 10), decimal(row, "min_fee"), Precise::ratio(4, 10),
                           Precise::ratio(3, 10), Precise::whole(1)};
    if (position.find("base collateral") != position.npos) {
        Precise const kept = Precise::whole(1) - decimal(row, "base_quote_exchange_fee");
        owed = owed / (spot * kept);
        terms.minimum_fee = terms.minimum_fee / spot;
        terms.insolvency_multiplier = spot;
    }
    auto const got = split(owed, decimal(row, "collateral"), terms);
    return all_near({{"insolvent_amount", got.insolvent}}, row.object("expected"),
                    tolerance_of(row));
}

Differs impact(Fields const& row) {
    auto const after = moved({decimal(row, "base_iv"), decimal(row, "skew")}, decimal(row, "amount"),
                             row.truth("buy"),
                             {decimal(row, "standard_size"), decimal(row, "skew_adjustment")});
    return all_near({{"base_iv", after.base}, {"skew", after.skew}}, row.object("expected"),
                    tolerance_of(row));
}

Differs mean(Fields const& row) {
    std::vector<Observation> observations;
    for (auto const each : row.array("observations")) {
        Fields const one(each);
        observations.push_back({decimal(one, "hours"), decimal(one, "value")});
    }
    Precise const now = decimal(row, "now_hours");
    return near(time_weighted_mean(observations, now - decimal(row, "from_hours_ago"),
                                   now - decimal(row, "to_hours_ago")),
                row, "expected", tolerance_of(row));
}

Differs fee(Fields const& row) {
    return near(ramped_fee(decimal(row, "coefficient"), row.integer("seconds_to_expiry"),
                           row.integer("point_1x_s"), row.integer("point_2x_s")),
                row, "expected", tolerance_of(row));
}

} // namespace

void lyra(Fields const& file, Report& report) {
    auto each_of = [&](std::string const& kind, simdjson::dom::array rows, auto judge) {
        std::size_t number = 0;
        for (auto const each : rows) {
            Fields const row(each);
            std::string place = scenario_source(row);
            if (place.empty()) place = "row " + std::to_string(number);
            ++number;
            report.judged(kind, place, row.has("reproduced") && !row.truth("reproduced"), judge(row));
        }
    };
    if (file.has("black_scholes")) {
        Fields const part = file.object("black_scholes");
        Wide const year = part.integer("year_s");
        each_of("lyra.pricing", part.array("rows"), [&](Fields const& row) { return pricing(row, year); });
        each_of("lyra.function", part.array("functions"), function);
    }
    if (file.has("liquidation")) {
        Fields const part = file.object("liquidation");
        each_of("lyra.liquidation_split", part.array("rows"), liquidation);
        if (part.has("end_to_end")) {
            each_of("lyra.liquidation_end_to_end", part.array("end_to_end"), end_to_end);
        }
    }
    if (file.has("iv_impact")) each_of("lyra.volatility_impact", file.array("iv_impact"), impact);
    if (file.has("gwav")) each_of("lyra.time_weighted_mean", file.array("gwav"), mean);
    if (file.has("time_weighted_fee")) each_of("lyra.fee_ramp", file.array("time_weighted_fee"), fee);
    if (file.has("series")) lyra_trades(file.object("series"), report);
}

} // namespace plimsoll::vectors
