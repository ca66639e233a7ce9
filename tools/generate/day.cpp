#include "tools/generate/day.hpp"

#include "tools/generate/opening.hpp"
#include "tools/generate/oracle.hpp"
#include "tools/generate/trading.hpp"
#include "tools/generate/wallets.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

/// Below this many events to go, only single marks: no group could end beyond the last event.
constexpr std::uint64_t careful_events = Liquidations::step_events_limit;
static_assert(careful_events >= wallet_events_limit && careful_events >= oracle_events_limit);

// Weights of the groups, per 1000. A trade brings up to two IndexMet, news two or three
// observations.
constexpr std::uint64_t trades_weight = 760;
constexpr std::uint64_t news_weight = 112; // and the rest to wallets

// How often the next liquidation step goes before everything else, in percent.
constexpr std::uint64_t liquidation_percent_in_storm = 24;
constexpr std::uint64_t liquidation_percent = 30;
constexpr std::uint64_t liquidation_percent_at_end = 90;

} // namespace

struct Day::Parts {
    Parts(DayOptions const& options, Plan const& plan)
        : world(options, plan.listings, plan.customers), schedule(options, plan.opening_events),
          opening(world) {}

    World world;
    Schedule schedule;
    Opening opening;
    Funding funding;
    Liquidations liquidations;
    std::uint64_t swept = 0; ///< the customer whose margin was checked last
    bool is_opening = true;

    void fill(book::Book const& book, Group& group, std::uint64_t left);
    [[nodiscard]] bool fill_liquidation(book::Book const& book, Group& group, std::uint64_t left);
    void fill_mixed(book::Book const& book, Group& group);
    void check_margins(book::Book const& book);
};

/// A margin check of everybody in turn; faster while prices fall.
void Day::Parts::check_margins(book::Book const& book) {
    for (int i = 0; i < (world.weather.is_storm ? 3 : 1); ++i) {
        swept = (swept + 1) % world.crowd.count();
        AccountId const account = world.crowd.account(swept);
        if (standing_of(book, world, account).is_short_of_margin())
            liquidations.report(book, world, account);
    }
}

bool Day::Parts::fill_liquidation(book::Book const& book, Group& group, std::uint64_t left) {
    bool const may_start =
        left > world.options.events / 200 + 1'000; // what is begun is to be ended
    std::uint64_t const percent = !may_start               ? liquidation_percent_at_end
                                  : world.weather.is_storm ? liquidation_percent_in_storm
                                                           : liquidation_percent;
    if (liquidations.empty() || !world.random.chance_percent(percent)) return false;
    return liquidations.add_step(book, world, group, may_start);
}

void Day::Parts::fill_mixed(book::Book const& book, Group& group) {
    if (funding.add_index(book, world, group)) return;
    std::uint64_t const drawn = world.random.below(1'000);
    if (drawn < trades_weight) {
        if (add_trade(book, world, liquidations, group)) return;
    } else if (drawn < trades_weight + news_weight) {
        if (!world.weather.is_oracle_down) return add_news(world, group, pick_news(world));
        if (add_trade(book, world, liquidations, group)) return;
    }
    if (add_wallet_movement(book, world, group)) return;
    add_mark(world, group, pick_news(world));
}

void Day::Parts::fill(book::Book const& book, Group& group, std::uint64_t left) {
    if (is_opening) is_opening = opening.add_next(book, world, group, left);
    if (is_opening) return;
    if (left <= careful_events) return add_mark(world, group, pick_news(world));
    if (world.options.is_decided_elsewhere) return fill_mixed(book, group);
    check_margins(book);
    if (!fill_liquidation(book, group, left)) fill_mixed(book, group);
}

Day::Day(DayOptions const& options) : parts_(std::make_unique<Parts>(options, plan_of(options))) {}
Day::~Day() = default;

bool Day::is_opening() const { return parts_->is_opening; }

result<bool> Day::next(book::Book const& book, std::vector<Event>& group) {
    group.clear();
    World& world = parts_->world;
    std::uint64_t const done = book.sequence();
    if (world.record == 0 && done != 0) {
        return fail(Errc::ledger_not_empty,
                    "it has " + std::to_string(done) + " events; a day starts with none");
    }
    if (done >= world.options.events) return false;
    world.time_of_day = parts_->schedule.time_of_day(done);
    world.weather = weather_at(world.options.scenario, world.time_of_day);
    ++world.record;
    Group filling(world, book, group);
    parts_->fill(book, filling, world.options.events - done);
    return true;
}

} // namespace plimsoll::tools
