/// Whether a definition says again what the book has, says otherwise, or is new.
#pragma once

#include "ledger/book/book.hpp"
#include "tools/errc.hpp"

namespace plimsoll::tools {

/// True where the book has it with equal content, as far as rows keep it; false for new names and
/// for events that define nothing. Errors: Errc::definition_differs.
[[nodiscard]] result<bool> is_known_definition(book::Book const& book, Event const& event);

} // namespace plimsoll::tools
