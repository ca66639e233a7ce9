#include "risk/clearing/auction_curve.hpp"

#include "risk/margin/collateral_ratio.hpp"

namespace plimsoll::risk::vault {
namespace {

[[nodiscard]] Wide remaining_ray(Curve const& curve, std::uint64_t elapsed_seconds) {
    if (curve.shape == CurveShape::stairs) {
        PLIMSOLL_ASSERT(curve.step_seconds > 0);
        return power(curve.factor_ray, elapsed_seconds / curve.step_seconds, ray());
    }
    if (elapsed_seconds >= curve.duration_seconds) return 0;
    return scale(curve.duration_seconds - elapsed_seconds, ray(), curve.duration_seconds,
                 Rounding::floor);
}

} // namespace

Wide price_after(Curve const& curve, Wide const& top_ray, std::uint64_t elapsed_seconds) {
    return scale(top_ray, remaining_ray(curve, elapsed_seconds), ray(), Rounding::floor);
}

} // namespace plimsoll::risk::vault
