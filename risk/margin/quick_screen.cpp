#include "risk/margin/quick_screen.hpp"

#include <array>

namespace plimsoll::risk {
namespace {

constexpr std::size_t most_columns = 48;
constexpr Int128 gain_unit = 100'000'000'000'000;  ///< 10^-4
constexpr Int128 amount_unit = 1'000'000'000'000;  ///< 10^-6
constexpr Int128 product_unit = gain_unit / 1'000'000; ///< 10^-10, in 10^-18
constexpr Int128 largest_gain = Int128{1} << 50;
constexpr Int128 largest_sum = Int128{1} << 62;
constexpr int factor_bits = 30;
constexpr Int128 cash_limit = Int128{1} << 120;
/// More than all truncations of one account, 10^-18 each.
constexpr Int128 truncations = 65'536;

[[nodiscard]] constexpr Int128 floor_quotient_of(Int128 a, Int128 b) { return a / b - (a % b < 0 ? 1 : 0); }

/// A factor of the preset in 2^-30, rounded up; false where it is negative or above 64.
[[nodiscard]] bool factor_of(Int256 const& value, std::int64_t& out) {
    if (value.is_negative() || value > Int256{64 * one_units}) return false;
    Int128 const scaled = (value.to_128() << factor_bits) / one_units;
    out = static_cast<std::int64_t>(scaled) + 1;
    return true;
}

} // namespace

QuickScreen::QuickScreen(derive::ScenarioGrid const& grid) : width_(grid.parameters().scenarios.size() + 2) {
    derive::PortfolioParameters const& set = grid.parameters();
    derive::PortfolioMarket const& market = grid.market();
    derive::OtherContingencyParameters const& other = set.other_contingency;
    Checked on;
    Int256 initial = set.margin.im_factor;
    if (market.stable_price < other.peg_loss_threshold) {
        initial = on.add(initial, on.times(on.subtract(other.peg_loss_threshold, market.stable_price), other.peg_loss_factor));
    }
    Int256 const maintenance_share = on.add(on.times(market.spot_price, other.mm_option_fraction), Int256{1});
    Int256 const initial_share = on.add(maintenance_share, on.add(on.times(market.spot_price, other.im_option_fraction), Int256{1}));
    bool ok = width_ <= most_columns && factor_of(set.margin.mm_factor, factor_maintenance_) && factor_of(initial, factor_initial_);
    ok = ok && market.spot_confidence >= other.confidence_threshold && initial_share <= Int256{Int128{1} << 80};
    is_usable_ = ok && !on.broken();
    if (!is_usable_) return;
    auto per_unit = [](Int256 const& per_coin) { return per_coin.to_128() / (one_units / amount_unit) + 1; };
    naked_maintenance_ = per_unit(maintenance_share);
    naked_initial_ = per_unit(initial_share);
    gains_.resize(2 * width_ * grid.options().size());
    rows_.resize(grid.options().size());
    for (std::size_t option = 0; option < rows_.size(); ++option) add_row(grid, option);
}

void QuickScreen::add_row(derive::ScenarioGrid const& grid, std::size_t option) {
    derive::PortfolioParameters const& set = grid.parameters();
    derive::OtherContingencyParameters const& other = set.other_contingency;
    std::uint32_t const expiry = grid.options()[option].expiry;
    derive::ExpiryTerms const& terms = grid.expiries()[expiry];
    derive::ExpiryFeed const& feed = grid.market().expiries[expiry];
    bool const is_sure = std::min({feed.forward_confidence, feed.rate_confidence, feed.vol_confidence}) >= other.confidence_threshold;
    bool const is_concave = !terms.static_discount_positive.is_negative() && terms.static_discount_positive <= terms.static_discount_negative;
    if (!is_sure || !is_concave) return;
    Checked on = terms.fault;
    Int256 const off = grid.price_slack(on, option);
    auto const prices = grid.prices(option);
    for (std::size_t column = 0; column < prices.size(); ++column) grid.note_fault(on, option, column);
    Int256 const& mark = prices[derive::ScenarioGrid::mark];
    Int256 const basis_factor = on.add(set.basis_contingency.add_factor, on.times(set.basis_contingency.mult_factor, terms.time.years));
    Row& row = rows_[option];
    for (int side = 0; side < 2; ++side) {
        bool const is_long = side == 0;
        std::int64_t* const gains = gains_.data() + (2 * option + static_cast<std::size_t>(side)) * width_;
        auto put = [&](std::size_t column, Int256 const& gain) {
            // eight truncations of 10^-18 at most on the way; each price may be off, times a discount of at most 4
            Int256 const low = on.subtract(on.subtract(gain, on.multiply(off, Int256{8})), Int256{64});
            if (on.broken() || !low.fits_128()) return on.refuse(Errc::arithmetic_overflow);
            Int128 const cut = floor_quotient_of(low.to_128(), gain_unit);
            if (!within(cut, largest_gain)) return on.refuse(Errc::arithmetic_overflow);
            gains[column] = static_cast<std::int64_t>(cut);
            row.largest = std::max(row.largest, static_cast<std::int64_t>(cut < 0 ? -cut : cut));
        };
        // What holding one coin of it is worth more than at mark, if it is `price` and counts at `discount`.
        auto gain_of = [&](Int256 const& price, Int256 const& discount) {
            Int256 const gain = on.subtract(on.times(price, discount), mark);
            return is_long ? gain : on.negate(gain);
        };
        for (std::size_t i = 0; i < set.scenarios.size(); ++i) {
            derive::Scenario const& scenario = set.scenarios[i];
            Int256 const& price = prices[grid.column_of_scenario(i)];
            Int256 const own = gain_of(price, is_long ? terms.static_discount_positive : terms.static_discount_negative);
            Int256 const as_other = gain_of(price, is_long ? terms.static_discount_negative : terms.static_discount_positive);
            bool const tilts = scenario.vol_shock == derive::VolShock::linear || scenario.vol_shock == derive::VolShock::abs;
            Int256 const gain = tilts ? on.negate(std::max(on.absolute(own), on.absolute(as_other))) : own;
            put(i, on.times(gain, scenario.dampening_factor));
        }
        auto move_of = [&](std::size_t column) {
            Int256 const move = on.subtract(prices[column], mark);
            return is_long ? move : on.negate(move);
        };
        Int256 const loss = std::min({move_of(derive::ScenarioGrid::basis_up), move_of(derive::ScenarioGrid::basis_down), Int256{}});
        put(set.scenarios.size(), on.times(on.subtract(loss, on.multiply(off, Int256{2})), basis_factor));
        put(set.scenarios.size() + 1, is_long ? mark : on.negate(mark));
    }
    row.is_usable = !on.broken();
}

std::optional<Bounds> QuickScreen::bounds(std::span<Held const> held, Int128 cash) const {
    if (!is_usable_ || !within(cash, cash_limit)) return std::nullopt;
    std::array<std::int64_t, most_columns> sums{};
    Int128 lost = 0;      // in products
    Int128 magnitude = 0; // of every sum, at most
    Int128 short_units = 0;
    for (Held const& each : held) {
        Row const& row = rows_[each.option];
        if (!row.is_usable || !within(each.amount, cash_limit)) return std::nullopt;
        bool const is_long = each.amount >= 0;
        Int128 const size = is_long ? each.amount : -each.amount;
        Int128 const cut = static_cast<Int128>(static_cast<Uint128>(size) / static_cast<std::uint64_t>(amount_unit));
        if (cut >= largest_gain) return std::nullopt;
        magnitude += (cut + 1) * (row.largest + 1);
        if (magnitude > largest_sum) return std::nullopt;
        if (!is_long) short_units += cut + 1;
        auto const amount = static_cast<std::int64_t>(cut);
        std::int64_t const* const gains = gains_.data() + (2 * std::size_t{each.option} + (is_long ? 0 : 1)) * width_;
        for (std::size_t column = 0; column < width_; ++column) sums[column] += amount * gains[column];
        lost += row.largest;
    }
    std::int64_t worst = 0; // the basis contingency is never above it
    for (std::size_t column = 0; column + 1 < width_; ++column) worst = std::min(worst, sums[column]);
    Int128 const loss = (Int128{worst} - lost) * product_unit - truncations; // below 2^91
    Int128 const mark = (Int128{sums[width_ - 1]} - lost) * product_unit - truncations + cash;
    auto charged = [&](std::int64_t factor) { return (loss >> factor_bits) * factor; };
    return Bounds{charged(factor_initial_) - short_units * naked_initial_ + mark,
                  charged(factor_maintenance_) - short_units * naked_maintenance_ + mark, mark};
}

} // namespace plimsoll::risk
