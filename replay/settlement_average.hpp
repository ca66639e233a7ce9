/// What a log observed of an expired instrument's price in the window before its expiry.
#pragma once

#include "replay/moment.hpp"
#include "risk/clearing/settlement_price.hpp"

namespace plimsoll::replay {

/// The instrument's own index price where it has one, else the observed price of what it is based on: never one for a while
/// and then the other. `book`: as it stands, at or after the log's end. Errors: damage.
[[nodiscard]] result<risk::SettlementAverage> settlement_average(Reader const& reader, book::Book const& book, InstrumentId instrument,
                                                                 TimeNs window_ns);

} // namespace plimsoll::replay
