/// A synthetic day of an options and perpetuals protocol, made event by event.
#pragma once

#include "ledger/book/book.hpp"
#include "tools/errc.hpp"
#include "tools/generate/options.hpp"

#include <memory>
#include <vector>

namespace plimsoll::tools {

/// Equal options give equal events. It reads the book that its own events add up to, so it needs no
/// memory of its own beyond prices and a few open liquidations; whoever drives it submits each
/// group before asking for the next.
///
/// About 60 % of the events after opening are trades and the funding that they meet, 20 % oracle
/// prices, 10 % deposits, withdrawals and transfers; funding indices move every four hours.
/// Liquidations take up to 9 % of a crash day, and next to nothing of a calm one.
class Day {
public:
    explicit Day(DayOptions const& options);
    ~Day();
    Day(Day const&) = delete;
    Day& operator=(Day const&) = delete;

    /// Fills `group` with the next facts to submit, all or none. False, and empty, at the end: the
    /// book then has exactly options.events events. Errors: Errc::ledger_not_empty where the book
    /// did not start empty.
    [[nodiscard]] result<bool> next(book::Book const& book, std::vector<Event>& group);
    /// Still defining and funding; nobody has traded yet.
    [[nodiscard]] bool is_opening() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace plimsoll::tools
