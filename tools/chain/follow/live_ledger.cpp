#include "tools/chain/follow/live_ledger.hpp"

namespace plimsoll::tools::chain::follow {
namespace {

/// More than the blocks of one look hold: they wait in memory until all of them are decided.
constexpr std::size_t hold_limit_events = 4'000'000;

} // namespace

std::optional<Anchor> LiveLedger::last_block() const {
    for (book::ChainRow const& row : engine_->book().chains.rows()) {
        if (row.name.view() != booking_.source_name() || row.block == 0) continue;
        Anchor anchor;
        anchor.number = row.block;
        static_assert(sizeof(anchor.hash) == sizeof(row.block_hash));
        std::memcpy(anchor.hash.data(), row.block_hash.data(), sizeof(anchor.hash));
        return anchor;
    }
    return {};
}

/// Source, chain and mapping are defined by the first block that may concern them, as when it is imported from a file.
result<void> LiveLedger::take(BlockBooking& booking, bool& has_begun, ProvedBlock const& block) const {
    if (!block.has_receipts) return outcome::success();
    if (!has_begun) {
        PLIMSOLL_TRYV(booking.begin(*text_, chain_id_, block.header.timestamp));
        has_begun = true;
    }
    return booking.take(block.header, block.receipts);
}

result<void> LiveLedger::book(std::span<ProvedBlock const> blocks) {
    engine_->hold(hold_limit_events);
    for (ProvedBlock const& block : blocks) {
        auto const taken = take(booking_, has_begun_, block);
        if (taken) continue;
        Error const error = taken.error();
        PLIMSOLL_TRYV(engine_->abandon());
        return outcome::failure(error);
    }
    return engine_->commit();
}

PendingView LiveLedger::pending(std::deque<ProvedBlock> const& blocks) const {
    BookKeeper keeper(engine_->book());
    BlockBooking booking(*mapping_, keeper, booking_.source_name());
    booking.quarantine(quarantines_);
    PendingView view;
    bool has_begun = false;
    for (ProvedBlock const& block : blocks) {
        auto const taken = take(booking, has_begun, block);
        if (taken) continue;
        view.trouble = taken.error();
        break;
    }
    view.counts = booking.counts();
    view.book = keeper.release();
    return view;
}

} // namespace plimsoll::tools::chain::follow
