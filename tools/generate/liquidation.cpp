#include "tools/generate/liquidation.hpp"

#include "tools/generate/trading.hpp"
#include "tools/generate/waterfall.hpp"

#include <algorithm>
#include <cstdlib>

namespace plimsoll::tools {
namespace {

constexpr std::size_t waiting_limit = 48;
constexpr std::int64_t penalty_ppm = 7'500;
constexpr Micro whole_slice = 20'000 * one_micros; ///< positions up to this go in one
constexpr std::int64_t recovered_percent = 150;    ///< of the maintenance margin

[[nodiscard]] std::uint64_t started_sequence(book::Book const& book, std::uint64_t id) {
    return book.liquidations[static_cast<std::uint32_t>(id)].started_sequence;
}

void end(Group& group, AccountId account, std::uint64_t id, wire::LiquidationOutcome outcome,
         Int128 equity_units, Micro penalty, std::uint64_t cause_sequence) {
    LiquidationEnded ended;
    ended.liquidation = id;
    ended.account = account.number();
    ended.outcome = outcome;
    ended.asset = usdc.number();
    ended.equity = to_wire(equity_units);
    ended.penalty = to_wire(units_of(penalty));
    ended.kept = to_wire(std::max<Int128>(equity_units, 0));
    group.add(rare(std::move(ended)), Cause::liquidation, cause_sequence);
}

/// The liquidator's price: a discount to the mark, against the account.
[[nodiscard]] Micro takeover_price(World& world, std::size_t listing, bool account_sells) {
    std::int64_t const discount_ppm = world.weather.is_storm ? world.random.between(8'000, 25'000)
                                                             : world.random.between(4'000, 10'000);
    Micro const mark = world.market.mark(listing);
    Micro const tick = world.catalogue[listing].tick;
    return account_sells
               ? on_grid(less_ppm(mark, discount_ppm), tick)
               : on_grid(mark + scale(mark, discount_ppm, 1'000'000), tick, Rounding::ceiling);
}

[[nodiscard]] Micro slice_of(World const& world, Standing const& standing) {
    Micro const size = std::abs(standing.largest_size);
    if (standing.largest_exposure <= whole_slice || standing.equity_units < 0) return size;
    return std::min(size, on_grid(size / 2, world.catalogue[standing.largest].lot));
}

} // namespace

bool is_abandoned(book::Book const& book, AccountId account) {
    std::uint64_t const id = book.account(account).liquidation;
    if (id == 0) return false;
    auto const& row =
        book.liquidations[static_cast<std::uint32_t>(id)]; // ids are given in row order
    return row.ended_sequence != 0 &&
           row.outcome == static_cast<std::uint64_t>(wire::LiquidationOutcome::terminated);
}

void Liquidations::report(book::Book const& book, World const& world, AccountId account) {
    if (waiting_.size() >= waiting_limit || book.account(account).in_liquidation != 0) return;
    if (!world.crowd.is_customer(account) || is_abandoned(book, account)) return;
    if (std::ranges::find(waiting_, account, &Case::account) != waiting_.end()) return;
    waiting_.push_back({account, 0, 0, 0});
}

bool Liquidations::add_step(book::Book const& book, World& world, Group& group, bool may_start) {
    if (waiting_.empty()) return false;
    Case open = waiting_.front();
    waiting_.pop_front();
    Standing const standing = standing_of(book, world, open.account);
    if (open.id == 0) {
        if (!may_start || !standing.is_short_of_margin()) return false; // recovered while it waited
        start(book, world, group, open, standing);
        waiting_.push_back(open);
        return true;
    }
    std::uint64_t const trigger = started_sequence(book, open.id);
    bool const is_stranded =
        world.weather.is_storm && world.crowd.is_stranded(world.crowd.number(open.account));
    if (is_stranded && standing.has_position()) {
        end(group, open.account, open.id, wire::LiquidationOutcome::terminated,
            standing.equity_units, 0, trigger);
        return true;
    }
    bool const has_recovered =
        standing.has_position() &&
        standing.equity() >= standing.maintenance / 100 * recovered_percent &&
        standing.equity() > 0;
    if (has_recovered) {
        end(group, open.account, open.id, wire::LiquidationOutcome::recovered,
            standing.equity_units, open.penalty, trigger);
        return true;
    }
    if (standing.has_position()) {
        bool const by_winners =
            add_deleveraging(book, world, group, open.id, open.account, standing);
        if (!by_winners) close_slice(book, world, group, open, standing);
        waiting_.push_back(open);
        return true;
    }
    bool const is_insolvent = standing.equity_units < 0;
    Int128 const debt_units =
        is_insolvent ? add_realisation(book, world, group, open.account, trigger) : 0;
    std::uint64_t const ended_sequence = group.next_sequence();
    end(group, open.account, open.id,
        is_insolvent ? wire::LiquidationOutcome::insolvent : wire::LiquidationOutcome::closed,
        standing.equity_units, open.penalty, trigger);
    if (debt_units > 0)
        add_waterfall(book, world, group,
                      {open.id, open.account, open.worst, debt_units, ended_sequence});
    return true;
}

/// The trigger is the mark of what weighs most.
void Liquidations::start(book::Book const& book, World const& world, Group& group, Case& open,
                         Standing const& standing) {
    open.id = book.liquidations.size() + 1;
    open.worst = standing.has_position() ? standing.largest : 0;
    LiquidationStarted started;
    started.liquidation = open.id;
    started.account = open.account.number();
    started.procedure = "takeover";
    started.preset = "generator";
    started.asset = usdc.number();
    started.equity = to_wire(standing.equity_units);
    started.requirement = to_wire(units_of(standing.maintenance));
    started.buffer = to_wire(standing.equity_units - units_of(standing.maintenance));
    started.instrument = Catalogue::instrument_of(open.worst).number();
    started.mark = to_wire(units_of(world.market.mark(open.worst)));
    started.fee_cap = to_wire(units_of(scale(standing.exposure, penalty_ppm, 1'000'000)));
    group.add(rare(std::move(started)), Cause::liquidation, world.market.mark_sequence(open.worst));
}

void Liquidations::close_slice(book::Book const& book, World& world, Group& group, Case& open,
                               Standing const& standing) {
    std::size_t const index = standing.largest;
    bool const sells = standing.largest_size > 0;
    Micro const size = slice_of(world, standing);
    Micro const price = takeover_price(world, index, sells);
    AccountId const buyer = sells ? liquidator_account : open.account;
    AccountId const seller = sells ? open.account : liquidator_account;
    Traded trade = trade_of(world, index, buyer, seller, size, price);
    trade.kind = TradeKind::liquidation;
    std::uint64_t const trigger = started_sequence(book, open.id);

    LiquidationBid bid;
    bid.liquidation = open.id;
    bid.account = open.account.number();
    bid.bidder = liquidator_account.number();
    bid.fraction = to_wire(units_of(scale(size, one_micros, std::abs(standing.largest_size))));
    bid.price = to_wire(trade.price);
    bid.asset = trade.asset.number();
    bid.amount = to_wire(trade.quote);
    bid.instrument = trade.instrument.number();
    bid.size = to_wire(trade.size);
    group.add(rare(std::move(bid)), Cause::liquidation, trigger);
    group.add(trade, Cause::liquidation, trigger);

    // What the discount leaves is shared between the fund and the account.
    Micro const exposure = scale(standing.largest_exposure, size, std::abs(standing.largest_size));
    Micro const left = standing.equity() - scale(exposure, 30'000, 1'000'000);
    Micro const penalty = std::min(scale(exposure, penalty_ppm, 1'000'000), left / 2);
    if (penalty <= 0) return;
    Transferred paid;
    paid.account = open.account;
    paid.counter = insurance_account;
    paid.asset = usdc;
    paid.instrument = trade.instrument;
    paid.type = TransferType::liquidation_penalty;
    paid.amount = Amount{-units_of(penalty)};
    group.add(paid, Cause::liquidation, trigger);
    open.penalty += penalty;
}

} // namespace plimsoll::tools
