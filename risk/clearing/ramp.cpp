#include "risk/clearing/ramp.hpp"

#include "ledger/event/decimal.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

using wire::FigureKind;

[[nodiscard]] Fixed27 ramp_fixed(Int128 units) { return Fixed27::counted(widened(units), fixed_decimals); }

} // namespace

result<Int128> ramp_price(LotOnSale const& lot, AssetId quote, Int128 collateral, Int128 coins, std::int64_t elapsed) {
    naked::RampTerms const ramp{ramp_fixed(figure_of(lot.terms, FigureKind::oracle_deviation)),
                                Wide{static_cast<std::int64_t>(figure_of(lot.terms, FigureKind::duration_seconds) / one_units)}};
    Wide const price = naked::ramped_price(ramp_fixed(std::max<Int128>(collateral, 0)), ramp_fixed(coins), ramp_fixed(figure_of(lot.terms, FigureKind::cash_value)),
                                           ramp_fixed(figure_of(lot.terms, FigureKind::reference_price)), lot.asset == quote, Wide{elapsed}, ramp, fixed_decimals);
    if (auto const units = narrowed(price)) return *units;
    return fail(Errc::arithmetic_overflow, "a ramp");
}

bool Ramp::has_expired(InstrumentId instrument, Origin const& origin) const {
    return std::max(origin.source_time, book_->time()) >= book_->instrument(instrument).expiry;
}

result<void> Ramp::check_spot_is_newer(AssetId base, AccountId account, std::string_view who) const {
    TimeNs const seen = desk_->market().spot(base).time;
    PLIMSOLL_TRY(changed, last_deed_ ? last_deed_(account) : result<TimeNs>(TimeNs{0}));
    if (seen > changed) return outcome::success();
    return fail(Errc::price_older_than_account, name_of(base) + " at " + format_time(seen) + ", " + std::string(who) + " at " + format_time(changed));
}

result<void> Ramp::put_up(OpenLiquidation& open, LiquidationStarted& fact, RampedShort const& sold, RampedAuctionTerms const& terms, TimeNs time,
                          Decision& decision) {
    Figures& figures = fact.figures;
    add_figure(figures, FigureKind::collateral, sold.collateral, sold.collateral_units);
    add_figure(figures, FigureKind::lot, {}, sold.contracts);
    add_figure(figures, FigureKind::debt, sold.base, sold.coins);
    add_figure(figures, FigureKind::reference_price, sold.base, sold.spot);
    add_figure(figures, FigureKind::cash_value, sold.quote, sold.cash_value);
    add_figure(figures, FigureKind::oracle_deviation, {}, terms.oracle_deviation);
    add_figure(figures, FigureKind::duration_seconds, {}, Int128{terms.duration_seconds} * one_units);
    add_figure(figures, FigureKind::least_left, sold.collateral, terms.least_left);
    recall_lot(open.lot, fact, time);
    PLIMSOLL_TRY(price, ramp_price(open.lot, sold.quote, sold.collateral_units, sold.coins, 0));
    add_figure(figures, FigureKind::start_price, sold.collateral, price);
    recall_lot(open.lot, fact, time);
    decision.say("lot", open.account, sold.contracts);
    decision.say("start_price", open.account, price);
    return outcome::success();
}

result<Int128> Ramp::price_for(Bid const& ask, LotOnSale const& lot, AssetId quote, Int128 collateral, Int128 coins, Origin const& origin,
                               Decision& decision) const {
    std::int64_t const elapsed = elapsed_seconds(lot, *book_, origin);
    PLIMSOLL_TRY(price, ramp_price(lot, quote, collateral, coins, elapsed));
    decision.say("price", {}, price);
    decision.say("elapsed_seconds", {}, Int128{elapsed} * one_units);
    if (!ask.price.is_zero() && price < ask.price.units()) return fail(Errc::price_limit_exceeded, format_decimal(price) + " for a coin's worth");
    return price;
}

result<void> Ramp::check_dust(LotOnSale const& lot, AssetId collateral, Int128 collateral_left) const {
    Int128 const least = figure_of(lot.terms, FigureKind::least_left);
    if (collateral_left >= least) return outcome::success();
    return fail(Errc::partial_take_leaves_dust, format_decimal(collateral_left) + " " + name_of(collateral) + ", at least " + format_decimal(least));
}

LiquidationBid Ramp::bid_of(OpenLiquidation const& open, Bid const& ask, InstrumentId instrument, AssetId collateral, RampedTake const& take) {
    LiquidationBid fact;
    fact.liquidation = open.id;
    fact.account = open.account.number();
    fact.bidder = ask.bidder.number();
    fact.fraction = to_wire(take.fraction);
    fact.price = to_wire(take.price);
    fact.asset = collateral.number();
    fact.amount = to_wire(-take.earned); // the bidder is paid
    fact.instrument = instrument.number();
    fact.size = to_wire(take.size);
    add_figure(fact.figures, FigureKind::lot, {}, take.contracts_left);
    add_figure(fact.figures, FigureKind::collateral, collateral, take.collateral_left);
    return fact;
}

} // namespace plimsoll::risk
