/// What a log says of owners' credit up to a moment, out of that log alone.
#pragma once

#include "replay/moment.hpp"
#include "risk/credit/credit_history.hpp"

namespace plimsoll::replay {

/// Follows the log from its first event to the moment's last. `of`: accounts whose owners are asked about; none: all who have
/// drawn, are vouched for, or whose limit the book knows. `instead` takes the place of adopted presets.
/// Errors: damage.
[[nodiscard]] result<risk::CreditHistory> credit_history_at(Reader const& reader, Moment const& moment, std::vector<AccountId> const& of,
                                                            std::optional<risk::CreditPreset> instead = {});

} // namespace plimsoll::replay
