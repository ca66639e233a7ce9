/// The kinds of Derive vectors, a reader for each.
#pragma once

#include "tests/vectors/vector_reading.hpp"

namespace plimsoll::vectors {

/// Calls of elementary functions and prices: a tally for each function.
[[nodiscard]] std::vector<Tally> compare_primitives(std::filesystem::path const& file);
/// Portfolio margin, a file a case.
void compare_portfolio(std::filesystem::path const& file, Tally& tally);
/// Standard margin, a file a case.
void compare_standard(std::filesystem::path const& file, Tally& tally);

/// Sequences of operations, all in one file: results, refusals, and the whole state after each.
void compare_auctions(std::filesystem::path const& file, Tally& tally);
void compare_cash_and_perpetuals(std::filesystem::path const& file, Tally& tally);

} // namespace plimsoll::vectors
