/// A book as it will be once decided events are booked, for rules that must see all of it.
#pragma once

#include "ledger/book/book.hpp"

#include <span>

namespace plimsoll::risk {

/// A copy: for what happens seldom.
class BookAhead {
public:
    explicit BookAhead(book::Book const& book) : book_(book) {}

    /// Books what is new in a growing list. Errors: book::Errc.
    [[nodiscard]] result<void> catch_up(std::span<Event const> events);
    [[nodiscard]] book::Book const& book() const { return book_; }

private:
    book::Book book_;
    std::size_t booked_ = 0;
};

} // namespace plimsoll::risk
