#include "risk/clearing/collateral_sale.hpp"

#include "ledger/event/decimal.hpp"
#include "risk/margin/pledges.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

using wire::FigureKind;

/// Units of 10^-18 as rads of 10^-45.
[[nodiscard]] Wide rad_of(Int128 units) { return widened(units) * vault::ray(); }
/// And back, rounded.
[[nodiscard]] result<Int128> units_of_rad(Wide const& rad, Rounding rounding) {
    if (auto const units = narrowed(quotient(rad, vault::ray(), rounding))) return *units;
    return fail(Errc::arithmetic_overflow, "an auction");
}
/// A price of 10^-18 as one of 10^-27.
[[nodiscard]] Wide ray_of(Int128 price) { return widened(price) * power_of_ten(9); }

[[nodiscard]] result<void> refused(vault::AuctionRefusal refusal, std::string const& detail) {
    using vault::AuctionRefusal;
    switch (refusal) {
    case AuctionRefusal::liquidation_limit_hit: return fail(Errc::liquidation_limit_hit, detail);
    case AuctionRefusal::dusty_auction: return fail(Errc::auction_would_be_dust, detail);
    case AuctionRefusal::no_partial_purchase: return fail(Errc::partial_take_leaves_dust, detail);
    case AuctionRefusal::too_expensive: return fail(Errc::price_limit_exceeded, detail);
    case AuctionRefusal::zero_top_price: return fail(Errc::price_missing, detail);
    case AuctionRefusal::not_unsafe:
    case AuctionRefusal::null_auction:
    case AuctionRefusal::zero_tab:
    case AuctionRefusal::zero_lot: return fail(Errc::nothing_to_liquidate, detail);
    }
    return outcome::success();
}

struct InFlight {
    Int128 all = 0;
    Int128 of_asset = 0;
};

[[nodiscard]] InFlight tabs_of(OpenLiquidations const& open, AssetId asset) {
    InFlight sum;
    for (auto const& [account, each] : open) {
        if (each.procedure != Procedure::collateral_auction) continue;
        sum.all += each.lot.tab;
        if (each.lot.asset == asset) sum.of_asset += each.lot.tab;
    }
    return sum;
}

/// The coin that the debt weighs on most: of those that any of it lies on, the last.
[[nodiscard]] Pledge const* weighed_on(Pledges const& pledges) {
    for (auto each = pledges.all.rbegin(); each != pledges.all.rend(); ++each) {
        if (each->covered > 0) return &*each;
    }
    return nullptr;
}

[[nodiscard]] Int128 seconds_units(std::int64_t seconds) { return Int128{seconds} * one_units; }

} // namespace

result<Int128> CollateralSale::market_price(AssetId asset) const {
    Tally on;
    Int128 const price = on.fraction_down(desk_->market().spot(asset).value.units(), one_units, desk_->market().quote_price());
    PLIMSOLL_TRYV(on.settle("a price"));
    if (price <= 0) return fail(Errc::price_missing, name_of(asset));
    return price;
}

vault::Curve CollateralSale::curve_of(Figures const& terms) {
    auto seconds = [&](FigureKind kind) { return static_cast<std::uint64_t>(figure_of(terms, kind) / one_units); };
    vault::Curve curve;
    Int128 const factor = figure_of(terms, FigureKind::step_factor);
    curve.shape = factor == 0 ? vault::CurveShape::linear : vault::CurveShape::stairs;
    curve.duration_seconds = seconds(FigureKind::duration_seconds);
    curve.factor_ray = ray_of(factor);
    curve.step_seconds = std::max<std::uint64_t>(seconds(FigureKind::step_seconds), 1);
    return curve;
}

result<void> CollateralSale::put_up(OpenLiquidation& open, Levels const& levels, Figures terms, AccountId keeper, bool earns_incentive,
                                    Origin const& origin, Decision& decision) {
    LotOnSale& lot = open.lot;
    PLIMSOLL_TRY(price, market_price(lot.asset));
    vault::Reward const reward{rad_of(figure_of(terms, FigureKind::incentive_flat)), widened(figure_of(terms, FigureKind::incentive_share))};
    auto const started = vault::start(rad_of(lot.tab), widened(lot.lot), ray_of(price), ray_of(figure_of(terms, FigureKind::price_buffer)), reward);
    if (!started) return refused(started.error(), name_of(lot.asset));
    auto const top = narrowed(quotient(started.value().top_ray, power_of_ten(9), Rounding::floor));
    if (!top) return fail(Errc::arithmetic_overflow, "the start price");
    if (*top == 0) return fail(Errc::price_missing, name_of(lot.asset));
    PLIMSOLL_TRY(due, units_of_rad(earns_incentive ? started.value().reward_rad : Wide{0}, Rounding::floor));
    Origin by_rule = origin;
    by_rule.cause = Cause::liquidation;
    LiquidationStarted fact = started_of(open, levels);
    fact.mark = to_wire(price);
    fact.fee_cap = to_wire(lot.tab - lot.debt);
    Decision incentive;
    Int128 const paid = pay_incentive(keeper, due, by_rule, incentive);
    Figures& figures = fact.figures;
    add_figure(figures, FigureKind::collateral, lot.asset, balance_of(open.account, lot.asset));
    add_figure(figures, FigureKind::lot, lot.asset, lot.lot);
    add_figure(figures, FigureKind::debt, desk_->quote(), lot.debt);
    add_figure(figures, FigureKind::tab, desk_->quote(), lot.tab);
    add_figure(figures, FigureKind::start_price, lot.asset, *top);
    add_figure(figures, FigureKind::reference_price, lot.asset, price);
    add_figure(figures, FigureKind::incentive, desk_->quote(), paid);
    figures.insert(figures.end(), terms.begin(), terms.end());
    decision.say("lot", open.account, lot.lot);
    decision.say("tab", open.account, lot.tab);
    decision.say("start_price", open.account, *top);
    recall_lot(lot, fact, origin.source_time);
    decision.add(by_rule, rare(std::move(fact)));
    decision.events.insert(decision.events.end(), incentive.events.begin(), incentive.events.end());
    decision.figures.insert(decision.figures.end(), incentive.figures.begin(), incentive.figures.end());
    open.started_sequence = book_->sequence() + decision.events.size() - incentive.events.size();
    return outcome::success();
}

bool CollateralSale::sells(AssetId asset) const {
    bool const is_pledged = row_for(desk_->preset(), "collateral", "asset", name_of(asset)) != nullptr;
    return is_pledged && (clearing_ == nullptr || terms_for(clearing_->collateral_auctions, name_of(asset)) != nullptr);
}

result<OpenLiquidation> CollateralSale::start(Liquidate const& ask, OpenLiquidations const& in_flight, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(levels, levels_below(ask.account, decision));
    Preset const& margin = desk_->preset();
    if (margin.kernel() != Kernel::ratio) return fail(Errc::procedure_does_not_fit, "collateral_auction sells vaults' coins, " + margin.name() + " has none");
    Tally on;
    PLIMSOLL_TRY(pledges, pledges_of(margin, MarketNeeds(margin, desk_->market()), desk_->portfolio(), on, nullptr));
    PLIMSOLL_TRYV(on.settle("the account"));
    Pledge const* const pledge = weighed_on(pledges);
    Int128 const owed = std::max<Int128>(-balance_of(ask.account, desk_->quote()), 0);
    if (pledge == nullptr || owed == 0) return fail(Errc::nothing_to_liquidate, name_of(ask.account));
    std::string const coin = name_of(pledge->asset);
    CollateralAuctionTerms const* const terms = clearing_ == nullptr ? nullptr : terms_for(clearing_->collateral_auctions, coin);
    if (terms == nullptr) return fail(Errc::collateral_not_auctioned, coin);

    InFlight const tabs = tabs_of(in_flight, pledge->asset);
    decision.say("in_flight", {}, tabs.all);
    decision.say("in_flight_of_collateral", {}, tabs.of_asset);
    vault::Terms safe; // never: whether the account is unsafe has been said
    safe.rate_ray = vault::ray();
    safe.dust_rad = rad_of(pledge->debt_floor);
    Wide const penalty = vault::wad() + widened(terms->penalty);
    auto const seized = vault::seize({widened(pledge->amount), widened(std::min(pledge->covered, owed))}, safe, penalty,
                                     {rad_of(clearing_->auction_limit), rad_of(tabs.all), rad_of(terms->limit), rad_of(tabs.of_asset)});
    if (!seized) {
        PLIMSOLL_TRYV(refused(seized.error(), coin + ": " + format_decimal(tabs.all) + " in flight of at most " + format_decimal(clearing_->auction_limit) +
                                                  ", of it " + format_decimal(tabs.of_asset) + " of at most " + format_decimal(terms->limit)));
    }
    OpenLiquidation open;
    open.id = next_liquidation(*book_);
    open.account = ask.account;
    open.is_auction = true;
    open.procedure = Procedure::collateral_auction;
    open.lot.asset = pledge->asset;
    auto const lot = narrowed(seized.value().lot_wad);
    auto const debt = narrowed(seized.value().debt_share_wad);
    PLIMSOLL_ASSERT(lot && debt); // parts of what is there
    PLIMSOLL_TRY(tab, units_of_rad(seized.value().tab_rad, Rounding::floor));
    open.lot.lot = *lot;
    open.lot.debt = *debt;
    open.lot.tab = tab;
    PLIMSOLL_TRY(least, units_of_rad(vault::min_leftover(safe.dust_rad, penalty), Rounding::floor));
    Figures figures;
    for (auto const& [kind, value] : {std::pair{FigureKind::penalty_share, terms->penalty}, std::pair{FigureKind::price_buffer, terms->price_buffer},
                                      std::pair{FigureKind::step_factor, terms->step_factor}, std::pair{FigureKind::step_seconds, seconds_units(terms->step_seconds)},
                                      std::pair{FigureKind::duration_seconds, seconds_units(terms->duration_seconds)},
                                      std::pair{FigureKind::reset_after_seconds, seconds_units(terms->reset_after_seconds)},
                                      std::pair{FigureKind::reset_below_share, terms->reset_below}, std::pair{FigureKind::least_left, least},
                                      std::pair{FigureKind::incentive_flat, terms->incentive_flat}, std::pair{FigureKind::incentive_share, terms->incentive_share},
                                      std::pair{FigureKind::system_limit, clearing_->auction_limit}, std::pair{FigureKind::system_in_flight, tabs.all}}) {
        add_figure(figures, kind, {}, value);
    }
    add_figure(figures, FigureKind::limit, pledge->asset, terms->limit);
    add_figure(figures, FigureKind::in_flight, pledge->asset, tabs.of_asset);
    auto const keeper = account_of_kind(*book_, ask.liquidator, wire::AccountKind::liquidator);
    PLIMSOLL_TRYV(put_up(open, levels, std::move(figures), keeper ? keeper.value() : AccountId{}, true, origin, decision));
    return open;
}

result<bool> CollateralSale::bid(OpenLiquidation& open, Bid const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRYV(check_bidder(open, ask));
    LotOnSale lot = open.lot;
    Int128 const top = figure_of(lot.terms, FigureKind::start_price);
    auto const elapsed = static_cast<std::uint64_t>(elapsed_seconds(lot, *book_, origin));
    auto const reset_after = static_cast<std::uint64_t>(figure_of(lot.terms, FigureKind::reset_after_seconds) / one_units);
    Wide const now_ray = vault::price_after(curve_of(lot.terms), ray_of(top), elapsed);
    auto const price = narrowed(quotient(now_ray, power_of_ten(9), Rounding::floor));
    PLIMSOLL_ASSERT(price); // at most the start's
    decision.say("price", {}, *price);
    decision.say("elapsed_seconds", {}, seconds_units(static_cast<std::int64_t>(elapsed)));
    bool const is_over = vault::needs_restart(now_ray, ray_of(top), elapsed, reset_after, ray_of(figure_of(lot.terms, FigureKind::reset_below_share)));
    if (is_over || *price == 0) return fail(Errc::auction_needs_restart, name_of(open.account));
    PLIMSOLL_TRY(up_to, wanted(ask, lot.lot));
    Wide const worst = ask.price.is_zero() ? ray_of(*price) : ray_of(ask.price.units());
    auto const taken = vault::take({rad_of(lot.tab), widened(lot.lot)}, ray_of(*price), worst, widened(up_to),
                                   rad_of(figure_of(lot.terms, FigureKind::least_left)));
    if (!taken) {
        PLIMSOLL_TRYV(refused(taken.error(), format_decimal(*price) + " a unit, " + format_decimal(lot.tab) + " to raise, which may not be left below " +
                                                 format_decimal(figure_of(lot.terms, FigureKind::least_left))));
    }
    auto const bought = narrowed(taken.value().bought_wad);
    PLIMSOLL_ASSERT(bought); // at most the lot
    PLIMSOLL_TRY(exact, units_of_rad(taken.value().paid_rad, Rounding::ceiling));
    Int128 const paid = std::min(exact, lot.tab);
    if (*bought == 0 || paid == 0) return fail(Errc::share_out_of_bounds, "less than a unit of the lot, or of its price");
    decision.say("bought", ask.bidder, *bought);
    decision.say("pays", ask.bidder, paid);
    if (!ask.limit.is_zero() && paid > ask.limit.units()) return fail(Errc::price_limit_exceeded, format_decimal(paid));
    Int128 const cash = balance_of(ask.bidder, desk_->quote());
    if (cash < paid) return fail(Errc::bidder_cash_insufficient, name_of(ask.bidder) + " has " + format_decimal(cash));

    Int128 const to_debt = std::min(paid, lot.debt);
    Tally on;
    LiquidationBid fact;
    fact.liquidation = open.id;
    fact.account = open.account.number();
    fact.bidder = ask.bidder.number();
    fact.fraction = to_wire(on.fraction_down(*bought, one_units, lot.lot));
    fact.price = to_wire(*price);
    fact.asset = desk_->quote().number();
    fact.amount = to_wire(paid);
    fact.size = to_wire(*bought);
    PLIMSOLL_TRYV(on.settle("a bid"));
    lot.lot -= *bought;
    lot.tab -= paid;
    lot.debt -= to_debt;
    add_figure(fact.figures, FigureKind::lot, lot.asset, lot.lot);
    add_figure(fact.figures, FigureKind::debt, desk_->quote(), lot.debt);
    add_figure(fact.figures, FigureKind::tab, desk_->quote(), lot.tab);
    decision.add(origin, rare(std::move(fact)));
    decision.pay(ask.bidder, open.account, desk_->quote(), paid, TransferType::transfer, origin);
    decision.pay(open.account, ask.bidder, lot.asset, *bought, TransferType::transfer, origin);
    AccountId const fund = shared_fund(*book_);
    OpenLiquidation next = open;
    next.lot = lot;
    if (Int128 const penalty = paid - to_debt; penalty > 0 && fund.is_some()) {
        decision.pay(open.account, fund, desk_->quote(), penalty, TransferType::liquidation_penalty, origin);
        next.penalty += penalty;
    }
    bool const ends = lot.tab == 0 || lot.lot == 0;
    if (ends) {
        Figures left;
        add_figure(left, FigureKind::debt, desk_->quote(), lot.debt);
        add_figure(left, FigureKind::tab, desk_->quote(), lot.tab);
        add_figure(left, FigureKind::returned, lot.asset, lot.lot);
        PLIMSOLL_TRYV(finish(next, wire::LiquidationOutcome::closed, std::move(left), origin, decision));
    } else {
        PLIMSOLL_TRYV(foresee(decision));
    }
    PLIMSOLL_TRYV(check_margin(ask.bidder, decision));
    open = std::move(next);
    return ends;
}

result<bool> CollateralSale::look_again(OpenLiquidation& open, AccountId keeper, Origin const& origin, Decision& decision) {
    LotOnSale const& lot = open.lot;
    Int128 const top = figure_of(lot.terms, FigureKind::start_price);
    auto const elapsed = static_cast<std::uint64_t>(elapsed_seconds(lot, *book_, origin));
    auto const reset_after = static_cast<std::uint64_t>(figure_of(lot.terms, FigureKind::reset_after_seconds) / one_units);
    Wide const now_ray = vault::price_after(curve_of(lot.terms), ray_of(top), elapsed);
    bool const is_over = now_ray < power_of_ten(9) || vault::needs_restart(now_ray, ray_of(top), elapsed, reset_after,
                                                                           ray_of(figure_of(lot.terms, FigureKind::reset_below_share)));
    if (!is_over) return fail(Errc::auction_already_ongoing, name_of(open.account));
    PLIMSOLL_TRY(levels, desk_->levels(open.account));
    PLIMSOLL_TRY(price, market_price(lot.asset));
    Int128 const least = figure_of(lot.terms, FigureKind::least_left);
    Wide const reward = vault::restart_reward(rad_of(lot.tab), widened(lot.lot), ray_of(price), rad_of(least), {1, 0});
    LiquidationEnded ended = ended_of(open, wire::LiquidationOutcome::terminated, desk_->quote(), levels.mark_to_market);
    add_figure(ended.figures, FigureKind::lot, lot.asset, lot.lot);
    add_figure(ended.figures, FigureKind::debt, desk_->quote(), lot.debt);
    add_figure(ended.figures, FigureKind::tab, desk_->quote(), lot.tab);
    decision.add(origin, rare(std::move(ended)));
    OpenLiquidation next = open;
    next.id = next_liquidation(*book_);
    next.penalty = 0;
    Figures terms;
    bool is_term = false; // what is recorded behind the incentive
    for (wire::Figure const& figure : lot.terms) {
        if (is_term) terms.push_back(figure);
        is_term = is_term || figure.kind() == static_cast<std::uint16_t>(FigureKind::incentive);
    }
    PLIMSOLL_TRYV(put_up(next, levels, std::move(terms), keeper, !reward.is_zero(), origin, decision));
    open = std::move(next);
    return false;
}

} // namespace plimsoll::risk
