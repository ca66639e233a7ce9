/// A margin rule as data: which kernel interprets it, and every number with its unit and source.
#pragma once

#include "ledger/event/hash.hpp"
#include "ledger/event/number.hpp"
#include "risk/errc.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::risk {

/// The code that reads a preset's numbers: risk/README.md has a formula for each.
enum class Kernel : std::uint8_t {
    ratio,           ///< collateral over debt
    naked_bound,     ///< a bound by tenor for each short option
    shocked_black,   ///< the price of each short option after one shock
    option_standard, ///< a charge for each short option, at most the worst payoff
    linear,          ///< a rate of the notional by tier
    scenario_grid,   ///< the worst of priced scenarios, with contingencies
    risk_array,      ///< the worst row of sixteen, with spread charges and credits
    greeks,          ///< the worst of a quadratic over a rectangle of shocks, with tails
};
inline constexpr std::size_t kernel_count = 8;

/// The three families that risk teams compare.
enum class Family : std::uint8_t {
    static_overcollateralisation, ///< each debt or short stands alone against more collateral than it is worth
    dynamic_margin,               ///< each position's charge moves with its size, its market and its moneyness
    portfolio_margin,             ///< the account is priced as a whole under scenarios, and hedges count
};

[[nodiscard]] std::string_view word(Kernel kernel);
[[nodiscard]] std::string_view word(Family family);
[[nodiscard]] Family family_of(Kernel kernel);

/// One value: a decimal to 10^-18, exact, or a fraction of two of them; or a word.
struct Parameter {
    std::string key;
    Int128 units = 0;       ///< numerator, counting 10^-18
    Int128 divisor = one_units; ///< 10^-18 again: one where the value is a decimal
    std::string text;       ///< as it was written
};

/// A line of a list: one tier, one scenario, one collateral.
class ParameterRow {
public:
    explicit ParameterRow(std::vector<Parameter> columns) : columns_(std::move(columns)) {}
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
    /// The column of that name, which the check has found to be there.
    [[nodiscard]] Parameter const& operator[](std::string_view key) const;
    [[nodiscard]] Int128 number(std::string_view key) const { return (*this)[key].units; }
    [[nodiscard]] std::string const& text(std::string_view key) const { return (*this)[key].text; }
    [[nodiscard]] std::span<Parameter const> columns() const { return columns_; }

private:
    [[nodiscard]] Parameter const* find(std::string_view key) const;
    std::vector<Parameter> columns_;
};

/// What a parameter or a column counts, and where its value comes from.
struct ParameterNote {
    std::string unit;
    std::string source;
};

class Preset {
public:
    /// Reads and checks TOML (format: risk/README.md); `file` is only for messages.
    /// Errors: Errc::preset_* with the file, the key and the reason.
    [[nodiscard]] static result<Preset> parse(std::string_view body, std::string_view file);

    [[nodiscard]] std::string const& name() const { return name_; }
    [[nodiscard]] std::string const& version() const { return version_; }
    [[nodiscard]] std::string const& description() const { return description_; }
    [[nodiscard]] std::string const& source() const { return source_; }
    [[nodiscard]] Kernel kernel() const { return kernel_; }
    [[nodiscard]] std::int64_t year_seconds() const { return year_seconds_; }
    [[nodiscard]] std::string const& body() const { return body_; }
    [[nodiscard]] Hash const& digest() const { return digest_; } ///< SHA-256 of the body

    [[nodiscard]] bool has(std::string_view key) const { return scalars_.has(key); }
    [[nodiscard]] Int128 number(std::string_view key) const { return scalars_.number(key); }
    [[nodiscard]] std::string const& text(std::string_view key) const { return scalars_.text(key); }
    [[nodiscard]] ParameterRow const& scalars() const { return scalars_; }
    /// The rows of a list; none where the preset does not have it.
    [[nodiscard]] std::span<ParameterRow const> list(std::string_view name) const;
    [[nodiscard]] std::map<std::string, std::vector<ParameterRow>, std::less<>> const& lists() const { return lists_; }
    /// Of a scalar ("" list) or of a column.
    [[nodiscard]] ParameterNote const& note(std::string_view list, std::string_view key) const;

private:
    friend class PresetReader;
    Preset() = default;

    std::string name_;
    std::string version_;
    std::string description_;
    std::string source_;
    Kernel kernel_{};
    std::int64_t year_seconds_ = 0;
    std::string body_;
    Hash digest_{};
    ParameterRow scalars_{{}};
    std::map<std::string, std::vector<ParameterRow>, std::less<>> lists_;
    std::map<std::string, ParameterNote, std::less<>> notes_; ///< by list + "." + key
};

} // namespace plimsoll::risk
