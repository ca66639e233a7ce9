/// A loss that nobody's collateral meets, shared by everyone through an index.
#pragma once

#include "risk/margin/refused.hpp"
#include "risk/number/wide_integer.hpp"

#include <cstdint>
#include <string_view>

namespace plimsoll::risk::weighted {

enum class IndexLossRefusal : std::uint8_t { no_open_base };
[[nodiscard]] std::string_view word(IndexLossRefusal refusal);

struct IndexDelta {
    Wide delta;
};

/// Rise of the funding index by which all holders of a market pay a loss, both sides alike. A loss of
/// quote counts 10^-6, base 10^-9, the index 10^-9; rounded up to the quote's last digit.
[[nodiscard]] or_refusal<IndexDelta, IndexLossRefusal>
funding_delta_for_loss(Wide const& loss, Wide const& base_long, Wide const& base_short);

/// Cut of the deposit index by which all depositors of a token pay a loss; rounded up. The balance
/// counts 10^-9 shares, the index 10^-10 tokens a share; without deposits nothing is cut.
[[nodiscard]] Wide deposit_index_cut(Wide const& loss_tokens, Wide const& deposit_shares,
                                     Wide const& index, int decimals);

} // namespace plimsoll::risk::weighted
