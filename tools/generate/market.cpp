#include "tools/generate/market.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr std::int64_t ppm = 1'000'000;
constexpr std::int64_t ppb = 1'000'000'000;
constexpr std::int64_t noise_limit_ppb = 120'000'000;
constexpr std::int64_t carry_ppm_per_day = 130; ///< about 5 % a year
constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t memory_us = day_us / 4; ///< in which noise forgets itself

/// A step of uniform noise as wide as the time since the last one: sqrt(3) times its deviation.
[[nodiscard]] std::int64_t step_limit(std::int64_t noise_ppb_per_day, std::int64_t elapsed_us) {
    return scale(noise_ppb_per_day * 1732 / 1000, whole_root(elapsed_us), whole_root(day_us));
}

} // namespace

Market::Market(Catalogue const& catalogue)
    : catalogue_(&catalogue), walks_(catalogue.underlyings().size()),
      published_(catalogue.listings().size()) {
    for (std::size_t i = 0; i < walks_.size(); ++i)
        walks_[i].price = catalogue.underlyings()[i].price;
}

void Market::advance(std::size_t underlying, TimeNs time_of_day, Weather const& weather,
                     Random& random) {
    Underlying const& of = catalogue_->underlyings()[underlying];
    Walk& walk = walks_[underlying];
    std::int64_t const elapsed_us = std::max<std::int64_t>(0, (time_of_day - walk.at) / 1000);
    std::int64_t const limit = weather.unrest * step_limit(of.noise_ppb_per_day, elapsed_us);
    walk.noise_ppb -= scale(walk.noise_ppb, std::min(elapsed_us, memory_us), memory_us);
    walk.noise_ppb = std::clamp(walk.noise_ppb + random.between(-limit, limit), -noise_limit_ppb,
                                noise_limit_ppb);
    walk.at = time_of_day;
    walk.fall_ppm = weather.fall_ppm;
    Micro const fallen = less_ppm(of.price, scale(of.depth_ppm, weather.fall_ppm, ppm));
    walk.price = on_grid(fallen + scale(fallen, walk.noise_ppb, ppb), of.tick);
}

Micro Market::forward(Listing const& listing) const {
    Micro const price = spot(listing.underlying);
    return price + scale(price, carry_ppm_per_day * listing.days_left, ppm);
}

std::int64_t Market::volatility_ppm(Listing const& listing) const {
    std::int64_t const calm = catalogue_->underlyings()[listing.underlying].volatility_ppm;
    return calm + scale(calm, walks_[listing.underlying].fall_ppm * 12 / 10, ppm);
}

Micro Market::fair(Listing const& listing) const {
    return listing.is_option() ? option_price(listing) : on_grid(forward(listing), listing.tick);
}

/// Intrinsic value plus time value. At the money that is 0.4 * forward * volatility * sqrt(years)
/// (Brenner and Subrahmanyam 1988); away from it, it fades with the cube of the distance and is
/// gone at three deviations. The same for call and put, so that their parity holds.
Micro Market::option_price(Listing const& listing) const {
    Micro const ahead = forward(listing);
    std::int64_t const root_years_ppm = whole_root(listing.days_left * ppm / 365 * ppm);
    Micro const deviation = scale(ahead, scale(volatility_ppm(listing), root_years_ppm, ppm), ppm);
    Micro const reach = 3 * deviation;
    Micro const distance =
        std::min(reach, std::max(ahead, listing.strike) - std::min(ahead, listing.strike));
    Micro value = deviation * 4 / 10;
    for (int i = 0; i < 3; ++i) value = scale(value, reach - distance, std::max<Micro>(reach, 1));
    bool const is_call = listing.side == wire::OptionSide::call;
    value += std::max<Micro>(0, is_call ? ahead - listing.strike : listing.strike - ahead);
    return on_grid(value, listing.tick);
}

Micro Market::notional_of_one(std::size_t listing) const {
    Listing const& of = (*catalogue_)[listing];
    switch (of.payoff) {
    case wire::Payoff::inverse: return one_micros;
    case wire::Payoff::quanto:
        return scale(scale(mark(listing), coin_price(0), one_micros), 1, of.multiplier_denominator);
    case wire::Payoff::linear: break;
    }
    return of.is_option() ? coin_price(of.underlying) : mark(listing);
}

} // namespace plimsoll::tools
