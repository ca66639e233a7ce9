/// How the price of a falling auction depends on time alone.
#pragma once

#include "risk/number/wide_integer.hpp"

#include <cstdint>

namespace plimsoll::risk::vault {

enum class CurveShape : std::uint8_t {
    linear, ///< straight down to nothing at the end
    stairs, ///< by a factor each full step; with steps of one second, exponential
};

struct Curve {
    CurveShape shape = CurveShape::linear;
    std::uint64_t duration_seconds = 0; ///< of a linear one
    Wide factor_ray;                    ///< of stairs
    std::uint64_t step_seconds = 1;     ///< of stairs
};

/// The price some seconds after the start at `top`; each product rounds down.
[[nodiscard]] Wide price_after(Curve const& curve, Wide const& top_ray,
                               std::uint64_t elapsed_seconds);

} // namespace plimsoll::risk::vault
