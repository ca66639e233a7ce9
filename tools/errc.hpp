/// What can be wrong with files and requests from outside.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::tools {

enum class Errc {
    usage = 1,
    file_unreadable,
    file_unwritable,
    unknown_format,
    unknown_column,
    line_truncated,
    field_malformed,
    asset_unlisted,
    balance_breaks,
    json_malformed,
    field_missing,
    field_unknown,
    name_unresolved,
    words_malformed,
    no_valuation_asset,
    ledger_disagrees,
    definition_differs,
    statement_breaks,
    ledger_not_empty,
    unknown_preset,
    no_preset_in_force,
    key_malformed,
    note_malformed,
    proof_malformed,
    no_signed_checkpoint,
    checkpoint_differs,
    signature_missing,
    signature_wrong,
    proof_fails,
    split_view,
    checkpoint_older,
    continuation_unproved,
    golden_malformed,
    other_build_fails,
    series_too_short,
    series_does_not_move,
};

[[nodiscard]] Rule describe(Errc code);

} // namespace plimsoll::tools
