/// A ledger that follows a chain: final blocks go into its log, blocks that may still be replaced into a book beside it.
#pragma once

#include "replay/engine.hpp"
#include "tools/chain/block_booking.hpp"
#include "tools/chain/engine_keeper.hpp"
#include "tools/chain/follow/book_keeper.hpp"
#include "tools/chain/follow/follower.hpp"

namespace plimsoll::tools::chain::follow {

/// The ledger's book with the pending blocks booked on top.
struct PendingView {
    book::Book book;
    BookingCounts counts;         ///< of the pending blocks alone
    std::optional<Error> trouble; ///< what the first that cannot be booked would be refused for; those after it are not in the book
};

class LiveLedger {
public:
    /// All must outlive it.
    LiveLedger(replay::Engine& engine, Mapping const& mapping, MappingText const& text, std::uint64_t chain_id, std::string source)
        : engine_(&engine), mapping_(&mapping), text_(&text), chain_id_(chain_id), keeper_(engine),
          booking_(mapping, keeper_, std::move(source)) {}

    void quarantine(bool is_wanted) { booking_.quarantine(quarantines_ = is_wanted); }

    /// The last block that the ledger has of this source, nothing where it has none yet.
    [[nodiscard]] std::optional<Anchor> last_block() const;

    /// Books final blocks and makes them durable: all of them or, where one is refused, none; then this object is to be
    /// thrown away. Errors: those of BlockBooking and of the engine.
    [[nodiscard]] result<void> book(std::span<ProvedBlock const> blocks);

    /// The book as it would be if the chain stayed as it is. The ledger is not touched. It takes a copy of the whole book:
    /// a tenth of a second for half a million accounts.
    [[nodiscard]] PendingView pending(std::deque<ProvedBlock> const& blocks) const;

    [[nodiscard]] BookingCounts const& counts() const { return booking_.counts(); }

private:
    [[nodiscard]] result<void> take(BlockBooking& booking, bool& has_begun, ProvedBlock const& block) const;

    replay::Engine* engine_;
    Mapping const* mapping_;
    MappingText const* text_;
    std::uint64_t chain_id_;
    EngineKeeper keeper_;
    BlockBooking booking_;
    bool has_begun_ = false;
    bool quarantines_ = false;
};

} // namespace plimsoll::tools::chain::follow
