#include "risk/margin/quick_screen.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace plimsoll::risk {
namespace {

constexpr std::size_t most_columns = 48;
constexpr std::uint64_t amount_unit = 1'000'000'000'000; ///< 10^-6 of a coin
constexpr Int128 amount_limit = Int128{1} << 31;
constexpr Int128 largest_gain = Int128{1} << 84; ///< 1.9e7 of the quote; times a factor of 64 below 2^90
constexpr Int128 largest_sum = Int128{1} << 62;
constexpr int factor_bits = 30;
constexpr Int128 cash_limit = Int128{1} << 120;
/// More than all truncations of one account, 10^-18 each.
constexpr Int128 truncations = 65'536;

/// A factor that is not negative, in 2^-30, cut down and up; false above 64.
struct Factor {
    std::int64_t low = 0;
    std::int64_t high = 0;
};
[[nodiscard]] bool factor_of(Int256 const& value, Factor& out) {
    if (value.is_negative() || value > Int256{64 * one_units}) return false;
    out.low = static_cast<std::int64_t>((value.to_128() << factor_bits) / one_units);
    out.high = out.low + 1;
    return true;
}
/// value * factor at least.
[[nodiscard]] constexpr Int128 at_least(Int128 value, Factor const& factor) {
    return (value >> factor_bits) * (value < 0 ? factor.high : factor.low);
}
[[nodiscard]] constexpr Int128 at_most(Int128 value, Factor const& factor) { return -at_least(-value, factor); }
[[nodiscard]] constexpr Int128 absolute(Int128 value) { return value < 0 ? -value : value; }

} // namespace

QuickScreen::QuickScreen(derive::ScenarioGrid const& grid)
    : columns_(grid.parameters().scenarios.size() + 2), width_((columns_ + block - 1) / block * block) {
    derive::PortfolioParameters const& set = grid.parameters();
    derive::PortfolioMarket const& market = grid.market();
    derive::OtherContingencyParameters const& other = set.other_contingency;
    Checked on;
    Int256 const initial = grid.initial_factor(on);
    Int256 const maintenance_share = on.add(on.times(market.spot_price, other.mm_option_fraction), Int256{1});
    Int256 const initial_share = on.add(maintenance_share, on.add(on.times(market.spot_price, other.im_option_fraction), Int256{1}));
    Factor of_maintenance;
    Factor of_initial;
    bool ok = width_ <= most_columns && factor_of(set.margin.mm_factor, of_maintenance) && factor_of(initial, of_initial);
    ok = ok && market.spot_confidence >= other.confidence_threshold && initial_share <= Int256{Int128{1} << 80};
    is_usable_ = ok && !on.broken();
    rows_.resize(grid.options().size());
    gains_.resize(2 * width_ * rows_.size());
    if (!is_usable_) return;
    factor_maintenance_ = of_maintenance.high;
    factor_initial_ = of_initial.high;
    auto per_unit = [](Int256 const& per_coin) { return per_coin.to_128() / 1'000'000 + 1; };
    naked_maintenance_ = per_unit(maintenance_share);
    naked_initial_ = per_unit(initial_share);

    std::vector<std::optional<std::vector<Int128>>> gains;
    Int128 largest = 0;
    for (std::size_t option = 0; option < rows_.size(); ++option) {
        gains.push_back(gains_of(grid, option));
        if (!gains.back()) continue;
        for (Int128 const gain : *gains.back()) largest = std::max(largest, absolute(gain));
    }
    while (largest >> gain_bits_ >= (Int128{1} << 31) - 2) ++gain_bits_;
    for (std::size_t option = 0; option < rows_.size(); ++option) {
        if (!gains[option]) continue;
        Row& row = rows_[option];
        row.is_usable = true;
        for (std::size_t i = 0; i < 2 * width_; ++i) {
            auto const cut = static_cast<std::int32_t>((*gains[option])[i] >> gain_bits_); // toward minus infinity
            gains_[2 * width_ * option + i] = cut;
            row.largest = std::max(row.largest, std::int64_t{cut < 0 ? -std::int64_t{cut} : cut});
        }
    }
}

std::optional<std::vector<Int128>> QuickScreen::gains_of(derive::ScenarioGrid const& grid, std::size_t option) const {
    derive::PortfolioParameters const& set = grid.parameters();
    derive::OtherContingencyParameters const& other = set.other_contingency;
    std::uint32_t const expiry = grid.options()[option].expiry;
    derive::ExpiryTerms const& terms = grid.expiries()[expiry];
    derive::ExpiryFeed const& feed = grid.market().expiries[expiry];
    bool const is_sure = std::min({feed.forward_confidence, feed.rate_confidence, feed.vol_confidence}) >= other.confidence_threshold;
    bool const is_concave = terms.static_discount_positive <= terms.static_discount_negative;
    Checked on = terms.fault;
    Int256 const slack = grid.price_slack(on, option);
    Factor gains_factor;
    Factor losses_factor;
    Factor basis_factor;
    bool ok = is_sure && is_concave && slack.fits_128() && within(slack.to_128(), largest_gain) &&
              factor_of(terms.static_discount_positive, gains_factor) && factor_of(terms.static_discount_negative, losses_factor) &&
              factor_of(on.add(set.basis_contingency.add_factor, on.times(set.basis_contingency.mult_factor, terms.time.years)), basis_factor);
    auto const prices = grid.prices(option);
    for (std::size_t column = 0; column < prices.size(); ++column) {
        grid.note_fault(on, option, column);
        ok = ok && prices[column].fits_128() && within(prices[column].to_128(), largest_gain);
    }
    if (!ok || on.broken()) return std::nullopt;

    std::vector<Int128> gains(2 * width_);
    Int128 const off = slack.to_128() + 1;
    Int128 const mark = prices[derive::ScenarioGrid::mark].to_128();
    for (std::size_t i = 0; i < set.scenarios.size(); ++i) {
        derive::Scenario const& scenario = set.scenarios[i];
        Factor damp;
        if (!factor_of(scenario.dampening_factor, damp)) return std::nullopt;
        Int128 const price = prices[grid.column_of_scenario(i)].to_128();
        // Of one coin, long: what it gains if it counts as a gain, or as a loss; lowest and highest.
        Int128 const as_gain_low = at_least(price - off, gains_factor) - mark - off;
        Int128 const as_gain_high = at_most(price + off, gains_factor) - mark + off;
        Int128 const as_loss_low = at_least(price - off, losses_factor) - mark - off;
        Int128 const as_loss_high = at_most(price + off, losses_factor) - mark + off;
        bool const tilts = scenario.vol_shock == derive::VolShock::linear || scenario.vol_shock == derive::VolShock::abs;
        Int128 const farthest = std::max({absolute(as_gain_low), absolute(as_gain_high), absolute(as_loss_low), absolute(as_loss_high)});
        gains[i] = at_least(tilts ? -farthest : as_gain_low, damp);
        gains[width_ + i] = at_least(tilts ? -farthest : -as_loss_high, damp);
    }
    Int128 const up = prices[derive::ScenarioGrid::basis_up].to_128() - mark;
    Int128 const down = prices[derive::ScenarioGrid::basis_down].to_128() - mark;
    std::size_t const basis = set.scenarios.size();
    gains[basis] = at_least(std::min({up, down, Int128{0}}) - 2 * off, basis_factor);
    gains[width_ + basis] = at_least(std::min({-up, -down, Int128{0}}) - 2 * off, basis_factor);
    gains[basis + 1] = mark - off;
    gains[width_ + basis + 1] = -mark - off;
    return gains;
}

std::optional<Bounds> QuickScreen::bounds(std::span<Held const> held, Int128 cash) const {
    if (!is_usable_ || !within(cash, cash_limit)) return std::nullopt;
    std::array<std::int64_t, most_columns> sums{};
    std::int64_t lost = 0; // in products of a unit of amount and one of gain
    Int128 magnitude = 0;  // of every sum, at most
    std::int64_t short_units = 0;
    for (Held const& each : held) {
        Row const& row = rows_[each.option];
        bool const is_long = each.amount >= 0;
        Uint128 const size = static_cast<Uint128>(is_long ? each.amount : -each.amount);
        if (!row.is_usable || size >= static_cast<Uint128>(amount_limit) * amount_unit) return std::nullopt;
        // a size below 2^64 is divided in one step
        auto const amount = static_cast<std::int64_t>(size >> 64 == 0 ? static_cast<std::uint64_t>(size) / amount_unit
                                                                      : static_cast<std::uint64_t>(size / amount_unit));
        if (!is_long) short_units += amount + 1;
        magnitude += Int128{amount + 1} * (row.largest + 1);
        if (magnitude > largest_sum) return std::nullopt;
        std::int32_t const* const gains = gains_.data() + (2 * std::size_t{each.option} + (is_long ? 0 : 1)) * width_;
        for (std::size_t first = 0; first < width_; first += block) {
            for (std::size_t i = 0; i < block; ++i) sums[first + i] += amount * gains[first + i];
        }
        lost += row.largest;
    }
    std::int64_t worst = 0;
    for (std::size_t column = 0; column + 1 < columns_; ++column) worst = std::min(worst, sums[column]);
    // 10^-6 of a coin times 2^gain_bits_ of 10^-18: rounded toward minus infinity
    auto in_quote = [&](std::int64_t sum) {
        Int128 const scaled = (Int128{sum} - lost) << gain_bits_; // below 2^63 and 2^60
        return scaled / 1'000'000 - 1 - truncations;
    };
    Int128 const loss = std::min<Int128>(in_quote(worst), 0);
    Int128 const mark = in_quote(sums[columns_ - 1]) + cash;
    auto charged = [&](std::int64_t factor) { return (loss >> factor_bits) * factor; };
    return Bounds{charged(factor_initial_) - short_units * naked_initial_ + mark,
                  charged(factor_maintenance_) - short_units * naked_maintenance_ + mark, mark};
}

} // namespace plimsoll::risk
