#include "risk/clearing/ramped_sale.hpp"

#include "ledger/event/decimal.hpp"
#include "risk/margin/models.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

/// The short option whose line of the explanation asks for most; of equals, the one defined first.
[[nodiscard]] OptionHolding const* worst_short(Portfolio const& portfolio, Market const& market, MarginDetail const& detail, book::Book const& book) {
    OptionHolding const* worst = nullptr;
    Int128 most = 0;
    for (OptionHolding const& held : portfolio.options) {
        if (held.amount >= 0) continue;
        auto const name = book.instrument(market.options()[held.option].instrument).name.view();
        Int128 asked = 0;
        for (MarginLine const& line : detail.lines) {
            if (line.subject == name && line.what.starts_with("short option")) asked += line.maintenance;
        }
        if (worst != nullptr && asked <= most) continue;
        worst = &held;
        most = asked;
    }
    return worst;
}

} // namespace

bool RampedSale::sells(AssetId) const { return true; } // another short's collateral, or the keeper's to buy

/// No option is left: other assets pay for a debt, at the spot, to the keeper; what is then still owed is a loss.
result<void> RampedSale::close_flat(OpenLiquidation const& open, AccountId keeper, Origin const& origin, Decision& decision) {
    AssetId const quote = desk_->quote();
    std::vector<AssetHolding> owned; // by asset
    book_->for_balances(open.account, [&](book::BalanceRow const& row) {
        if (row.amount.units() > 0 && row.asset != quote) owned.push_back({row.asset, row.amount.units()});
    });
    std::ranges::sort(owned, {}, &AssetHolding::asset);
    Tally on;
    if (balance_of(open.account, quote) < 0 && keeper.is_some()) {
        for (AssetHolding const& each : owned) {
            Int128 const worth = on.fraction_down(each.amount, desk_->market().spot(each.asset).value.units(), desk_->market().quote_price());
            if (worth <= 0) continue;
            decision.pay(open.account, keeper, each.asset, each.amount, TransferType::conversion, origin);
            decision.pay(keeper, open.account, quote, worth, TransferType::conversion, origin);
        }
    }
    PLIMSOLL_TRYV(on.settle("the account"));
    return finish(open, wire::LiquidationOutcome::closed, {}, origin, decision);
}

result<OpenLiquidation> RampedSale::start(Liquidate const& ask, OpenLiquidations const&, Origin const& origin, Decision& decision) {
    if (!book_->has(ask.account)) return fail(book::Errc::unknown_account);
    Preset const& margin = desk_->preset();
    if (margin.kernel() != Kernel::naked_bound) return fail(Errc::procedure_does_not_fit, "ramped_auction sells naked shorts, " + margin.name() + " has none");
    MarginDetail detail;
    PLIMSOLL_TRY(levels, levels_below(ask.account, decision, &detail));
    OpenLiquidation open;
    open.id = next_liquidation(*book_);
    open.account = ask.account;
    open.is_auction = true;
    open.procedure = Procedure::ramped_auction;
    open.started_sequence = book_->sequence() + 1;
    auto const found = account_of_kind(*book_, ask.liquidator, wire::AccountKind::liquidator);
    AccountId const keeper = found ? found.value() : AccountId{};
    Origin by_rule = origin;
    by_rule.cause = Cause::liquidation;
    OptionHolding const* const sold = worst_short(desk_->portfolio(), desk_->market(), detail, *book_);
    if (sold == nullptr) {
        if (balance_of(ask.account, desk_->quote()) >= 0) return fail(Errc::nothing_to_liquidate, name_of(ask.account));
        decision.add(by_rule, rare(started_of(open, levels)));
        Origin by_start = origin;
        by_start.cause = Cause::liquidation;
        by_start.cause_sequence = open.started_sequence;
        PLIMSOLL_TRYV(close_flat(open, keeper, by_start, decision));
        open.is_over = true;
        return open;
    }
    OptionMarket const& option = desk_->market().options()[sold->option];
    AssetId const base = desk_->market().expiries()[option.expiry].base;
    Int128 const coins = -sold->amount;
    bool const in_coin = option.is_call && balance_of(ask.account, base) > 0;
    AssetId const collateral = in_coin ? base : desk_->quote();
    RampedAuctionTerms const* const terms = clearing_ == nullptr ? nullptr : terms_for(clearing_->ramped_auctions, name_of(collateral));
    if (terms == nullptr) return fail(Errc::collateral_not_auctioned, name_of(collateral));
    PLIMSOLL_TRY(spot, MarketNeeds(margin, desk_->market()).spot(base));
    PLIMSOLL_TRYV(check_spot_is_newer(base, ask.account, "the account"));
    Int128 const cash_value = std::max<Int128>(option.is_call ? spot - option.strike : option.strike - spot, 0);

    open.lot.instrument = option.instrument;
    LiquidationStarted fact = started_of(open, levels);
    fact.mark = to_wire(spot);
    Int128 const contracts = -book_->position(ask.account, option.instrument)->size.units();
    RampedShort const short_option{desk_->quote(), base, collateral, balance_of(ask.account, collateral), contracts, coins, spot, cash_value};
    PLIMSOLL_TRYV(put_up(open, fact, short_option, *terms, origin.source_time, decision));
    decision.add(by_rule, rare(std::move(fact)));
    return open;
}

result<bool> RampedSale::bid(OpenLiquidation& open, Bid const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRYV(check_bidder(open, ask));
    LotOnSale lot = open.lot;
    std::string const name(book_->instrument(lot.instrument).name.view());
    if (has_expired(lot.instrument, origin)) return fail(Errc::option_expired, name);
    PLIMSOLL_TRY(levels, desk_->levels(open.account));
    if (levels.maintenance_excess >= 0) return fail(Errc::auction_must_be_terminated, name_of(open.account));
    book::PositionRow const* const held = book_->position(open.account, lot.instrument);
    Int128 const short_now = held == nullptr ? 0 : -held->size.units();
    if (short_now <= 0) return fail(Errc::auction_must_be_terminated, name_of(open.account)); // it has bought them back
    lot.lot = short_now;
    book::InstrumentRow const& instrument = book_->instrument(lot.instrument);
    Tally on;
    auto coins_of = [&](Int128 contracts) {
        return on.fraction_down(contracts, book::multiplier(instrument.multiplier_numerator), book::multiplier(instrument.multiplier_denominator));
    };
    Int128 const collateral = std::max<Int128>(balance_of(open.account, lot.asset), 0);
    PLIMSOLL_TRY(price, price_for(ask, lot, desk_->quote(), collateral, coins_of(short_now), origin, decision));
    PLIMSOLL_TRY(size, wanted(ask, short_now));
    bool const is_all = size == short_now;
    Int128 const earned = std::min(on.product_down(coins_of(size), price), collateral);
    Int128 const quote_part = on.fraction_down(held->quote.units(), size, short_now);
    Int128 const fraction = on.fraction_down(size, one_units, short_now);
    PLIMSOLL_TRYV(on.settle("a take"));
    if (!is_all) {
        PLIMSOLL_TRYV(check_dust(lot, lot.asset, collateral - earned));
    }
    lot.lot = short_now - size;
    decision.add(origin, rare(bid_of(open, ask, lot.instrument, lot.asset, {size, fraction, price, earned, lot.lot, collateral - earned})));
    decision.say("takes", ask.bidder, size);
    decision.say("earns", ask.bidder, earned);
    PositionSettled moved;
    moved.account = open.account;
    moved.counter = ask.bidder;
    moved.instrument = lot.instrument;
    moved.asset = instrument.settle;
    moved.type = SettlementType::transfer;
    moved.size = Quantity{-size};
    moved.quote = Amount{is_all ? held->quote.units() : quote_part};
    moved.price = instrument.mark.value;
    decision.add(origin, moved);
    decision.pay(open.account, ask.bidder, lot.asset, earned, TransferType::liquidation_reward, origin);
    PLIMSOLL_TRYV(foresee(decision));
    bool ends = is_all;
    if (!is_all) {
        PLIMSOLL_TRY(left, levels_foreseen(open.account));
        ends = left.maintenance_excess >= 0;
    }
    OpenLiquidation next = open;
    next.lot = lot;
    if (ends) {
        PLIMSOLL_TRYV(finish(next, is_all ? wire::LiquidationOutcome::closed : wire::LiquidationOutcome::recovered, {}, origin, decision));
    }
    PLIMSOLL_TRYV(check_margin(ask.bidder, decision));
    open = std::move(next);
    return ends;
}

result<bool> RampedSale::look_again(OpenLiquidation& open, AccountId keeper, Origin const& origin, Decision& decision) {
    book::PositionRow const* const held = book_->position(open.account, open.lot.instrument);
    bool const is_short = held != nullptr && held->size.is_negative();
    if (is_short && has_expired(open.lot.instrument, origin)) {
        return fail(Errc::option_expired, std::string(book_->instrument(open.lot.instrument).name.view()) + ": settle_expiry first");
    }
    bool has_options = false;
    book_->for_positions(open.account, [&](book::PositionRow const& row) { has_options = has_options || !row.size.is_zero(); });
    if (!has_options) {
        PLIMSOLL_TRYV(close_flat(open, keeper, origin, decision));
        return true;
    }
    PLIMSOLL_TRY(levels, desk_->levels(open.account));
    if (is_short && levels.maintenance_excess < 0) return fail(Errc::auction_already_ongoing, name_of(open.account));
    auto const outcome = levels.maintenance_excess >= 0 ? wire::LiquidationOutcome::recovered : wire::LiquidationOutcome::terminated;
    PLIMSOLL_TRYV(finish(open, outcome, {}, origin, decision));
    return true;
}

} // namespace plimsoll::risk
