#include "tools/generate/standing.hpp"

#include <cstdlib>

namespace plimsoll::tools {
namespace {

/// Units of `asset` in units of USDC, at its published price.
[[nodiscard]] Int128 in_usdc(World const& world, AssetId asset, Int128 amount_units) {
    if (asset == usdc || amount_units == 0) return amount_units;
    Micro const price = world.market.coin_price(Catalogue::underlying_of(asset));
    return divide(amount_units * price, one_micros, Rounding::floor);
}

/// As the account would receive it, in the settlement asset (book::pending_funding, without its
/// checks).
[[nodiscard]] Int128 pending_units(book::InstrumentRow const& instrument,
                                   book::PositionRow const& position, Listing const& listing,
                                   Micro size) {
    if (position.index == instrument.funding_index) return 0;
    Int128 const step = instrument.funding_index.units() - position.index.units();
    return divide(-step * size, one_micros * listing.multiplier_denominator, Rounding::floor);
}

} // namespace

Int128 value_units(Listing const& listing, Micro size, Micro price) {
    if (listing.is_inverse()) return divide(-Int128{size} * one_units, price, Rounding::floor);
    Int128 const product = Int128{size} * price; // of millionths: 10^-12
    return divide(product * one_micros, listing.multiplier_denominator, Rounding::floor);
}

Standing standing_of(book::Book const& book, World const& world, AccountId account) {
    Standing standing;
    book.for_balances(account, [&](book::BalanceRow const& row) {
        if (row.asset == usdc) standing.cash_units = row.amount.units();
        standing.equity_units += in_usdc(world, row.asset, row.amount.units());
    });
    Micro largest_weight = 0;
    book.for_positions(account, [&](book::PositionRow const& row) {
        std::size_t const index = Catalogue::listing_of(row.instrument);
        Listing const& listing = world.catalogue[index];
        Int128 total = row.quote.units();
        if (!row.size.is_zero()) {
            Micro const size = floor_micros(row.size.units());
            Int128 const value = value_units(listing, size, world.market.mark(index));
            total += value + pending_units(book.instrument(row.instrument), row, listing, size);
            bool const is_bought_option = listing.is_option() && size > 0;
            Micro const notional =
                scale(std::abs(size), world.market.notional_of_one(index), one_micros);
            Micro const exposure = is_bought_option ? 0 : notional;
            Micro const weight = is_bought_option ? floor_micros(value) / 100 : notional;
            standing.exposure += exposure;
            standing.maintenance += scale(exposure, listing.maintenance_ppm, 1'000'000);
            if (standing.largest == no_listing || weight > largest_weight) {
                largest_weight = weight;
                standing.largest = index;
                standing.largest_size = size;
                standing.largest_exposure = exposure;
            }
        }
        standing.equity_units += in_usdc(world, listing.settle, total);
    });
    return standing;
}

Micro size_of(book::Book const& book, AccountId account, std::size_t listing) {
    book::PositionRow const* row = book.position(account, Catalogue::instrument_of(listing));
    return row == nullptr ? 0 : floor_micros(row->size.units());
}

Int128 cash_of(book::Book const& book, AccountId account, AssetId asset) {
    book::BalanceRow const* row = book.balance(account, asset);
    return row == nullptr ? 0 : row->amount.units();
}

PositionSettled realised(book::PositionRow const& row, Catalogue const& catalogue) {
    Listing const& listing = catalogue[Catalogue::listing_of(row.instrument)];
    PositionSettled settled;
    settled.account = row.account;
    settled.counter = listing.market_account;
    settled.instrument = row.instrument;
    settled.asset = listing.settle;
    settled.type = wire::SettlementType::realise;
    settled.quote = row.quote;
    settled.amount = row.quote;
    return settled;
}

} // namespace plimsoll::tools
