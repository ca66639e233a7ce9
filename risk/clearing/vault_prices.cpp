#include "risk/clearing/vault_prices.hpp"

#include "risk/number/wide_integer.hpp"

namespace plimsoll::risk {
namespace {

using Reach = PriceBound::Reach;

/// All count 10^-18, but coins and collateral only ever as a share of each other.
struct Line {
    Wide locked;
    Wide coins;
    Wide strike;
    Wide shock;
    Wide bound;
    Wide quote_price;
    Wide one = power_of_ten(fixed_decimals);
    bool is_call = false;
    bool in_coin = false;

    /// Nothing fits where it leaves 127 bits: a price that high is any price for a call, and none for a put.
    [[nodiscard]] PriceBound at(Wide const& numerator, Wide const& denominator) const {
        auto const price = narrowed(quotient(numerator, denominator, is_call ? Rounding::floor : Rounding::ceiling));
        if (!price) return {is_call ? Reach::any : Reach::none, 0};
        if (!is_call && *price <= 0) return {Reach::any, 0};
        return {Reach::to, *price};
    }
    [[nodiscard]] PriceBound call_holds() const;
    [[nodiscard]] PriceBound put_holds() const;
    [[nodiscard]] PriceBound pays() const;
};

/// coins * (bound * min(1, K x / S) + max(1 - K x / S, 0)), at the spot where the collateral is the quote.
PriceBound Line::call_holds() const {
    Wide const beyond = strike * shock * (one - bound); // 10^-54
    if (in_coin) {
        if (locked >= coins) return {};
        if (locked * one < coins * bound) return {Reach::none, 0};
        return at(beyond * coins, one * one * (coins - locked));
    }
    bool const is_flat = bound > 0 && locked * quote_price * one * one <= coins * bound * strike * shock;
    if (is_flat) return at(locked * quote_price * one, coins * bound);
    return at(locked * quote_price * one * one + beyond * coins, coins * one * one);
}

/// coins * (bound * min(K, x S) + max(K - x S, 0)), over the spot where the collateral is coins.
PriceBound Line::put_holds() const {
    Wide const free = (one - bound) * shock; // 10^-36
    if (!in_coin) {
        if (locked * one >= coins * strike) return {};
        if (locked * one * one < coins * bound * strike || free == 0) return {Reach::none, 0};
        return at((strike * coins - locked * one) * one * one, coins * free);
    }
    if (locked <= 0) return {Reach::none, 0};
    // Above the strike over the shock it is the bound of the strike alone.
    Wide const high = bound * strike * quote_price * coins;
    bool const is_high = high * shock >= strike * one * one * one * locked;
    if (is_high) return at(high, one * one * locked);
    return at(strike * quote_price * coins * one * one, locked * one * one * one + free * quote_price * coins);
}

PriceBound Line::pays() const {
    if (is_call) {
        if (!in_coin) return at(strike * coins + locked * one, coins);
        if (locked >= coins) return {};
        return at(strike * coins, coins - locked);
    }
    if (!in_coin) return at(strike * coins - locked * one, coins);
    return at(strike * coins, coins + locked);
}

/// Of a spread: its largest loss in kind, which a price turns into the collateral where it is another asset.
[[nodiscard]] PriceBound spread_holds(Line const& line, Wide const& largest, Wide const& quote_price) {
    if (largest <= 0) return {};
    bool const in_kind = line.is_call == line.in_coin;
    if (in_kind) return {line.locked >= largest ? Reach::any : Reach::none, 0};
    if (line.is_call) return line.at(line.locked * quote_price, largest);
    if (line.locked <= 0) return {Reach::none, 0};
    return line.at(largest * quote_price, line.locked);
}

} // namespace

result<VaultPrices> vault_prices(book::Book const& book, VaultStand const& stand, VaultNeeds const& needs, VaultMoment const& moment,
                                 VaultTerms const& terms) {
    book::InstrumentRow const& sold = book.instrument(stand.sold);
    PLIMSOLL_TRY(coins, coins_in(sold, stand.short_size, Rounding::ceiling));
    Line line;
    line.locked = widened(std::max<Int128>(stand.locked, 0));
    line.coins = widened(coins);
    line.strike = widened(sold.strike.units());
    line.shock = widened(terms.spot_shock);
    line.quote_price = widened(moment.quote_price);
    line.is_call = sold.side == wire::OptionSide::call;
    line.in_coin = sold.settle == sold.base;
    VaultPrices prices;
    prices.is_call = line.is_call;
    prices.pays = line.pays();
    if (stand.bought.is_some()) {
        Wide const largest = widened(needs.largest_loss);
        prices.holds = spread_holds(line, largest, line.quote_price);
        PriceBound const surely = spread_holds(line, largest, line.one);
        if (surely.reach != Reach::none) prices.pays = surely;
        return prices;
    }
    constexpr TimeNs second = 1'000'000'000;
    auto const bound = naked::bound_at(terms.naked.tenors, Wide{(sold.expiry - moment.time + second - 1) / second});
    if (!bound) return fail(Errc::tenor_beyond_table, std::string(sold.name.view()));
    line.bound = bound.value().magnitude(fixed_decimals, Rounding::ceiling);
    prices.holds = line.is_call ? line.call_holds() : line.put_holds();
    Int128 const floor = line.in_coin ? terms.floor_base : terms.floor_quote;
    bool const is_dust = floor != 0 && stand.locked <= floor && stand.locked < needs.full;
    if (is_dust) prices.holds = {Reach::none, 0};
    return prices;
}

} // namespace plimsoll::risk
