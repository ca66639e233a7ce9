/// The log shown once more to something that follows it, each event with the book before and behind it.
#pragma once

#include "ledger/book/apply.hpp"
#include "replay/moment.hpp"

namespace plimsoll::replay {

/// The events after `after`, up to `last`. Errors: damage.
template <class Watcher>
[[nodiscard]] result<void> follow_again(Reader const& reader, std::uint64_t after, std::uint64_t last, Watcher& watcher) {
    PLIMSOLL_TRY(start, reader.at(after));
    result<void> applied = outcome::success();
    PLIMSOLL_TRYV(reader.for_events(after + 1, last, [&](std::uint64_t, Event const& event) {
        if constexpr (requires { watcher.precede(event, start.book); }) watcher.precede(event, start.book);
        applied = book::apply(start.book, event);
        if (applied) watcher.follow(event, start.book);
        return applied.has_value();
    }));
    return applied;
}

} // namespace plimsoll::replay
