/// What a signed checkpoint says, as C2SP's tlog-checkpoint lays it out: a log, its size and root, and what we add.
#pragma once

#include "ledger/event/hash.hpp"
#include "ledger/event/time.hpp"
#include "tools/errc.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace plimsoll::tools {

/// The state after `size` events, in words that are signed:
///
///     ORIGIN
///     SIZE
///     root of the event tree, base64
///     plimsoll-state 1 BASE64      the state root after SIZE events
///     plimsoll-time RFC3339        the ledger time there
///
/// Logs of others lack the last two lines.
struct CheckpointNote {
    std::string origin;
    std::uint64_t size = 0;
    Hash root{};
    std::optional<Hash> state_root;
    std::optional<TimeNs> time;

    [[nodiscard]] std::string text() const;
    /// Errors: Errc::note_malformed.
    [[nodiscard]] static result<CheckpointNote> parse(std::string_view text);
};

} // namespace plimsoll::tools
