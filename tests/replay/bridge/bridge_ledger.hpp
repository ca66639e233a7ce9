/// A small venue with a home chain and two others, commanded as `submit` commands it.
#pragma once

#include "replay/bridge_recall.hpp"
#include "tests/replay/clearing/clearing_ledger.hpp"

namespace plimsoll::testing_aid {

inline constexpr char const* small_bridge_preset = R"(
name = "small"
version = "1"
description = "Three chains whose figures a person can check in his head."
source = "this test"

[[chains]]
chain = "home"
credit_observed = "0"
credit_attested = "0.5"
credit_confirmed = "0.9"
attestation_stake = "0.666666666666666666"
confirmations = "1"
final_confirmations = "2"
dispute_seconds = "10"
haircut = "0"
source = "this test"

[[chains]]
chain = "one"
credit_observed = "0"
credit_attested = "0.5"
credit_confirmed = "0.9"
attestation_stake = "0.666666666666666666"
confirmations = "3"
final_confirmations = "6"
dispute_seconds = "100"
haircut = "0.1"
source = "this test"

[[chains]]
chain = "two"
credit_observed = "0.1"
credit_attested = "0.25"
credit_confirmed = "0.75"
attestation_stake = "0.5"
confirmations = "2"
final_confirmations = "2"
dispute_seconds = "1000"
haircut = "0.2"
fund_cap_per_loss = "20"
source = "this test"

[[assets]]
asset = "USD"
chain = "home"
name = "USD"
haircut = "0"
source = "this test"

[[assets]]
asset = "USD"
chain = "one"
haircut = "0.05"
source = "this test"

[[assets]]
asset = "USD"
chain = "two"
haircut = "0.05"
source = "this test"

[[limits]]
asset = "USD@two"
window_seconds = "100"
least = "50"
share = "0.5"
source = "this test"

[[limits]]
asset = "USD@two"
window_seconds = "1000"
least = "10"
share = "0.8"
source = "this test"
)";

class BridgeLedger : public ClearingLedger {
public:
    static constexpr AssetId usd_one{3};
    static constexpr AssetId usd_two{4};

    /// "" is no preset.
    explicit BridgeLedger(std::string_view margin, std::string_view clearing = "") : ClearingLedger(margin) {
        if (!clearing.empty()) adopt_clearing(*risk::shipped_clearing_preset(clearing));
        adopt_bridge(small_bridge_preset);
    }
    void adopt_bridge(std::string const& body) {
        auto const preset = must(risk::BridgePreset::parse(body, "test.toml"));
        for (Body& fact : must(risk::adoption_of(book(), preset))) submit(std::move(fact));
        again();
    }
    [[nodiscard]] AccountId named(std::string const& name) const { return *book().find_account(name); }
    /// Of the home chain: the ledger's own world.
    [[nodiscard]] AccountId outside_of(std::string const& chain) const { return chain == "home" ? world : named("outside:" + chain); }
    [[nodiscard]] static AssetId asset_on(std::string_view chain) { return chain == "home" ? usd : chain == "one" ? usd_one : usd_two; }

    [[nodiscard]] static Command observe_transfer(std::string const& chain, std::string const& transaction, std::uint64_t block, AccountId account,
                                         std::string const& text, std::uint64_t log = 0) {
        return risk::BridgeCommand{risk::BridgeObserve{{chain, transaction, log}, block, "0xblock", account, asset_on(chain), amount(text)}};
    }
    [[nodiscard]] static Command advance(std::string const& chain, std::string const& transaction, risk::BridgeState state,
                                         std::uint64_t confirmations = 1'000, std::string const& stake = "1") {
        risk::BridgeAdvance ask{{chain, transaction, 0}, state, Ratio{units_of(stake)}, confirmations};
        return risk::BridgeCommand{std::move(ask)};
    }
    [[nodiscard]] static Command reverse(std::string const& chain, std::string const& transaction) {
        return risk::BridgeCommand{risk::BridgeReverse{{chain, transaction, 0}, "reorganised"}};
    }
    [[nodiscard]] static Command withdraw_to(std::string_view chain, AccountId account, std::string const& text) {
        return risk::BridgeCommand{risk::BridgeWithdraw{account, asset_on(chain), amount(text)}};
    }
    [[nodiscard]] static Command release(std::string const& chain, std::uint64_t number) { return risk::BridgeCommand{risk::BridgeRelease{chain, number}}; }
    [[nodiscard]] static Command dispute(std::string const& chain, std::uint64_t number) {
        return risk::BridgeCommand{risk::BridgeDispute{chain, number, "a signer was forged"}};
    }
    /// All of a transfer's life up to a state.
    void bring(std::string const& chain, std::string const& transaction, std::uint64_t block, AccountId account, std::string const& text,
               risk::BridgeState until = risk::BridgeState::final_) {
        must_take(observe_transfer(chain, transaction, block, account, text));
        for (int state = 1; state <= static_cast<int>(until); ++state) must_take(advance(chain, transaction, static_cast<risk::BridgeState>(state)));
    }
    /// "15" of a person's figure.
    [[nodiscard]] std::string has(AccountId account, AssetId asset) const { return format_decimal(cash(account, asset)); }
};

} // namespace plimsoll::testing_aid
