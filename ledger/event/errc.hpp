/// What can be wrong with numbers, names, times and bytes of events.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::event {

enum class Errc {
    not_a_decimal = 1,
    too_many_decimals,
    number_overflow,
    not_a_time,
    name_empty,
    name_too_long,
    name_has_control_character,
    bytes_not_a_batch,
    schema_newer,
    counts_disagree,
    unknown_kind,
    leaf_outside_tree,
    old_tree_empty,
    tree_shrinks,
    path_length_wrong,
    path_leads_elsewhere,
};

[[nodiscard]] Rule describe(Errc code);

} // namespace plimsoll::event
