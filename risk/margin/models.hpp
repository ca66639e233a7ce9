/// One maker of a model for each kernel, and what they share.
#pragma once

#include "risk/margin/model.hpp"
#include "risk/number/int256.hpp"

namespace plimsoll::risk {

using ModelPtr = std::unique_ptr<MarginModel>;
using OptionNumbers = std::span<std::uint32_t const>;

[[nodiscard]] result<ModelPtr> make_linear_model(Preset const&, Market const&, OptionNumbers);
[[nodiscard]] result<ModelPtr> make_naked_model(Preset const&, Market const&, OptionNumbers);
[[nodiscard]] result<ModelPtr> make_ratio_model(Preset const&, Market const&, OptionNumbers);
[[nodiscard]] result<ModelPtr> make_grid_model(Preset const&, Market const&, OptionNumbers, bool only_screens = false);
[[nodiscard]] result<ModelPtr> make_standard_model(Preset const&, Market const&, OptionNumbers);
[[nodiscard]] result<ModelPtr> make_array_model(Preset const&, Market const&, OptionNumbers);
[[nodiscard]] result<ModelPtr> make_greeks_model(Preset const&, Market const&, OptionNumbers);
[[nodiscard]] result<ModelPtr> make_shocked_model(Preset const&, Market const&, OptionNumbers);

/// What every kernel asks of the market in the same words. Errors name what is wrong with the reading.
class MarketNeeds {
public:
    MarketNeeds(Preset const& preset, Market const& market)
        : market_(&market), limits_(ReadingLimits::of(preset)) {}

    [[nodiscard]] Market const& market() const { return *market_; }
    [[nodiscard]] std::string name(AssetId asset) const;
    [[nodiscard]] std::string name(InstrumentId instrument) const;
    [[nodiscard]] std::string name_of_option(std::uint32_t option) const;

    [[nodiscard]] result<Int128> spot(AssetId base) const;
    [[nodiscard]] result<void> mark(InstrumentId instrument) const;
    /// Not expired, and its forward and volatility there.
    [[nodiscard]] result<void> option(std::uint32_t option) const;
    /// Value of an asset in the quote: amount * price / price of the quote, rounded down.
    [[nodiscard]] result<Int128> value(AssetHolding const& holding) const;

private:
    Market const* market_;
    ReadingLimits limits_;
};

/// The row of a list whose `key` is that asset's name, else the one of "*", else nothing.
[[nodiscard]] ParameterRow const* row_for(Preset const& preset, std::string_view list, std::string_view key,
                                          std::string_view name);

/// Fits rows (2^126), or is too large for an account. Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<Int128> narrow(Int256 const& value);

} // namespace plimsoll::risk
