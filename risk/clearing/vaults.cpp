#include "risk/clearing/vaults.hpp"

#include "ledger/book/decide.hpp"
#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "risk/clearing/loss_cover.hpp"
#include "risk/clearing/rows_after.hpp"
#include "risk/margin/models.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] std::string vault_name(book::Book const& book, AccountId account) { return std::string(book.account(account).name.view()); }
[[nodiscard]] std::string vault_name(book::Book const& book, AssetId asset) { return std::string(book.asset(asset).name.view()); }
[[nodiscard]] std::string vault_name(book::Book const& book, InstrumentId instrument) { return std::string(book.instrument(instrument).name.view()); }

/// Cash or contracts, and not both.
[[nodiscard]] result<bool> names_contracts(AssetId asset, Amount amount, InstrumentId instrument, Quantity size) {
    bool const is_cash = asset.is_some() && !instrument.is_some() && size.is_zero();
    bool const is_contracts = instrument.is_some() && !asset.is_some() && amount.is_zero();
    if (!is_cash && !is_contracts) return fail(Errc::collateral_does_not_fit, "name an asset and an amount, or an instrument and a size");
    if (is_cash && amount.units() <= 0) return fail(book::Errc::amount_must_be_positive);
    if (is_contracts && size.units() <= 0) return fail(book::Errc::size_must_be_positive);
    return is_contracts;
}

/// Whether margin is asked of what it holds: long options and cash ask for none.
[[nodiscard]] bool has_more_than_longs(book::Book const& book, AccountId account) {
    bool more = false;
    book.for_positions(account, [&](book::PositionRow const& row) {
        bool const is_option = book.instrument(row.instrument).kind == wire::InstrumentKind::option;
        more = more || row.size.is_negative() || !row.quote.is_zero() || (!is_option && !row.size.is_zero());
    });
    return more;
}

} // namespace

result<void> must_be_no_vault(book::Book const& book, AccountId account) {
    if (!is_option_vault(book, account)) return outcome::success();
    return fail(Errc::vault_has_its_own_commands, vault_name(book, account));
}

result<void> must_stay_covered(book::Book const& book, AccountId seller, InstrumentId instrument, Quantity size) {
    book::InstrumentRow const& row = book.instrument(instrument);
    if (!is_between_peers(row) || !book.has(seller)) return outcome::success();
    book::PositionRow const* const held = book.position(seller, instrument);
    Int128 const has = held == nullptr ? 0 : held->size.units();
    if (has >= size.units()) return outcome::success();
    return fail(Errc::options_insufficient, vault_name(book, seller) + " has " + format_decimal(has) + " of " + vault_name(book, instrument) +
                                                ", which no market account settles: only a vault may be short of it (mint)");
}

result<void> Vaults::decide(VaultCommand const& command, Origin const& origin, Decision& decision) {
    return std::visit([&](auto const& ask) { return decide_one(ask, origin, decision); }, command.ask);
}

result<VaultTerms> Vaults::terms() const {
    if (desk_ == nullptr) return fail(Errc::no_margin_rule, "vaults need one like opyn-gamma: plimsoll presets adopt");
    return vault_terms_of(desk_->preset());
}

result<VaultMoment> Vaults::moment_of(InstrumentId series, Origin const& origin) const {
    bool const has_expired = now(origin) >= book_->instrument(series).expiry;
    if (has_expired) return vault_moment(*book_, series, 0, now(origin)); // only the settlement price counts
    PLIMSOLL_TRYV(terms());
    PLIMSOLL_TRY(market, desk_->market_now());
    PLIMSOLL_TRY(spot, MarketNeeds(desk_->preset(), *market).spot(book_->instrument(series).base));
    return vault_moment(*book_, series, spot, now(origin));
}

result<VaultNeeds> Vaults::check(VaultStand const& stand, Origin const& origin, Decision& decision) {
    VaultNeeds needs;
    if (stand.sold.is_some()) {
        PLIMSOLL_TRY(moment, moment_of(stand.sold, origin));
        VaultTerms asked_by;
        if (moment.time < book_->instrument(stand.sold).expiry) {
            PLIMSOLL_TRY(in_force, terms());
            asked_by = in_force;
        }
        PLIMSOLL_TRY(asked, vault_needs(*book_, stand, moment, asked_by));
        needs = asked;
    }
    decision.say("locked", stand.vault, stand.locked);
    decision.say("required", stand.vault, needs.required);
    return needs;
}

/// What it will hold is enough for what it will have sold.
result<void> Vaults::keep_requirement(VaultStand const& after, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(needs, check(after, origin, decision));
    if (after.locked >= needs.required) return outcome::success();
    return fail(Errc::vault_collateral_insufficient, vault_name(*book_, after.vault) + " by " + format_decimal(needs.required - after.locked) + " " +
                                                         vault_name(*book_, after.collateral));
}

result<AccountId> Vaults::partner(AccountId named, VaultStand const& stand) const {
    AccountId const account = named.is_some() ? named : stand.owner;
    if (!book_->has(account)) return fail(book::Errc::unknown_account);
    PLIMSOLL_TRYV(must_be_no_vault(*book_, account));
    return account;
}

void Vaults::move_contracts(AccountId from, AccountId to, InstrumentId instrument, Int128 size, Origin const& origin, Decision& decision) const {
    PositionSettled moved;
    moved.account = from;
    moved.counter = to;
    moved.instrument = instrument;
    moved.asset = book_->instrument(instrument).settle;
    moved.type = SettlementType::transfer;
    moved.size = Quantity{size};
    decision.add(origin, moved);
}

/// The decision so far leaves the payer what its margin, where it has any, asks for.
result<void> Vaults::can_pay(AccountId payer, AssetId asset, Origin const& origin, Decision& decision) {
    foreseen_.clear();
    for (Event const& event : decision.events) {
        PLIMSOLL_TRYV(book::decide(*book_, Event{origin, event.body}, foreseen_));
    }
    if (acceptance_ && has_more_than_longs(*book_, payer)) return acceptance_->payment(payer, asset, foreseen_, decision);
    if (book_->account(payer).in_liquidation != 0) return fail(Errc::account_in_liquidation, vault_name(*book_, payer));
    rows_after(*book_, payer, foreseen_, rows_);
    for (book::BalanceRow const& row : rows_.balances) {
        if (row.asset != asset) continue;
        decision.say("balance_after", payer, row.amount.units());
        if (row.amount.is_negative()) return fail(Errc::balance_insufficient, vault_name(*book_, payer) + " by " + format_decimal(-row.amount.units()));
    }
    return outcome::success();
}

result<void> Vaults::gives_contracts(AccountId account, InstrumentId instrument, Int128 size, std::span<Event const> decided, Decision& decision) {
    PLIMSOLL_TRYV(must_be_no_vault(*book_, account));
    book::PositionRow const* const held = book_->position(account, instrument);
    Int128 const has = held == nullptr ? 0 : held->size.units();
    if (has < size) {
        return fail(Errc::options_insufficient, vault_name(*book_, account) + " has " + format_decimal(std::max<Int128>(has, 0)) + " of " +
                                                    vault_name(*book_, instrument) + ", not " + format_decimal(size));
    }
    if (!acceptance_ || !has_more_than_longs(*book_, account)) return outcome::success();
    return acceptance_->trade(account, instrument, decided, decision);
}

result<void> Vaults::decide_one(OpenVault const& ask, Origin const& origin, Decision& decision) {
    if (!book_->has(ask.owner)) return fail(book::Errc::unknown_account);
    PLIMSOLL_TRYV(must_be_no_vault(*book_, ask.owner));
    AccountOpened fact;
    fact.name = std::string(ask.name.view());
    fact.kind = wire::AccountKind::vault;
    fact.parent = ask.owner.number();
    decision.add(origin, rare(std::move(fact)));
    return outcome::success();
}

result<void> Vaults::decide_one(LockInVault const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(stand, vault_of(*book_, ask.vault));
    PLIMSOLL_TRY(from, partner(ask.from, stand));
    PLIMSOLL_TRY(is_long_leg, names_contracts(ask.asset, ask.amount, ask.instrument, ask.size));
    if (is_long_leg) return lock_long_leg(ask, stand, from, origin, decision);
    if (!book_->has(ask.asset)) return fail(book::Errc::unknown_asset);
    if (stand.collateral.is_some() && stand.collateral != ask.asset) {
        return fail(Errc::collateral_does_not_fit, vault_name(*book_, ask.vault) + " takes " + vault_name(*book_, stand.collateral));
    }
    decision.add(origin, transferred(TransferType::vault_deposit, ask.vault, from, ask.asset, ask.amount.units()));
    PLIMSOLL_TRYV(can_pay(from, ask.asset, origin, decision));
    decision.say("locked", ask.vault, stand.locked + ask.amount.units());
    return outcome::success();
}

/// The long leg bounds what the short can lose; what is then asked for must be there.
result<void> Vaults::lock_long_leg(LockInVault const& ask, VaultStand stand, AccountId from, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(in_force, terms());
    PLIMSOLL_TRYV(check_series(*book_, ask.instrument));
    std::string const series = vault_name(*book_, ask.instrument);
    if (!in_force.takes_spreads) return fail(Errc::series_does_not_fit, series + ": the preset in force offsets no spreads");
    book::InstrumentRow const& row = book_->instrument(ask.instrument);
    if (now(origin) >= row.expiry) return fail(Errc::option_expired, series);
    if (stand.is_on_sale) return fail(Errc::account_in_liquidation, vault_name(*book_, ask.vault));
    if (stand.collateral.is_some() && stand.collateral != row.settle) {
        return fail(Errc::collateral_does_not_fit, vault_name(*book_, ask.vault) + " has " + vault_name(*book_, stand.collateral));
    }
    if (stand.bought.is_some() && stand.bought != ask.instrument) {
        return fail(Errc::series_does_not_fit, series + ": the long leg is " + vault_name(*book_, stand.bought));
    }
    if (stand.sold.is_some()) {
        PLIMSOLL_TRYV(check_long_leg(*book_, stand.sold, ask.instrument));
    }
    move_contracts(from, ask.vault, ask.instrument, ask.size.units(), origin, decision);
    PLIMSOLL_TRYV(gives_contracts(from, ask.instrument, ask.size.units(), decision.events, decision));
    stand.bought = ask.instrument;
    stand.long_size += ask.size.units();
    stand.collateral = row.settle;
    return keep_requirement(stand, origin, decision);
}

result<void> Vaults::decide_one(UnlockFromVault const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(stand, vault_of(*book_, ask.vault));
    PLIMSOLL_TRY(to, partner(ask.to, stand));
    PLIMSOLL_TRY(is_long_leg, names_contracts(ask.asset, ask.amount, ask.instrument, ask.size));
    std::string const name = vault_name(*book_, ask.vault);
    if (stand.is_on_sale) return fail(Errc::account_in_liquidation, name + ": liquidate ends its auction where its reason is gone");
    if (is_long_leg) {
        if (!book_->has(ask.instrument)) return fail(book::Errc::unknown_instrument);
        bool const is_there = stand.bought == ask.instrument && stand.long_size >= ask.size.units();
        if (!is_there) return fail(Errc::options_insufficient, name + " has " + format_decimal(stand.bought == ask.instrument ? stand.long_size : 0));
        stand.long_size -= ask.size.units();
        if (stand.long_size == 0) stand.bought = {};
        move_contracts(ask.vault, to, ask.instrument, ask.size.units(), origin, decision);
    } else {
        if (!book_->has(ask.asset)) return fail(book::Errc::unknown_asset);
        Int128 const there = stand.collateral == ask.asset ? stand.locked : 0;
        if (there < ask.amount.units()) return fail(Errc::balance_insufficient, name + " has " + format_decimal(there) + " " + vault_name(*book_, ask.asset));
        stand.locked -= ask.amount.units();
        decision.add(origin, transferred(TransferType::vault_withdrawal, to, ask.vault, ask.asset, ask.amount.units()));
    }
    return keep_requirement(stand, origin, decision);
}

result<void> Vaults::decide_one(MintOption const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(stand, vault_of(*book_, ask.vault));
    PLIMSOLL_TRY(to, partner(ask.to, stand));
    PLIMSOLL_TRYV(terms());
    PLIMSOLL_TRYV(check_series(*book_, ask.instrument));
    if (ask.size.units() <= 0) return fail(book::Errc::size_must_be_positive);
    std::string const series = vault_name(*book_, ask.instrument);
    book::InstrumentRow const& row = book_->instrument(ask.instrument);
    if (stand.is_on_sale) return fail(Errc::account_in_liquidation, vault_name(*book_, ask.vault));
    if (now(origin) >= row.expiry) return fail(Errc::option_expired, series);
    if (stand.sold.is_some() && stand.sold != ask.instrument) {
        return fail(Errc::series_does_not_fit, series + ": the vault's one series is " + vault_name(*book_, stand.sold) + "; open another vault");
    }
    if (stand.bought.is_some()) {
        PLIMSOLL_TRYV(check_long_leg(*book_, ask.instrument, stand.bought));
    }
    if (stand.collateral.is_some() && stand.collateral != row.settle) {
        return fail(Errc::collateral_does_not_fit, series + " is settled in " + vault_name(*book_, row.settle) + ", locked is " + vault_name(*book_, stand.collateral));
    }
    stand.sold = ask.instrument;
    stand.collateral = row.settle;
    if (!within(ask.size.units(), event_limit_units)) return fail(book::Errc::amount_overflow);
    stand.short_size += ask.size.units();
    move_contracts(ask.vault, to, ask.instrument, ask.size.units(), origin, decision);
    return keep_requirement(stand, origin, decision);
}

result<void> Vaults::decide_one(BurnOption const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(stand, vault_of(*book_, ask.vault));
    PLIMSOLL_TRY(from, partner(ask.from, stand));
    if (ask.size.units() <= 0) return fail(book::Errc::size_must_be_positive);
    std::string const name = vault_name(*book_, ask.vault);
    if (stand.short_size < ask.size.units()) return fail(Errc::options_insufficient, name + " is short " + format_decimal(stand.short_size));
    if (now(origin) >= book_->instrument(stand.sold).expiry) return fail(Errc::option_expired, vault_name(*book_, stand.sold) + ": exercise settles it");
    move_contracts(from, ask.vault, stand.sold, ask.size.units(), origin, decision);
    PLIMSOLL_TRYV(gives_contracts(from, stand.sold, ask.size.units(), decision.events, decision));
    decision.say("short_after", ask.vault, stand.short_size - ask.size.units());
    return outcome::success();
}

/// What a vault's own long option is worth, once it has expired, and is still to be exercised for.
result<Int128> Vaults::unexercised(VaultStand const& stand, TimeNs now) const {
    if (!stand.bought.is_some()) return Int128{0};
    PLIMSOLL_TRY(price, settled_price(*book_, stand.bought, now));
    return owed_at_expiry(*book_, stand.bought, price, stand.long_size, Rounding::floor);
}

result<void> Vaults::decide_one(ExerciseOption const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(stand, vault_of(*book_, ask.vault));
    if (!book_->has(ask.holder)) return fail(book::Errc::unknown_account);
    std::string const name = vault_name(*book_, ask.vault);
    if (!stand.sold.is_some()) return fail(Errc::options_insufficient, name + " is short nothing");
    PLIMSOLL_TRY(price, settled_price(*book_, stand.sold, now(origin)));
    book::PositionRow const* const held = book_->position(ask.holder, stand.sold);
    Int128 const has = held == nullptr ? 0 : std::max<Int128>(held->size.units(), 0);
    Int128 const most = std::min(has, stand.short_size);
    Int128 const size = ask.size.is_zero() ? most : ask.size.units();
    if (size < 0) return fail(book::Errc::size_must_be_positive);
    if (size == 0 || size > most) {
        return fail(Errc::options_insufficient, vault_name(*book_, ask.holder) + " has " + format_decimal(has) + " of " + vault_name(*book_, stand.sold) + ", " +
                                                    name + " is short " + format_decimal(stand.short_size));
    }
    PLIMSOLL_TRY(due, owed_at_expiry(*book_, stand.sold, price, size, Rounding::floor));
    // Every holder has the same share of what is there, whoever comes first.
    auto const share = multiply_divide(std::max<Int128>(stand.locked, 0), size, stand.short_size, Rounding::floor);
    PLIMSOLL_ASSERT(share); // at most what is locked
    Int128 paid = std::min(due, *share);
    if (paid < due) {
        PLIMSOLL_TRY(still_to_come, unexercised(stand, now(origin)));
        if (still_to_come > 0 && due <= stand.locked) {
            paid = due;
        } else if (still_to_come > 0) {
            return fail(Errc::long_leg_not_exercised, name + " has " + format_decimal(stand.long_size) + " of " + vault_name(*book_, stand.bought) + ", worth " +
                                                          format_decimal(still_to_come) + " " + vault_name(*book_, stand.collateral));
        }
    }
    decision.say("settlement_price", {}, price.units());
    decision.say("due", ask.holder, due);
    decision.say("paid", ask.holder, paid);
    PositionSettled settled;
    settled.account = ask.holder;
    settled.counter = ask.vault;
    settled.instrument = stand.sold;
    settled.asset = stand.collateral;
    settled.type = SettlementType::exercise;
    settled.size = Quantity{size};
    settled.amount = Amount{due};
    settled.price = price;
    decision.add(origin, settled);
    if (paid == due) return outcome::success();
    Origin by_rule = origin;
    by_rule.cause = Cause::waterfall;
    by_rule.cause_sequence = book_->sequence() + 1;
    BadDebtRecognised lost;
    lost.loss = next_loss(*book_);
    lost.account = ask.vault.number();
    lost.asset = stand.collateral.number();
    lost.amount = to_wire(due - paid);
    lost.liquidation = stand.is_on_sale ? book_->account(ask.vault).liquidation : 0;
    WaterfallPaid borne;
    borne.loss = lost.loss;
    borne.layer = wire::Layer::socialised; // by who holds the vault's options, and nobody else
    borne.payer = ask.holder.number();
    borne.account = ask.vault.number();
    borne.asset = stand.collateral.number();
    borne.amount = to_wire(due - paid);
    decision.add(by_rule, rare(std::move(lost)));
    decision.add(by_rule, rare(std::move(borne)));
    return outcome::success();
}

result<void> Vaults::decide_one(SettleVault const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(stand, vault_of(*book_, ask.vault));
    PLIMSOLL_TRY(to, partner(ask.to, stand));
    std::string const name = vault_name(*book_, ask.vault);
    if (stand.is_on_sale) return fail(Errc::account_in_liquidation, name + ": liquidate ends its auction where its reason is gone");
    Int128 owed = 0;
    if (stand.sold.is_some()) {
        PLIMSOLL_TRY(price, settled_price(*book_, stand.sold, now(origin)));
        PLIMSOLL_TRY(asked, owed_at_expiry(*book_, stand.sold, price, stand.short_size, Rounding::ceiling));
        owed = asked;
    }
    decision.say("locked", ask.vault, stand.locked);
    decision.say("required", ask.vault, owed);
    if (stand.locked <= owed) return fail(Errc::nothing_to_settle, name + " owes " + format_decimal(owed) + " and has " + format_decimal(stand.locked));
    decision.say("returned", to, stand.locked - owed);
    decision.add(origin, transferred(TransferType::vault_withdrawal, to, ask.vault, stand.collateral, stand.locked - owed));
    return outcome::success();
}

} // namespace plimsoll::risk
