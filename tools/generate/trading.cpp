#include "tools/generate/trading.hpp"

#include <algorithm>
#include <cstdlib>

namespace plimsoll::tools {
namespace {

constexpr std::int64_t taker_fee_ppm = 500;
constexpr std::int64_t maker_fee_ppm = 200;
constexpr Micro smallest_notional = 10 * one_micros;
constexpr int attempts = 6;

/// One of the two who trade: its number (the crowd's count: the liquidator) and how it stands.
struct Side {
    std::uint64_t number = 0;
    AccountId account;
    Standing standing;
    Micro size = 0; ///< of what is to be traded, held already
};

[[nodiscard]] Side side_of(book::Book const& book, World const& world, std::uint64_t number,
                           std::size_t listing) {
    Side side;
    side.number = number;
    side.account = number == world.crowd.count() ? liquidator_account : world.crowd.account(number);
    side.standing = standing_of(book, world, side.account);
    side.size = size_of(book, side.account, listing);
    return side;
}

/// How much exposure it may take in a direction: reducing is always allowed, growing up to its
/// leverage.
[[nodiscard]] Micro room(World const& world, Side const& side, std::size_t listing, bool buys) {
    bool const is_liquidator = side.account == liquidator_account;
    Micro const equity = side.standing.equity();
    std::int64_t const leverage_tenths =
        is_liquidator ? 20 : world.crowd.leverage_tenths(side.number);
    Micro const headroom = scale(equity, leverage_tenths, 10) - side.standing.exposure;
    Micro const held =
        scale(std::abs(side.size), world.market.notional_of_one(listing), one_micros);
    if (side.size != 0 && (side.size < 0) == buys) {
        return is_liquidator ? held : std::max(held, headroom + 2 * held);
    }
    if (is_liquidator || headroom <= 0) return 0;
    if (!world.catalogue[listing].is_option() || !buys) return headroom;
    // A bought option is paid for at once: a twentieth of the equity, and of the dollars at hand.
    Micro const premium = std::min(equity, floor_micros(side.standing.cash_units)) / 20;
    if (premium <= 0) return 0;
    return std::min(
        equity, scale(premium, world.market.notional_of_one(listing), world.market.mark(listing)));
}

/// The part of its room that somebody uses in one trade, in percent: makers slice finely.
[[nodiscard]] std::int64_t appetite(World& world, std::uint64_t number) {
    return world.crowd.is_maker(number) ? world.random.between(1, 8) : world.random.between(25, 75);
}

/// In spot, both need what they give.
[[nodiscard]] Micro spot_room(book::Book const& book, World const& world, std::size_t listing,
                              Side const& buyer, Side const& seller) {
    AssetId const base = Catalogue::asset_of(world.catalogue[listing].underlying);
    Micro const coins = floor_micros(cash_of(book, seller.account, base));
    Micro const worth = scale(coins, world.market.mark(listing), one_micros);
    return std::max<Micro>(0, std::min(floor_micros(buyer.standing.cash_units), worth)) / 4;
}

[[nodiscard]] Micro fee(Int128 base_units, std::int64_t rate_ppm, std::int64_t grain_units) {
    return static_cast<Micro>(
        divide(base_units * rate_ppm, 1'000'000 * grain_units, Rounding::ceiling));
}

/// Takers pay 5, makers 2 hundredths of a percent, in the venue's favour to the asset's last digit;
/// on options of the underlying, but no more than an eighth of the premium.
void charge(World const& world, std::size_t index, Traded& trade, bool buyer_takes) {
    Listing const& listing = world.catalogue[index];
    std::int64_t const grain = listing.settle == btc ? units_per_micro / 100 : units_per_micro;
    Int128 const quote = trade.quote.is_negative() ? -trade.quote.units() : trade.quote.units();
    Int128 base = quote;
    if (listing.is_option()) {
        Micro const size = floor_micros(trade.size.units());
        base = units_of(scale(size, world.market.notional_of_one(index), one_micros));
        base = std::min(base, quote / 8 * 2000); // at 500 ppm: an eighth of the quote
    }
    Amount const taker{Int128{fee(base, taker_fee_ppm, grain)} * grain};
    Amount const maker{Int128{fee(base, maker_fee_ppm, grain)} * grain};
    trade.fee_account = fee_account;
    trade.buyer_fee = buyer_takes ? taker : maker;
    trade.seller_fee = buyer_takes ? maker : taker;
    trade.taker = buyer_takes ? Taker::buyer : Taker::seller;
}

/// Somebody who can trade now; whoever is short of margin is reported instead.
[[nodiscard]] bool is_ready(book::Book const& book, World const& world, Liquidations& liquidations,
                            Side const& side) {
    if (side.account == liquidator_account) return true;
    if (side.standing.is_short_of_margin()) {
        liquidations.report(book, world, side.account);
        return false;
    }
    return book.account(side.account).in_liquidation == 0;
}

/// The liquidator sells on what it took over: a quarter of the trades in a storm, when it holds
/// any.
[[nodiscard]] bool is_liquidators_turn(book::Book const& book, World& world, std::size_t listing) {
    return world.random.chance_percent(world.weather.is_storm ? 25 : 8) &&
           size_of(book, liquidator_account, listing) != 0;
}

/// Whether the taker buys: away from the liquidator's side; else customers like to be long.
[[nodiscard]] bool taker_buys(World& world, Side const& taker, Side const& maker) {
    if (maker.account == liquidator_account) return maker.size > 0;
    bool const taker_is_maker = world.crowd.is_maker(taker.number);
    bool const maker_is_maker = world.crowd.is_maker(maker.number);
    std::uint64_t const percent = taker_is_maker == maker_is_maker ? 50 : taker_is_maker ? 36 : 64;
    return world.random.chance_percent(percent);
}

[[nodiscard]] bool try_trade(book::Book const& book, World& world, Liquidations& liquidations,
                             Group& group) {
    std::uint64_t const number = world.crowd.pick(world.random);
    std::size_t const index = world.crowd.pick_listing(number, world.random);
    std::uint64_t const partner = is_liquidators_turn(book, world, index)
                                      ? world.crowd.count()
                                      : world.crowd.pick_partner(number, index, world.random);
    Side const taker = side_of(book, world, number, index);
    if (!is_ready(book, world, liquidations, taker)) return false;
    Side const maker = side_of(book, world, partner, index);
    if (!is_ready(book, world, liquidations, maker)) return false;
    bool const buys = taker_buys(world, taker, maker);
    Side const& buyer = buys ? taker : maker;
    Side const& seller = buys ? maker : taker;
    Listing const& listing = world.catalogue[index];
    Micro notional = 0;
    if (listing.is_spot()) {
        notional = spot_room(book, world, index, buyer, seller);
    } else {
        Micro const taken = room(world, taker, index, buys) / 100 * appetite(world, taker.number);
        bool const from_liquidator = maker.account == liquidator_account;
        Micro const made = room(world, maker, index, !buys) / 100 *
                           (from_liquidator ? 100 : appetite(world, maker.number));
        notional = std::min(taken, made);
    }
    if (notional < smallest_notional) return false;
    Micro const size = on_grid(
        scale(notional, one_micros, std::max<Micro>(1, world.market.notional_of_one(index))),
        listing.lot);
    Micro const off = world.random.between(-2, 2) * listing.tick; // about the spread
    Micro const price = on_grid(world.market.fair(listing) + off, listing.tick);
    Traded trade = trade_of(world, index, buyer.account, seller.account, size, price);
    charge(world, index, trade, buys);
    group.add(trade);
    return true;
}

} // namespace

Traded trade_of(World const& world, std::size_t index, AccountId buyer, AccountId seller,
                Micro size, Micro price) {
    Listing const& listing = world.catalogue[index];
    Traded trade;
    trade.buyer = buyer;
    trade.seller = seller;
    trade.instrument = Catalogue::instrument_of(index);
    trade.asset = listing.settle;
    if (listing.is_spot()) trade.base = Catalogue::asset_of(listing.underlying);
    trade.booking = listing.is_spot()     ? Booking::spot
                    : listing.is_option() ? Booking::premium
                                          : Booking::variation;
    trade.size = Quantity{units_of(size)};
    trade.price = Price{units_of(price)};
    // Down to the asset's last digit, which favours the buyer of a linear and the seller of an
    // inverse one.
    std::int64_t const grain = listing.settle == btc ? units_per_micro / 100 : units_per_micro;
    trade.quote = Amount{divide(value_units(listing, size, price), grain, Rounding::floor) * grain};
    return trade;
}

bool add_trade(book::Book const& book, World& world, Liquidations& liquidations, Group& group) {
    for (int i = 0; i < attempts; ++i) {
        if (try_trade(book, world, liquidations, group)) return true;
    }
    return false;
}

} // namespace plimsoll::tools
