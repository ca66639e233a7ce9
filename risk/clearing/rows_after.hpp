/// What an account will hold once events that are decided, and not applied yet, are booked.
#pragma once

#include "risk/margin/portfolio.hpp"

#include <span>

namespace plimsoll::risk {

/// Fills `rows` with the account's rows of the book, changed by the legs of `decided`: the same legs
/// that apply will book, so that the two cannot disagree. Keeps the memory of `rows`.
void rows_after(book::Book const& book, AccountId account, std::span<Event const> decided, AccountRows& rows);

} // namespace plimsoll::risk
