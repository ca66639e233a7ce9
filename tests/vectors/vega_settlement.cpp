/// Rows of Vega's settlements, alone and as whole cases.
#include "risk/clearing/loss_sharing.hpp"
#include "tests/vectors/scenarios.hpp"
#include "tests/vectors/vega_story.hpp"

namespace plimsoll::vectors {

namespace settlement = risk::settlement;
using Differs = Story::Differs;

namespace {

Differs same(Wide const& ours, Fields const& row, std::string_view field) {
    return Answer(ours).differs_from(row.at(field), std::string(field));
}

/// One settlement alone: what each had before it is given.
Differs settle_alone(Fields const& row) {
    Wide insurance = row.integer("insurance_before");
    Wide lost;
    Wide collected;
    for (auto const each : row.array("losses")) {
        Fields const loss(each);
        Fields const before = loss.object("before");
        auto const draw = settlement::collect(
            loss.integer("due"),
            {before.integer_or("margin", 0), before.integer_or("general", 0), before.integer_or("bond", 0)},
            insurance);
        Answer::Record from;
        for (auto const& [account, part] :
             {std::pair{"margin", &draw.margin}, {"general", &draw.general}, {"bond", &draw.bond},
              {"insurance", &draw.insurance}}) {
            if (!part->is_zero()) from[account] = *part;
        }
        if (auto difference = Answer(std::move(from)).differs_from(loss.at("from"), "from")) {
            return difference;
        }
        lost += loss.integer("due");
        collected += draw.total();
    }
    std::vector<Wide> wins;
    std::optional<std::size_t> residue;
    for (auto const each : row.array("wins")) {
        Fields const win(each);
        if (win.text("party") == "network") residue = wins.size();
        wins.push_back(win.integer("due"));
    }
    auto const paid = settlement::share(wins, lost, collected, residue);
    std::size_t at = 0;
    for (auto const each : row.array("wins")) {
        Fields const win(each);
        if (residue == at) insurance += paid[at];
        if (auto difference = same(paid[at], win, "paid")) return difference;
        if (win.has("shortfall")) {
            if (auto difference = same(wins[at] - paid[at], win, "shortfall")) return difference;
        }
        ++at;
    }
    Answer const ours(Answer::Record{
        {"loss_total", lost}, {"collected", collected}, {"insurance_after", insurance}});
    return ours.differs_from(row.at("expected"), "");
}

} // namespace

void vega_losses(Fields const& row, Report& report) {
    for (auto const each : row.array("cases")) {
        Fields const story(each);
        report.judged("vega.loss_case", scenario_source(story),
                      story.has("reproduced") && !story.truth("reproduced"), Story(story).replay());
    }
    for (auto const each : row.array("events")) {
        Fields const event(each);
        report.judged("vega.settlement", scenario_source(event),
                      event.has("reproduced") && !event.truth("reproduced"), settle_alone(event));
    }
}

} // namespace plimsoll::vectors
