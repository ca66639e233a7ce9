/// Every option's exact price under every scenario: computed once for a market, used by all accounts.
#pragma once

#include "risk/margin/derive_parameters.hpp"
#include "risk/pricing/black76.hpp"

#include <span>
#include <vector>

namespace plimsoll::risk::derive {

/// What the feeds of one expiry say. Numbers count 10^-18, times are seconds.
struct ExpiryFeed {
    std::int64_t expiry_seconds = 0; ///< Unix time
    Int256 forward_fixed;            ///< the part that is settled already
    Int256 forward_variable;
    Int256 forward_confidence;
    Int256 rate; ///< a year, may be negative
    Int256 rate_confidence;
    Int256 vol_confidence;
};

struct PortfolioMarket {
    std::int64_t now_seconds = 0;
    Int256 spot_price;
    Int256 spot_confidence;
    Int256 stable_price;
    Int256 perp_price;
    Int256 perp_confidence;
    std::vector<ExpiryFeed> expiries;
};

struct Option {
    std::uint32_t expiry = 0; ///< index into the market's expiries
    Int256 strike;
    bool is_call = true;
    Int256 volatility;
};

/// What the options of one expiry share.
struct ExpiryTerms {
    std::int64_t seconds_to_expiry = 0; ///< 0 where it has passed
    Int256 rate_used;
    TimeToExpiry time;   ///< years, their root, discount
    Int256 vol_shock_up; ///< multipliers
    Int256 vol_shock_down;
    Int256 static_discount_positive; ///< of a shocked value that is not negative
    Int256 static_discount_negative;
    Checked
        fault; ///< broken where one of them cannot be had: nobody holding the expiry has a margin
};

/// A kind of price. Scenarios that differ only in dampening share one.
struct PriceColumn {
    Int256 spot_shock;
    VolShock vol_shock = VolShock::none;
};

/// How prices are computed: to the last digit of the rule, or by the fast family, within `price_slack`.
enum class Fidelity : std::uint8_t { exact, fast };

/// The fast family's price is within (forward + strike) / 10^13 of the exact one, plus 4 (strike / forward + 1)
/// units of 10^-18, since the exact rule multiplies a put by a discounted forward that it has cut (measured: a
/// hundred times and twice nearer, tests/risk/sweep_test.cpp): good enough to tell who is surely well.
inline constexpr Int128 price_slack_divisor = 10'000'000'000'000;

/// Immutable once built. A row is an option in the order given, its prices side by side.
class ScenarioGrid {
public:
    /// The columns that every grid starts with.
    static constexpr std::size_t mark = 0;
    static constexpr std::size_t basis_up = 1;
    static constexpr std::size_t basis_down = 2;
    static constexpr std::size_t fixed_columns = 3;

    /// An option or expiry whose price cannot be had keeps its fault, which is met by the accounts
    /// that hold it. Errors: unknown_expiry, option_repeated.
    [[nodiscard]] static result<ScenarioGrid>
    build(PortfolioParameters parameters, PortfolioMarket market, std::vector<Option> options,
 Fidelity fidelity = Fidelity::exact);

    [[nodiscard]] Fidelity fidelity() const { return fidelity_; }
    [[nodiscard]] PortfolioParameters const& parameters() const { return parameters_; }
    [[nodiscard]] PortfolioMarket const& market() const { return market_; }
    [[nodiscard]] std::vector<Option> const& options() const { return options_; }
    [[nodiscard]] std::vector<ExpiryTerms> const& expiries() const { return terms_; }
    [[nodiscard]] std::vector<PriceColumn> const& columns() const { return columns_; }
    [[nodiscard]] std::size_t column_of_scenario(std::size_t scenario) const {
        return scenario_columns_[scenario];
    }

    [[nodiscard]] std::span<Int256 const> prices(std::size_t option) const {
        return std::span(prices_).subspan(option * columns_.size(), columns_.size());
    }
    [[nodiscard]] bool has_fault(std::size_t option) const { return has_fault_[option]; }
    /// Of the worst loss, in the initial margin: more where the stable price has lost its peg.
    [[nodiscard]] Int256 initial_factor(Checked& on) const;
    /// How far prices of an option may be from the exact ones, 10^-18; 0 where they are those.
    [[nodiscard]] Int256 price_slack(Checked& on, std::size_t option) const;
    /// Notes the fault of one price, where it has one.
    void note_fault(Checked& on, std::size_t option, std::size_t column) const {
        Checked const& fault = faults_[option * columns_.size() + column];
        if (fault.broken()) on.refuse(fault.rule());
    }
    /// Options of one expiry stand together, by strike, a put before its call.
    [[nodiscard]] std::uint32_t place(std::size_t option) const { return places_[option]; }
    /// The same for the put and the call of one strike of one expiry only.
    [[nodiscard]] std::uint32_t strike_number(std::size_t option) const {
        return strike_numbers_[option];
    }

private:
    ScenarioGrid() = default;
    void choose_columns();
    [[nodiscard]] std::vector<std::uint32_t> sort_options();
    void price(std::span<std::uint32_t const> same_strike);
    [[nodiscard]] Black76 fast_price(Checked& on, Option const& option, Int256 const& forward,
                                     Int256 const& volatility) const;
    [[nodiscard]] Int256 shocked_volatility(Checked& on, Option const& option,
                                            Int256 const& forward, VolShock shock) const;

    Fidelity fidelity_ = Fidelity::exact;
    PortfolioParameters parameters_;
    PortfolioMarket market_;
    std::vector<Option> options_;
    std::vector<ExpiryTerms> terms_;
    std::vector<PriceColumn> columns_;
    std::vector<std::size_t> scenario_columns_;
    std::vector<Int256> prices_;
    std::vector<Checked> faults_; ///< like prices
    std::vector<bool> has_fault_;
    std::vector<std::uint32_t> places_;
    std::vector<std::uint32_t> strike_numbers_;
};

} // namespace plimsoll::risk::derive
