#include "risk/clearing/liquidation.hpp"

#include "risk/clearing/vault.hpp"

#include "risk/clearing/take_over.hpp"
#include "risk/margin/sweep.hpp"
#include "risk/margin/tally.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr std::int64_t whole_thousandths = 1000;
constexpr Int128 size_step = one_units / 1'000'000; ///< a part of a position is a multiple of this

[[nodiscard]] std::string name_of(book::Book const& book, InstrumentId id) {
    return std::string(book.instrument(id).name.view());
}

/// What the rule asks for one position, as its lines say.
[[nodiscard]] Int128 maintenance_of(MarginDetail const& detail, std::string_view instrument) {
    Int128 sum = 0;
    for (MarginLine const& line : detail.lines) {
        if (line.what == "position" && line.subject == instrument) sum += line.maintenance;
    }
    return sum;
}

[[nodiscard]] Int128 notional_of(Portfolio const& portfolio, Market const& market) {
    Tally on;
    Int128 sum = 0;
    for (PerpetualHolding const& held : portfolio.perpetuals) sum = on.add(sum, held.notional);
    for (OptionHolding const& held : portfolio.options) {
        Int128 const amount = held.amount < 0 ? -held.amount : held.amount;
        sum = on.add(sum, on.product_up(amount, market.options()[held.option].mark.value.units()));
    }
    return sum;
}

/// The liquidator's bid for a part of a position, and its trade.
[[nodiscard]] result<void> add_bid(OpenLiquidation const& open, Traded const& trade, Int128 held, Int128 left_of_pace,
                                   Origin const& origin, Decision& decision) {
    Tally on;
    LiquidationBid bid;
    bid.liquidation = open.id;
    bid.account = open.account.number();
    bid.bidder = open.liquidator.number();
    bid.fraction = to_wire(on.fraction_down(trade.size.units(), one_units, held));
    bid.price = to_wire(trade.price);
    bid.asset = trade.asset.number();
    bid.amount = to_wire(trade.quote);
    bid.instrument = trade.instrument.number();
    bid.size = to_wire(trade.size.units());
    if (open.paced.at_start != 0) add_figure(bid.figures, wire::FigureKind::lot, {}, left_of_pace);
    PLIMSOLL_TRYV(on.settle("a bid"));
    decision.add(origin, rare(std::move(bid)));
    decision.add(origin, trade);
    return outcome::success();
}

} // namespace

bool goes_before(LiquidationCase const& a, LiquidationCase const& b) {
    Checked on; // two factors of 126 bits
    auto product = [&](Int128 x, Int128 y) { return on.multiply(Int256{x}, Int256{y}); };
    Int256 const ours = product(a.shortfall, std::max<Int128>(b.requirement, 1));
    Int256 const theirs = product(b.shortfall, std::max<Int128>(a.requirement, 1));
    if (ours != theirs) return ours > theirs;
    if (a.notional != b.notional) return a.notional > b.notional;
    return a.account < b.account;
}

bool closes_on_book(Kernel kernel) { return kernel == Kernel::linear; }

std::vector<AccountId> Liquidations::due() {
    std::vector<LiquidationCase> cases;
    for (AccountId const account : margined_accounts(*book_)) {
        book::AccountRow const& row = book_->account(account);
        if (row.in_liquidation != 0 || row.kind == wire::AccountKind::liquidator || is_option_vault(*book_, account)) continue;
        auto const levels = desk_->levels(account);
        if (!levels || levels.value().maintenance_excess >= 0 || !has_anything(desk_->portfolio())) continue;
        cases.push_back({account, -levels.value().maintenance_excess, levels.value().maintenance_margin(),
                         notional_of(desk_->portfolio(), desk_->market())});
    }
    std::ranges::sort(cases, goes_before);
    std::vector<AccountId> accounts;
    for (LiquidationCase const& each : cases) accounts.push_back(each.account);
    return accounts;
}

result<OpenLiquidation> Liquidations::start(AccountId account, AccountId liquidator, Origin const& origin,
                                            Decision& decision) {
    if (!book_->has(account)) return fail(book::Errc::unknown_account);
    std::string const name(book_->account(account).name.view());
    PLIMSOLL_TRY(terms, clearing_terms_of(*book_));
    MarginDetail detail;
    PLIMSOLL_TRY(levels, desk_->levels(account, &detail));
    say_levels(account, levels, decision);
    if (levels.maintenance_excess >= 0) return fail(Errc::account_above_maintenance, name);
    if (!has_anything(desk_->portfolio())) return fail(Errc::nothing_to_liquidate, name);
    OpenLiquidation open;
    open.id = next_liquidation(*book_);
    open.account = account;
    open.liquidator = liquidator;
    open.started_sequence = book_->sequence() + 1;
    open.is_auction = !closes_on_book(desk_->preset().kernel());
    Portfolio const& held = desk_->portfolio();
    auto const worst = std::ranges::max_element(held.perpetuals, {}, &PerpetualHolding::notional);
    if (worst != held.perpetuals.end()) {
        open.worst = worst->instrument;
    } else if (!held.options.empty()) {
        open.worst = desk_->market().options()[held.options.front().option].instrument;
    }
    Tally on;
    LiquidationStarted started = started_of(open, levels, *desk_);
    started.instrument = open.worst.number();
    started.procedure = !open.is_auction                ? "order_book_close"
                        : levels.mark_to_market > 0     ? "dutch_auction"
                                                        : "dutch_auction_insolvent";
    if (open.worst.is_some()) started.mark = to_wire(book_->instrument(open.worst).mark.value);
    if (!open.is_auction) started.fee_cap = to_wire(on.product_down(notional_of(held, desk_->market()), terms.close.fee_cap));
    if (!open.is_auction && terms.close.pace_seconds != 0) {
        Int128 const notional = notional_of(held, desk_->market());
        open.paced = {notional, notional, origin.source_time};
        add_figure(started.figures, wire::FigureKind::lot, {}, notional);
        add_figure(started.figures, wire::FigureKind::duration_seconds, {}, terms.close.pace_seconds);
    }
    Origin by_rule = origin;
    by_rule.cause = Cause::liquidation;
    decision.add(by_rule, rare(std::move(started)));
    return open;
}

/// A position that is being closed.
struct Liquidations::Slice {
    InstrumentId instrument;
    Int128 size = 0; ///< signed, contracts
    Int128 notional = 0;
    Int128 equity_share = 0;
    Int128 fee_cap = 0;
    Price price;
};

result<Liquidations::Slice> Liquidations::slice_of(PerpetualHolding const& held, CloseView const& view,
                                                   CloseTerms const& terms) {
    book::PositionRow const* row = book_->position(desk_->portfolio().account, held.instrument);
    PLIMSOLL_ASSERT(row != nullptr);
    PLIMSOLL_TRY(discount, close_discount(view, terms));
    PLIMSOLL_TRY(price, close_price(book_->instrument(held.instrument), row->size.units() > 0, discount));
    PLIMSOLL_TRY(share, equity_share(view));
    return Slice{held.instrument, row->size.units(), held.notional, share, terms.fee_cap, price};
}

/// The events that close so many thousandths of it.
result<void> Liquidations::cut(Slice const& slice, std::int64_t thousandths, OpenLiquidation const& open,
                               Origin const& origin, Decision& decision, Int128& fee) {
    bool const sells = slice.size > 0;
    Int128 const held = sells ? slice.size : -slice.size;
    Tally on;
    Int128 const part = on.fraction_up(held, thousandths, whole_thousandths);
    Int128 const size = thousandths == whole_thousandths ? held : std::min(held, (part + size_step - 1) / size_step * size_step);
    AccountId const buyer = sells ? open.liquidator : open.account;
    AccountId const seller = sells ? open.account : open.liquidator;
    PLIMSOLL_TRY(trade, trade_of(*book_, slice.instrument, buyer, seller, Quantity{size}, slice.price));
    trade.kind = TradeKind::liquidation;
    PLIMSOLL_TRY(at_mark, quote_of(book_->instrument(slice.instrument), Quantity{size}, book_->instrument(slice.instrument).mark.value));
    // What the account gives up against the mark; both round down, so it is taken one unit larger.
    Int128 const gap = trade.quote.units() - at_mark.units();
    Int128 cost = std::max<Int128>((sells ? -gap : gap) + 1, 0);
    if (trade.asset != desk_->quote()) {
        cost = on.fraction_up(cost, desk_->market().spot(trade.asset).value.units(), desk_->market().quote_price());
    }
    Int128 const notional = on.fraction_down(slice.notional, size, held);
    Int128 const left = on.subtract(on.fraction_down(slice.equity_share, size, held), cost);
    fee = std::max<Int128>(std::min(on.product_down(notional, slice.fee_cap), left), 0);
    PLIMSOLL_TRYV(on.settle(name_of(*book_, slice.instrument)));
    PLIMSOLL_TRYV(add_bid(open, trade, held, std::max<Int128>(open.paced.left - notional, 0), origin, decision));
    AccountId const fund = shared_fund(*book_);
    if (fee == 0 || !fund.is_some()) {
        fee = 0;
        return outcome::success();
    }
    Transferred paid;
    paid.account = open.account;
    paid.counter = fund;
    paid.asset = desk_->quote();
    paid.instrument = slice.instrument;
    paid.type = TransferType::liquidation_penalty;
    paid.amount = Amount{-fee};
    decision.add(origin, paid);
    return outcome::success();
}

/// Whether the account has its buffer once these events are booked.
result<bool> Liquidations::restores(OpenLiquidation const& open, CloseTerms const& terms, Decision const& tried) {
    foresight_.clear();
    PLIMSOLL_TRYV(foresight_.add(tried.events));
    rows_after(*book_, open.account, foresight_.decided(), rows_);
    PLIMSOLL_TRY(levels, desk_->levels(rows_));
    Tally on;
    Int128 const wanted = on.product_up(std::max<Int128>(levels.maintenance_margin(), 0), terms.buffer);
    return !on.broken() && levels.maintenance_excess >= wanted;
}

result<CloseStep> Liquidations::close_step(OpenLiquidation& open, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(terms, clearing_terms_of(*book_));
    MarginDetail detail;
    PLIMSOLL_TRY(levels, desk_->levels(open.account, &detail));
    CloseView view{levels.mark_to_market, 0, 0, -1, 0};
    std::optional<PerpetualHolding> largest;
    for (PerpetualHolding const& held : desk_->portfolio().perpetuals) {
        if (held.size == 0) continue;
        Int128 const maintenance = maintenance_of(detail, name_of(*book_, held.instrument));
        view.maintenance_of_all += maintenance;
        if (maintenance <= view.maintenance) continue; // of equals the first listed
        view.maintenance = maintenance;
        view.notional = held.notional;
        largest = held;
    }
    if (!largest) {
        PLIMSOLL_TRYV(end_flat(open, origin, decision));
        return CloseStep::ended;
    }
    PLIMSOLL_TRY(is_taken, goes_to_pool(open, levels, terms.close, origin, decision));
    if (is_taken) return CloseStep::ended;
    if (view.equity < 0) {
        PLIMSOLL_TRYV(close_insolvent(open, view.equity, origin, decision));
        return CloseStep::ended;
    }
    Tally on;
    view.counted = on.add(levels.maintenance_excess, view.maintenance_of_all);
    Int128 const wanted = on.product_up(std::max<Int128>(levels.maintenance_margin(), 0), terms.close.buffer);
    PLIMSOLL_TRYV(on.settle("the buffer"));
    if (levels.maintenance_excess >= wanted) {
        end(open, wire::LiquidationOutcome::recovered, levels.mark_to_market, origin, decision);
        return CloseStep::ended;
    }
    PLIMSOLL_TRY(slice, slice_of(*largest, view, terms.close));
    // The least part that is enough; all of it where no part is, or where dust would be left.
    std::int64_t low = 0;
    std::int64_t high = whole_thousandths;
    Int128 fee = 0;
    while (view.equity > 0 && high - low > 1) {
        std::int64_t const middle = (low + high) / 2;
        Decision tried;
        PLIMSOLL_TRYV(cut(slice, middle, open, origin, tried, fee));
        PLIMSOLL_TRY(is_enough, restores(open, terms.close, tried));
        (is_enough ? high : low) = middle;
    }
    if (on.fraction_down(view.notional, whole_thousandths - high, whole_thousandths) < terms.close.dust) high = whole_thousandths;
    if (window_ != nullptr && view.notional > 0) {
        Int128 const closable = window_->closable(open.account, slice.instrument, view.notional, now_);
        high = std::min(high, static_cast<std::int64_t>(on.fraction_down(closable, whole_thousandths, view.notional)));
        if (high == 0) return CloseStep::limited;
    }
    if (open.paced.at_start != 0 && view.notional > 0) {
        PLIMSOLL_TRY(closable, closable_by_pace(terms.close, open.paced, -levels.maintenance_excess, std::max(origin.source_time, book_->time())));
        high = std::min(high, static_cast<std::int64_t>(on.fraction_down(std::min(closable, view.notional), whole_thousandths, view.notional)));
        if (high == 0) return CloseStep::paced;
    }
    PLIMSOLL_TRYV(cut(slice, high, open, origin, decision, fee));
    open.penalty += fee;
    for (Event const& event : decision.events) recall_pace(open.paced, event);
    return CloseStep::closed_a_part;
}

result<void> Liquidations::limited(AccountId account) const {
    PLIMSOLL_ASSERT(window_ != nullptr);
    return fail(Errc::liquidation_limited, std::string(book_->account(account).name.view()) + " goes on at " + format_time(window_->next_release(account, now_)));
}

LiquidationStarted started_of(OpenLiquidation const& open, Levels const& levels, MarginDesk const& desk) {
    LiquidationStarted started;
    started.liquidation = open.id;
    started.account = open.account.number();
    started.preset = desk.preset().name() + " " + desk.preset().version();
    started.asset = desk.quote().number();
    started.equity = to_wire(levels.mark_to_market);
    started.requirement = to_wire(levels.maintenance_margin());
    started.buffer = to_wire(levels.maintenance_excess);
    return started;
}

void say_levels(AccountId account, Levels const& levels, Decision& decision) {
    decision.say("equity", account, levels.mark_to_market);
    decision.say("requirement", account, levels.maintenance_margin());
    decision.say("maintenance_excess", account, levels.maintenance_excess);
}

LiquidationEnded ended_of(OpenLiquidation const& open, wire::LiquidationOutcome outcome, AssetId asset, Int128 equity) {
    LiquidationEnded ended;
    ended.liquidation = open.id;
    ended.account = open.account.number();
    ended.outcome = outcome;
    ended.asset = asset.number();
    ended.equity = to_wire(equity);
    ended.penalty = to_wire(open.penalty);
    ended.kept = to_wire(std::max<Int128>(equity, 0));
    return ended;
}

void Liquidations::end(OpenLiquidation const& open, wire::LiquidationOutcome outcome, Int128 equity, Origin const& origin,
                       Decision& decision) const {
    decision.add(origin, rare(ended_of(open, outcome, desk_->quote(), equity)));
    decision.say("penalty", open.account, open.penalty);
    decision.say("kept", open.account, std::max<Int128>(equity, 0));
}

/// What deals leave of each position goes to the liquidator at the mark.
result<void> Liquidations::take_over(OpenLiquidation const& open, std::span<Deleveraged const> deals, Origin const& origin,
                                     Decision& decision) const {
    std::vector<book::PositionRow> held; // by instrument
    book_->for_positions(open.account, [&](book::PositionRow const& row) {
        if (!row.size.is_zero()) held.push_back(row);
    });
    std::ranges::sort(held, {}, &book::PositionRow::instrument);
    for (book::PositionRow const& row : held) {
        bool const sells = row.size.units() > 0;
        Int128 const all = sells ? row.size.units() : -row.size.units();
        Int128 left = all;
        for (Deleveraged const& deal : deals) left -= deal.instrument == row.instrument ? deal.size : 0;
        PLIMSOLL_ASSERT(left >= 0);
        if (left == 0) continue;
        Price const mark = book_->instrument(row.instrument).mark.value;
        PLIMSOLL_TRY(trade, trade_of(*book_, row.instrument, sells ? open.liquidator : open.account,
                                     sells ? open.account : open.liquidator, Quantity{left}, mark));
        trade.kind = TradeKind::liquidation;
        PLIMSOLL_TRYV(add_bid(open, trade, all, 0, origin, decision)); // an insolvent account is closed whole
    }
    return outcome::success();
}

/// Realises what positions without contracts keep, sells other assets where cash does not suffice, and says what is
/// left in the quote asset. Reads rows_.
result<Int128> Liquidations::sell_out(OpenLiquidation const& open, Origin const& origin, Decision& decision) const {
    Tally on;
    std::vector<AssetHolding> cash; // by asset
    auto add = [&](AssetId asset, Int128 amount) {
        auto const found = std::ranges::find(cash, asset, &AssetHolding::asset);
        if (found == cash.end()) {
            cash.push_back({asset, amount});
        } else {
            found->amount = on.add(found->amount, amount);
        }
    };
    add(desk_->quote(), 0);
    for (book::BalanceRow const& row : rows_.balances) add(row.asset, row.amount.units());
    for (book::PositionRow const& row : rows_.positions) {
        book::InstrumentRow const& instrument = book_->instrument(row.instrument);
        if (row.quote.is_zero() || !row.size.is_zero() || !instrument.market_account.is_some()) continue;
        PositionSettled settled;
        settled.account = open.account;
        settled.counter = instrument.market_account;
        settled.instrument = row.instrument;
        settled.asset = instrument.settle;
        settled.type = SettlementType::realise;
        settled.quote = row.quote;
        settled.amount = row.quote;
        add(instrument.settle, row.quote.units());
        decision.add(origin, settled);
    }
    // Other assets pay only where the quote asset does not suffice, or where one of them is owed.
    std::ranges::sort(cash, {}, &AssetHolding::asset);
    bool const owes = std::ranges::any_of(cash, [](AssetHolding const& each) { return each.amount < 0; });
    Int128 equity = std::ranges::find(cash, desk_->quote(), &AssetHolding::asset)->amount;
    for (AssetHolding const& each : cash) {
        Int128 const price = desk_->market().spot(each.asset).value.units();
        if (!owes || each.asset == desk_->quote() || each.amount == 0 || price <= 0 || !open.liquidator.is_some()) continue;
        Int128 const worth = on.fraction_down(each.amount, price, desk_->market().quote_price());
        Transferred sold;
        sold.account = open.account;
        sold.counter = open.liquidator;
        sold.type = TransferType::conversion;
        sold.asset = each.asset;
        sold.amount = Amount{-each.amount};
        decision.add(origin, sold);
        sold.asset = desk_->quote();
        sold.amount = Amount{worth};
        if (worth != 0) decision.add(origin, sold);
        equity = on.add(equity, worth);
    }
    PLIMSOLL_TRYV(on.settle("the account"));
    return equity;
}

result<void> Liquidations::end_flat(OpenLiquidation const& open, Origin const& origin, Decision& decision) {
    rows_after(*book_, open.account, {}, rows_);
    PLIMSOLL_TRY(equity, sell_out(open, origin, decision));
    end(open, equity < 0 ? wire::LiquidationOutcome::insolvent : wire::LiquidationOutcome::closed, equity, origin, decision);
    if (equity >= 0) return outcome::success();
    LossCover const cover(*book_, clearing_, window_ == nullptr ? row_limit_units : window_->fund_loss_left(now_));
    PLIMSOLL_TRY(plan, cover.plan({open.account, desk_->quote(), -equity, open.worst, open.id, open.penalty}));
    return write_loss(plan, next_loss(*book_), book_->sequence() + decision.events.size() + 1, origin, decision);
}

/// A backstop: below a share of maintenance the pool takes positions, cash and debts over as they are, with no fee and no
/// price; so that its worth stays positive, or it does not. Source: Hyperliquid's liquidator vault, risk-models 2.1.7.
result<bool> Liquidations::goes_to_pool(OpenLiquidation const& open, Levels const& levels, CloseTerms const& terms, Origin const& origin,
                                        Decision& decision) {
    if (terms.backstop_share == 0) return false;
    auto const pool = account_of_kind(*book_, {}, wire::AccountKind::pool);
    if (!pool || pool.value() == open.account) return false;
    Tally on;
    Int128 const line = on.product_down(std::max<Int128>(levels.maintenance_margin(), 0), terms.backstop_share);
    PLIMSOLL_TRYV(on.settle("the backstop"));
    if (levels.mark_to_market >= line) return false;
    PLIMSOLL_TRY(valuation, Valuation::of(*book_, desk_->quote()));
    Equity const pools = valuation.account(pool.value());
    if (!pools.complete() || pools.amount.units() + levels.mark_to_market < 0) return false;
    LiquidationBid bid;
    bid.liquidation = open.id;
    bid.account = open.account.number();
    bid.bidder = pool.value().number();
    bid.fraction = to_wire(one_units);
    bid.asset = desk_->quote().number();
    decision.add(origin, rare(std::move(bid)));
    PLIMSOLL_TRYV(move_share(*book_, open.account, pool.value(), Int256{one_units}, {}, origin, decision));
    end(open, levels.mark_to_market < 0 ? wire::LiquidationOutcome::insolvent : wire::LiquidationOutcome::closed, 0, origin, decision);
    return true;
}

/// Who is closed follows from what the account is worth at the mark; what they pay, from what it then comes to: each
/// part of a position rounds down on its own, so that the two may differ in the last digits.
result<void> Liquidations::close_insolvent(OpenLiquidation const& open, Int128 equity, Origin const& origin, Decision& decision) {
    LossCover const cover(*book_, clearing_, window_ == nullptr ? row_limit_units : window_->fund_loss_left(now_));
    book::PositionRow const* const worst = open.worst.is_some() ? book_->position(open.account, open.worst) : nullptr;
    LoserPosition const loser{worst == nullptr || !may_deleverage_ ? 0 : worst->size.units()};
    OpenLoss loss{open.account, desk_->quote(), -equity, open.worst, open.id, open.penalty};
    PLIMSOLL_TRY(foreseen, cover.plan(loss, loser));
    PLIMSOLL_TRYV(take_over(open, foreseen.deals, origin, decision));
    Decision deals;
    write_deals(foreseen, origin, deals);
    foresight_.clear();
    PLIMSOLL_TRYV(foresight_.add(decision.events));
    PLIMSOLL_TRYV(foresight_.add(deals.events));
    rows_after(*book_, open.account, foresight_.decided(), rows_);
    Decision sold;
    PLIMSOLL_TRY(left, sell_out(open, origin, sold));
    if (left < 0) {
        loss.units = -left;
        PLIMSOLL_TRY(exact, cover.plan(loss, loser));
        PLIMSOLL_TRYV(keep_sizes(exact, foreseen, *book_));
        deals.clear();
        write_deals(exact, origin, deals);
        foreseen = std::move(exact);
    }
    std::uint64_t const booked = foresight_.decided().size() + sold.events.size() + 1; // and LiquidationEnded
    for (Decision const* const part : {&deals, &sold}) {
        decision.events.insert(decision.events.end(), part->events.begin(), part->events.end());
    }
    end(open, wire::LiquidationOutcome::insolvent, left, origin, decision);
    if (left >= 0) return outcome::success();
    return write_loss(foreseen, next_loss(*book_), book_->sequence() + booked + 1, origin, decision);
}

} // namespace plimsoll::risk
