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

} // namespace plimsoll::vectors
