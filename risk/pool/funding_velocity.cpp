#include "risk/pool/funding_velocity.hpp"

#include "risk/errc.hpp"
#include "risk/number/wide_integer.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {
namespace {

[[nodiscard]] Wide const& day_ns() {
    static Wide const day = Wide{86'400} * 1'000'000'000;
    return day;
}

[[nodiscard]] result<void> check_velocity_terms(FundingVelocityTerms const& terms) {
    if (terms.skew_scale > 0 && terms.max_velocity >= 0) return outcome::success();
    return fail(Errc::parameter_out_of_bounds, "a skew scale is above zero, a velocity not below");
}

[[nodiscard]] result<Int128> in_units(Wide const& value, char const* what) {
    auto const units = narrowed(value);
    if (!units) return fail(Errc::arithmetic_overflow, what);
    return *units;
}

} // namespace

result<Int128> funding_velocity(Int128 skew, FundingVelocityTerms const& terms) {
    PLIMSOLL_TRYV(check_velocity_terms(terms));
    Int128 const counted = std::clamp(skew, -terms.skew_scale, terms.skew_scale);
    return in_units(scale(widened(counted), widened(terms.max_velocity), widened(terms.skew_scale), Rounding::toward_zero), "a funding velocity");
}

result<FundingStand> funding_at(FundingStand const& last, Int128 skew, Int128 price, TimeNs time, FundingVelocityTerms const& terms) {
    PLIMSOLL_TRY(velocity, funding_velocity(skew, terms));
    if (time <= last.time) return last;
    Wide const elapsed = Wide{time} - last.time;
    FundingStand now;
    now.time = time;
    Wide const moved = scale(widened(velocity), elapsed, day_ns(), Rounding::toward_zero);
    PLIMSOLL_TRY(rate, in_units(widened(last.rate) + moved, "a funding rate"));
    now.rate = rate;
    // (old + new) / 2 * price * days, in one quotient
    Wide const one = power_of_ten(fixed_decimals);
    Wide const step = scale((widened(last.rate) + widened(rate)) * widened(price), elapsed, day_ns() * one * 2, Rounding::toward_zero);
    PLIMSOLL_TRY(index, in_units(widened(last.index) + step, "a funding index"));
    now.index = index;
    return now;
}

result<Int128> skewed_price(Int128 price, Int128 skew, Int128 size, FundingVelocityTerms const& terms) {
    PLIMSOLL_TRYV(check_velocity_terms(terms));
    Wide const twice = widened(skew) * 2 + widened(size);
    Wide const off = scale(widened(price), twice, widened(terms.skew_scale) * 2, size > 0 ? Rounding::ceiling : Rounding::floor);
    PLIMSOLL_TRY(done, in_units(widened(price) + off, "a price"));
    if (done <= 0) return fail(Errc::parameter_out_of_bounds, "the skew takes the whole price");
    return done;
}

} // namespace plimsoll::risk::pool
