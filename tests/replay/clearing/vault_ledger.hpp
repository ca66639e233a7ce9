/// A venue of vaults: coins against debt, sold by Maker's auction, on terms that a test may change.
#pragma once

#include "tests/replay/clearing/clearing_ledger.hpp"

namespace plimsoll::testing_aid {

/// A text with some of its words replaced, each once; it must have them.
[[nodiscard]] inline std::string replaced(std::string text, std::vector<std::pair<std::string, std::string>> const& changes) {
    for (auto const& [from, to] : changes) {
        auto const at = text.find(from);
        if (at == std::string::npos) throw std::logic_error("the preset has no " + from);
        text.replace(at, from.size(), to);
    }
    return text;
}

/// A ratio preset of one row, and its auction.
struct VaultTerms {
    std::string ratio = "1.5";
    std::string debt_floor = "20";
    std::string penalty = "0.1";
    std::string all_limit = "100000";
    std::string limit = "100000";
    std::string price_buffer = "1.25";
    std::string curve = "step_factor = \"0.99\"\nstep_seconds = \"90\"";
    std::string reset_after_seconds = "8400";
    std::string reset_below = "0.4";
    std::string incentive_flat = "3";
    std::string incentive_share = "0.02";
    std::string asset = "BTC"; ///< "*": any coin

    [[nodiscard]] risk::Preset margin() const {
        std::string text(R"(name = "vaults"
version = "1"
kernel = "ratio"
description = "of a test"
source = "test"
year_seconds = 31536000

[parameters]

[columns.collateral]
asset = { unit = "text", source = "test" }
liquidation_ratio = { unit = "collateral value / debt", source = "test" }
debt_floor = { unit = "quote", source = "test" }

[[collateral]]
asset = "COIN"
liquidation_ratio = "RATIO"
debt_floor = "FLOOR"
)");
        return must(risk::Preset::parse(replaced(text, {{"COIN", asset}, {"RATIO", ratio}, {"FLOOR", debt_floor}}), "vaults.toml"));
    }
    [[nodiscard]] risk::ClearingPreset clearing() const {
        std::string text(R"(name = "auction"
version = "1"
description = "of a test"
source = "test"
liquidation_procedure = "collateral_auction"
auction_limit = "ALL"
liquidation_fee = "0.1"
liquidation_fee_of = "notional"
fee_to_fund = "1"
deleverage_policy = "queue"
deleverage_price = "bankruptcy"
deleverage_capacity = "1"
withdrawals_wait_while_hole = "no"
withdrawals_wait_seconds = "0"

[[collateral_auctions]]
asset = "COIN"
penalty = "PENALTY"
limit = "LIMIT"
price_buffer = "BUFFER"
CURVE
reset_after_seconds = "AFTER"
reset_below = "BELOW"
incentive_flat = "FLAT"
incentive_share = "SHARE"
source = "test"

[[layers]]
layer = "account"
source = "test"

[[layers]]
layer = "liquidation_penalty"
source = "test"

[[layers]]
layer = "shared_fund"
source = "test"
)");
        return must(risk::ClearingPreset::parse(
            replaced(text, {{"ALL", all_limit}, {"COIN", asset}, {"PENALTY", penalty}, {"\"LIMIT", "\"" + limit}, {"BUFFER", price_buffer}, {"CURVE", curve}, {"AFTER", reset_after_seconds},
                            {"BELOW", reset_below}, {"FLAT", incentive_flat}, {"SHARE", incentive_share}}),
            "auction.toml"));
    }
};

class VaultLedger : public ClearingLedger {
public:
    explicit VaultLedger(VaultTerms const& terms = {}) : ClearingLedger(terms.margin(), terms.clearing()) {
        must_take(deposit(carol, "1000000"));
        must_take(deposit(fund, "1000"));
    }
    /// So many coins against so much debt, at a price that allows it.
    void open_vault(AccountId account, Int128 coins, Int128 debt) {
        must_take(risk::Deposit{account, {}, btc, Amount{coins}});
        price("1000000000");
        must_take(risk::Withdraw{account, {}, usd, Amount{debt}});
    }
    /// The same as a source's facts, which no rule has checked.
    void record_vault(AccountId account, Int128 coins, Int128 debt, AssetId coin = btc) {
        Transferred fact;
        fact.account = account;
        fact.counter = world;
        fact.type = TransferType::transfer;
        fact.asset = coin;
        fact.amount = Amount{coins};
        submit(fact);
        fact.asset = usd;
        fact.amount = Amount{-debt};
        submit(fact);
    }
    void open_vault(AccountId account, std::string const& coins, std::string const& debt) { open_vault(account, units_of(coins), units_of(debt)); }
    void price(std::string const& value) { must_take(observe(Observation::asset_price, btc.number(), value)); }

    [[nodiscard]] static Command liquidate(AccountId account) { return risk::Liquidate{account, {}}; }
    /// At most so many coins.
    [[nodiscard]] static Command take(AccountId account, AccountId bidder, std::string const& size, std::string const& price = "0") {
        risk::Bid bid;
        bid.account = account;
        bid.bidder = bidder;
        bid.size = Quantity{units_of(size)};
        bid.price = Price{units_of(price)};
        return bid;
    }
    [[nodiscard]] book::LiquidationRow const& last() const { return book().liquidations[book().liquidations.size()]; }
    [[nodiscard]] wire::LiquidationOutcome outcome() const { return static_cast<wire::LiquidationOutcome>(last().outcome); }
    [[nodiscard]] bool is_open(AccountId account) const { return book().account(account).in_liquidation != 0; }
    /// What the answer says of an account under that name.
    [[nodiscard]] static Int128 said(Answer const& answer, std::string_view name) {
        for (risk::Figure const& figure : answer.figures) {
            if (figure.name == name) return figure.units;
        }
        throw std::logic_error("nothing is said of " + std::string(name));
    }
};

} // namespace plimsoll::testing_aid
