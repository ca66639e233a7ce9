/// Rows of Vega's price bands and the auctions they start.
#include "risk/clearing/price_bands.hpp"
#include "tests/vectors/scenarios.hpp"
#include "tests/vectors/vega_read.hpp"

#include <algorithm>

namespace plimsoll::vectors {

using namespace risk::bands;

namespace {

Bounds lognormal_bounds(Fields const& row, Fields const& trigger, Wide const& year_seconds) {
    Fields const params = row.object("params");
    LognormalBand const terms{trigger.integer("horizon_s"), year_seconds,
                              decimal(trigger, "probability"), decimal(params, "mu"),
                              decimal(params, "sigma")};
    return bounds(decimal(row, "reference_price"), lognormal_band(terms));
}

Bounds bounds_of(Fields const& row) {
    auto const model = row.text("model");
    if (model == "lognormal") return lognormal_bounds(row, row, row.integer("year_seconds"));
    auto const reference = decimal(row, "reference_price");
    if (model == "simple") {
        Fields const params = row.object("params");
        return bounds(reference, fixed_moves(params.integer("base_price"),
                                             params.integer("min_move_down"),
                                             params.integer("max_move_up")));
    }
    return bounds(reference, fixed_moves(10, 1, 1)); // fixed factors 0.9 and 1.1
}

void judge_bounds(Fields const& row, Report& report) {
    Bounds found = bounds_of(row);
    Wide const tick = row.integer("price_scale");
    if (tick > 1) found = shown_in_ticks(found, tick);
    Answer::Record const ours{{"min_valid", found.least}, {"max_valid", found.most}};
    std::optional<Answer::Difference> difference;
    for (auto const& [name, value] : ours) {
        if (!difference) difference = value.differs_from(row.at(name), name);
    }
    report.judged("vega.price_bounds", scenario_source(row),
                  row.has("reproduced") && !row.truth("reproduced"), difference);
}

std::optional<Trigger> trigger_of(Fields const& row, Wide const& horizon) {
    for (auto const each : row.array("triggers")) {
        Fields const trigger(each);
        if (trigger.integer("horizon_s") != horizon) continue;
        return Trigger{horizon, trigger.integer("auction_s")};
    }
    return std::nullopt;
}

/// The band the trade left is the stated one; the auction's length and every stated extension and
/// total follow from the triggers.
std::optional<Answer::Difference> judge_start(Fields const& row) {
    Wide const horizon = row.integer("broken_horizon_s");
    auto const broken = trigger_of(row, horizon);
    if (!broken) return Answer::Difference{"broken_horizon_s", "no such trigger", horizon.str()};

    Bounds band{row.integer("min_valid"), row.integer("max_valid")};
    if (row.text("model") == "lognormal") {
        for (auto const each : row.array("triggers")) {
            Fields const trigger(each);
            if (trigger.integer("horizon_s") != horizon) continue;
            band = lognormal_bounds(row, trigger, 31'557'600);
            if (band.least == row.integer("min_valid")) break; // triggers may share a horizon
        }
    }
    for (auto const& [name, value] : {std::pair{"min_valid", &band.least}, {"max_valid", &band.most}}) {
        if (auto difference = Answer(*value).differs_from(row.at(name), name)) return difference;
    }
    if (band.allow(row.integer("trade_price"))) {
        return Answer::Difference{"trade_price", "within the band", "breaks it"};
    }
    Wide const start = start_seconds(*broken, row.integer("min_auction_s"));
    if (auto difference = Answer(start).differs_from(row.at("start_duration_s"), "start_duration_s")) {
        return difference;
    }
    std::vector<Trigger> extensions;
    for (auto const each : row.array("extensions")) {
        Fields const extension(each);
        auto const by = trigger_of(row, extension.integer("horizon_s"));
        if (!by) return Answer::Difference{"extensions", "no such trigger", "one"};
        auto difference = Answer(by->auction_seconds).differs_from(extension.at("by_s"), "by_s");
        if (difference) return difference;
        extensions.push_back(*by);
    }
    auto const lengths = planned_lengths(start, extensions);
    for (auto const each : row.array("source_auction_lengths")) {
        Wide const stated = integer_of(each, "source_auction_lengths");
        if (std::ranges::find(lengths, stated) == lengths.end()) {
            return Answer::Difference{"source_auction_lengths", "not among ours", stated.str()};
        }
    }
    if (row.text("mode_after") == "TRADING_MODE_MONITORING_AUCTION") return std::nullopt;
    return Answer::Difference{"mode_after", "an auction", std::string(row.text("mode_after"))};
}

} // namespace

void vega_price_monitoring(Fields const& row, Report& report) {
    if (row.text("kind") == "bounds") return judge_bounds(row, report);
    if (row.text("kind") != "auction") return report.unsupported("vega.price_monitoring", "");
    report.judged("vega.price_auction", scenario_source(row),
                  row.has("reproduced") && !row.truth("reproduced"), judge_start(row));
}

} // namespace plimsoll::vectors
