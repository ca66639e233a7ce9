/// What is on its way between chains at a moment, read off the log: the one event behind each row that still matters.
#pragma once

#include "replay/moment.hpp"
#include "risk/bridge/bridges.hpp"

#include <optional>

namespace plimsoll::replay {

/// Shows `bridges` what stands in `book`, which is the reader's log up to some moment. It is emptied first. Errors: damage.
[[nodiscard]] result<void> recall_bridges(Reader const& reader, book::Book const& book, risk::Bridges& bridges);

/// The bridge preset in force in `book`; nothing where none is. Errors: damage; risk::Errc::preset_* where a newer program wrote it.
[[nodiscard]] result<std::optional<risk::BridgePreset>> bridge_preset_in_force(Reader const& reader, book::Book const& book);

} // namespace plimsoll::replay
