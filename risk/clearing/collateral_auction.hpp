/// An unsafe vault's collateral is sold at a falling price until its debt and a penalty are met.
#pragma once

#include "risk/clearing/auction_curve.hpp"
#include "risk/margin/collateral_ratio.hpp"

namespace plimsoll::risk::vault {

enum class AuctionRefusal : std::uint8_t {
    not_unsafe,
    liquidation_limit_hit,
    dusty_auction,
    null_auction,
    zero_tab,
    zero_lot,
    zero_top_price,
    too_expensive,
    no_partial_purchase,
};
[[nodiscard]] std::string_view word(AuctionRefusal refusal);

/// Tabs under auction, and how much may be: of the whole system and of one collateral type.
struct AuctionRoom {
    Wide system_limit_rad;
    Wide system_used_rad;
    Wide type_limit_rad;
    Wide type_used_rad;
};

struct Seized {
    Vault left;
    Wide debt_share_wad; ///< taken from the vault
    Wide lot_wad;        ///< collateral to be sold
    Wide tab_rad;        ///< to be raised: the debt with its penalty
    AuctionRoom room;    ///< after it
};

/// Takes as much debt as there is room for, and collateral in proportion. A rest that would be dust is
/// taken too; a part that would itself be dust is refused. The penalty is a factor, at least one.
[[nodiscard]] or_refusal<Seized, AuctionRefusal> seize(Vault const& vault, Terms const& terms,
                                                       Wide const& penalty_wad,
                                                       AuctionRoom const& room);

/// What whoever starts an auction is paid: a flat sum and a share of the tab, which rounds down.
struct Reward {
    Wide flat_rad;
    Wide share_wad;
    [[nodiscard]] Wide of(Wide const& tab_rad) const;
};

/// An oracle's price of collateral in a coin whose own price is the reference.
[[nodiscard]] Wide feed_price_ray(Wide const& price_wad, Wide const& reference_ray);

struct Started {
    Wide top_ray; ///< where the price starts: the feed's, times a buffer
    Wide reward_rad;
};

[[nodiscard]] or_refusal<Started, AuctionRefusal> start(Wide const& tab_rad, Wide const& lot_wad,
                                                        Wide const& price_ray,
                                                        Wide const& buffer_ray,
                                                        Reward const& reward);

/// For starting an auction anew: nothing where tab or lot are too small to be worth it.
[[nodiscard]] Wide restart_reward(Wide const& tab_rad, Wide const& lot_wad, Wide const& price_ray,
                                  Wide const& min_leftover_rad, Reward const& reward);

/// The least tab an auction may be left with: the dust with its penalty, rounded down.
[[nodiscard]] Wide min_leftover(Wide const& dust_rad, Wide const& penalty_wad);

struct Lot {
    Wide tab_rad;
    Wide lot_wad;
};

struct Taken {
    Lot left; ///< nothing of either once ended
    Wide paid_rad;
    Wide bought_wad;
    Wide returned_wad; ///< to the vault's owner, once the tab is met
    bool ended = false;
};

/// Buys up to an amount, and no more than meets the tab. A purchase that would leave too small a tab
/// is cut to leave the least, or refused where the tab is no more than that.
[[nodiscard]] or_refusal<Taken, AuctionRefusal> take(Lot const& lot, Wide const& price_ray,
                                                     Wide const& max_price_ray,
                                                     Wide const& up_to_wad,
                                                     Wide const& min_leftover_rad);

/// Too old, or fallen below a share of where it started.
[[nodiscard]] bool needs_restart(Wide const& price_ray, Wide const& top_ray,
                                 std::uint64_t elapsed_seconds, std::uint64_t max_seconds,
                                 Wide const& min_share_ray);

enum class AuctionAction : std::uint8_t { start, restart, take };

/// A breaker has levels 0 to 3: each stops one action more.
[[nodiscard]] bool allowed(AuctionAction action, Wide const& stop_level);

} // namespace plimsoll::risk::vault
