/// A ledger that holds market(), and short transfers from its source "venue" to go on with.
#pragma once

#include "tests/ledger/book/market.hpp"
#include "tests/replay/temporary_ledger.hpp"

#include <span>
#include <string>
#include <vector>

namespace plimsoll::testing_aid {

/// alice pays bob, as record `cursor` of the venue, one second a record.
[[nodiscard]] inline Event payment(std::uint64_t cursor, std::string_view much = "1", std::uint64_t fingerprint = 0) {
    Transferred fact;
    make(fact);
    fact.amount = amount(much);
    Origin origin;
    origin.source = 1;
    origin.cursor = {cursor, 0};
    origin.source_time = static_cast<TimeNs>(cursor) * 1'000'000'000;
    origin.record = fingerprint;
    return {origin, fact};
}
/// The same record with an event that no book accepts: nobody has no account.
[[nodiscard]] inline Event bad_payment(std::uint64_t cursor) {
    Event event = payment(cursor);
    std::get<Transferred>(event.body).account = nobody;
    return event;
}

inline void submit_each(replay::Engine& engine, std::span<Event const> events) {
    for (Event const& event : events) static_cast<void>(must(engine.submit(event)));
}

/// All that the log holds, one line an event.
[[nodiscard]] inline std::vector<std::string> log_lines(replay::Reader const& reader) {
    std::vector<std::string> lines;
    must(reader.for_events(1, reader.log_size(), [&](std::uint64_t sequence, Event const& event) {
        lines.push_back("#" + std::to_string(sequence) + " " + show(event));
        return true;
    }));
    return lines;
}

class MarketLedger : public TemporaryLedger {
public:
    MarketLedger() {
        auto engine = open();
        submit_each(*engine, market_events());
        must(engine->close());
    }
    [[nodiscard]] static std::vector<Event> const& market_events() {
        static std::vector<Event> const events = market().events();
        return events;
    }
    [[nodiscard]] static std::uint64_t size() { return market_events().size(); }
};

} // namespace plimsoll::testing_aid
