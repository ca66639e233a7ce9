/// What an account will hold once events that are decided, and not applied yet, are booked.
#pragma once

#include "risk/margin/portfolio.hpp"

#include <span>

namespace plimsoll::risk {

/// Fills `rows` with the account's rows of the book, changed by the legs of `decided`: the same legs
/// that apply will book, so that the two cannot disagree. Keeps the memory of `rows`.
void rows_after(book::Book const& book, AccountId account, std::span<Event const> decided, AccountRows& rows);

/// What the bookkeeping rules will make of a group of facts, while none of it is booked: fact after fact is decided on
/// the book as it stands, and funding that one of them has met already is not met again. Good for facts that do
/// not need the rows of an earlier one (a loss that the group itself recognises would not be found).
class Foresight {
public:
    explicit Foresight(book::Book const& book) : book_(&book) {}

    void clear() { decided_.clear(); }
    /// Errors: those of book::decide.
    [[nodiscard]] result<void> add(Event const& fact);
    [[nodiscard]] result<void> add(std::span<Event const> facts);
    /// Facts that the rules add nothing to, and that need others of the group.
    void assume(std::span<Event const> facts) { decided_.insert(decided_.end(), facts.begin(), facts.end()); }
    /// All so far, in order.
    [[nodiscard]] std::span<Event const> decided() const { return decided_; }

private:
    book::Book const* book_;
    std::vector<Event> decided_; ///< keeps its memory
};

} // namespace plimsoll::risk
