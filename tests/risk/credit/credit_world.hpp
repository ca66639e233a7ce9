/// A book that only facts change, with the history of credit that follows it.
#pragma once

#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/event/decimal.hpp"
#include "risk/credit/credit_line.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace plimsoll::testing_aid {

/// USD (6 decimals) and BTC; a perpetual, and a spot market of BTC in USD. An outside world, fees, a market, the pool that
/// lends, a dealer who trades with everybody, a voucher. A preset of credit: `reputation` unless another is given.
class CreditWorld {
public:
    static constexpr TimeNs second = 1'000'000'000;
    static constexpr TimeNs hour = 3'600 * second;
    static constexpr TimeNs day = risk::credit_day_ns;
    static constexpr TimeNs start = 1'767'225'600 * second; // 2026-01-01
    static constexpr AssetId usd{1};
    static constexpr AssetId btc{2};
    static constexpr AccountId outside{1}, fees{2}, market{3}, pool{4}, dealer{5}, voucher{6};
    static constexpr InstrumentId perp{1};
    static constexpr InstrumentId spot{2};

    explicit CreditWorld(std::optional<risk::CreditPreset> preset = risk::shipped_credit_preset("reputation")) {
        for (auto const& [name, decimals] : {std::pair("USD", 6), std::pair("BTC", 8)}) {
            AssetDefined fact;
            fact.name = name;
            fact.decimals = static_cast<std::uint8_t>(decimals);
            happen(rare(std::move(fact)));
        }
        using wire::AccountKind;
        open("outside", AccountKind::outside);
        open("fees", AccountKind::fees);
        open("market", AccountKind::market);
        open("credit:USD", AccountKind::pool);
        open("dealer", AccountKind::customer, "dealers");
        open("voucher", AccountKind::customer, "vouchers");
        define("PERP", wire::InstrumentKind::perpetual);
        define("SPOT", wire::InstrumentKind::spot);
        if (preset) happen(rare(risk::adoption_of(*preset)));
    }

    AccountId open(std::string const& name, wire::AccountKind kind = wire::AccountKind::customer, std::string const& owner = "", AccountId parent = {}) {
        AccountOpened fact;
        fact.name = name;
        fact.kind = kind;
        fact.owner = owner;
        fact.parent = parent.number();
        happen(rare(std::move(fact)));
        return AccountId{book_.accounts.size()};
    }

    /// A day of the story; it only goes on.
    void at(TimeNs time) { now_ = std::max(now_, time); }
    void pass(TimeNs span) { now_ += span; }
    [[nodiscard]] TimeNs now() const { return now_; }

    void happen(Body body, Cause cause = Cause::outside_record) {
        Origin origin;
        origin.source_time = now_;
        origin.cause = cause;
        std::vector<Event> decided;
        auto const verdict = book::decide(book_, Event{origin, std::move(body)}, decided);
        if (!verdict) throw std::logic_error(verdict.error().message());
        for (Event const& event : decided) {
            history_.precede(event, book_);
            if (!book::apply(book_, event)) throw std::logic_error("not applied");
            history_.follow(event, book_);
            events_.push_back(event);
        }
    }

    void move(TransferType type, AccountId account, AccountId counter, Int128 amount, AssetId asset = usd, Cause cause = Cause::command) {
        if (amount == 0) return;
        Transferred fact;
        fact.account = account;
        fact.counter = counter;
        fact.asset = asset;
        fact.type = type;
        fact.amount = Amount{amount};
        happen(fact, cause);
    }
    void deposit(AccountId account, Int128 amount, AssetId asset = usd) { move(TransferType::deposit, account, outside, amount, asset); }
    void draw(AccountId account, Int128 amount) { move(TransferType::credit_drawn, account, pool, amount); }
    void repay(AccountId account, Int128 amount, Cause cause = Cause::command) { move(TransferType::credit_repaid, account, pool, -amount, usd, cause); }
    void trade(AccountId buyer, AccountId seller, Int128 size, Int128 price, InstrumentId instrument = perp, Int128 fee = 0,
               TradeKind kind = TradeKind::order_book) {
        Traded fact;
        fact.buyer = buyer;
        fact.seller = seller;
        fact.instrument = instrument;
        fact.asset = usd;
        fact.kind = kind;
        if (instrument == spot) fact.base = btc;
        fact.booking = instrument == spot ? Booking::spot : Booking::variation;
        fact.size = Quantity{size};
        fact.price = Price{price};
        fact.quote = Amount{size / 1'000'000'000 * (price / 1'000'000'000)};
        fact.buyer_fee = fact.seller_fee = Amount{fee};
        if (fee != 0) fact.fee_account = fees;
        happen(fact);
    }
    void observe(Observation kind, std::uint32_t subject, Int128 value) {
        Observed fact;
        fact.kind = kind;
        fact.subject = subject;
        fact.value = Price{value};
        happen(fact);
    }
    void fund(Int128 step) {
        IndexRecorded fact;
        fact.subject = perp.number();
        fact.kind = IndexKind::funding;
        fact.value = Index{book_.instrument(perp).funding_index.units() + step};
        happen(fact);
    }
    void liquidate(AccountId account) {
        LiquidationStarted fact;
        fact.liquidation = book_.liquidations.size() + 1;
        fact.account = account.number();
        fact.asset = usd.number();
        happen(rare(fact));
        LiquidationEnded end;
        end.liquidation = fact.liquidation;
        end.account = account.number();
        end.asset = usd.number();
        happen(rare(end));
    }
    /// Into the borrower's module, which it opens.
    void stake(AccountId from, AccountId borrower, Int128 amount) {
        AccountId const holder = history_.owners().holder(borrower);
        AccountId module = history_.module_of(holder);
        if (!module.is_some()) module = open("vouched:" + std::to_string(holder.number()), wire::AccountKind::staked_module, "", holder);
        move(TransferType::stake, from, module, -amount);
    }

    void track(AccountId account) { history_.track(history_.owners().accounts_of(account)); }
    [[nodiscard]] risk::CreditLine line(AccountId account) const {
        auto line = risk::credit_line(history_, book_, history_.owners().holder(account), now_);
        if (!line) throw std::logic_error(line.error().message());
        return std::move(line).value();
    }
    [[nodiscard]] book::Book const& book() const { return book_; }
    [[nodiscard]] risk::CreditHistory& history() { return history_; }
    [[nodiscard]] std::vector<Event> const& events() const { return events_; }

private:
    void define(char const* name, wire::InstrumentKind kind) {
        InstrumentDefined fact;
        fact.name = name;
        fact.kind = kind;
        fact.base = btc.number();
        fact.quote = fact.settle = usd.number();
        fact.market_account = market.number();
        fact.multiplier_numerator = fact.multiplier_denominator = to_wire(Int128{1});
        happen(rare(std::move(fact)));
    }

    book::Book book_;
    risk::CreditHistory history_;
    std::vector<Event> events_;
    TimeNs now_ = start;
};

[[nodiscard]] inline Int128 usd_units(std::string const& text) {
    auto const value = parse_decimal(text);
    if (!value) throw std::logic_error(text);
    return value.value();
}

} // namespace plimsoll::testing_aid
