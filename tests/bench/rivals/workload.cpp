#include "tests/bench/rivals/workload.hpp"

namespace plimsoll::bench {
namespace {

/// One millionth, in units: USDC has six decimals.
constexpr Int128 micro = one_units / 1'000'000;

} // namespace

/// splitmix64
std::uint64_t Workload::random() {
    state_ += 0x9E37'79B9'7F4A'7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBULL;
    return z ^ (z >> 31);
}

std::vector<Event> Workload::definitions() const {
    std::vector<Event> events;
    auto add = [&](auto fact) { events.push_back({Origin{}, rare(std::move(fact))}); };
    SourceDefined source;
    source.name = "bench";
    add(source);
    AssetDefined usdc;
    usdc.name = "USDC";
    usdc.decimals = 6;
    add(usdc);
    auto open = [&](std::string name, wire::AccountKind kind) {
        AccountOpened account;
        account.name = std::move(name);
        account.kind = kind;
        add(account);
    };
    open("ethereum", wire::AccountKind::outside);
    open("fees", wire::AccountKind::fees);
    open("market", wire::AccountKind::market);
    for (std::uint32_t i = 0; i < accounts_; ++i) open("c" + std::to_string(i), wire::AccountKind::customer);
    for (std::uint32_t i = 1; i <= instruments_; ++i) {
        InstrumentDefined perpetual;
        perpetual.name = "PERP-" + std::to_string(i);
        perpetual.kind = wire::InstrumentKind::perpetual;
        perpetual.base = perpetual.quote = perpetual.settle = 1;
        perpetual.market_account = market;
        perpetual.multiplier_numerator = to_wire(Int128{1});
        perpetual.multiplier_denominator = to_wire(Int128{1});
        add(perpetual);
    }
    return events;
}

AccountId Workload::pick() {
    std::uint64_t const draw = random();
    std::uint32_t const range = (draw & 1) != 0 ? std::max(accounts_ / 100, 2U) : accounts_;
    return AccountId{first_customer + static_cast<std::uint32_t>((draw >> 1) % range)};
}

AccountId Workload::pick_trader(std::uint32_t instrument) {
    std::uint32_t const account = pick().number() - first_customer;
    std::uint32_t const habit = random() % 4 == 0 ? instrument + 1 : instrument;
    std::uint32_t const moved = account / instruments_ * instruments_ + habit % instruments_;
    return AccountId{first_customer + (moved < accounts_ ? moved : account)};
}

Traded Workload::trade(TradeKind kind) {
    Traded trade;
    auto const instrument = static_cast<std::uint32_t>(random() % instruments_);
    trade.instrument = InstrumentId{1 + instrument};
    trade.buyer = pick_trader(instrument);
    do {
        trade.seller = pick_trader(instrument);
    } while (trade.seller == trade.buyer);
    trade.fee_account = AccountId{fees};
    trade.asset = AssetId{1};
    trade.kind = kind;
    trade.taker = Taker::buyer;
    Int128 const thousandths = 1 + static_cast<Int128>(random() % 5'000);
    Int128 const cents = 100'000 + static_cast<Int128>(random() % 9'000'000);
    trade.size = Quantity{thousandths * (one_units / 1'000)};
    trade.price = Price{cents * (one_units / 100)};
    trade.quote = Amount{thousandths * cents * 10 * micro};
    trade.buyer_fee = Amount{thousandths * cents / 200 * micro};
    trade.seller_fee = Amount{thousandths * cents / 500 * micro};
    return trade;
}

Event Workload::next() {
    Event event;
    time_ += static_cast<TimeNs>(random() % 2'000'000);
    event.origin.source = 1;
    event.origin.source_time = time_;
    event.origin.cursor = {++record_, 0};
    std::uint64_t const draw = random() % 100;
    if (record_ % 20'000 == 0) {
        IndexRecorded step;
        step.subject = 1 + static_cast<std::uint32_t>(random() % instruments_);
        funding_[step.subject] += static_cast<std::int64_t>(random() % 1'000'000);
        step.value = Index{funding_[step.subject] * (one_units / 1'000'000)};
        event.body = step;
    } else if (draw < 60) {
        event.body = trade(TradeKind::order_book);
    } else if (draw < 81) {
        Observed tick;
        tick.subject = 1 + static_cast<std::uint32_t>(random() % instruments_);
        tick.value = Price{static_cast<Int128>(100'000 + random() % 9'000'000) * (one_units / 100)};
        event.body = tick;
    } else if (draw < 91) {
        Transferred move;
        bool const is_deposit = draw < 87;
        move.account = pick();
        move.counter = AccountId{outside};
        move.asset = AssetId{1};
        move.type = is_deposit ? TransferType::deposit : TransferType::withdrawal;
        Int128 const amount = static_cast<Int128>(1 + random() % 10'000'000'000) * micro;
        move.amount = Amount{is_deposit ? amount : -amount};
        event.body = move;
    } else {
        event.body = trade(TradeKind::liquidation);
    }
    return event;
}

} // namespace plimsoll::bench
