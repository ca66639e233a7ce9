/// The slow and obvious second ledger: maps by name of account, written from the sentences of event.hpp.
#pragma once

#include "ledger/event/event.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace plimsoll::testing_aid {

/// Knows nothing of rows, postings or pages, and never asks the code under test.
class LedgerModel {
public:
    using Key = std::pair<std::uint32_t, std::uint32_t>; ///< account, and asset or instrument

    struct Position {
        Int128 size = 0;
        Int128 quote = 0;
        Int128 index = 0;
    };

    std::map<Key, Int128> cash;
    std::map<Key, Int128> interest_index;
    std::map<Key, std::uint32_t> interest_kind; ///< 1: of what is held, 2: of what is owed
    std::map<Key, Int128> loss_index;
    std::map<Key, Position> positions;
    std::map<std::uint32_t, Int128> funding_index; ///< by instrument
    std::map<std::pair<std::uint32_t, IndexKind>, Int128> asset_index;
    std::map<std::uint32_t, Int128> asset_price;
    std::map<std::uint32_t, Int128> mark;
    std::map<std::uint32_t, Int128> bad_debt; ///< by asset
    std::map<std::pair<std::uint64_t, wire::Layer>, Int128> paid;
    std::map<std::uint32_t, bool> in_liquidation;
    std::uint64_t events = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t corrections = 0;
    TimeNs time = 0;

    void take(Event const& event) {
        ++events;
        time = std::max(time, event.origin.source_time);
        visit_body(event.body, [&](auto const& fact) { on(fact); });
    }

    /// Contracts held long, which is all that are held short.
    [[nodiscard]] Int128 open_interest(std::uint32_t instrument) const {
        Int128 sum = 0;
        for (auto const& [key, position] : positions) {
            if (key.second == instrument && position.size > 0) sum += position.size;
        }
        return sum;
    }

private:
    template <class Fact> void on(Fact const&) {} // most rare kinds move nothing

    void move(std::uint32_t from, std::uint32_t to, std::uint32_t asset, Int128 amount) {
        cash[{from, asset}] -= amount;
        cash[{to, asset}] += amount;
    }

    void on(Transferred const& fact) {
        std::uint32_t const account = fact.account.number();
        move(fact.counter.number(), account, fact.asset.number(), fact.amount.units());
        if (!fact.fee.is_zero()) move(account, fact.fee_account.number(), fact.asset.number(), fact.fee.units());
    }

    void on(Traded const& fact) {
        std::uint32_t const buyer = fact.buyer.number();
        std::uint32_t const seller = fact.seller.number();
        std::uint32_t const instrument = fact.instrument.number();
        Int128 const size = fact.size.units();
        Int128 const quote = fact.quote.units();
        if (fact.booking == Booking::spot) {
            move(seller, buyer, fact.base.number(), size);
        } else {
            positions[{buyer, instrument}].size += size;
            positions[{seller, instrument}].size -= size;
            positions[{buyer, instrument}].index = fact.index.units();
            positions[{seller, instrument}].index = fact.index.units();
        }
        if (fact.booking == Booking::variation) {
            positions[{buyer, instrument}].quote -= quote;
            positions[{seller, instrument}].quote += quote;
        } else {
            move(buyer, seller, fact.asset.number(), quote);
        }
        if (!fact.buyer_fee.is_zero()) {
            move(buyer, fact.fee_account.number(), fact.asset.number(), fact.buyer_fee.units());
        }
        if (!fact.seller_fee.is_zero()) {
            move(seller, fact.fee_account.number(), fact.asset.number(), fact.seller_fee.units());
        }
    }

    void on(Observed const& fact) {
        if (fact.kind == Observation::asset_price) asset_price[fact.subject] = fact.value.units();
        if (fact.kind == Observation::mark_price) mark[fact.subject] = fact.value.units();
    }

    void on(IndexRecorded const& fact) {
        if (fact.kind == IndexKind::funding) {
            funding_index[fact.subject] = fact.value.units();
        } else {
            asset_index[{fact.subject, fact.kind}] = fact.value.units();
        }
    }

    void stand(std::uint32_t account, std::uint32_t subject, IndexKind kind, Int128 index) {
        if (kind == IndexKind::funding) {
            positions[{account, subject}].index = index;
        } else {
            (kind == IndexKind::socialised_loss ? loss_index : interest_index)[{account, subject}] = index;
            if (kind != IndexKind::socialised_loss) interest_kind[{account, subject}] = kind == IndexKind::borrow_interest ? 2 : 1;
        }
    }

    void on(IndexMet const& fact) {
        move(fact.counter.number(), fact.account.number(), fact.asset.number(), fact.amount.units());
        stand(fact.account.number(), fact.subject, fact.kind, fact.index.units());
    }

    void on(PositionSettled const& fact) {
        Position& from = positions[{fact.account.number(), fact.instrument.number()}];
        Position& to = positions[{fact.counter.number(), fact.instrument.number()}];
        from.size -= fact.size.units();
        to.size += fact.size.units();
        from.quote -= fact.quote.units();
        to.quote += fact.quote.units();
        move(fact.counter.number(), fact.account.number(), fact.asset.number(), fact.amount.units());
    }

    template <class Fact> void legs_of(Fact const& fact) {
        for (auto const& leg : fact.legs) {
            Key const key{leg.account(), leg.subject()};
            switch (static_cast<LegKind>(leg.kind())) {
            case LegKind::cash: cash[key] += units(leg.amount()); break;
            case LegKind::quote: positions[key].quote += units(leg.amount()); break;
            case LegKind::size: positions[key].size += units(leg.amount()); break;
            }
        }
        for (auto const& each : fact.stands) {
            stand(each.account(), each.subject(), static_cast<IndexKind>(each.kind()), units(each.index()));
        }
    }
    void on(OpeningEntered const& fact) { legs_of(fact); }
    void on(Corrected const& fact) {
        legs_of(fact);
        ++corrections;
    }
    void on(Reversed const& fact) {
        legs_of(fact);
        ++corrections;
    }

    void on(LiquidationStarted const& fact) { in_liquidation[fact.account] = true; }
    void on(LiquidationEnded const& fact) { in_liquidation[fact.account] = false; }
    void on(BadDebtRecognised const& fact) { bad_debt[fact.asset] += units(fact.amount); }
    void on(WaterfallPaid const& fact) {
        move(fact.payer, fact.account, fact.asset, units(fact.amount));
        bad_debt[fact.asset] -= units(fact.amount);
        paid[{fact.loss, fact.layer}] += units(fact.amount);
    }
    void on(PoolMoved const& fact) {
        move(fact.account, fact.pool, fact.asset, units(fact.amount));
        move(fact.pool, fact.account, fact.share_asset, units(fact.shares));
    }
    void on(Quarantined const&) { ++quarantined; }
};

} // namespace plimsoll::testing_aid
