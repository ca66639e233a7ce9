/// A small Derive market and manager for tests, with the values that the protocol's own cases use.
#pragma once

#include "risk/margin/derive_portfolio.hpp"

namespace plimsoll::risk::derive {

/// "0.015" and "-3" as counts of 10^-18.
[[nodiscard]] inline Int256 wei(std::string text) {
    auto const point = text.find('.');
    std::size_t const decimals = point == std::string::npos ? 0 : text.size() - point - 1;
    if (point != std::string::npos) text.erase(point, 1);
    return parse_int256(text.append(18 - decimals, '0')).value();
}

[[nodiscard]] inline PortfolioParameters sample_parameters() {
    PortfolioParameters set;
    set.vol_shock = {wei("0.5"),  wei("0.275"), wei("0.3"),
                     wei("0.13"), wei("0.45"),  Int256{86'400}};
    set.margin = {wei("1"),    wei("0.8"),  wei("0.5"),  wei("1"),
                  wei("0.08"), wei("0.08"), wei("1.04"), wei("0.95")};
    set.basis_contingency = {wei("1.045"), wei("0.955"), wei("0.5"), wei("2")};
    set.other_contingency = {wei("0.98"),  wei("2"),     wei("0.55"),  wei("1"),
                             wei("0.015"), wei("0.005"), wei("0.003"), wei("0.002")};
    set.skew_shock = {wei("0.15"), wei("0.15"), wei("-0.05"), wei("-0.05"),
                      wei("0.01"), wei("4"),    wei("0.6"),   wei("-0.1")};
    set.scenarios = {
        {wei("1.18"), VolShock::up, wei("1")},  {wei("1"), VolShock::none, wei("1")},
        {wei("0.82"), VolShock::up, wei("1")},  {wei("0.91"), VolShock::down, wei("1")},
        {wei("3"), VolShock::up, wei("0.036")}, {wei("1"), VolShock::linear, wei("1")},
        {wei("1"), VolShock::abs, wei("1")}};
    return set;
}

/// Two expiries: in ten days and in ninety.
[[nodiscard]] inline PortfolioMarket sample_market() {
    PortfolioMarket market{1'630'000'000, wei("2000"), wei("1"), wei("1"),
                           wei("2001"),   wei("1"),    {}};
    for (std::int64_t const days : {10, 90}) {
        market.expiries.push_back({market.now_seconds + days * 86'400,
                                   {},
                                   wei("2010"),
                                   wei("1"),
                                   wei("0.05"),
                                   wei("1"),
                                   wei("1")});
    }
    return market;
}

/// A put and a call at 2000 of the first expiry, a call at 2200 of the second.
[[nodiscard]] inline std::vector<Option> sample_options() {
    return {{0, wei("2000"), false, wei("0.8")},
            {0, wei("2000"), true, wei("0.8")},
            {1, wei("2200"), true, wei("0.7")}};
}

} // namespace plimsoll::risk::derive
