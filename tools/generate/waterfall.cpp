#include "tools/generate/waterfall.hpp"

#include "tools/generate/trading.hpp"

#include <algorithm>
#include <cstdlib>

namespace plimsoll::tools {
namespace {

constexpr int winners_tried = 12;
constexpr Micro poor_fund = 1'000 * one_micros;

void add_payment(Group& group, Loss const& loss, std::uint64_t id, wire::Layer layer,
                 AccountId payer, Int128 amount_units, std::uint64_t cause_sequence) {
    WaterfallPaid paid;
    paid.loss = id;
    paid.layer = layer;
    paid.payer = payer.number();
    paid.account = loss.account.number();
    paid.asset = usdc.number();
    paid.amount = to_wire(amount_units);
    group.add(rare(std::move(paid)), Cause::waterfall, cause_sequence);
}

/// Spread over what customers have deposited and not withdrawn, per dollar, rounded down; the
/// remainder stays with the shared loss account.
void add_socialised(book::Book const& book, World& world, Group& group, Loss const& loss,
                    std::uint64_t id, Int128 amount_units, std::uint64_t cause_sequence) {
    Micro const deposits =
        std::max<Micro>(one_micros, floor_micros(-cash_of(book, outside_account, usdc)));
    Int128 const step_units = divide(amount_units * one_micros, deposits, Rounding::floor);
    Int128 const index_units = book.asset(usdc).loss_index.units() + step_units;
    LossSocialised socialised;
    socialised.loss = id;
    socialised.asset = usdc.number();
    socialised.instrument = Catalogue::instrument_of(loss.listing).number();
    socialised.amount = to_wire(amount_units);
    socialised.index = to_wire(index_units);
    socialised.remainder = to_wire(amount_units - step_units * deposits / one_micros);
    std::uint64_t const sequence = group.next_sequence();
    group.add(rare(std::move(socialised)), Cause::socialised_loss, cause_sequence);
    IndexRecorded index;
    index.subject = usdc.number();
    index.kind = IndexKind::socialised_loss;
    index.value = Index{index_units};
    index.rate = Index{step_units};
    world.loss_index_sequence = group.next_sequence();
    group.add(index, Cause::socialised_loss, sequence);
}

/// Somebody with a position on the other side, or nobody (count).
[[nodiscard]] std::uint64_t find_winner(book::Book const& book, World& world, AccountId account,
                                        std::size_t listing, bool is_long) {
    std::uint64_t const number = world.crowd.number(account);
    for (int i = 0; i < winners_tried; ++i) {
        std::uint64_t const tried = world.crowd.pick_partner(number, listing, world.random);
        if (tried == world.crowd.count()) continue;
        AccountId const winner = world.crowd.account(tried);
        Micro const size = size_of(book, winner, listing);
        if (size != 0 && (size < 0) == is_long && book.account(winner).in_liquidation == 0)
            return tried;
    }
    return world.crowd.count();
}

} // namespace

bool add_deleveraging(book::Book const& book, World& world, Group& group, std::uint64_t liquidation,
                      AccountId account, Standing const& standing) {
    Listing const& listing = world.catalogue[standing.largest];
    bool const fits = standing.equity_units < 0 && listing.is_linear() && !listing.is_option() &&
                      liquidation % 2 == 0;
    if (!fits || floor_micros(cash_of(book, insurance_account, usdc)) > poor_fund) return false;
    bool const is_long = standing.largest_size > 0;
    std::uint64_t const winner = find_winner(book, world, account, standing.largest, is_long);
    if (winner == world.crowd.count()) return false;
    AccountId const counterparty = world.crowd.account(winner);
    Micro const held = std::abs(standing.largest_size);
    Micro const size = std::min(held, std::abs(size_of(book, counterparty, standing.largest)));
    Micro const mark = world.market.mark(standing.largest);
    Micro const lost_on_one = scale(-standing.equity(), one_micros, held, Rounding::ceiling);
    Micro const price = is_long ? mark + lost_on_one : mark - lost_on_one;
    if (lost_on_one > mark / 2 || price <= 0) return false;

    std::uint64_t const trigger =
        book.liquidations[static_cast<std::uint32_t>(liquidation)].started_sequence;
    AutoDeleveraged ranked;
    ranked.liquidation = liquidation;
    ranked.account = account.number();
    ranked.counterparty = counterparty.number();
    ranked.instrument = Catalogue::instrument_of(standing.largest).number();
    ranked.rank = 1;
    ranked.policy = "sampled";
    ranked.size = to_wire(units_of(size));
    ranked.price = to_wire(units_of(price));
    std::uint64_t const sequence = group.next_sequence();
    group.add(rare(std::move(ranked)), Cause::auto_deleveraging, trigger);
    Traded trade = trade_of(world, standing.largest, is_long ? counterparty : account,
                            is_long ? account : counterparty, size, price);
    trade.kind = TradeKind::auto_deleveraging;
    group.add(trade, Cause::auto_deleveraging, sequence);
    return true;
}

Int128 add_realisation(book::Book const& book, World const& world, Group& group, AccountId account,
                       std::uint64_t cause_sequence) {
    Int128 dollars = cash_of(book, account, usdc);
    Int128 bitcoins = cash_of(book, account, btc);
    book.for_positions(account, [&](book::PositionRow const& row) {
        if (row.quote.is_zero() || !row.size.is_zero()) return;
        PositionSettled const settled = realised(row, world.catalogue);
        (settled.asset == usdc ? dollars : bitcoins) += row.quote.units();
        group.add(settled, Cause::liquidation, cause_sequence);
    });
    auto convert = [&](AssetId asset, Int128 coins) {
        if (coins == 0) return;
        Micro const price = world.market.coin_price(Catalogue::underlying_of(asset));
        Int128 const worth =
            divide(coins * price, one_micros, Rounding::floor); // in the liquidator's favour
        Transferred given;
        given.account = account;
        given.counter = liquidator_account;
        given.type = TransferType::conversion;
        given.asset = asset;
        given.amount = Amount{-coins};
        group.add(given, Cause::liquidation, cause_sequence);
        if (worth == 0) return;
        given.asset = usdc;
        given.amount = Amount{worth};
        group.add(given, Cause::liquidation, cause_sequence);
        dollars += worth;
    };
    convert(btc, bitcoins);
    AssetId const coin = world.crowd.coin(world.crowd.number(account));
    if (coin.is_some() && coin != btc) convert(coin, cash_of(book, account, coin));
    return -dollars;
}

void add_waterfall(book::Book const& book, World& world, Group& group, Loss const& loss) {
    std::uint64_t const id = book.losses.size() + 1;
    BadDebtRecognised debt;
    debt.loss = id;
    debt.account = loss.account.number();
    debt.asset = usdc.number();
    debt.amount = to_wire(loss.debt_units);
    debt.liquidation = loss.liquidation;
    std::uint64_t const trigger = group.next_sequence();
    group.add(rare(std::move(debt)), Cause::waterfall, loss.cause_sequence);

    Int128 const fund = std::max<Int128>(0, cash_of(book, insurance_account, usdc));
    Int128 const from_fund = std::min(fund, loss.debt_units);
    if (from_fund > 0) {
        add_payment(group, loss, id, wire::Layer::shared_fund, insurance_account, from_fund,
                    trigger);
    }
    Int128 const rest = loss.debt_units - from_fund;
    if (rest == 0) return;
    std::uint64_t const paid_sequence = group.next_sequence();
    add_payment(group, loss, id, wire::Layer::socialised, shared_loss_account, rest, trigger);
    add_socialised(book, world, group, loss, id, rest, paid_sequence);
}

void add_loss_met(book::Book const& book, World const& world, Group& group, AccountId account) {
    book::BalanceRow const* row = book.balance(account, usdc);
    Index const now = book.asset(usdc).loss_index;
    if (row == nullptr || row->loss_index == now) return;
    Int128 const step = now.units() - row->loss_index.units(); // per dollar
    Micro const dollars = std::max<Micro>(0, floor_micros(row->amount.units()));
    IndexMet met;
    met.account = account;
    met.counter = shared_loss_account;
    met.subject = usdc.number();
    met.asset = usdc;
    met.kind = IndexKind::socialised_loss;
    met.index = now;
    met.amount =
        Amount{-divide(step * dollars, one_micros, Rounding::floor)}; // in the account's favour
    group.add(met, Cause::socialised_loss, world.loss_index_sequence);
}

} // namespace plimsoll::tools
