/// Options for the pricing benchmarks: the same for everybody who prices them.
#pragma once

#include "risk/pricing/fast_black.hpp"

#include <cstdint>
#include <vector>

namespace plimsoll::bench {

/// 4096 options on a forward of 20,000 to 100,000: strikes from 0.6 to 1.5 of it, 20 % to 150 % of
/// volatility, one day to eighteen months.
[[nodiscard]] inline std::vector<risk::fast::Terms> option_workload() {
    std::uint64_t state = 11;
    auto between = [&](std::uint64_t low, std::uint64_t high) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<Int128>(low + (state >> 33) % (high - low));
    };
    constexpr Int128 millionth = one_units / 1'000'000;
    std::vector<risk::fast::Terms> options(4096);
    for (auto& each : options) {
        each.side = between(0, 2) == 0 ? wire::OptionSide::call : wire::OptionSide::put;
        Int128 const forward = between(20'000'000, 100'000'000) * (one_units / 1'000);
        each.forward = Price{forward};
        each.strike = Price{forward / 1'000'000 * between(600'000, 1'500'000)};
        each.volatility = Ratio{between(200'000, 1'500'000) * millionth};
        each.years = Ratio{between(2'740, 1'500'000) * millionth};
    }
    return options;
}

/// What a chain keeps of an option: the logarithms of its prices, and its deviation.
struct CachedOption {
    wire::OptionSide side{};
    risk::fast::LogPrice forward;
    risk::fast::LogPrice strike;
    risk::fast::Deviation deviation;

    [[nodiscard]] static CachedOption of(risk::fast::Terms const& terms) {
        using risk::fast::LogPrice;
        return {terms.side, LogPrice::of(static_cast<Uint128>(terms.forward.units())),
                LogPrice::of(static_cast<Uint128>(terms.strike.units())),
                risk::fast::Deviation::of(terms.volatility.units(), terms.years.units())};
    }
    [[nodiscard]] Uint128 price() const {
        return risk::fast::undiscounted(side, forward, strike, deviation);
    }
};

} // namespace plimsoll::bench
