/// What every part of the synthetic day shares: its options, listings, prices, people, dice and
/// clock.
#pragma once

#include "ledger/book/book.hpp"
#include "tools/generate/crowd.hpp"
#include "tools/generate/market.hpp"

#include <vector>

namespace plimsoll::tools {

struct World {
    World(DayOptions const& day_options, std::size_t listings, std::uint64_t customers)
        : options(day_options), catalogue(listings, day_options.start), market(catalogue),
          crowd(catalogue, day_options.seed, customers), random(day_options.seed) {}
    World(World const&) = delete; // market and crowd point at catalogue
    World& operator=(World const&) = delete;

    DayOptions options;
    Catalogue catalogue;
    Market market;
    Crowd crowd;
    Random random;
    TimeNs time_of_day = 0;
    Weather weather;
    std::uint64_t record = 0; ///< of the group that is being made: its place in the source
    std::uint64_t loss_index_sequence = 0; ///< of the last loss that was socialised

    [[nodiscard]] Origin origin(Cause cause = Cause::outside_record,
                                std::uint64_t cause_sequence = 0) const {
        Origin origin;
        origin.source_time = options.start + time_of_day;
        origin.cursor.major = record;
        origin.cause_sequence = cause_sequence;
        origin.source = generator_source;
        origin.cause = cause;
        return origin;
    }
};

/// A group of facts in the making. While no fact in it makes the rules decide others, each fact's
/// sequence is known: next_sequence.
class Group {
public:
    Group(World const& world, book::Book const& book, std::vector<Event>& events)
        : world_(&world), first_(book.sequence() + 1), events_(&events) {}

    [[nodiscard]] std::uint64_t next_sequence() const { return first_ + events_->size(); }
    void add(Body body, Cause cause = Cause::outside_record, std::uint64_t cause_sequence = 0) {
        events_->push_back({world_->origin(cause, cause_sequence), std::move(body)});
    }
    /// From no source.
    void add_bare(Body body) {
        Origin origin;
        origin.source_time = world_->options.start + world_->time_of_day;
        origin.cause = Cause::definition;
        events_->push_back({origin, std::move(body)});
    }

private:
    World const* world_;
    std::uint64_t first_;
    std::vector<Event>* events_;
};

} // namespace plimsoll::tools
