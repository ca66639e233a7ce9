/// Random lives of market(): events of every kind, most of which the book accepts.
#pragma once

#include "tests/ledger/book/market.hpp"
#include "tests/ledger/event/random.hpp"

#include <array>
#include <functional>
#include <map>
#include <string>

namespace plimsoll::testing_aid {

/// The same seed lives the same life.
class RandomLife {
public:
    explicit RandomLife(std::uint64_t seed) : random_(seed), sample_(market()) {}

    [[nodiscard]] Sample& sample() { return sample_; }
    /// Events accepted, by kind.
    [[nodiscard]] std::map<std::string, int> const& accepted() const { return accepted_; }

    /// Asks until something is accepted. The events that were decided have been applied.
    void step() {
        while (true) {
            Event const ask = next();
            if (!sample_.try_event(ask)) continue;
            visit_body(ask.body, [&](auto const& fact) {
                ++accepted_[std::string(kind_name<std::decay_t<decltype(fact)>>)];
            });
            return;
        }
    }

    /// A fact that may or may not be acceptable.
    [[nodiscard]] Event next() {
        Event event;
        event.body = body();
        if (random_.chance(2)) {
            event.origin.source = 1;
            event.origin.cursor = {++record_, random_.below(10)};
            event.origin.source_time = time_ += random_.between(0, 1'000'000);
            event.origin.record = random_.word();
        }
        return event;
    }

private:
    // ---- what exists ----
    [[nodiscard]] AccountId account() {
        return AccountId{1 + static_cast<std::uint32_t>(random_.below(std::min(sample_.book().accounts.size(), 12U)))};
    }
    [[nodiscard]] AssetId asset() {
        return AssetId{1 + static_cast<std::uint32_t>(random_.below(sample_.book().assets.size()))};
    }
    [[nodiscard]] InstrumentId instrument() {
        return InstrumentId{1 + static_cast<std::uint32_t>(random_.below(sample_.book().instruments.size()))};
    }
    [[nodiscard]] Int128 bits(int most) { return random_.wide() >> (127 - most); }
    [[nodiscard]] Amount much() { return Amount{bits(100)}; }
    [[nodiscard]] Amount positive() { return Amount{bits(100) & ((Int128{1} << 100) - 1)}; }
    [[nodiscard]] Quantity size() { return Quantity{bits(70)}; }
    [[nodiscard]] Index index() { return Index{bits(62)}; }
    [[nodiscard]] std::string name(char const* what) { return what + std::to_string(++names_); }
    [[nodiscard]] wire::Digest digest() { return {random_.word(), random_.word(), random_.word(), random_.word()}; }
    template <class Enum> [[nodiscard]] Enum choice(Enum last) {
        return static_cast<Enum>(random_.below(static_cast<std::uint64_t>(last) + 1));
    }

    // ---- hot kinds ----
    [[nodiscard]] Body transferred() {
        Transferred fact;
        fact.account = account();
        fact.counter = account();
        fact.asset = asset();
        fact.type = choice(TransferType::MAX);
        bool const deposit = fact.type == TransferType::deposit;
        bool const withdrawal = fact.type == TransferType::withdrawal;
        if (deposit || withdrawal) fact.counter = world;
        fact.amount = deposit ? positive() : withdrawal ? -positive() : much();
        if (random_.chance(3)) {
            fact.fee = much();
            fact.fee_account = random_.chance(5) ? fact.account : fees;
        }
        return fact;
    }
    [[nodiscard]] Body traded() {
        Traded fact;
        fact.buyer = account();
        fact.seller = account();
        fact.instrument = instrument();
        auto const& row = sample_.book().instrument(fact.instrument);
        bool const is_spot = row.kind == wire::InstrumentKind::spot;
        fact.booking = is_spot ? Booking::spot : random_.chance(3) ? Booking::premium : Booking::variation;
        fact.asset = is_spot ? row.quote : row.settle;
        if (is_spot) fact.base = row.base;
        fact.kind = choice(wire::TradeKind::MAX);
        fact.taker = choice(Taker::MAX);
        fact.size = Quantity{1 + (bits(70) & ((Int128{1} << 70) - 1))};
        fact.price = Price{positive().units()};
        fact.quote = much();
        if (random_.chance(2)) fact.buyer_fee = much();
        if (random_.chance(2)) fact.seller_fee = much();
        fact.fee_account = random_.chance(5) ? fact.buyer : fees;
        return fact;
    }
    [[nodiscard]] Body observed() {
        Observed fact;
        fact.kind = choice(Observation::MAX);
        fact.subject = fact.kind == Observation::asset_price ? asset().number() : instrument().number();
        fact.feed = static_cast<std::uint16_t>(random_.below(2));
        fact.value = Price{positive().units()};
        return fact;
    }
    [[nodiscard]] Body index_recorded() {
        IndexRecorded fact;
        fact.kind = choice(IndexKind::MAX);
        fact.subject = fact.kind == IndexKind::funding ? instrument().number() : asset().number();
        fact.value = index();
        return fact;
    }
    [[nodiscard]] Body index_met() {
        IndexMet fact;
        fact.account = account();
        fact.counter = account();
        fact.kind = choice(IndexKind::MAX);
        fact.subject = fact.kind == IndexKind::funding ? instrument().number() : asset().number();
        fact.asset = fact.kind == IndexKind::funding ? sample_.book().instruments[fact.subject].settle
                                                     : AssetId{fact.subject};
        fact.index = index();
        if (!random_.chance(4)) fact.amount = much();
        return fact;
    }
    [[nodiscard]] Body position_settled() {
        PositionSettled fact;
        fact.account = account();
        fact.counter = account();
        fact.instrument = instrument();
        fact.asset = sample_.book().instrument(fact.instrument).settle;
        fact.type = choice(wire::SettlementType::MAX);
        if (!random_.chance(4)) fact.size = size();
        if (!random_.chance(4)) fact.quote = much();
        if (!random_.chance(4)) fact.amount = much();
        return fact;
    }

    // ---- rare kinds ----
    template <class Fact> void legs(Fact& fact) {
        for (std::uint64_t left = random_.below(4); left != 0; --left) {
            InstrumentId const held = instrument();
            AssetId const settle = sample_.book().instrument(held).settle;
            Amount const moved = much();
            if (random_.chance(2)) {
                AssetId const cash = asset();
                fact.legs.push_back(cash_leg(account(), cash, moved));
                fact.legs.push_back(cash_leg(account(), cash, -moved));
            } else {
                fact.legs.push_back(quote_leg(account(), held, settle, moved));
                fact.legs.push_back(cash_leg(account(), settle, -moved));
                Quantity const contracts = size();
                fact.legs.push_back(size_leg(account(), held, contracts));
                fact.legs.push_back(size_leg(account(), held, -contracts));
            }
            auto const kind = choice(IndexKind::MAX);
            std::uint32_t const subject = kind == IndexKind::funding ? instrument().number() : asset().number();
            fact.stands.push_back(stand_at(account(), subject, kind, index()));
        }
    }
    [[nodiscard]] Body definition() {
        switch (random_.below(7)) {
        case 0: return changed<AssetDefined>([&](auto& fact) { fact.name = name("asset"); });
        case 1:
            return changed<InstrumentDefined>([&](auto& fact) {
                fact.name = name("instrument");
                fact.kind = choice(wire::InstrumentKind::MAX);
                fact.payoff = choice(wire::Payoff::MAX);
                fact.base = asset().number();
                fact.quote = asset().number();
                fact.settle = asset().number();
                fact.multiplier_numerator = to_wire(Int128{random_.between(1, 10)});
                fact.multiplier_denominator = to_wire(Int128{random_.between(1, 10)});
            });
        case 2: return changed<SourceDefined>([&](auto& fact) { fact.name = name("source"); });
        case 3: return changed<FeedDefined>([&](auto& fact) { fact.name = name("feed"); });
        case 4: return changed<ChainDefined>([&](auto& fact) { fact.name = name("chain"); });
        case 5:
            return changed<BlockRecorded>([&](auto& fact) {
                fact.number = sample_.book().chains[1].block + 2;
                fact.hash = digest();
            });
        default:
            return changed<AccountOpened>([&](auto& fact) {
                fact.name = name("account");
                fact.kind = choice(wire::AccountKind::MAX);
                fact.parent = random_.chance(2) ? 0 : account().number();
            });
        }
    }
    [[nodiscard]] Body entry() {
        switch (random_.below(3)) {
        case 0:
            return changed<OpeningEntered>([&](auto& fact) {
                fact.legs.clear();
                legs(fact);
            });
        case 1:
            return changed<Corrected>([&](auto& fact) {
                fact.legs.clear();
                legs(fact);
                fact.sequence = 1 + random_.below(sample_.book().sequence());
            });
        default:
            return changed<Reversed>([&](auto& fact) {
                fact.legs.clear();
                legs(fact);
            });
        }
    }
    [[nodiscard]] Body clearing() {
        auto const& book = sample_.book();
        auto const& last = book.liquidations[book.liquidations.size()];
        auto const& loss = book.losses[book.losses.size()];
        switch (random_.below(7)) {
        case 0:
            return changed<LiquidationStarted>([&](auto& fact) {
                fact.liquidation = last.id + 1;
                fact.account = account().number();
            });
        case 1:
            return changed<LiquidationBid>([&](auto& fact) {
                fact.liquidation = last.id;
                fact.account = last.account.number();
                fact.bidder = account().number();
            });
        case 2:
            return changed<LiquidationEnded>([&](auto& fact) {
                fact.liquidation = last.id;
                fact.account = last.account.number();
                fact.penalty = to_wire(positive());
            });
        case 3:
            return changed<BadDebtRecognised>([&](auto& fact) {
                fact.loss = loss.id + 1;
                fact.account = account().number();
                fact.amount = to_wire(positive());
            });
        case 4:
            return changed<WaterfallPaid>([&](auto& fact) {
                fact.loss = loss.id;
                fact.layer = choice(wire::Layer::MAX);
                fact.payer = account().number();
                fact.account = loss.account.number();
                fact.asset = loss.asset.number();
                Int128 left = loss.recognised.units();
                for (Amount const& paid : loss.paid) left -= paid.units();
                fact.amount = to_wire(std::max<Int128>(std::min(left, positive().units()), 1));
            });
        case 5: return changed<LossSocialised>([&](auto& fact) { fact.amount = to_wire(positive()); });
        default:
            return changed<AutoDeleveraged>([&](auto& fact) {
                fact.account = account().number();
                fact.counterparty = account().number();
            });
        }
    }
    [[nodiscard]] Body notice() {
        switch (random_.below(9)) {
        case 0: return changed<BreakerTripped>([&](auto& fact) { fact.breaker = random_.chance(2) ? "halt" : "slow"; });
        case 1: return changed<BreakerReleased>([&](auto& fact) { fact.breaker = random_.chance(2) ? "halt" : "slow"; });
        case 2: return changed<ParameterSet>([&](auto& fact) { fact.name = "p" + std::to_string(random_.below(9)); });
        case 3: return changed<PresetAdopted>([&](auto& fact) { fact.scope = "s" + std::to_string(random_.below(5)); });
        case 4: return changed<ForecastRecorded>([&](auto& fact) { fact.subject = name("subject"); });
        case 5:
            return changed<CreditChanged>([&](auto& fact) {
                fact.account = account().number();
                fact.limit = to_wire(much());
            });
        case 6: return changed<Quarantined>([&](auto& fact) { fact.record = name("line"); });
        case 7:
            return changed<PoolMoved>([&](auto& fact) {
                fact.account = account().number();
                fact.amount = to_wire(much());
                fact.shares = to_wire(much());
            });
        default:
            return changed<CheckpointTaken>([&](auto& fact) { fact.sequence = random_.below(sample_.book().sequence()); });
        }
    }
    template <class Fact> [[nodiscard]] static Body changed(std::function<void(Fact&)> const& change) {
        Fact fact = a<Fact>();
        change(fact);
        return body_of(fact);
    }

    [[nodiscard]] Body body() {
        switch (random_.below(14)) {
        case 0:
        case 1: return transferred();
        case 2:
        case 3:
        case 4: return traded();
        case 5: return observed();
        case 6: return index_recorded();
        case 7: return index_met();
        case 8: return position_settled();
        case 9: return entry();
        case 10: return clearing();
        case 11: return notice();
        case 12: return definition();
        default: return traded();
        }
    }

    Random random_;
    Sample sample_;
    std::map<std::string, int> accepted_;
    std::uint64_t record_ = 0;
    TimeNs time_ = 1'776'000'000'000'000'000;
    int names_ = 0;
};

} // namespace plimsoll::testing_aid
