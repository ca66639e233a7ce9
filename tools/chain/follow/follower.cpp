#include "tools/chain/follow/follower.hpp"

#include "tools/chain/rpc/errc.hpp"

#include <algorithm>

namespace plimsoll::tools::chain::follow {
namespace {

constexpr unsigned looks_at_most = 3;

/// What a chain that moves between two answers looks like, as well as a node that lies: the next look tells them apart.
[[nodiscard]] bool may_be_movement(Error const& error) {
    return error.is(rpc::Errc::answers_differ) || error.is(rpc::Errc::block_absent) || error.is(Errc::chain_keeps_moving) ||
           error.is(chain::Errc::parent_differs) || error.is(chain::Errc::receipts_root_differs);
}

[[nodiscard]] bool shows_no_log(Header const& header, std::vector<Address> const& addresses) {
    return !addresses.empty() && header.logs_bloom.size() == bloom_bytes &&
           std::ranges::none_of(addresses, [&](Address const& address) { return may_hold(header.logs_bloom, address); });
}

} // namespace

result<Look> ChainFollower::look() {
    Look look; // of all tries: what one of them dropped is gone
    for (unsigned tries = 1;; ++tries) {
        auto const looked = try_look(look);
        if (looked) return look;
        if (!may_be_movement(looked.error())) return outcome::failure(looked.error());
        if (tries == looks_at_most) {
            return fail(Errc::chain_keeps_moving,
                        source_->name() + ": looked " + std::to_string(tries) + " times; the last time " + looked.error().message() +
                            "; nothing of it was booked. Ask another node, or this one later");
        }
    }
}

result<void> ChainFollower::try_look(Look& look) {
    PLIMSOLL_TRY(head, source_->header(BlockTag::latest));
    PLIMSOLL_TRYV(verify_header(head));
    look.head = head.number;
    if (rule_.confirmations) {
        look.final_number = head.number - std::min(head.number, *rule_.confirmations);
    } else {
        auto const finalized = source_->header(BlockTag::finalized);
        bool const is_none_yet = !finalized && finalized.error().is(rpc::Errc::block_absent); // a young chain
        if (!finalized && !is_none_yet) return outcome::failure(finalized.error());
        look.final_number = is_none_yet ? 0 : std::min(finalized.value().number, head.number);
    }
    look.final_number = std::min(look.final_number, rule_.last_block);

    if (head.number < anchor_.number) {
        look.is_behind = true;
        while (!pending_.empty()) drop(look);
        return outcome::success();
    }
    PLIMSOLL_TRYV(walk_back(head, look));
    PLIMSOLL_TRYV(read_on(head, look));
    while (!pending_.empty() && pending_.front().header.number <= look.final_number) {
        anchor_ = {pending_.front().header.number, pending_.front().header.hash};
        look.became_final.push_back(std::move(pending_.front()));
        pending_.pop_front();
    }
    return outcome::success();
}

/// Drops pending blocks until the last is still in the chain. The head itself may be one of them.
result<void> ChainFollower::walk_back(Header const& head, Look& look) {
    while (!pending_.empty()) {
        Header const& last = pending_.back().header;
        if (last.number == head.number && last.hash == head.hash) return outcome::success();
        if (last.number < head.number) {
            PLIMSOLL_TRY(now, source_->header(last.number));
            if (now.hash == last.hash) return outcome::success();
        }
        drop(look);
    }
    return check_anchor();
}

result<void> ChainFollower::check_anchor() {
    PLIMSOLL_TRY(now, source_->header(anchor_.number));
    if (now.hash == anchor_.hash) return outcome::success();
    PLIMSOLL_TRYV(verify_header(now));
    return fail(Errc::final_block_replaced,
                source_->name() + ": block " + std::to_string(anchor_.number) + " is " + hex_of(anchor_.hash) + " in the ledger and " +
                    hex_of(now.hash) + " at the node (parent " + hex_of(now.parent_hash) + ", " + std::to_string(now.timestamp) +
                    "). Nothing was booked. Is it the same chain? If so, ask another node; if the new block is right, import the "
                    "chain anew with more confirmations");
}

result<void> ChainFollower::read_on(Header const& head, Look& look) {
    Anchor last = tip();
    std::uint64_t const end = std::min(head.number, rule_.last_block);
    if (last.number >= end) return outcome::success();
    std::uint64_t const target = last.number + std::min(rule_.window_blocks, end - last.number);
    source_->will_read(last.number + 1, target, rule_.addresses);
    while (last.number < target) {
        PLIMSOLL_TRY(block, read_block_after(last));
        if (block.header.number == head.number && block.header.hash != head.hash) {
            return fail(Errc::chain_keeps_moving, "block " + std::to_string(head.number) + " was " + hex_of(head.hash) + " and is " +
                                                      hex_of(block.header.hash));
        }
        last = {block.header.number, block.header.hash};
        pending_.push_back(std::move(block));
        ++look.added;
    }
    look.has_more = target < end;
    return outcome::success();
}

result<ProvedBlock> ChainFollower::read_block_after(Anchor const& last) {
    ProvedBlock block;
    PLIMSOLL_TRY(header, source_->header(last.number + 1));
    block.header = std::move(header);
    PLIMSOLL_TRYV(verify_header(block.header));
    PLIMSOLL_TRYV(verify_parent(block.header, last.number, last.hash));
    if (shows_no_log(block.header, rule_.addresses)) return block;
    PLIMSOLL_TRY(receipts, source_->receipts(block.header));
    PLIMSOLL_TRYV(receipts_check_.verify(block.header, receipts));
    block.receipts = std::move(receipts);
    block.has_receipts = true;
    return block;
}

void ChainFollower::drop(Look& look) {
    look.gone.push_back({pending_.back().header.number, pending_.back().header.hash});
    ++look.dropped;
    pending_.pop_back();
}

Anchor ChainFollower::tip() const {
    if (pending_.empty()) return anchor_;
    return {pending_.back().header.number, pending_.back().header.hash};
}

} // namespace plimsoll::tools::chain::follow
