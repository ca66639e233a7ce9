/// What a log says of owners' credit up to a moment, out of that log alone.
#pragma once

#include "replay/moment.hpp"
#include "risk/credit/credit_history.hpp"

namespace plimsoll::replay {

/// Accounts whose limit a book knows or who are vouched for.
[[nodiscard]] std::vector<AccountId> known_borrowers(book::Book const& book);

/// Follows the log from its first event to the book's last. `of`: accounts whose owners are asked about; none: all who have
/// drawn, are vouched for, or whose limit the book knows. `instead` takes the place of adopted presets.
/// Errors: damage.
[[nodiscard]] result<risk::CreditHistory> credit_history_at(Reader const& reader, book::Book const& book, std::vector<AccountId> const& of,
                                                            std::optional<risk::CreditPreset> instead = {});

} // namespace plimsoll::replay
