#include "risk/clearing/index_loss.hpp"

namespace plimsoll::risk::weighted {

std::string_view word(IndexLossRefusal refusal) {
    switch (refusal) {
    case IndexLossRefusal::no_open_base: return "no_open_base";
    }
    return {};
}

or_refusal<IndexDelta, IndexLossRefusal>
funding_delta_for_loss(Wide const& loss, Wide const& base_long, Wide const& base_short) {
    Wide const open = abs(base_long) + abs(base_short);
    if (open.is_zero()) return IndexLossRefusal::no_open_base;
    return IndexDelta{scale(abs(loss), power_of_ten(9), open, Rounding::ceiling) * 1000};
}

Wide deposit_index_cut(Wide const& loss_tokens, Wide const& deposit_shares, Wide const& index,
                       int decimals) {
    Wide const deposits =
        times_power_of_ten(deposit_shares * index, decimals - 19, Rounding::floor);
    if (deposits.is_zero()) return 0;
    return scale(index, loss_tokens, deposits, Rounding::ceiling);
}

} // namespace plimsoll::risk::weighted
