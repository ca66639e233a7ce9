/// A small venue under a margin preset, commanded as `submit` commands it, reopened as often as a test likes.
#pragma once

#include "ledger/book/invariants.hpp"
#include "ledger/event/decimal.hpp"
#include "replay/clearing_house.hpp"
#include "risk/adoption.hpp"
#include "risk/margin/shipped_presets.hpp"
#include "tests/replay/temporary_ledger.hpp"

#include <gtest/gtest.h>

namespace plimsoll::testing_aid {

using replay::Answer;
using risk::Command;

[[nodiscard]] inline Int128 units_of(std::string const& text) { return must(parse_decimal(text)); }
[[nodiscard]] inline Amount amount(std::string const& text) { return Amount{units_of(text)}; }

/// USD and BTC; world, fund, fees, market, keeper (a liquidator), then alice, bob and carol. PERP is a
/// linear perpetual on BTC; a preset makes the rest.
class ClearingLedger {
public:
    static constexpr TimeNs second = 1'000'000'000;
    static constexpr TimeNs start = 1'767'225'600 * second; // 2026-01-01
    static constexpr AssetId usd{1};
    static constexpr AssetId btc{2};
    static constexpr AccountId world{1};
    static constexpr AccountId fund{2};
    static constexpr AccountId fees{3};
    static constexpr AccountId market{4};
    static constexpr AccountId keeper{5};
    static constexpr AccountId alice{6};
    static constexpr AccountId bob{7};
    static constexpr AccountId carol{8};
    static constexpr InstrumentId perp{1};

    /// "" is no preset; `market_fund`: the market has a fund of its own, account 9.
    explicit ClearingLedger(std::string_view preset, bool market_fund = false) {
        auto engine = ledger_.open();
        define(*engine, market_fund);
        if (!preset.empty()) adopt(*engine, *risk::shipped_preset(preset));
        must(engine->close());
        engine.reset();
        reopen();
    }
    /// Both presets in force from the start.
    ClearingLedger(risk::Preset const& margin, risk::ClearingPreset const& clearing) {
        auto engine = ledger_.open();
        define(*engine, false);
        adopt(*engine, margin);
        add(*engine, rare(risk::adoption_of(clearing)));
        must(engine->close());
        engine.reset();
        reopen();
    }
    /// As after a crash, unless `commit` came before.
    void reopen() {
        house_.reset();
        house_ = must(replay::ClearingHouse::open(ledger_.path()));
    }
    /// A new process goes on from what was committed: all of it.
    void again() {
        must(house_->commit());
        reopen();
    }
    [[nodiscard]] replay::ClearingHouse& house() { return *house_; }
    [[nodiscard]] book::Book const& book() const { return house_->book(); }
    [[nodiscard]] std::filesystem::path path() const { return ledger_.path(); }

    /// The next command, at the ledger's time or the given one. The laws hold after each.
    Answer ask(Command const& command, TimeNs time = 0) {
        ++id_;
        return ask_as(id_, command, id_ * 1000, time);
    }
    Answer ask_as(std::uint64_t id, Command const& command, std::uint64_t record, TimeNs time = 0) {
        Answer answer;
        must(house_->submit(command, {id, record, time == 0 && book().time() == 0 ? start : time, "commands"}, answer));
        must(book::check_balance(book()));
        return answer;
    }
    /// The rule that refused it, "" where it was accepted.
    std::string rule(Command const& command, TimeNs time = 0) { return rule_of(ask(command, time)); }
    [[nodiscard]] static std::string rule_of(Answer const& answer) {
        return answer.accepted() ? "" : std::string(answer.refusal->rule().name);
    }
    void must_take(Command const& command, TimeNs time = 0) {
        Answer const answer = ask(command, time);
        if (!answer.accepted()) throw std::logic_error(answer.refusal->message());
    }

    [[nodiscard]] static Command deposit(AccountId account, std::string const& text, AssetId asset = usd) {
        return risk::Deposit{account, {}, asset, amount(text)};
    }
    [[nodiscard]] static Command withdraw(AccountId account, std::string const& text, AssetId asset = usd) {
        return risk::Withdraw{account, {}, asset, amount(text)};
    }
    [[nodiscard]] static Command trade(AccountId buyer, AccountId seller, std::string const& size, std::string const& price,
                                       InstrumentId instrument = perp) {
        risk::Trade trade;
        trade.buyer = buyer;
        trade.seller = seller;
        trade.instrument = instrument;
        trade.size = Quantity{units_of(size)};
        trade.price = Price{units_of(price)};
        return trade;
    }
    [[nodiscard]] static Command observe(Observation kind, std::uint32_t subject, std::string const& value,
                                         std::string const& confidence = "1") {
        Observed seen;
        seen.kind = kind;
        seen.subject = subject;
        seen.value = Price{units_of(value)};
        seen.confidence = Ratio{units_of(confidence)};
        return risk::Observe{seen};
    }
    [[nodiscard]] static Command mark(std::string const& value) {
        return observe(Observation::mark_price, perp.number(), value);
    }

    /// A fact that is no command.
    void submit(Body body) {
        Origin origin;
        origin.source_time = std::max(start, book().time());
        Event const event{origin, std::move(body)};
        must(house_->record(std::span(&event, 1)));
    }
    /// In force once the house is opened again.
    void adopt_clearing(risk::ClearingPreset const& preset) {
        submit(rare(risk::adoption_of(preset)));
    }
    void set(std::string const& name, std::string const& value) {
        ParameterSet fact;
        fact.scope = "clearing";
        fact.name = name;
        fact.value = to_wire(units_of(value));
        submit(rare(std::move(fact)));
    }
    /// An option on BTC with all its readings.
    InstrumentId option(wire::OptionSide side, std::string const& strike, TimeNs expiry, std::string const& forward) {
        InstrumentDefined fact = instrument("O" + std::to_string(book().instruments.size()), wire::InstrumentKind::option);
        fact.side = side;
        fact.exercise = wire::Exercise::european;
        fact.strike = to_wire(units_of(strike));
        fact.expiry = expiry;
        submit(rare(std::move(fact)));
        std::uint32_t const id = book().instruments.size();
        must_take(observe(Observation::forward, id, forward));
        must_take(observe(Observation::volatility, id, "0.6"));
        must_take(observe(Observation::rate, id, "0.05"));
        return InstrumentId{id};
    }
    [[nodiscard]] static InstrumentDefined instrument(std::string const& name, wire::InstrumentKind kind) {
        InstrumentDefined fact;
        fact.name = name;
        fact.kind = kind;
        fact.base = btc.number();
        fact.quote = fact.settle = usd.number();
        fact.market_account = market.number();
        fact.multiplier_numerator = fact.multiplier_denominator = to_wire(Int128{1});
        return fact;
    }

    [[nodiscard]] Int128 cash(AccountId account, AssetId asset = usd) const {
        auto const* row = book().balance(account, asset);
        return row == nullptr ? 0 : row->amount.units();
    }
    [[nodiscard]] Int128 size(AccountId account, InstrumentId instrument = perp) const {
        auto const* row = book().position(account, instrument);
        return row == nullptr ? 0 : row->size.units();
    }

    /// From scratch, as `plimsoll margin` does it.
    [[nodiscard]] result<risk::Levels> fresh_levels(AccountId account) const {
        PLIMSOLL_TRY(prices, risk::Market::of(book(), usd));
        PLIMSOLL_TRY(valuation, risk::Valuation::of(book(), usd));
        risk::Portfolio portfolio;
        PLIMSOLL_TRYV(risk::PortfolioView(prices, valuation).read(account, portfolio));
        std::vector<std::uint32_t> options;
        for (auto const& held : portfolio.options) options.push_back(held.option);
        PLIMSOLL_TRY(model, risk::make_model(house_->desk()->preset(), prices, options));
        return model->evaluate(portfolio, nullptr);
    }

private:
    static void add(replay::Engine& engine, Body body) {
        Origin origin;
        origin.source_time = start;
        static_cast<void>(must(engine.submit(Event{origin, std::move(body)})));
    }
    static void adopt(replay::Engine& engine, risk::Preset const& preset) {
        add(engine, rare(risk::adoption_of(preset)));
    }
    static void define(replay::Engine& engine, bool market_fund) {
        for (auto const& [name, decimals] : {std::pair("USD", 6), std::pair("BTC", 8)}) {
            AssetDefined fact;
            fact.name = name;
            fact.decimals = static_cast<std::uint8_t>(decimals);
            add(engine, rare(std::move(fact)));
        }
        using wire::AccountKind;
        auto open = [&](char const* name, AccountKind kind, AccountId parent = {}) {
            AccountOpened fact;
            fact.name = name;
            fact.kind = kind;
            fact.parent = parent.number();
            add(engine, rare(std::move(fact)));
        };
        open("world", AccountKind::outside);
        open("fund", AccountKind::insurance);
        open("fees", AccountKind::fees);
        open("market", AccountKind::market);
        open("keeper", AccountKind::liquidator);
        for (auto const* name : {"alice", "bob", "carol"}) open(name, AccountKind::customer);
        if (market_fund) open("market-fund", AccountKind::insurance, market);
        add(engine, rare(instrument("PERP", wire::InstrumentKind::perpetual)));
    }

    TemporaryLedger ledger_;
    std::unique_ptr<replay::ClearingHouse> house_;
    std::uint64_t id_ = 0;
};

} // namespace plimsoll::testing_aid
