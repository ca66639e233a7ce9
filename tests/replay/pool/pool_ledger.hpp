/// A venue with an option pool on it, commanded as `submit` commands it, reopened as often as a test likes.
#pragma once

#include "ledger/book/invariants.hpp"
#include "ledger/event/decimal.hpp"
#include "replay/clearing_house.hpp"
#include "replay/pool_view.hpp"
#include "risk/adoption.hpp"
#include "risk/margin/shipped_presets.hpp"
#include "tests/replay/temporary_ledger.hpp"

#include <gtest/gtest.h>

#include <map>

namespace plimsoll::testing_aid {

using Changes = std::map<std::string, std::string>;

/// The shipped terms with some of their figures replaced: {"fees option", "0.02"}.
[[nodiscard]] inline std::string pool_terms(Changes const& changes) {
    std::string body(risk::shipped_pool_presets().front().body);
    for (auto const& [place, value] : changes) {
        auto const space = place.find(' ');
        auto const section = body.find("[" + place.substr(0, space) + "]");
        auto const key = body.find("\n" + place.substr(space + 1) + " = ", section);
        if (section == std::string::npos || key == std::string::npos) throw std::logic_error("no " + place);
        auto const open = body.find('"', key);
        body.replace(open + 1, body.find('"', open + 1) - open - 1, value);
    }
    return body;
}

/// "pool_limit_price": as an answer names the rule that refused it.
[[nodiscard]] inline std::string named(risk::Errc code) { return std::string(risk::describe(code).name); }

/// USD, ETH and shares:lp; the pool lp with queue:lp and venue:lp; alice, bob and carol. Calls and puts on ETH that are
/// added are named C3000-1 and P3000-1: strike, and days to the expiry from the start.
class PoolLedger {
public:
    static constexpr TimeNs second = 1'000'000'000;
    static constexpr TimeNs hour = 3600 * second;
    static constexpr TimeNs day = 24 * hour;
    static constexpr TimeNs start = 1'767'225'600 * second; // 2026-01-01

    explicit PoolLedger(Changes const& changes = {}, std::string_view margin = "") {
        auto engine = ledger_.open();
        auto add = [&](Body body) {
            Origin origin;
            origin.source_time = start;
            static_cast<void>(must(engine->submit(Event{origin, std::move(body)})));
        };
        for (auto const& [name, kind] : {std::pair{"USD", wire::AssetKind::stablecoin}, {"ETH", wire::AssetKind::token}, {"shares:lp", wire::AssetKind::share}}) {
            AssetDefined fact;
            fact.name = name;
            fact.decimals = 18;
            fact.kind = kind;
            add(rare(fact));
        }
        using Kind = wire::AccountKind;
        for (auto const& [name, kind] : {std::pair{"world", Kind::outside}, {"venue:lp", Kind::outside}, {"queue:lp", Kind::treasury}, {"lp", Kind::pool},
                                         {"market", Kind::market}, {"alice", Kind::customer}, {"bob", Kind::customer}, {"carol", Kind::customer}}) {
            AccountOpened fact;
            fact.name = name;
            fact.kind = kind;
            add(rare(fact));
        }
        InstrumentDefined spot;
        spot.name = "ETH-USD";
        spot.kind = wire::InstrumentKind::spot;
        spot.base = 2;
        spot.quote = 1;
        spot.settle = 1;
        spot.multiplier_numerator = to_wire(Int128{1});
        spot.multiplier_denominator = to_wire(Int128{1});
        add(rare(spot));
        if (!margin.empty()) add(rare(risk::adoption_of(*risk::shipped_preset(margin))));
        add(rare(risk::pool::pool_adoption(must(risk::pool::PoolPreset::parse(pool_terms(changes), "terms")), "lp")));
        must(engine->close());
        engine.reset();
        reopen();
    }

    void reopen() {
        house_.reset();
        house_ = must(replay::ClearingHouse::open(ledger_.path()));
    }
    void again() {
        must(house_->commit());
        reopen();
    }
    [[nodiscard]] book::Book const& book() const { return house_->book(); }
    [[nodiscard]] std::filesystem::path path() const { return ledger_.path(); }
    [[nodiscard]] AccountId account(std::string const& name) const { return book().find_account(name).value(); }
    [[nodiscard]] InstrumentId instrument(std::string const& name) const { return book().find_instrument(name).value(); }
    [[nodiscard]] Int128 balance(std::string const& name, std::uint32_t asset = 1) const {
        book::BalanceRow const* const row = book().balance(account(name), AssetId{asset});
        return row == nullptr ? 0 : row->amount.units();
    }

    AccountId open_account(std::string const& name) {
        AccountOpened fact;
        fact.name = name;
        fact.kind = wire::AccountKind::customer;
        record(rare(fact));
        return account(name);
    }
    InstrumentId option(bool is_call, std::string const& strike, int days, std::int64_t contract = 1) {
        InstrumentDefined fact;
        fact.name = (is_call ? "C" : "P") + strike + "-" + std::to_string(days);
        fact.kind = wire::InstrumentKind::option;
        fact.payoff = wire::Payoff::linear;
        fact.side = is_call ? wire::OptionSide::call : wire::OptionSide::put;
        fact.exercise = wire::Exercise::european;
        fact.base = 2;
        fact.quote = 1;
        fact.settle = 1;
        fact.market_account = account("market").number();
        fact.multiplier_numerator = to_wire(Int128{contract});
        fact.multiplier_denominator = to_wire(Int128{1});
        fact.strike = to_wire(must(parse_decimal(strike)));
        fact.expiry = start + days * day;
        record(rare(fact));
        return instrument(fact.name);
    }
    void record(Body body) {
        Origin origin;
        origin.source_time = std::max(start, book().time());
        Event const event{origin, std::move(body)};
        must(house_->record(std::span(&event, 1)));
    }

    /// `after`: the start. The laws hold after each.
    replay::Answer ask(risk::Command const& command, TimeNs after = -1) {
        ++id_;
        replay::Answer answer;
        must(house_->submit(command, {id_, id_ * 1000, after < 0 ? std::max(start, book().time()) : start + after, "commands"}, answer));
        must(book::check_balance(book()));
        return answer;
    }
    /// "" where it was accepted.
    std::string rule(risk::Command const& command, TimeNs after = -1) {
        replay::Answer const answer = ask(command, after);
        return answer.accepted() ? "" : std::string(answer.refusal->rule().name);
    }
    replay::Answer must_take(risk::Command const& command, TimeNs after = -1) {
        replay::Answer answer = ask(command, after);
        if (!answer.accepted()) throw std::logic_error(answer.refusal->message());
        return answer;
    }
    [[nodiscard]] static Int128 figure(replay::Answer const& answer, std::string_view name) {
        std::optional<Int128> found;
        for (risk::Figure const& each : answer.figures) {
            if (each.name == name) found = each.units;
        }
        if (!found) throw std::logic_error("no figure " + std::string(name));
        return *found;
    }

    [[nodiscard]] static Int128 units(std::string const& text) { return must(parse_decimal(text)); }
    [[nodiscard]] risk::Command pay_in(std::string const& name, std::string const& amount, std::uint32_t asset = 1) const {
        return risk::Deposit{account(name), account("world"), AssetId{asset}, Amount{units(amount)}};
    }
    [[nodiscard]] static risk::Command spot(std::string const& value) {
        Observed seen;
        seen.kind = Observation::asset_price;
        seen.subject = 2;
        seen.value = Price{units(value)};
        return risk::Observe{seen};
    }
    [[nodiscard]] risk::Command list(InstrumentId series, std::string const& base = "", std::string const& skew = "") const {
        risk::PoolList ask{account("lp"), series, {}, {}};
        if (!base.empty()) ask.base_volatility = Ratio{units(base)};
        if (!skew.empty()) ask.skew = Ratio{units(skew)};
        return risk::PoolCommand{ask};
    }
    [[nodiscard]] risk::Command trade(std::string const& name, InstrumentId series, bool is_buy, std::string const& size, std::string const& limit = "") const {
        risk::PoolTrade ask{account("lp"), account(name), series, is_buy ? Taker::buyer : Taker::seller, Quantity{units(size)}, {}};
        if (!limit.empty()) ask.limit = Price{units(limit)};
        return risk::PoolCommand{ask};
    }
    [[nodiscard]] risk::Command deposit(std::string const& name, std::string const& amount) const {
        return risk::PoolCommand{risk::PoolDeposit{account("lp"), account(name), AssetId{1}, Amount{units(amount)}}};
    }
    [[nodiscard]] risk::Command withdraw(std::string const& name, std::string const& shares) const {
        return risk::PoolCommand{risk::PoolWithdraw{account("lp"), account(name), Amount{units(shares)}}};
    }
    [[nodiscard]] risk::Command process(std::uint64_t most = 200) const { return risk::PoolCommand{risk::PoolProcess{account("lp"), most}}; }
    [[nodiscard]] risk::Command hedge(std::string const& price = "") const {
        risk::PoolHedge ask{account("lp"), {}};
        if (!price.empty()) ask.price = Price{units(price)};
        return risk::PoolCommand{ask};
    }

    /// As a reader sees it, once all is on disk.
    [[nodiscard]] replay::PoolView view(std::uint64_t from = 0, std::uint64_t to = 0) {
        must(house_->commit());
        auto const reader = ledger_.read();
        return must(replay::pool_view(*reader, must(reader->at(from)), must(reader->at(to == 0 ? book().sequence() : to)), "lp"));
    }

private:
    TemporaryLedger ledger_;
    std::unique_ptr<replay::ClearingHouse> house_;
    std::uint64_t id_ = 0;
};

/// lp has 1,000,000 USD; a call and a put at 3000 in 30 days; ETH at 3000; deposits wait for nothing.
struct PoolSetting {
    explicit PoolSetting(Changes changes = {}, std::string_view margin = "")
        : ledger(with_no_delay(std::move(changes)), margin) {
        ledger.must_take(ledger.pay_in("alice", "5000000"));
        ledger.must_take(ledger.pay_in("bob", "1000000"));
        ledger.must_take(ledger.deposit("alice", "1000000"));
        ledger.must_take(ledger.process());
        ledger.must_take(PoolLedger::spot("3000"));
        call = ledger.option(true, "3000", 30);
        put = ledger.option(false, "3000", 30);
        ledger.must_take(ledger.list(call, "0.8", "1"));
        ledger.must_take(ledger.list(put));
    }
    [[nodiscard]] static Changes with_no_delay(Changes changes) {
        changes.insert({"queue deposit_seconds", "0"});
        return changes;
    }
    PoolLedger ledger;
    InstrumentId call;
    InstrumentId put;
};

} // namespace plimsoll::testing_aid
