/// A preset at work on one market: the margin of any account, and why.
#pragma once

#include "risk/margin/portfolio.hpp"

#include <memory>

namespace plimsoll::risk {

/// Of one account, in the quote asset, 10^-18, signed. It holds what an initial (maintenance) rule asks
/// when the excess is zero or more; what the rule asks is mark_to_market - excess.
struct Levels {
    Int128 mark_to_market = 0;
    Int128 initial_excess = 0;
    Int128 maintenance_excess = 0;

    [[nodiscard]] Int128 initial_margin() const { return mark_to_market - initial_excess; }
    [[nodiscard]] Int128 maintenance_margin() const { return mark_to_market - maintenance_excess; }
    friend bool operator==(Levels const&, Levels const&) = default;
};

/// A part of the requirement: positive asks for more.
struct MarginLine {
    std::string_view what; ///< "worst scenario", "confidence of the oracle", ...
    std::string subject;   ///< an asset, an instrument, an expiry, or nothing
    Int128 initial = 0;
    Int128 maintenance = 0;
};

struct ScenarioLine {
    std::string name;
    std::string subject;           ///< the underlying
    Int128 spot = 0;               ///< multiple of spot, 10^-18
    std::string_view volatility;   ///< none, up, down, linear, absolute
    Int128 profit_and_loss = 0;    ///< in the quote asset
    bool binds_initial = false;
    bool binds_maintenance = false;
};

/// A figure on the way: of an expiry, an option, a collateral.
struct MarginFact {
    std::string_view what;
    std::string subject;
    Int128 value = 0;
};

/// Everything that one evaluation went through.
struct MarginDetail {
    std::vector<MarginLine> lines; ///< they sum to the requirement
    std::vector<ScenarioLine> scenarios;
    std::vector<MarginFact> facts;
    std::vector<std::string> not_counted; ///< assets that are held and that the preset gives no weight
};

/// What is sure without exact evaluation.
struct Bounds {
    Int128 initial_excess_at_least = 0;
    Int128 maintenance_excess_at_least = 0;
    Int128 mark_to_market_at_least = 0;
};

class MarginModel {
public:
    virtual ~MarginModel() = default;

    /// Exact. With `detail`, also every part; without, only the levels.
    /// Errors: Errc, with the subject: what is missing, stale, expired, unlisted or too large.
    [[nodiscard]] virtual result<Levels> evaluate(Portfolio const& portfolio, MarginDetail* detail) const = 0;

    /// A lower bound of every level, quickly; nothing where this account must be evaluated.
    [[nodiscard]] virtual std::optional<Bounds> screen(Portfolio const& portfolio) const;

protected:
    MarginModel() = default;
    MarginModel(MarginModel const&) = default;
    MarginModel& operator=(MarginModel const&) = default;
};

/// A model that only screens, from prices of the fast family; null where the preset's own model is quick
/// enough to be asked outright. Arguments and errors as make_model.
[[nodiscard]] result<std::unique_ptr<MarginModel>> make_screen(Preset const& preset, Market const& market,
                                                               std::span<std::uint32_t const> options);

/// The model of a preset on a market. `options` are those that will be met, by number in
/// Market::options(), ascending: prices are computed for them once. Market and preset must outlive it.
/// Errors: those of the preset's kernel where its numbers do not fit together.
[[nodiscard]] result<std::unique_ptr<MarginModel>> make_model(Preset const& preset, Market const& market,
                                                              std::span<std::uint32_t const> options);

} // namespace plimsoll::risk
