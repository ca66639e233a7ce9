/// A book with a few names, and at least one event of every kind over them.
#pragma once

#include "ledger/book/apply.hpp"
#include "ledger/event/batch.hpp"
#include "tools/text/event_reader.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace plimsoll::tools::samples {

[[nodiscard]] inline Event defined(Body body) {
    Event event;
    event.origin.cause = Cause::definition;
    event.body = std::move(body);
    return event;
}

template <class Fact> [[nodiscard]] Event named(std::string const& name, Fact fact = {}) {
    fact.name = name;
    return defined(rare(std::move(fact)));
}

[[nodiscard]] inline Event instrument(std::string const& name) {
    InstrumentDefined fact;
    fact.base = 1;
    fact.quote = fact.settle = 2;
    fact.market_account = 4;
    fact.kind = wire::InstrumentKind::perpetual;
    fact.multiplier_numerator = to_wire(Int128{625});
    fact.multiplier_denominator = to_wire(Int128{268'435'456});
    return named(name, fact);
}

/// Assets XBT (1, 8 decimals) and USDT (2, 6); accounts main (1), outside (2), fees (3), "market
/// \"P\"" (4); source bitmex (1); feed oracle (1); instrument BTC-PERP (1).
[[nodiscard]] inline book::Book a_book() {
    AssetDefined xbt;
    xbt.decimals = 8;
    AssetDefined usdt;
    usdt.decimals = 6;
    book::Book book;
    for (Event const& event :
         {named("XBT", xbt), named("USDT", usdt), named<AccountOpened>("main"), named<AccountOpened>("outside"),
          named<AccountOpened>("fees"), named<AccountOpened>("market \"P\""), named<SourceDefined>("bitmex"),
          named<FeedDefined>("oracle"), instrument("BTC-PERP")}) {
        EXPECT_TRUE(book::apply(book, event));
    }
    return book;
}

[[nodiscard]] inline wire::Int128 number(std::int64_t units) { return to_wire(Int128{units}); }
[[nodiscard]] inline wire::Digest digest() { return {1, 2, 0xFFFF'FFFF'FFFF'FFFFULL, 4}; }
[[nodiscard]] inline std::vector<wire::Leg> legs() {
    return {{1, 1, 0, 0, 0, 0, number(-5)}, {2, 1, 1, 0, 0, 0, number(5)}, {1, 1, 2, 1, 0, 0, number(7)},
            {1, 1, 0, 2, 0, 0, number(3)}};
}
[[nodiscard]] inline std::vector<wire::Stand> stands() {
    return {{1, 1, 0, 0, 0, number(-9)}, {1, 2, 2, 0, 0, number(8)}};
}
[[nodiscard]] inline std::vector<wire::Figure> figures() {
    return {{2, 0, 0, number(40)}, {0, static_cast<std::uint16_t>(wire::FigureKind::MAX), 0, number(-1)}};
}

/// The body of every kind, with all its fields; then some with as few as may be.
[[nodiscard]] inline std::vector<Body> bodies() {
    AccountId const main{1};
    AccountId const outside{2};
    AccountId const fees{3};
    AssetId const xbt{1};
    AssetId const usdt{2};
    InstrumentId const perp{1};
    Int128 const tiny = 1;
    Int128 const huge = event_limit_units;
    return {
        Transferred{main, outside, fees, xbt, perp, TransferType::deposit, 0, Amount{one_units / 100'000'000},
                    Amount::whole(-2)},
        Transferred{main, outside, {}, usdt, {}, TransferType::adjustment, 0, Amount::whole(-1'000'000'000), {}},
        Traded{main, outside, fees, perp, usdt, xbt, Booking::spot, TradeKind::block, Taker::seller, 0, 0,
               Quantity{huge}, Price{tiny}, Amount{-huge}, Amount{tiny}, Amount{-tiny}, Index{-7}},
        Traded{main, outside, {}, perp, usdt, {}, {}, {}, {}, 0, 0, Quantity{tiny}, {}, {}, {}, {}, {}},
        Observed{1, Observation::rate, 1, Price{-5}, Ratio{6}},
        Observed{2, Observation::asset_price, 0, Price::whole(64'000), {}},
        IndexRecorded{1, IndexKind::funding, 0, Index{123}, Index{4}},
        IndexRecorded{2, IndexKind::socialised_loss, 0, Index{}, {}},
        IndexMet{main, outside, 1, usdt, IndexKind::funding, 0, 0, Index{-77}, Amount{-1}},
        IndexMet{main, outside, 2, usdt, IndexKind::borrow_interest, 0, 0, Index{77}, Amount{}},
        PositionSettled{main, outside, perp, usdt, SettlementType::auto_deleveraging, 0, 0, Quantity{-8}, Amount{9},
                        Amount{10}, Price{11}},
        rare(AssetDefined{{}, "ETH \"\\\n\x01\xC3\xA9", 18, wire::AssetKind::token, "ethereum", "0x00"}),
        rare(AssetDefined{{}, "P", 0, wire::AssetKind::point, "", ""}),
        rare(InstrumentDefined{{}, "O", wire::InstrumentKind::option, wire::Payoff::quanto, wire::OptionSide::put,
                               wire::Exercise::european, 1, 2, 2, 4, number(625), number(268'435'456), number(9),
                               1'777'000'000'123'456'789, number(2), number(3)}),
        rare(InstrumentDefined{{}, "S", wire::InstrumentKind::spot, wire::Payoff::linear, wire::OptionSide::none,
                               wire::Exercise::none, 1, 2, 2, 0, number(1), number(1), {}, 0, {}, {}}),
        rare(SourceDefined{{}, "chain", wire::SourceKind::operator_}),
        rare(FeedDefined{{}, "pyth"}),
        rare(ChainDefined{{}, "ethereum", 0xFFFF'FFFF'FFFF'FFFFULL, 2}),
        rare(BlockRecorded{{}, "ethereum", 19'000'000, digest(), digest(), 1'777'000'000'000'000'000}),
        rare(AccountOpened{{}, "sub", wire::AccountKind::subaccount, 1, "0xabc"}),
        rare(OpeningEntered{{}, 1, legs(), stands(), "seen on chain"}),
        rare(Corrected{{}, 7, "a wrong fee", legs(), {}}),
        rare(Reversed{{}, 8, "", {}, stands()}),
        rare(LiquidationStarted{{}, 1, 1, "dutch", "srm", 2, number(-1), number(2), number(3), 1, number(4), number(5), figures()}),
        rare(LiquidationBid{{}, 1, 1, 2, number(1), number(2), 2, number(3), 1, number(4), figures()}),
        rare(LiquidationEnded{{}, 1, 1, wire::LiquidationOutcome::insolvent, 2, number(-1), number(2), number(3), figures()}),
        rare(BadDebtRecognised{{}, 1, 1, 2, number(5), 1}),
        rare(WaterfallPaid{{}, 1, wire::Layer::staked_module, 2, 1, 2, number(5)}),
        rare(LossSocialised{{}, 1, 2, 1, number(5), number(6), number(7)}),
        rare(AutoDeleveraged{{}, 1, 1, 2, 1, 3, "profit", number(5), number(6), number(7)}),
        rare(PoolMoved{{}, 2, 1, 1, 2, number(5), number(6), number(7), 1'777'000'000'000'000'000}),
        rare(BreakerTripped{{}, "withdrawals", "XBT", "outflow", number(5), number(6), 3}),
        rare(BreakerReleased{{}, "withdrawals", "XBT", "outflow", number(5), number(6)}),
        rare(ParameterSet{{}, "BTC-PERP", "max_leverage", "ratio", number(5), "five"}),
        rare(PresetAdopted{{}, "BTC-PERP", "srm", "1.2", digest(), "a = 1\nb = \"2\"\n"}),
        rare(ForecastRecorded{{}, "svi", "XBT", digest(), number(-5), 1, 1'777'000'000'000'000'000}),
        rare(CreditChanged{{}, 1, 2, number(5), number(6), "asked"}),
        rare(Quarantined{{}, "a.csv:7", "too many decimals", "1,2,\xE2\x82\xAC"}),
        rare(CheckpointTaken{{}, 9, digest(), digest(), "before the upgrade"}),
    };
}

[[nodiscard]] inline std::vector<Event> events() {
    std::vector<Event> events;
    for (Body& body : bodies()) {
        Event event;
        event.origin = {1'777'000'000'123'000'000, {19'000'000, 42}, 0x1122'3344'5566'7788, 3, 1, Cause::command, 0};
        event.body = std::move(body);
        events.push_back(std::move(event));
    }
    return events;
}

/// Everything an event holds, so that two can be compared.
[[nodiscard]] inline std::string bytes(Event const& event) {
    BatchBuilder batch;
    batch.add(event.origin, event.body);
    return batch.finish({});
}

} // namespace plimsoll::tools::samples
