/// A venue of option vaults: series that no market account settles, their writers and holders, commanded as `submit` does it.
#pragma once

#include "tests/replay/clearing/clearing_ledger.hpp"

namespace plimsoll::testing_aid {

/// opyn-gamma and its auction; alice, bob, carol and keeper have 100,000 USD and 100 BTC each.
class PeerLedger : public ClearingLedger {
public:
    explicit PeerLedger(std::string const& spot = "400")
        : PeerLedger(*risk::shipped_preset("opyn-gamma"), *risk::shipped_clearing_preset("opyn"), spot) {}
    PeerLedger(risk::Preset const& margin, risk::ClearingPreset const& clearing, std::string const& spot) : ClearingLedger(margin, clearing) {
        for (AccountId const rich : {alice, bob, carol, keeper}) {
            must_take(deposit(rich, "100000"));
            must_take(deposit(rich, "100", btc));
        }
        price(spot);
    }
    /// Observed so many seconds after the last thing that happened.
    void price(std::string const& value, std::int64_t seconds = 1) {
        must_take(observe(Observation::asset_price, btc.number(), value), std::max(start, book().time()) + seconds * second);
    }
    /// A put in cash or a call in coins, or in the other asset; it expires so many days after the start.
    InstrumentId series(wire::OptionSide side, std::string const& strike, int days = 7, bool other_asset = false) {
        bool const in_coin = (side == wire::OptionSide::call) != other_asset;
        InstrumentDefined fact = instrument("S" + std::to_string(book().instruments.size()), wire::InstrumentKind::option);
        fact.side = side;
        fact.exercise = wire::Exercise::european;
        fact.payoff = in_coin ? wire::Payoff::inverse : wire::Payoff::linear;
        fact.settle = in_coin ? btc.number() : usd.number();
        fact.strike = to_wire(units_of(strike));
        fact.expiry = start + days * TimeNs{86'400} * second;
        fact.market_account = 0;
        submit(rare(std::move(fact)));
        return InstrumentId{book().instruments.size()};
    }
    InstrumentId put(std::string const& strike, int days = 7) { return series(wire::OptionSide::put, strike, days); }
    InstrumentId call(std::string const& strike, int days = 7) { return series(wire::OptionSide::call, strike, days); }

    AccountId open(AccountId owner, std::string const& name) {
        must_take(risk::VaultCommand{risk::OpenVault{owner, must(Name::from(name))}});
        return AccountId{book().accounts.size()};
    }
    [[nodiscard]] static Command lock(AccountId vault, std::string const& text, AssetId asset = usd, AccountId from = {}) {
        return risk::VaultCommand{risk::LockInVault{vault, from, asset, amount(text), {}, {}}};
    }
    [[nodiscard]] static Command lock_long(AccountId vault, InstrumentId instrument, std::string const& size, AccountId from = {}) {
        return risk::VaultCommand{risk::LockInVault{vault, from, {}, {}, instrument, Quantity{units_of(size)}}};
    }
    [[nodiscard]] static Command unlock(AccountId vault, std::string const& text, AssetId asset = usd, AccountId to = {}) {
        return risk::VaultCommand{risk::UnlockFromVault{vault, to, asset, amount(text), {}, {}}};
    }
    [[nodiscard]] static Command unlock_long(AccountId vault, InstrumentId instrument, std::string const& size) {
        return risk::VaultCommand{risk::UnlockFromVault{vault, {}, {}, {}, instrument, Quantity{units_of(size)}}};
    }
    [[nodiscard]] static Command mint(AccountId vault, InstrumentId instrument, std::string const& size, AccountId to = {}) {
        return risk::VaultCommand{risk::MintOption{vault, to, instrument, Quantity{units_of(size)}}};
    }
    [[nodiscard]] static Command burn(AccountId vault, std::string const& size, AccountId from = {}) {
        return risk::VaultCommand{risk::BurnOption{vault, from, Quantity{units_of(size)}}};
    }
    [[nodiscard]] static Command exercise(AccountId vault, AccountId holder, std::string const& size = "0") {
        return risk::VaultCommand{risk::ExerciseOption{vault, holder, Quantity{units_of(size)}}};
    }
    [[nodiscard]] static Command settle(AccountId vault, AccountId to = {}) { return risk::VaultCommand{risk::SettleVault{vault, to}}; }
    [[nodiscard]] static Command take(AccountId vault, AccountId bidder, std::string const& size, std::string const& least = "0") {
        risk::Bid bid;
        bid.account = vault;
        bid.bidder = bidder;
        bid.size = Quantity{units_of(size)};
        bid.price = Price{units_of(least)};
        return bid;
    }
    /// The series expires at that price.
    void expire(InstrumentId instrument, std::string const& value) {
        must_take(risk::SettleExpiry{instrument, Price{units_of(value)}}, std::max(book().time(), book().instrument(instrument).expiry));
    }
    [[nodiscard]] bool is_on_sale(AccountId vault) const { return book().account(vault).in_liquidation != 0; }
    [[nodiscard]] book::LiquidationRow const& last() const { return book().liquidations[book().liquidations.size()]; }
    [[nodiscard]] wire::LiquidationOutcome outcome() const { return static_cast<wire::LiquidationOutcome>(last().outcome); }
    [[nodiscard]] static Int128 said(Answer const& answer, std::string_view name) {
        for (risk::Figure const& figure : answer.figures) {
            if (figure.name == name) return figure.units;
        }
        throw std::logic_error("nothing is said of " + std::string(name));
    }
};

} // namespace plimsoll::testing_aid
