/// What can be wrong with a ledger's directory and its bytes on disk.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::store {

enum class Errc {
    not_a_ledger = 1,
    format_newer,
    directory_not_empty,
    cannot_create,
    already_open,
    damaged,
    disk_failed,
    tiles_damaged,
    setting_malformed,
    witness_missing,
    witness_damaged,
    witness_unwritable,
    witness_of_another,
    witness_behind,
    history_missing,
    history_differs,
};

[[nodiscard]] Rule describe(Errc code);

} // namespace plimsoll::store
