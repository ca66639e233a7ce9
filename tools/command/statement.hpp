/// An account between two moments: what it had, every event with its parts, what it has.
#pragma once

#include "replay/moment.hpp"
#include "tools/command/components.hpp"
#include "tools/errc.hpp"

namespace plimsoll::tools {

struct StatementEntry {
    std::uint64_t sequence = 0;
    Event event;
    std::vector<Component> components;
};

struct Statement {
    Holdings opening;
    Holdings closing;
    std::vector<StatementEntry> entries; ///< events that name the account, those that move nothing too
};

/// Opening plus every component is closing, for every asset and instrument.
/// Errors: Errc::statement_breaks, naming the first asset or instrument and both sums.
[[nodiscard]] result<void> check_statement(book::Book const& book, Statement const& statement);

} // namespace plimsoll::tools
