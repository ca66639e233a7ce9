/// Long random stories for ledgers: events of every kind, in groups of one record each.
#pragma once

#include "tests/ledger/book/random_life.hpp"
#include "tests/replay/temporary_ledger.hpp"

#include <span>
#include <vector>

namespace plimsoll::testing_aid {

class Story {
public:
    explicit Story(std::uint64_t seed) : life_(seed), random_(seed) {}

    /// Events of every kind, until there are `events` or a few more.
    Story& lives(std::size_t events) {
        while (life_.sample().events().size() < events) life_.step();
        return *this;
    }
    /// Nothing but prices, until there are exactly `events`.
    Story& ticks(std::size_t events) {
        while (life_.sample().events().size() < events) {
            Observed fact;
            fact.subject = 1 + static_cast<std::uint32_t>(random_.below(4));
            fact.kind = random_.chance(3) ? Observation::index_price : Observation::mark_price;
            fact.value = Price{static_cast<Int128>(random_.below(1'000'000)) * one_units};
            life_.sample().happens(fact);
        }
        return *this;
    }
    [[nodiscard]] Sample& sample() { return life_.sample(); }
    [[nodiscard]] book::Book const& book() const { return life_.sample().book(); }
    [[nodiscard]] std::vector<Event> const& events() const { return life_.sample().events(); }

    /// Calls f(group) for each group of events that one record brought about, in order.
    template <class F> void for_groups(F&& f) const {
        std::vector<Event> const& all = events();
        for (std::size_t begin = 0; begin < all.size();) {
            std::size_t end = begin + 1;
            while (end < all.size() && is_one_record(all[begin].origin, all[end].origin)) ++end;
            f(std::span(all).subspan(begin, end - begin));
            begin = end;
        }
    }

private:
    [[nodiscard]] static bool is_one_record(Origin const& a, Origin const& b) {
        return a.source != 0 && a.source == b.source && a.cursor == b.cursor;
    }
    mutable RandomLife life_; // it hands out its sample only to be told on
    Random random_;
};

/// The book after each of the first `count` events, one by one from nothing.
class Prefix {
public:
    explicit Prefix(std::span<Event const> events) : events_(events) {}
    /// Ascending.
    [[nodiscard]] book::Book const& after(std::uint64_t count) {
        while (book_.sequence() < count) must(book::apply(book_, events_[book_.sequence()]));
        return book_;
    }

private:
    std::span<Event const> events_;
    book::Book book_;
};

} // namespace plimsoll::testing_aid
