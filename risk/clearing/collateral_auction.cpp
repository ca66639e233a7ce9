#include "risk/clearing/collateral_auction.hpp"

#include <algorithm>

namespace plimsoll::risk::vault {

std::string_view word(AuctionRefusal refusal) {
    switch (refusal) {
    case AuctionRefusal::not_unsafe: return "not_unsafe";
    case AuctionRefusal::liquidation_limit_hit: return "liquidation_limit_hit";
    case AuctionRefusal::dusty_auction: return "dusty_auction";
    case AuctionRefusal::null_auction: return "null_auction";
    case AuctionRefusal::zero_tab: return "zero_tab";
    case AuctionRefusal::zero_lot: return "zero_lot";
    case AuctionRefusal::zero_top_price: return "zero_top_price";
    case AuctionRefusal::too_expensive: return "too_expensive";
    case AuctionRefusal::no_partial_purchase: return "no_partial_purchase";
    }
    return {};
}

or_refusal<Seized, AuctionRefusal> seize(Vault const& vault, Terms const& terms,
                                         Wide const& penalty_wad, AuctionRoom const& room) {
    if (is_safe(vault, terms)) return AuctionRefusal::not_unsafe;
    Wide const left_rad = std::min<Wide>(room.system_limit_rad - room.system_used_rad,
                                         room.type_limit_rad - room.type_used_rad);
    if (left_rad <= 0) return AuctionRefusal::liquidation_limit_hit;

    Wide const& all = vault.debt_share_wad;
    Wide const fitting = quotient(scale(left_rad, wad(), terms.rate_ray, Rounding::floor),
                                  penalty_wad, Rounding::floor);
    Wide share = std::min(all, fitting);
    if (share < all) {
        if ((all - share) * terms.rate_ray < terms.dust_rad) {
            share = all;
        } else if (share * terms.rate_ray < terms.dust_rad) {
            return AuctionRefusal::dusty_auction;
        }
    }
    Wide const lot = scale(vault.collateral_wad, share, all, Rounding::floor);
    if (lot.is_zero()) return AuctionRefusal::null_auction;
    Wide const tab = scale(share * terms.rate_ray, penalty_wad, wad(), Rounding::floor);
    return Seized{{vault.collateral_wad - lot, all - share},
                  share,
                  lot,
                  tab,
                  {room.system_limit_rad, room.system_used_rad + tab, room.type_limit_rad,
                   room.type_used_rad + tab}};
}

Wide Reward::of(Wide const& tab_rad) const {
    return flat_rad + scale(tab_rad, share_wad, wad(), Rounding::floor);
}

Wide feed_price_ray(Wide const& price_wad, Wide const& reference_ray) {
    return scale(price_wad * power_of_ten(9), ray(), reference_ray, Rounding::floor);
}

or_refusal<Started, AuctionRefusal> start(Wide const& tab_rad, Wide const& lot_wad,
                                          Wide const& price_ray, Wide const& buffer_ray,
                                          Reward const& reward) {
    if (tab_rad.is_zero()) return AuctionRefusal::zero_tab;
    if (lot_wad.is_zero()) return AuctionRefusal::zero_lot;
    Wide const top = scale(price_ray, buffer_ray, ray(), Rounding::floor);
    if (top.is_zero()) return AuctionRefusal::zero_top_price;
    return Started{top, reward.of(tab_rad)};
}

Wide restart_reward(Wide const& tab_rad, Wide const& lot_wad, Wide const& price_ray,
                    Wide const& min_leftover_rad, Reward const& reward) {
    if (tab_rad < min_leftover_rad || lot_wad * price_ray < min_leftover_rad) return 0;
    return reward.of(tab_rad);
}

Wide min_leftover(Wide const& dust_rad, Wide const& penalty_wad) {
    return scale(dust_rad, penalty_wad, wad(), Rounding::floor);
}

or_refusal<Taken, AuctionRefusal> take(Lot const& lot, Wide const& price_ray,
                                       Wide const& max_price_ray, Wide const& up_to_wad,
                                       Wide const& min_leftover_rad) {
    if (max_price_ray < price_ray) return AuctionRefusal::too_expensive;
    Wide bought = std::min(lot.lot_wad, up_to_wad);
    Wide paid = bought * price_ray;
    if (paid > lot.tab_rad) {
        paid = lot.tab_rad;
        bought = quotient(paid, price_ray, Rounding::floor);
    } else if (paid < lot.tab_rad && bought < lot.lot_wad &&
               lot.tab_rad - paid < min_leftover_rad) {
        if (lot.tab_rad <= min_leftover_rad) return AuctionRefusal::no_partial_purchase;
        paid = lot.tab_rad - min_leftover_rad;
        bought = quotient(paid, price_ray, Rounding::floor);
    }
    Taken taken{{lot.tab_rad - paid, lot.lot_wad - bought}, paid, bought, 0, false};
    taken.ended = taken.left.tab_rad.is_zero() || taken.left.lot_wad.is_zero();
    if (taken.ended) {
        taken.returned_wad = taken.left.lot_wad;
        taken.left = {};
    }
    return taken;
}

bool needs_restart(Wide const& price_ray, Wide const& top_ray, std::uint64_t elapsed_seconds,
                   std::uint64_t max_seconds, Wide const& min_share_ray) {
    return elapsed_seconds > max_seconds ||
           scale(price_ray, ray(), top_ray, Rounding::floor) < min_share_ray;
}

bool allowed(AuctionAction action, Wide const& stop_level) {
    switch (action) {
    case AuctionAction::start: return stop_level < 1;
    case AuctionAction::restart: return stop_level < 2;
    case AuctionAction::take: return stop_level < 3;
    }
    return false;
}

} // namespace plimsoll::risk::vault
