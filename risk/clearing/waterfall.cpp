#include "risk/clearing/waterfall.hpp"

#include "ledger/event/wide.hpp"

#include <algorithm>
#include <numeric>

namespace plimsoll::risk {

Int128 capacity_of(LossLayer const& layer, Int128 balance) {
    if (balance <= layer.floor) return 0;
    PLIMSOLL_ASSERT(within(balance, row_limit_units) && layer.floor >= 0);
    auto const claim = multiply_divide(balance, layer.claim_share, one_units, Rounding::floor);
    PLIMSOLL_ASSERT(claim.has_value() && *claim >= 0); // a share is at most one
    Int128 most = std::min(balance - layer.floor, *claim);
    if (layer.cap_per_loss) most = std::min(most, *layer.cap_per_loss);
    return most;
}

Int128 LossPayment::covered() const { return std::accumulate(draws.begin(), draws.end(), Int128{0}); }

LossPayment pay(Int128 loss, std::span<LossLayer const> layers, std::span<Int128 const> balances) {
    PLIMSOLL_ASSERT(loss >= 0 && loss <= row_limit_units && layers.size() == balances.size());
    std::vector<Int128> capacities;
    for (std::size_t i = 0; i < layers.size(); ++i) capacities.push_back(capacity_of(layers[i], balances[i]));
    Split const split = split_in_order(loss, capacities);
    LossPayment payment{split.parts, split.left};
    PLIMSOLL_ASSERT(is_sound(loss, layers, balances, payment));
    return payment;
}

bool is_sound(Int128 loss, std::span<LossLayer const> layers, std::span<Int128 const> balances, LossPayment const& payment) {
    if (payment.draws.size() != layers.size() || balances.size() != layers.size() || payment.residual < 0) return false;
    bool is_exhausted = true; // all layers so far
    for (std::size_t i = 0; i < layers.size(); ++i) {
        Int128 const draw = payment.draws[i];
        Int128 const most = capacity_of(layers[i], balances[i]);
        if (draw < 0 || draw > most || (draw > 0 && !is_exhausted)) return false;
        is_exhausted = is_exhausted && draw == most;
    }
    return payment.covered() + payment.residual == loss && (payment.residual == 0 || is_exhausted);
}

result<IndexStep> socialise_by_index(Int128 loss, Int128 base, SharedRounding rounding) {
    if (base <= 0) return fail(Errc::division_by_zero, "nobody is there to share the loss");
    auto const way = rounding == SharedRounding::down ? Rounding::floor : Rounding::ceiling;
    auto const step = multiply_divide(loss, one_units, base, way);
    if (!step) return fail(Errc::arithmetic_overflow, "loss index");
    auto const brought = multiply_divide(*step, base, one_units, Rounding::ceiling);
    if (!brought) return fail(Errc::arithmetic_overflow, "loss index");
    // step * base / 10^18 is at most the loss where the step was rounded down, and so is its ceiling
    return IndexStep{*step, loss - *brought};
}

bool WithdrawalHold::is_closed(Int128 hole, std::optional<TimeNs> last_hole, TimeNs now) const {
    if (!while_hole) return false;
    return hole > 0 || (last_hole && now - *last_hole < after);
}

} // namespace plimsoll::risk
