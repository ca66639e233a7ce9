/// `reconcile --chain`: the ledger against a chain's own records at one block.
#pragma once

#include "tools/chain/reconcile.hpp"
#include "tools/command/node_choice.hpp"

#include <optional>

namespace plimsoll::tools {

struct ReconcileChainAsk {
    NodeChoice node;
    std::string directory;
    std::string chain; ///< a saved file, or a node's address
    std::string at;    ///< a block's number, or "final" for the source's last final one
    std::string source;
    std::optional<std::uint64_t> from;
    std::size_t limit = 20;

    void add_to(CLI::App& command);
};

/// The source asked for, or the only one that there is. Errors: Errc::usage, with those there are.
[[nodiscard]] result<std::string> mapped_source(replay::Reader const& reader, std::string const& asked);

/// One finding for people: its kind, place and both sides.
[[nodiscard]] std::string finding_text(chain::Finding const& finding);

/// Status::finding where anything differs. Errors: chain::Errc; Errc::usage; store failures.
[[nodiscard]] result<Status> reconcile_with_chain(Shell const& shell, ReconcileChainAsk const& ask);

} // namespace plimsoll::tools
