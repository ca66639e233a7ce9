/// Where a chain stands: which blocks are final, and which may still be replaced. Blocks come in proved and linked to the
/// last one in the ledger; a reorganisation drops those that are gone.
#pragma once

#include "tools/chain/block.hpp"
#include "tools/chain/follow/errc.hpp"
#include "tools/chain/source.hpp"

#include <deque>
#include <optional>

namespace plimsoll::tools::chain::follow {

/// A block by number and hash.
struct Anchor {
    std::uint64_t number = 0;
    Bytes32 hash{};
};

struct FollowRule {
    /// A block is final once so many follow it; nothing: once the node calls it finalized.
    std::optional<std::uint64_t> confirmations;
    /// Blocks whose bloom shows no log of any of these are not asked for receipts; none: all are asked.
    std::vector<Address> addresses;
    std::uint64_t window_blocks = 256; ///< read by one look
    std::uint64_t last_block = ~std::uint64_t{0}; ///< nothing above it is looked at
};

/// A block whose header's hash, link and receipts are proved.
struct ProvedBlock {
    Header header;
    std::vector<Receipt> receipts;
    bool has_receipts = false; ///< false: its bloom shows that it has no log of the addresses
};

/// What one look at the chain brought.
struct Look {
    std::uint64_t head = 0;  ///< number of the chain's newest block
    std::uint64_t final_number = 0; ///< of the newest final block
    std::vector<ProvedBlock> became_final; ///< in order; the anchor is now the last of them
    std::uint64_t added = 0;   ///< blocks that came to those pending or final
    std::uint64_t dropped = 0; ///< pending blocks that are gone from the chain
    std::vector<Anchor> gone;  ///< those, newest first
    bool is_behind = false;    ///< the node has fewer blocks than the ledger
    bool has_more = false;     ///< it was not read up to its head: look again at once
};

/// A state machine over what a source answers: no clock, no thread, nothing stored.
class ChainFollower {
public:
    /// `anchor`: the last block whose events the ledger has, or the one before the first to read.
    ChainFollower(ChainSource& source, FollowRule rule, Anchor const& anchor)
        : source_(&source), rule_(std::move(rule)), anchor_(anchor) {}

    /// Brings the pending blocks in line with the chain as it is now, and hands out those that became final. Where
    /// the answers contradict each other, as while a chain is being reorganised, it looks again, three times in all.
    /// On failure nothing was handed out.
    /// Errors: Errc::final_block_replaced, with both hashes; chain_keeps_moving, with the last contradiction;
    /// chain::Errc and rpc::Errc of the source.
    [[nodiscard]] result<Look> look();

    /// Not final yet, oldest first: each the parent of the next, the first a child of the anchor.
    [[nodiscard]] std::deque<ProvedBlock> const& pending() const { return pending_; }
    [[nodiscard]] Anchor const& anchor() const { return anchor_; }

private:
    [[nodiscard]] result<void> try_look(Look& look);
    [[nodiscard]] result<void> walk_back(Header const& head, Look& look);
    [[nodiscard]] result<void> read_on(Header const& head, Look& look);
    [[nodiscard]] result<ProvedBlock> read_block_after(Anchor const& last);
    [[nodiscard]] result<void> check_anchor();
    void drop(Look& look);
    [[nodiscard]] Anchor tip() const;

    ChainSource* source_;
    FollowRule rule_;
    Anchor anchor_;
    std::deque<ProvedBlock> pending_;
    ReceiptsCheck receipts_check_;
};

} // namespace plimsoll::tools::chain::follow
