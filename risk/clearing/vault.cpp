#include "risk/clearing/vault.hpp"

#include "ledger/book/interest.hpp"
#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "risk/clearing/expiry.hpp"
#include "risk/margin/option_spread.hpp"

namespace plimsoll::risk {
namespace {

constexpr TimeNs vault_second_ns = 1'000'000'000;

[[nodiscard]] Fixed27 vault_fixed(Int128 units) { return Fixed27::counted(widened(units), fixed_decimals); }

[[nodiscard]] result<Int128> vault_units(Fixed27 const& value, Rounding rounding, std::string_view what) {
    auto const units = narrowed(value.magnitude(fixed_decimals, rounding));
    if (!units || !within(*units, row_limit_units)) return fail(Errc::arithmetic_overflow, std::string(what));
    return *units;
}

/// Its price was said once it had expired.
[[nodiscard]] bool is_final(book::InstrumentRow const& row) { return row.settlement.is_some() && row.settlement.time >= row.expiry; }

/// Of a put's strike asset or a call's underlying, as the collateral, at the spot.
[[nodiscard]] Fixed27 as_collateral(Fixed27 const& amount, book::InstrumentRow const& series, VaultMoment const& moment) {
    bool const is_call = series.side == wire::OptionSide::call;
    AssetId const counted_in = is_call ? series.base : series.quote;
    if (counted_in == series.settle) return amount;
    Fixed27 const spot = vault_fixed(moment.spot);
    Fixed27 const quote = vault_fixed(moment.quote_price);
    return is_call ? amount * spot / quote : amount * quote / spot;
}

[[nodiscard]] auto does_not_fit(book::InstrumentRow const& row, std::string_view why) {
    return fail(Errc::series_does_not_fit, std::string(row.name.view()) + " " + std::string(why));
}

/// What its short was sold as, before the expiry.
[[nodiscard]] result<VaultNeeds> live_needs(book::Book const& book, VaultStand const& stand, VaultMoment const& moment, VaultTerms const& terms) {
    book::InstrumentRow const& sold = book.instrument(stand.sold);
    std::string_view const name = sold.name.view();
    bool const is_put = sold.side == wire::OptionSide::put;
    PLIMSOLL_TRY(coins, coins_in(sold, stand.short_size, Rounding::ceiling));
    spread::Legs legs{vault_fixed(coins), {}, vault_fixed(sold.strike.units()), {}};
    if (stand.bought.is_some()) {
        book::InstrumentRow const& bought = book.instrument(stand.bought);
        PLIMSOLL_TRY(held, coins_in(bought, stand.long_size, Rounding::floor));
        legs.long_amount = vault_fixed(held);
        legs.long_strike = vault_fixed(bought.strike.units());
    }
    Fixed27 const spot = vault_fixed(moment.spot);
    VaultNeeds needs;
    Fixed27 const largest = spread::largest_loss(legs, is_put);
    PLIMSOLL_TRY(in_itself, vault_units(largest, Rounding::ceiling, name));
    needs.largest_loss = in_itself;
    PLIMSOLL_TRY(full, vault_units(as_collateral(largest, sold, moment), Rounding::ceiling, name));
    needs.full = full;
    Fixed27 const cash = spread::intrinsic(legs.short_strike, spot, is_put) * legs.short_amount;
    Fixed27 const of_coins = is_put ? cash : cash / spot; // a call's in coins
    PLIMSOLL_TRY(value, vault_units(as_collateral(of_coins, sold, moment), Rounding::floor, name));
    needs.cash_value = value;
    needs.required = needs.full;
    if (stand.bought.is_some()) {
        needs.kind = VaultKind::spread;
        return needs;
    }
    needs.kind = stand.locked >= needs.full ? VaultKind::covered : VaultKind::naked;
    TimeNs const left = sold.expiry - moment.time;
    auto const asked = naked::required({legs.short_amount, legs.short_strike, Wide{(left + vault_second_ns - 1) / vault_second_ns}, is_put}, spot, terms.naked);
    if (!asked) return fail(Errc::tenor_beyond_table, std::string(name));
    PLIMSOLL_TRY(bound, vault_units(as_collateral(asked.value(), sold, moment), Rounding::ceiling, name));
    Int128 const floor = sold.settle == sold.base ? terms.floor_base : terms.floor_quote;
    needs.required = std::min(needs.full, std::max(bound, floor == 0 ? 0 : floor + 1));
    return needs;
}

} // namespace

bool is_between_peers(book::InstrumentRow const& instrument) {
    return instrument.kind == wire::InstrumentKind::option && !instrument.market_account.is_some();
}

result<void> must_be_unsettled(book::InstrumentRow const& instrument) {
    if (!is_between_peers(instrument) || !is_final(instrument)) return outcome::success();
    return fail(Errc::nothing_to_settle, std::string(instrument.name.view()) + " was settled at " + format_decimal(instrument.settlement.value));
}

bool is_option_vault(book::Book const& book, AccountId account) {
    return book.has(account) && book.account(account).kind == wire::AccountKind::vault && book.account(account).parent.is_some();
}

std::string_view word(VaultKind kind) {
    switch (kind) {
    case VaultKind::empty: return "empty";
    case VaultKind::naked: return "naked";
    case VaultKind::covered: return "covered";
    case VaultKind::spread: return "spread";
    }
    return {};
}

result<VaultStand> vault_of(book::Book const& book, AccountId account) {
    if (!book.has(account)) return fail(book::Errc::unknown_account);
    std::string const name(book.account(account).name.view());
    if (!is_option_vault(book, account)) return fail(Errc::not_a_vault, name);
    VaultStand stand;
    stand.vault = account;
    stand.owner = book.account(account).parent;
    stand.is_on_sale = book.account(account).in_liquidation != 0;
    result<void> sound = outcome::success();
    book.for_positions(account, [&](book::PositionRow const& row) {
        if (row.size.is_zero()) return;
        bool const is_short = row.size.is_negative();
        InstrumentId& leg = is_short ? stand.sold : stand.bought;
        if (leg.is_some()) sound = fail(Errc::vault_holds_too_much, name);
        leg = row.instrument;
        (is_short ? stand.short_size : stand.long_size) = is_short ? -row.size.units() : row.size.units();
    });
    book.for_balances(account, [&](book::BalanceRow const& row) {
        if (row.amount.is_zero()) return;
        if (stand.collateral.is_some()) sound = fail(Errc::vault_holds_too_much, name);
        auto const interest = book::pending_interest(book, row);
        if (!interest) sound = interest.as_failure();
        stand.collateral = row.asset;
        stand.locked = row.amount.units() + (interest ? interest.value().units() : 0);
    });
    PLIMSOLL_TRYV(sound);
    InstrumentId const leg = stand.sold.is_some() ? stand.sold : stand.bought;
    if (leg.is_some() && !stand.collateral.is_some()) stand.collateral = book.instrument(leg).settle;
    if (stand.sold.is_some() && book.instrument(stand.sold).settle != stand.collateral) return fail(Errc::vault_holds_too_much, name);
    return stand;
}

result<VaultTerms> vault_terms_of(Preset const& preset) {
    if (preset.kernel() != Kernel::naked_bound) {
        return fail(Errc::procedure_does_not_fit, "vaults are asked by a preset like opyn-gamma, not by " + preset.name());
    }
    VaultTerms terms;
    terms.spot_shock = preset.number("spot_shock");
    terms.naked.spot_shock = vault_fixed(terms.spot_shock);
    for (ParameterRow const& row : preset.list("tenors")) {
        terms.naked.tenors.push_back({Wide{static_cast<std::int64_t>(row.number("seconds") / one_units)}, vault_fixed(row.number("bound"))});
    }
    terms.takes_spreads = preset.text("spreads_offset") == "yes";
    terms.floor_quote = preset.has("debt_floor_quote") ? preset.number("debt_floor_quote") : 0;
    terms.floor_base = preset.has("debt_floor_base") ? preset.number("debt_floor_base") : 0;
    return terms;
}

VaultMoment vault_moment(book::Book const& book, InstrumentId series, Int128 spot, TimeNs time) {
    Int128 const price = book.asset(book.instrument(series).quote).price.value.units();
    return {spot, price > 0 ? price : one_units, time};
}

result<void> check_series(book::Book const& book, InstrumentId instrument) {
    if (!book.has(instrument)) return fail(book::Errc::unknown_instrument);
    book::InstrumentRow const& row = book.instrument(instrument);
    bool const has_side = row.side == wire::OptionSide::call || row.side == wire::OptionSide::put;
    if (row.kind != wire::InstrumentKind::option || !has_side || row.expiry == 0) return does_not_fit(row, "is no dated option");
    if (row.exercise == wire::Exercise::american) return does_not_fit(row, "may be exercised before its expiry");
    if (row.market_account.is_some()) return does_not_fit(row, "has a market account, which settles it for its holders");
    bool const is_linear = row.payoff == wire::Payoff::linear && row.settle == row.quote;
    bool const is_inverse = row.payoff == wire::Payoff::inverse && row.settle == row.base;
    if (!is_linear && !is_inverse) return does_not_fit(row, "is settled neither linear in its quote nor inverse in its base");
    if (row.strike.units() <= 0) return does_not_fit(row, "has no strike above zero");
    return outcome::success();
}

result<void> check_long_leg(book::Book const& book, InstrumentId sold, InstrumentId bought) {
    if (!book.has(bought)) return fail(book::Errc::unknown_instrument);
    book::InstrumentRow const& a = book.instrument(sold);
    book::InstrumentRow const& b = book.instrument(bought);
    bool const hedges = sold != bought && a.kind == b.kind && a.base == b.base && a.quote == b.quote && a.settle == b.settle && a.expiry == b.expiry &&
                        a.side == b.side && a.payoff == b.payoff && !b.market_account.is_some() && b.exercise != wire::Exercise::american;
    if (!hedges) return does_not_fit(b, "differs from " + std::string(a.name.view()) + " in more than its strike");
    return outcome::success();
}

result<Int128> coins_in(book::InstrumentRow const& instrument, Int128 contracts, Rounding rounding) {
    auto const coins = multiply_divide(contracts, book::multiplier(instrument.multiplier_numerator), book::multiplier(instrument.multiplier_denominator), rounding);
    if (!coins) return fail(Errc::arithmetic_overflow, std::string(instrument.name.view()));
    return *coins;
}

result<Price> settled_price(book::Book const& book, InstrumentId instrument, TimeNs now) {
    book::InstrumentRow const& row = book.instrument(instrument);
    std::string const name(row.name.view());
    if (now < row.expiry) return fail(Errc::instrument_not_expired, name + " until " + format_time(row.expiry));
    if (!is_final(row)) return fail(Errc::settlement_price_missing, name + ": settle_expiry records it");
    return row.settlement.value;
}

result<Int128> owed_at_expiry(book::Book const& book, InstrumentId instrument, Price price, Int128 contracts, Rounding rounding) {
    book::InstrumentRow const& row = book.instrument(instrument);
    auto const value = expiry_value(row, price);
    bool const is_up = rounding == Rounding::ceiling;
    auto const owed = value ? value->floor_of(is_up ? -contracts : contracts) : std::nullopt;
    if (!owed) return fail(Errc::arithmetic_overflow, std::string(row.name.view()));
    return is_up ? -*owed : *owed;
}

result<VaultNeeds> vault_needs(book::Book const& book, VaultStand const& stand, VaultMoment const& moment, VaultTerms const& terms) {
    if (!stand.sold.is_some()) return VaultNeeds{};
    if (moment.time < book.instrument(stand.sold).expiry) return live_needs(book, stand, moment, terms);
    PLIMSOLL_TRY(price, settled_price(book, stand.sold, moment.time));
    PLIMSOLL_TRY(owed, owed_at_expiry(book, stand.sold, price, stand.short_size, Rounding::ceiling));
    VaultNeeds needs{VaultKind::naked, owed, owed, owed, owed};
    if (stand.locked >= owed) needs.kind = VaultKind::covered;
    if (stand.bought.is_some()) needs.kind = VaultKind::spread;
    return needs;
}

} // namespace plimsoll::risk
