/// An event in words, on one line, for people.
#pragma once

#include "ledger/book/book.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::tools {

/// "Transferred", "LiquidationStarted", ...
[[nodiscard]] std::string_view kind_of(Event const& event);
/// Every kind there is, in the order of the numbers on disk.
[[nodiscard]] std::vector<std::string_view> const& kind_names();

/// "deposit 0.10000000 XBT, outside -> main". The book must have every id that the event names; the
/// latest one does, since ids never change their meaning.
[[nodiscard]] std::string event_text(book::Book const& book, Event const& event);

/// "bitmex-wallet 1776348000:17 by outside_record", or "" where no source is named.
[[nodiscard]] std::string origin_text(book::Book const& book, Origin const& origin);

} // namespace plimsoll::tools
