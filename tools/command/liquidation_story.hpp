/// What a liquidation was: its trigger, what one event earlier would have said, who earned, what was kept.
#pragma once

#include "replay/moment.hpp"
#include "risk/margin/model.hpp"

#include <optional>
#include <vector>

namespace plimsoll::tools {

/// A bid, as the bidder's equity tells it: the difference that its record made at unchanged prices.
struct BidStory {
    AccountId bidder;
    std::uint64_t first_sequence = 0; ///< of its record
    std::uint64_t last_sequence = 0;
    Amount before;
    Amount after;
    LiquidationBid fact;

    [[nodiscard]] Int128 earned() const { return after.units() - before.units(); }
};

struct LiquidationStory {
    book::LiquidationRow row;
    LiquidationStarted started;
    std::optional<LiquidationEnded> ended;
    TimeNs time = 0;
    std::uint64_t trigger_sequence = 0; ///< the event that put it under; 0: none is known
    std::optional<Event> trigger;
    std::optional<result<risk::Levels>> earlier; ///< just before the trigger; nothing without a preset
    std::optional<result<risk::Levels>> then;    ///< just before the start
    std::vector<BidStory> bids;

    [[nodiscard]] Int128 earned() const {
        Int128 sum = 0;
        for (BidStory const& bid : bids) sum += bid.earned();
        return sum;
    }
};

/// The stories of liquidations (rows of the moment's book, ascending by start), valued in `in`; margins by
/// `preset`, where there is one. The trigger is the event that the start names as its cause, else the last
/// one before it that observes, steps an index, or names the account.
/// Errors: damage.
[[nodiscard]] result<std::vector<LiquidationStory>> tell_liquidations(replay::Reader const& reader,
                                                                      std::vector<book::LiquidationRow> const& rows,
                                                                      std::uint64_t last_sequence, AssetId in,
                                                                      risk::Preset const* preset);

} // namespace plimsoll::tools
