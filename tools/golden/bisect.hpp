/// Where two logs, or what two makers made of one log, part first.
#pragma once

#include "tools/golden/golden.hpp"
#include "tools/golden/row_text.hpp"
#include "tools/golden/serve.hpp"

namespace plimsoll::tools {

/// A search's end: equal up to `equal`, and parted at or before `parted` (0: never).
struct Parting {
    std::uint64_t equal = 0;
    std::uint64_t parted = 0;
    std::uint64_t probes = 0;
    std::optional<RowDifference> row;

    [[nodiscard]] bool is_found() const { return parted != 0; }
};

/// The first event that differs, by the hash chain of the batches; where they were cut otherwise, event by event. A log
/// that ends earlier parts there.
[[nodiscard]] result<Parting> part_logs(replay::StateProbe const& a, replay::StateProbe const& b);

/// The first event of a golden file that the ledger has not.
[[nodiscard]] result<Parting> part_from_golden(replay::StateProbe const& a, Golden const& golden);

/// The first event after which the other build's state differs: at most one probe for each bit of the log's size. A
/// state that parts and comes together again is not seen.
[[nodiscard]] result<Parting> part_builds(replay::StateProbe& a, OtherBuild& other, std::function<void(std::uint64_t)> const& progress = {});

/// Between which of `states` the book that this build makes of the log leaves them.
[[nodiscard]] result<Parting> part_states(replay::StateProbe& a, std::vector<GoldenState> const& states);

} // namespace plimsoll::tools
