/// A small market that knows every table, and one fact of each kind that it accepts.
#pragma once

#include "tests/ledger/book/sample.hpp"

namespace plimsoll::testing_aid {

// The ids of market(), in the order of definition.
inline constexpr AssetId usdc{1}, btc{2}, share{3}, no_asset{4};
inline constexpr AccountId world{1}, alice{2}, bob{3}, carol{4}, dave{5}, fees{6}, fund{7}, house{8}, pool{9}, nobody{10};
inline constexpr InstrumentId perp{1}, spot{2}, call{3}, bare{4}, no_instrument{5};
inline constexpr std::uint64_t open_liquidation = 7, known_loss = 3;

/// alice is long 2 BTC-PERP against bob; carol is being liquidated and has a loss; a breaker is down.
[[nodiscard]] inline Sample market() {
    using wire::AccountKind;
    using wire::InstrumentKind;
    Sample sample;
    sample.source("venue").feed("oracle");
    sample.asset("USDC", 6).asset("BTC", 8).asset("SHARE", 18);
    sample.account("world", AccountKind::outside).account("alice").account("bob").account("carol").account("dave");
    sample.account("fees", AccountKind::fees).account("fund", AccountKind::insurance);
    sample.account("house", AccountKind::market).account("pool", AccountKind::pool);
    sample.instrument("BTC-PERP", InstrumentKind::perpetual, "BTC", "USDC", "house");
    sample.instrument("BTC-USDC", InstrumentKind::spot, "BTC", "USDC");
    sample.instrument("BTC-CALL", InstrumentKind::option, "BTC", "USDC", "house");
    sample.instrument("BARE-PERP", InstrumentKind::perpetual, "BTC", "USDC"); // nobody pays its funding
    sample.deposit("alice", "USDC", "1000").deposit("bob", "USDC", "1000").deposit("carol", "USDC", "10");
    sample.deposit("fund", "USDC", "500").deposit("bob", "BTC", "10").deposit("pool", "SHARE", "100");
    sample.trade("alice", "bob", "BTC-PERP", "2", "100");

    ChainDefined chain;
    chain.name = "ethereum";
    chain.account = world.number();
    sample.happens(chain);
    BlockRecorded block;
    block.chain = "ethereum";
    block.number = 100;
    block.hash = wire::Digest(1, 2, 3, 4);
    sample.happens(block);
    LiquidationStarted liquidation;
    liquidation.liquidation = open_liquidation;
    liquidation.account = carol.number();
    liquidation.asset = usdc.number();
    sample.happens(liquidation);
    BadDebtRecognised loss;
    loss.loss = known_loss;
    loss.account = carol.number();
    loss.asset = usdc.number();
    loss.amount = to_wire(amount("5"));
    sample.happens(loss);
    BreakerTripped breaker;
    breaker.breaker = "halt";
    breaker.scope = "BTC-PERP";
    sample.happens(breaker);
    return sample;
}

[[nodiscard]] inline wire::Leg cash_leg(AccountId account, AssetId asset, Amount much) {
    return {account.number(), asset.number(), 0, static_cast<std::uint8_t>(LegKind::cash), 0, 0, to_wire(much)};
}
[[nodiscard]] inline wire::Leg quote_leg(AccountId account, InstrumentId instrument, AssetId asset, Amount much) {
    return {account.number(), instrument.number(), asset.number(), static_cast<std::uint8_t>(LegKind::quote), 0, 0,
            to_wire(much)};
}
[[nodiscard]] inline wire::Leg size_leg(AccountId account, InstrumentId instrument, Quantity size) {
    return {account.number(), instrument.number(), 0, static_cast<std::uint8_t>(LegKind::size), 0, 0, to_wire(size)};
}
[[nodiscard]] inline wire::Stand stand_at(AccountId account, std::uint32_t subject, IndexKind kind, Index index) {
    return {account.number(), subject, static_cast<std::uint16_t>(kind), 0, 0, to_wire(index)};
}

// ---- one acceptable fact of each kind ----

inline void make(Transferred& fact) {
    fact.account = alice;
    fact.counter = bob;
    fact.asset = usdc;
    fact.type = TransferType::transfer;
    fact.amount = amount("1");
}
inline void make(Traded& fact) {
    fact.buyer = alice;
    fact.seller = bob;
    fact.instrument = perp;
    fact.asset = usdc;
    fact.size = quantity("1");
    fact.price = price("100");
    fact.quote = amount("100");
}
inline void make(Observed& fact) {
    fact.subject = perp.number();
    fact.kind = Observation::mark_price;
    fact.feed = 1;
    fact.value = price("101");
}
inline void make(IndexRecorded& fact) {
    fact.subject = perp.number();
    fact.value = index_at("0.5");
}
inline void make(IndexMet& fact) {
    fact.account = alice;
    fact.counter = house;
    fact.subject = perp.number();
    fact.asset = usdc;
    fact.amount = amount("-1");
}
inline void make(PositionSettled& fact) {
    fact.account = alice;
    fact.counter = house;
    fact.instrument = perp;
    fact.asset = usdc;
    fact.size = quantity("1");
    fact.quote = amount("-100");
    fact.amount = amount("3");
    fact.price = price("103");
}
inline void make(AssetDefined& fact) {
    fact.name = "ETH";
    fact.decimals = 18;
}
inline void make(InstrumentDefined& fact) {
    fact.name = "ETH-PERP";
    fact.kind = wire::InstrumentKind::perpetual;
    fact.base = btc.number();
    fact.quote = usdc.number();
    fact.settle = usdc.number();
    fact.market_account = house.number();
    fact.multiplier_numerator = to_wire(Int128{1});
    fact.multiplier_denominator = to_wire(Int128{10});
    fact.strike = to_wire(price("4000"));
    fact.expiry = 1'800'000'000'000'000'000;
}
inline void make(SourceDefined& fact) { fact.name = "chain"; }
inline void make(FeedDefined& fact) { fact.name = "second"; }
inline void make(ChainDefined& fact) {
    fact.name = "base";
    fact.chain_id = 8'453;
    fact.account = world.number();
}
inline void make(BlockRecorded& fact) {
    fact.chain = "ethereum";
    fact.number = 101;
    fact.parent = wire::Digest(1, 2, 3, 4);
    fact.hash = wire::Digest(5, 6, 7, 8);
    fact.time = 1'776'435'837'000'000'000;
}
inline void make(AccountOpened& fact) {
    fact.name = "erin";
    fact.kind = wire::AccountKind::subaccount;
    fact.parent = alice.number();
}
inline void make(OpeningEntered& fact) {
    fact.account = dave.number();
    fact.legs = {cash_leg(dave, usdc, amount("7")), cash_leg(world, usdc, amount("-7"))};
    fact.reason = "first sight";
}
inline void make(Corrected& fact) {
    fact.sequence = 1;
    fact.legs = {cash_leg(alice, usdc, amount("2")), cash_leg(world, usdc, amount("-2"))};
}
inline void make(Reversed& fact) {
    fact.sequence = 1;
    fact.legs = {cash_leg(alice, usdc, amount("-2")), cash_leg(world, usdc, amount("2"))};
}
inline void make(LiquidationStarted& fact) {
    fact.liquidation = 8;
    fact.account = alice.number();
    fact.asset = usdc.number();
    fact.equity = to_wire(amount("-4"));
    fact.requirement = to_wire(amount("6"));
}
inline void make(LiquidationBid& fact) {
    fact.liquidation = open_liquidation;
    fact.account = carol.number();
    fact.bidder = bob.number();
}
inline void make(LiquidationEnded& fact) {
    fact.liquidation = open_liquidation;
    fact.account = carol.number();
    fact.outcome = wire::LiquidationOutcome::insolvent;
    fact.penalty = to_wire(amount("0.5"));
}
inline void make(BadDebtRecognised& fact) {
    fact.loss = 4;
    fact.account = alice.number();
    fact.asset = usdc.number();
    fact.amount = to_wire(amount("9"));
}
inline void make(WaterfallPaid& fact) {
    fact.loss = known_loss;
    fact.layer = wire::Layer::shared_fund;
    fact.payer = fund.number();
    fact.account = carol.number();
    fact.asset = usdc.number();
    fact.amount = to_wire(amount("2"));
}
inline void make(LossSocialised& fact) {
    fact.asset = usdc.number();
    fact.amount = to_wire(amount("1"));
}
inline void make(AutoDeleveraged& fact) {
    fact.account = alice.number();
    fact.counterparty = bob.number();
    fact.instrument = perp.number();
}
inline void make(PoolMoved& fact) {
    fact.pool = pool.number();
    fact.account = alice.number();
    fact.asset = usdc.number();
    fact.share_asset = share.number();
    fact.amount = to_wire(amount("20"));
    fact.shares = to_wire(amount("10"));
}
inline void make(BreakerTripped& fact) {
    fact.breaker = "slow";
    fact.scope = "BTC-PERP";
    fact.value = to_wire(price("3"));
    fact.threshold = to_wire(price("2"));
    fact.allowed = 5;
}
inline void make(BreakerReleased& fact) {
    fact.breaker = "halt";
    fact.scope = "BTC-PERP";
    fact.value = to_wire(price("1"));
}
inline void make(ParameterSet& fact) {
    fact.scope = "BTC-PERP";
    fact.name = "initial_margin";
    fact.value = to_wire(Int128{1});
    fact.text = "one";
}
inline void make(PresetAdopted& fact) {
    fact.scope = "BTC-PERP";
    fact.name = "derive-srm";
    fact.version = "1";
    fact.digest = wire::Digest(9, 9, 9, 9);
}
inline void make(ForecastRecorded& fact) { fact.model = "garch"; }
inline void make(CreditChanged& fact) {
    fact.account = alice.number();
    fact.asset = usdc.number();
    fact.limit = to_wire(amount("50"));
    fact.score = to_wire(Int128{7});
}
inline void make(Quarantined& fact) { fact.reason = "no such asset"; }
inline void make(CheckpointTaken& fact) { fact.sequence = 1; }

template <class Fact> [[nodiscard]] Fact a() {
    Fact fact;
    make(fact);
    return fact;
}

} // namespace plimsoll::testing_aid
