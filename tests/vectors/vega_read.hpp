/// Terms of Vega's markets as rows and stories write them.
#pragma once

#include "risk/margin/margin_levels.hpp"
#include "tests/vectors/answer.hpp"

namespace plimsoll::vectors {

/// A decimal in a string or a JSON number.
[[nodiscard]] risk::Precise decimal(Fields const& fields, std::string_view name);

/// Reads factors as given, or computes them where the row has the lognormal terms.
[[nodiscard]] risk::levels::MarketTerms vega_terms(Fields const& fields);
[[nodiscard]] risk::levels::Exposure vega_exposure(Fields const& fields);

} // namespace plimsoll::vectors
