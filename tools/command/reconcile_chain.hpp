/// `reconcile --chain`: the ledger against a chain's own records at one block.
#pragma once

#include "tools/command/shell.hpp"

#include <optional>

namespace plimsoll::tools {

struct ReconcileChainAsk {
    std::string directory;
    std::string chain; ///< a saved file, or a node's address
    std::string at;    ///< a block's number, or "final" for the source's last final one
    std::string source;
    std::optional<std::uint64_t> from;
    std::size_t limit = 20;

    void add_to(CLI::App& command);
};

/// Status::finding where anything differs. Errors: chain::Errc; Errc::usage; store failures.
[[nodiscard]] result<Status> reconcile_with_chain(Shell const& shell, ReconcileChainAsk const& ask);

} // namespace plimsoll::tools
