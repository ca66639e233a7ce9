#include "tools/proof/held_checkpoint.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

[[nodiscard]] auto split(CheckpointNote const& held, CheckpointNote const& offered, std::string_view what) {
    return fail(Errc::split_view, fmt::format("{}: {} is held, {} is offered", what, to_hex(held.root), to_hex(offered.root)));
}

[[nodiscard]] result<Continuation> of_one_size(CheckpointNote const& held, CheckpointNote const& offered) {
    if (held.root != offered.root) return split(held, offered, fmt::format("two logs of {} events", held.size));
    bool const is_one_state = !held.state_root || !offered.state_root || *held.state_root == *offered.state_root;
    if (!is_one_state) {
        return fail(Errc::split_view, fmt::format("two states after the same {} events: {} is held, {} is offered", held.size,
                                                  to_hex(*held.state_root), to_hex(*offered.state_root)));
    }
    bool const is_one_time = !held.time || !offered.time || *held.time == *offered.time;
    if (!is_one_time) {
        return fail(Errc::split_view, fmt::format("two times after the same {} events: {} is held, {} is offered", held.size,
                                                  format_time(*held.time), format_time(*offered.time)));
    }
    return Continuation::same;
}

} // namespace

result<Continuation> continuation_of(std::optional<CheckpointNote> const& held, CheckpointNote const& offered,
                                     ConsistencyProof const* proof) {
    if (!held) return Continuation::first;
    if (held->origin != offered.origin) {
        return fail(Errc::checkpoint_differs, fmt::format("'{}' is held, '{}' is offered", held->origin, offered.origin));
    }
    if (held->size == offered.size) return of_one_size(*held, offered);
    bool const is_older = offered.size < held->size;
    CheckpointNote const& before = is_older ? offered : *held;
    CheckpointNote const& after = is_older ? *held : offered;
    std::string const sizes = fmt::format("{} events are held, {} are offered", held->size, offered.size);
    if (before.size == 0) { // every log continues the empty one
        if (before.root != merkle::empty_root()) return split(*held, offered, "no log of no events has this root");
    } else if (proof != nullptr) {
        if (proof->old_size != before.size) {
            return fail(Errc::proof_fails, fmt::format("it begins at {} events; {}", proof->old_size, sizes));
        }
        PLIMSOLL_TRYV(merkle::check_consistency(before.size, after.size, proof->old_root, after.root, proof->path));
        if (proof->old_root != before.root) {
            return fail(Errc::split_view, fmt::format("the log of {} events began with others: {} after {} events, not {}", after.size,
                                                      to_hex(proof->old_root), before.size, to_hex(before.root)));
        }
    } else if (!is_older) {
        return fail(Errc::continuation_unproved, sizes);
    }
    if (is_older) return fail(Errc::checkpoint_older, sizes);
    return Continuation::grown;
}

} // namespace plimsoll::tools
