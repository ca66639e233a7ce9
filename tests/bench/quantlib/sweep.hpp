/// Everybody's margin at a moment, beside blackFormula for each account's options.
#pragma once

#include <cstddef>

namespace plimsoll::bench {

/// Prints a line of JSON for each figure: the sweep of `accounts` accounts of 8 options under 25 scenarios,
/// grids included, and one account of 30 options and the screen of `accounts` such accounts.
void sweep_beside_quantlib(std::size_t accounts, int rounds);

} // namespace plimsoll::bench
