/// What an event moves: its legs. Apply, invariants, statements and the replay of one account all
/// read an event through here, so they cannot disagree about it.
#pragma once

#include "ledger/event/event.hpp"

namespace plimsoll::book {

/// post(fact, sink) calls, for each leg,
///     sink.cash(account, asset, amount)
///     sink.quote(account, instrument, asset, amount)   quote kept in a position
///     sink.size(account, instrument, quantity)
///     sink.stand(account, subject, kind, index)        not a leg: the index that a row meets
/// Law 4: cash and quote sum to zero per asset, sizes per instrument. Facts that move nothing post
/// nothing.
template <class Fact, class Sink> void post(Fact const&, Sink&&) {}

template <class Sink> void post(Transferred const& fact, Sink&& sink) {
    sink.cash(fact.account, fact.asset, fact.amount);
    sink.cash(fact.counter, fact.asset, -fact.amount);
    if (!fact.fee.is_zero()) {
        sink.cash(fact.account, fact.asset, -fact.fee);
        sink.cash(fact.fee_account, fact.asset, fact.fee);
    }
}

template <class Sink> void post(Traded const& fact, Sink&& sink) {
    auto side = [&](AccountId account, Quantity size, Amount quote) {
        if (fact.booking == Booking::spot) {
            sink.cash(account, fact.base, Amount{size.units()});
        } else {
            sink.stand(account, fact.instrument.number(), IndexKind::funding, fact.index);
            sink.size(account, fact.instrument, size);
        }
        if (fact.booking == Booking::variation) {
            sink.quote(account, fact.instrument, fact.asset, quote);
        } else {
            sink.cash(account, fact.asset, quote);
        }
    };
    side(fact.buyer, fact.size, -fact.quote);
    side(fact.seller, -fact.size, fact.quote);
    if (!fact.buyer_fee.is_zero()) {
        sink.cash(fact.buyer, fact.asset, -fact.buyer_fee);
        sink.cash(fact.fee_account, fact.asset, fact.buyer_fee);
    }
    if (!fact.seller_fee.is_zero()) {
        sink.cash(fact.seller, fact.asset, -fact.seller_fee);
        sink.cash(fact.fee_account, fact.asset, fact.seller_fee);
    }
}

template <class Sink> void post(IndexMet const& fact, Sink&& sink) {
    if (!fact.amount.is_zero()) {
        sink.cash(fact.account, fact.asset, fact.amount);
        sink.cash(fact.counter, fact.asset, -fact.amount);
    }
    sink.stand(fact.account, fact.subject, fact.kind, fact.index);
}

template <class Sink> void post(PositionSettled const& fact, Sink&& sink) {
    if (!fact.size.is_zero()) {
        sink.size(fact.account, fact.instrument, -fact.size);
        sink.size(fact.counter, fact.instrument, fact.size);
    }
    if (!fact.quote.is_zero()) {
        sink.quote(fact.account, fact.instrument, fact.asset, -fact.quote);
        sink.quote(fact.counter, fact.instrument, fact.asset, fact.quote);
    }
    if (!fact.amount.is_zero()) {
        sink.cash(fact.account, fact.asset, fact.amount);
        sink.cash(fact.counter, fact.asset, -fact.amount);
    }
}

template <class Sink> void post_legs(std::vector<wire::Leg> const& legs, std::vector<wire::Stand> const& stands, Sink&& sink) {
    for (wire::Stand const& stand : stands) {
        sink.stand(AccountId{stand.account()}, stand.subject(), static_cast<IndexKind>(stand.kind()),
                   Index{units(stand.index())});
    }
    for (wire::Leg const& leg : legs) {
        AccountId const account{leg.account()};
        Int128 const amount = units(leg.amount());
        switch (static_cast<LegKind>(leg.kind())) {
        case LegKind::cash: sink.cash(account, AssetId{leg.subject()}, Amount{amount}); break;
        case LegKind::quote:
            sink.quote(account, InstrumentId{leg.subject()}, AssetId{leg.asset()}, Amount{amount});
            break;
        case LegKind::size: sink.size(account, InstrumentId{leg.subject()}, Quantity{amount}); break;
        }
    }
}

template <class Sink> void post(OpeningEntered const& fact, Sink&& sink) { post_legs(fact.legs, fact.stands, sink); }
template <class Sink> void post(Corrected const& fact, Sink&& sink) { post_legs(fact.legs, fact.stands, sink); }
template <class Sink> void post(Reversed const& fact, Sink&& sink) { post_legs(fact.legs, fact.stands, sink); }

template <class Sink> void post(WaterfallPaid const& fact, Sink&& sink) {
    Amount const amount{units(fact.amount)};
    sink.cash(AccountId{fact.account}, AssetId{fact.asset}, amount);
    sink.cash(AccountId{fact.payer}, AssetId{fact.asset}, -amount);
}

template <class Sink> void post(PoolMoved const& fact, Sink&& sink) {
    Amount const amount{units(fact.amount)};
    Amount const shares{units(fact.shares)};
    sink.cash(AccountId{fact.account}, AssetId{fact.asset}, -amount);
    sink.cash(AccountId{fact.pool}, AssetId{fact.asset}, amount);
    sink.cash(AccountId{fact.account}, AssetId{fact.share_asset}, shares);
    sink.cash(AccountId{fact.pool}, AssetId{fact.share_asset}, -shares);
}

/// Calls f(account) for each account that an event names, whether it moves something of it or not:
/// law 3 says that only these can change. One may come more than once.
struct NamedAccounts {
    template <class Fact, class F> static void of(Fact const& fact, F&& f) {
        struct Sink {
            F& f;
            void cash(AccountId account, AssetId, Amount) { f(account); }
            void quote(AccountId account, InstrumentId, AssetId, Amount) { f(account); }
            void size(AccountId account, InstrumentId, Quantity) { f(account); }
            void stand(AccountId account, std::uint32_t, IndexKind, Index) { f(account); }
        };
        post(fact, Sink{f});
        if constexpr (requires { fact.counterparty; }) f(AccountId{fact.counterparty});
        if constexpr (requires { fact.bidder; }) f(AccountId{fact.bidder});
        using Fact_ = std::decay_t<Fact>;
        if constexpr (std::is_same_v<Fact_, LiquidationStarted> || std::is_same_v<Fact_, LiquidationBid> ||
                      std::is_same_v<Fact_, LiquidationEnded> || std::is_same_v<Fact_, BadDebtRecognised> ||
                      std::is_same_v<Fact_, AutoDeleveraged> || std::is_same_v<Fact_, CreditChanged>) {
            f(AccountId{fact.account});
        }
    }
};

} // namespace plimsoll::book
