#include "ledger/event/errc.hpp"

#include <cstdio>
#include <cstdlib>

namespace plimsoll {

void assertion_failed(char const* condition, char const* file, int line) noexcept {
    std::fprintf(stderr, "plimsoll: a bug: %s does not hold at %s:%d\n", condition, file, line);
    std::abort();
}

namespace event {

Rule describe(Errc code) {
    using enum Status;
    auto rule = [](std::string_view name, std::string_view sentence, Status status) {
        return Rule{"event", name, sentence, status};
    };
    switch (code) {
    case Errc::not_a_decimal: return rule("not_a_decimal", "not a decimal number", bad_input);
    case Errc::too_many_decimals:
        return rule("too_many_decimals", "more decimals than the asset has; nothing is rounded", bad_input);
    case Errc::number_overflow:
        return rule("number_overflow", "the number is too large for 128 bits at 18 decimals", bad_input);
    case Errc::not_a_time:
        return rule("not_a_time", "not an RFC 3339 time in UTC, such as 2026-04-17T14:23:57.017Z", bad_input);
    case Errc::name_empty: return rule("name_empty", "a name must not be empty", bad_input);
    case Errc::name_too_long: return rule("name_too_long", "a name has at most 63 bytes", bad_input);
    case Errc::name_has_control_character:
        return rule("name_has_control_character", "a name must be printable text", bad_input);
    case Errc::bytes_not_a_batch:
        return rule("bytes_not_a_batch", "these bytes are not a batch of events", damaged);
    case Errc::schema_newer:
        return rule("schema_newer", "this ledger was written by a newer Plimsoll; use that version or later", damaged);
    case Errc::counts_disagree:
        return rule("counts_disagree", "a batch holds other events than its list of kinds says", damaged);
    case Errc::unknown_kind:
        return rule("unknown_kind", "a batch holds a kind of event that this version does not know", damaged);
    case Errc::leaf_outside_tree: return rule("leaf_outside_tree", "the tree does not reach that leaf", finding);
    case Errc::old_tree_empty:
        return rule("old_tree_empty", "every log extends an empty one, so there is nothing to prove", finding);
    case Errc::tree_shrinks: return rule("tree_shrinks", "a log only grows, and this one would shrink", finding);
    case Errc::path_length_wrong:
        return rule("path_length_wrong", "a proof for a tree of that size has another number of hashes", finding);
    case Errc::path_leads_elsewhere: return rule("path_leads_elsewhere", "the proof leads to another root", finding);
    }
    return rule("unknown", "unknown failure", damaged);
}

} // namespace event
} // namespace plimsoll
