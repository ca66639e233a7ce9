/// A payment in no finer steps than its asset has.
#pragma once

#include "ledger/book/rows.hpp"
#include "risk/number/wide_integer.hpp"

namespace plimsoll::risk::pool {

/// The next multiple of the asset's last digit, up or down. `units` is not negative.
[[nodiscard]] inline Int128 in_decimals(book::AssetRow const& asset, Int128 units, Rounding rounding) {
    Int128 step = 1;
    for (auto decimals = asset.decimals; decimals < static_cast<std::uint32_t>(fixed_decimals); ++decimals) step *= 10;
    Int128 const down = units - units % step;
    return rounding == Rounding::ceiling && down != units ? down + step : down;
}

} // namespace plimsoll::risk::pool
