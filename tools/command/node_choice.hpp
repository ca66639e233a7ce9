/// The flags of every command that asks a chain's node, and what asking has taken.
#pragma once

#include "tools/chain/rpc/node_source.hpp"
#include "tools/command/shell.hpp"

namespace plimsoll::tools {

/// --timeout, --tries, --rate, --batch, as written.
struct NodeChoice {
    double timeout_seconds = 30;
    unsigned tries = 5;
    std::uint32_t calls_per_second = 0;
    std::uint32_t batch_calls = 100;

    void add_to(CLI::App& command);
    /// Errors: chain::rpc::Errc::node_url_malformed; Errc::usage.
    [[nodiscard]] result<std::unique_ptr<chain::rpc::NodeSource>> open(std::string const& url) const;
};

/// What --chain names: a node's address, or a saved file.
class ChainChoice {
public:
    /// Errors: those of NodeChoice::open; tools::Errc::file_unreadable; chain::Errc::record_malformed.
    [[nodiscard]] static result<ChainChoice> open(std::string const& file_or_url, NodeChoice const& node);

    [[nodiscard]] chain::ChainSource& source() const { return *source_; }
    /// Where it is a node, what asking it has taken since it was opened, to stderr.
    void tell_cost() const;

private:
    std::unique_ptr<chain::ChainSource> source_;
    chain::rpc::NodeSource const* node_ = nullptr; ///< the source, where it is one
    std::chrono::steady_clock::time_point opened_ = std::chrono::steady_clock::now();
};

/// One line to stderr: "asked 120 calls in 4 requests, 1.2 MB; 0.8 s, of which 0.6 s for the node".
void tell_cost(chain::rpc::ClientCost const& cost, std::chrono::nanoseconds spent);

} // namespace plimsoll::tools
