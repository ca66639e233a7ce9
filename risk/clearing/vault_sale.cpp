#include "risk/clearing/vault_sale.hpp"

#include "ledger/event/decimal.hpp"

#include <algorithm>

namespace plimsoll::risk {

std::vector<AccountId> VaultSale::due(Origin const& origin) {
    std::vector<LiquidationCase> cases;
    for (std::uint32_t id = 1; id <= book_->accounts.size(); ++id) {
        AccountId const account{id};
        if (!is_option_vault(*book_, account) || book_->account(account).in_liquidation != 0) continue;
        auto const stand = vault_of(*book_, account);
        if (!stand || !stand.value().sold.is_some() || has_expired(stand.value().sold, origin)) continue;
        Decision unsaid;
        auto const needs = vaults_.check(stand.value(), origin, unsaid);
        if (!needs || stand.value().locked >= needs.value().required) continue;
        cases.push_back({account, needs.value().required - stand.value().locked, needs.value().required, needs.value().required});
    }
    std::ranges::sort(cases, goes_before);
    std::vector<AccountId> accounts;
    for (LiquidationCase const& each : cases) accounts.push_back(each.account);
    return accounts;
}

result<OpenLiquidation> VaultSale::start(Liquidate const& ask, OpenLiquidations const&, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(stand, vault_of(*book_, ask.account));
    std::string const name = name_of(ask.account);
    if (!stand.sold.is_some()) return fail(Errc::nothing_to_liquidate, name);
    book::InstrumentRow const& series = book_->instrument(stand.sold);
    if (has_expired(stand.sold, origin)) return fail(Errc::option_expired, std::string(series.name.view()) + ": exercise settles it");
    PLIMSOLL_TRY(needs, vaults_.check(stand, origin, decision));
    if (stand.locked >= needs.required) return fail(Errc::account_above_maintenance, name);
    std::string const collateral = name_of(stand.collateral);
    RampedAuctionTerms const* const terms = clearing_ == nullptr ? nullptr : terms_for(clearing_->ramped_auctions, collateral);
    if (terms == nullptr) return fail(Errc::collateral_not_auctioned, collateral + ": adopt a clearing preset like opyn, whose ramped_auctions name it");
    PLIMSOLL_TRY(moment, vaults_.moment_of(stand.sold, origin));
    PLIMSOLL_TRYV(check_spot_is_newer(series.base, ask.account, "the vault"));
    PLIMSOLL_TRY(coins, coins_in(series, stand.short_size, Rounding::floor));
    if (coins <= 0) return fail(Errc::nothing_to_liquidate, name);
    bool const is_call = series.side == wire::OptionSide::call;
    Int128 const strike = series.strike.units();

    OpenLiquidation open;
    open.id = next_liquidation(*book_);
    open.account = ask.account;
    open.is_auction = true;
    open.procedure = Procedure::ramped_auction;
    open.started_sequence = book_->sequence() + 1;
    LiquidationStarted fact;
    fact.liquidation = open.id;
    fact.account = ask.account.number();
    fact.procedure = std::string(word(open.procedure));
    fact.preset = desk_->preset().name() + " " + desk_->preset().version() + ", " + clearing_->name + " " + clearing_->version;
    fact.asset = stand.collateral.number();
    // What would be left of it were its short exercised now, and what is asked beyond that: their difference is the excess.
    fact.equity = to_wire(stand.locked - needs.cash_value);
    fact.requirement = to_wire(needs.required - needs.cash_value);
    fact.buffer = to_wire(stand.locked - needs.required);
    fact.instrument = stand.sold.number();
    fact.mark = to_wire(moment.spot);
    Int128 const cash_value = std::max<Int128>(is_call ? moment.spot - strike : strike - moment.spot, 0);
    RampedShort const sold{series.quote, series.base, stand.collateral, stand.locked, stand.short_size, coins, moment.spot, cash_value};
    PLIMSOLL_TRYV(put_up(open, fact, sold, *terms, origin.source_time, decision));
    Origin by_rule = origin;
    by_rule.cause = Cause::liquidation;
    decision.add(by_rule, rare(std::move(fact)));
    return open;
}

void VaultSale::end(OpenLiquidation const& open, wire::LiquidationOutcome outcome, VaultStand const& stand, Int128 owed, Origin const& origin,
                    Decision& decision) const {
    AssetId const asset = stand.collateral.is_some() ? stand.collateral : open.lot.asset;
    decision.add(origin, rare(ended_of(open, outcome, asset, stand.locked - owed)));
    decision.say("kept", open.account, std::max<Int128>(stand.locked - owed, 0));
}

result<bool> VaultSale::bid(OpenLiquidation& open, Bid const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRYV(check_bidder(open, ask));
    PLIMSOLL_TRY(stand, vault_of(*book_, open.account));
    if (!stand.sold.is_some()) return fail(Errc::auction_must_be_terminated, name_of(open.account));
    book::InstrumentRow const& series = book_->instrument(stand.sold);
    if (has_expired(stand.sold, origin)) return fail(Errc::option_expired, std::string(series.name.view()) + ": exercise settles it");
    PLIMSOLL_TRY(needs, vaults_.check(stand, origin, decision));
    if (stand.locked >= needs.required) return fail(Errc::auction_must_be_terminated, name_of(open.account));
    PLIMSOLL_TRY(coins, coins_in(series, stand.short_size, Rounding::floor));
    if (coins <= 0) return fail(Errc::auction_must_be_terminated, name_of(open.account));
    PLIMSOLL_TRY(price, price_for(ask, open.lot, series.quote, stand.locked, coins, origin, decision));
    PLIMSOLL_TRY(size, wanted(ask, stand.short_size));
    bool const is_all = size == stand.short_size;
    PLIMSOLL_TRY(taken, coins_in(series, size, Rounding::floor));
    Tally on;
    Int128 const earned = std::min(on.product_down(taken, price), stand.locked);
    Int128 const fraction = on.fraction_down(size, one_units, stand.short_size);
    PLIMSOLL_TRYV(on.settle("a take"));
    if (!is_all) {
        PLIMSOLL_TRYV(check_dust(open.lot, stand.collateral, stand.locked - earned));
    }
    VaultStand after = stand;
    after.locked -= earned;
    after.short_size -= size;
    if (is_all) after.sold = {};
    OpenLiquidation next = open;
    next.lot.lot = after.short_size;
    RampedTake const take{size, fraction, price, earned, after.short_size, after.locked};
    decision.add(origin, rare(bid_of(open, ask, stand.sold, stand.collateral, take)));
    PositionSettled given;
    given.account = ask.bidder;
    given.counter = open.account;
    given.instrument = stand.sold;
    given.asset = stand.collateral;
    given.type = SettlementType::liquidation;
    given.size = Quantity{size};
    given.amount = Amount{earned};
    given.price = Price{price};
    decision.add(origin, given);
    Event const burnt{origin, given};
    PLIMSOLL_TRYV(vaults_.gives_contracts(ask.bidder, stand.sold, size, std::span(&burnt, 1), decision));
    decision.say("takes", ask.bidder, size);
    decision.say("earns", ask.bidder, earned);
    PLIMSOLL_TRY(left, vaults_.check(after, origin, decision));
    bool const is_over = after.locked >= left.required;
    if (is_over) end(next, is_all ? wire::LiquidationOutcome::closed : wire::LiquidationOutcome::recovered, after, left.cash_value, origin, decision);
    open = std::move(next);
    return is_over;
}

result<bool> VaultSale::look_again(OpenLiquidation& open, AccountId, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(stand, vault_of(*book_, open.account));
    if (!stand.sold.is_some() || has_expired(stand.sold, origin)) {
        bool const is_closed = !stand.sold.is_some();
        end(open, is_closed ? wire::LiquidationOutcome::closed : wire::LiquidationOutcome::terminated, stand, 0, origin, decision);
        return true;
    }
    PLIMSOLL_TRY(needs, vaults_.check(stand, origin, decision));
    if (stand.locked < needs.required) return fail(Errc::auction_already_ongoing, name_of(open.account));
    end(open, wire::LiquidationOutcome::recovered, stand, needs.cash_value, origin, decision);
    return true;
}

} // namespace plimsoll::risk
