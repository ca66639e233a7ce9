#include "risk/margin/grid_screen.hpp"

#include "ledger/event/wide.hpp"

#include <array>

namespace plimsoll::risk {
namespace {

constexpr Int128 nano = 1'000'000'000;
/// Factors count 2^-30, so that applying one takes a shift and no division.
constexpr int factor_bits = 30;
/// So that a sum of 512 products stays below 2^119, and that times a factor of 64 below 2^126.
constexpr Int128 largest_amount = Int128{1} << 50;
constexpr Int128 largest_price = Int128{1} << 60;
constexpr Int128 largest_sum = Int128{1} << 119;
constexpr std::size_t most_holdings = 512;
constexpr std::size_t most_columns = 48;
/// More than all truncations of one account that are not counted one by one.
constexpr Int128 truncations = 65'536;

[[nodiscard]] constexpr Int128 floor_nano(Int128 units) {
    Int128 const whole = units / nano;
    return whole * nano > units ? whole - 1 : whole;
}
[[nodiscard]] constexpr Int128 ceiling_nano(Int128 units) { return -floor_nano(-units); }

/// Cut to 10^-9, down (up); false where it leaves the limit.
[[nodiscard]] bool cut_down(Int256 const& value, Int128 limit, std::int64_t& out) {
    if (!value.fits_128()) return false;
    Int128 const cut = floor_nano(value.to_128());
    out = static_cast<std::int64_t>(cut);
    return within(cut, limit);
}
[[nodiscard]] bool cut_up(Int256 const& value, Int128 limit, std::int64_t& out) {
    if (!value.fits_128()) return false;
    Int128 const cut = ceiling_nano(value.to_128());
    out = static_cast<std::int64_t>(cut);
    return within(cut, limit);
}

/// value * factor at least, at most; the factor in 2^-30 and not negative.
[[nodiscard]] constexpr Int128 at_least(Int128 units, std::int64_t factor) { return (units >> factor_bits) * factor; }
[[nodiscard]] constexpr Int128 at_most(Int128 units, std::int64_t factor) { return -at_least(-units, factor); }

/// A factor rounded down, up; false where it is negative or above 64.
[[nodiscard]] bool factor_down(Int256 const& value, std::int64_t& out) {
    if (value.is_negative() || value > Int256{64 * one_units}) return false;
    out = static_cast<std::int64_t>((value.to_128() << factor_bits) / one_units);
    return true;
}
[[nodiscard]] bool factor_up(Int256 const& value, std::int64_t& out) {
    if (!factor_down(value, out)) return false;
    ++out;
    return true;
}

[[nodiscard]] Int128 absolute(Int128 value) { return value < 0 ? -value : value; }

} // namespace

GridScreen::GridScreen(derive::ScenarioGrid const& grid) : columns_(grid.columns().size()) {
    derive::PortfolioParameters const& set = grid.parameters();
    derive::PortfolioMarket const& market = grid.market();
    derive::OtherContingencyParameters const& other = set.other_contingency;
    Checked on;
    Int256 const initial = grid.initial_factor(on);
    bool ok = columns_ <= most_columns;
    ok = factor_up(initial, factor_initial_) && ok;
    ok = factor_up(set.margin.mm_factor, factor_maintenance_) && ok;
    ok = factor_up(other.mm_perp_fraction, perp_maintenance_) && ok;
    ok = factor_up(on.add(other.im_perp_fraction, other.mm_perp_fraction), perp_initial_) && ok;
    ok = factor_up(other.mm_option_fraction, option_maintenance_) && ok;
    ok = factor_up(on.add(other.im_option_fraction, other.mm_option_fraction), option_initial_) && ok;
    ok = cut_up(market.spot_price, largest_price, spot_) && ok;
    ok = market.spot_confidence >= other.confidence_threshold && ok;
    perp_is_usable_ = market.perp_confidence >= other.confidence_threshold;
    for (std::size_t i = 0; i < set.scenarios.size(); ++i) {
        derive::Scenario const& told = set.scenarios[i];
        Scenario scenario;
        scenario.column = grid.column_of_scenario(i);
        scenario.tilts = told.vol_shock == derive::VolShock::linear || told.vol_shock == derive::VolShock::abs;
        Int256 const move = on.subtract(told.spot_shock, one_wei);
        ok = cut_down(move, largest_price, scenario.move) && ok;
        ok = factor_down(told.dampening_factor, scenario.damp_at_least) && ok;
        ok = factor_up(told.dampening_factor, scenario.damp_at_most) && ok;
        perp_is_usable_ = cut_down(on.times(move, market.perp_price), largest_price, scenario.perp_move) && perp_is_usable_;
        scenarios_.push_back(scenario);
    }
    stable_units_ = market.stable_price.to_128();
    spot_confidence_units_ = market.spot_confidence.to_128();
    threshold_units_ = other.confidence_threshold.to_128();
    is_usable_ = ok && !on.broken();

    for (std::size_t i = 0; i < grid.expiries().size(); ++i) {
        derive::ExpiryTerms const& terms = grid.expiries()[i];
        derive::ExpiryFeed const& feed = market.expiries[i];
        Expiry expiry;
        Checked here;
        bool fits = factor_down(terms.static_discount_positive, expiry.gains_at_least);
        fits = factor_up(terms.static_discount_positive, expiry.gains_at_most) && fits;
        fits = factor_down(terms.static_discount_negative, expiry.losses_at_least) && fits;
        fits = factor_up(terms.static_discount_negative, expiry.losses_at_most) && fits;
        fits = factor_up(here.add(set.basis_contingency.add_factor, here.times(set.basis_contingency.mult_factor, terms.time.years)),
                         expiry.basis_factor) && fits;
        bool const is_sure = std::min({feed.forward_confidence, feed.rate_confidence, feed.vol_confidence}) >= other.confidence_threshold;
        bool const is_positive = expiry.gains_at_least >= 0 && expiry.losses_at_least >= 0;
        expiry.is_usable = fits && is_sure && is_positive && !terms.fault.broken() && !here.broken();
        expiries_.push_back(expiry);
    }
    prices_.resize(grid.options().size() * columns_);
    for (std::size_t i = 0; i < grid.options().size(); ++i) {
        Row row{true, grid.options()[i].expiry, grid.strike_number(i), grid.place(i), 0, 0};
        Checked on_slack;
        row.is_usable = cut_up(grid.price_slack(on_slack, i), largest_amount, row.slack) && !on_slack.broken();
        auto const exact = grid.prices(i);
        for (std::size_t column = 0; column < columns_; ++column) {
            Checked fault;
            grid.note_fault(fault, i, column);
            std::int64_t& price = prices_[i * columns_ + column];
            row.is_usable = row.is_usable && !fault.broken() && cut_down(exact[column], largest_price, price);
            row.largest = std::max(row.largest, price);
        }
        rows_.push_back(row);
    }
}

/// One account: lower bounds of every scenario, gathered expiry by expiry.
class GridScreen::Sums {
public:
    explicit Sums(GridScreen const& screen) : screen_(screen) {}

    [[nodiscard]] bool add_options(derive::PortfolioAccount const& account);
    [[nodiscard]] bool add_perpetual(derive::PortfolioAccount const& account);
    [[nodiscard]] bool add_collateral(derive::Collateral const& collateral);
    [[nodiscard]] std::optional<Bounds> bounds(Int128 cash) const;

private:
    struct Held {
        std::uint32_t row = 0;
        std::int64_t amount = 0;
    };
    [[nodiscard]] bool add_expiry(std::span<Held const> held);
    [[nodiscard]] static std::int64_t naked_shorts(std::span<Held const> held, std::vector<Row> const& rows);
    void add_dampened(std::size_t scenario, Int128 gain);

    GridScreen const& screen_;
    std::array<Int128, most_columns> scenarios_{}; ///< profit and loss, at least
    Int128 basis_ = 0;
    Int128 mark_ = 0;
    Int128 maintenance_ = 0; ///< contingencies, at most
    Int128 initial_ = 0;
};

void GridScreen::Sums::add_dampened(std::size_t scenario, Int128 gain) {
    Scenario const& each = screen_.scenarios_[scenario];
    scenarios_[scenario] += at_least(gain, gain >= 0 ? each.damp_at_least : each.damp_at_most);
}

bool GridScreen::Sums::add_options(derive::PortfolioAccount const& account) {
    if (account.options.size() > most_holdings) return false;
    std::array<Held, most_holdings> held;
    std::size_t count = 0;
    for (derive::OptionHolding const& each : account.options) {
        Row const& row = screen_.rows_[each.option];
        Held& mine = held[count++];
        mine.row = each.option;
        if (!row.is_usable || !screen_.expiries_[row.expiry].is_usable) return false;
        if (!cut_down(each.amount, largest_amount, mine.amount)) return false;
    }
    std::span<Held> const all(held.data(), count);
    std::ranges::sort(all, {}, [&](Held const& each) { return screen_.rows_[each.row].place; });
    for (std::size_t first = 0; first < count;) {
        std::size_t end = first;
        std::uint32_t const expiry = screen_.rows_[held[first].row].expiry;
        while (end < count && screen_.rows_[held[end].row].expiry == expiry) ++end;
        if (!add_expiry(all.subspan(first, end - first))) return false;
        first = end;
    }
    return true;
}

/// As derive::margin_of nets them, at most: a cut amount is below the exact one by less than 10^-9.
std::int64_t GridScreen::Sums::naked_shorts(std::span<Held const> held, std::vector<Row> const& rows) {
    std::int64_t naked = 0;
    for (std::size_t i = 0; i < held.size(); ++i) {
        std::int64_t amount = held[i].amount;
        if (i + 1 < held.size() && rows[held[i].row].strike == rows[held[i + 1].row].strike) amount += held[++i].amount;
        naked += std::max<std::int64_t>(0, -amount);
    }
    return naked;
}

bool GridScreen::Sums::add_expiry(std::span<Held const> held) {
    std::array<Int128, most_columns> values{};
    std::size_t const columns = screen_.columns_;
    Int128 lost = 0; // how far a sum may be from the exact one, either way
    for (Held const& each : held) {
        std::int64_t const* const prices = screen_.prices_.data() + each.row * columns;
        for (std::size_t column = 0; column < columns; ++column) values[column] += Int128{prices[column]} * each.amount;
        Row const& row = screen_.rows_[each.row];
        lost += absolute(each.amount) * (1 + row.slack) + row.largest + row.slack + 2;
    }
    Expiry const& expiry = screen_.expiries_[screen_.rows_[held.front().row].expiry];
    Int128 const mark = values[derive::ScenarioGrid::mark];
    mark_ += mark - lost;
    Int128 const loss = std::min({values[derive::ScenarioGrid::basis_up] - mark, values[derive::ScenarioGrid::basis_down] - mark, Int128{0}});
    basis_ += at_least(loss - 2 * lost, expiry.basis_factor);
    for (std::size_t i = 0; i < screen_.scenarios_.size(); ++i) {
        Scenario const& scenario = screen_.scenarios_[i];
        Int128 const low = values[scenario.column] - lost;
        Int128 const gain_at_least =
            at_least(low, low >= 0 ? expiry.gains_at_least : expiry.losses_at_most) - (mark + lost);
        if (!scenario.tilts) {
            add_dampened(i, gain_at_least);
            continue;
        }
        Int128 const high = values[scenario.column] + lost;
        Int128 const gain_at_most =
            at_most(high, high >= 0 ? expiry.gains_at_most : expiry.losses_at_least) - (mark - lost);
        add_dampened(i, -std::max(absolute(gain_at_least), absolute(gain_at_most)));
    }
    Int128 const naked = Int128{naked_shorts(held, screen_.rows_)} * screen_.spot_;
    maintenance_ += at_most(naked, screen_.option_maintenance_);
    initial_ += at_most(naked, screen_.option_initial_);
    return true;
}

bool GridScreen::Sums::add_perpetual(derive::PortfolioAccount const& account) {
    if (account.perp_position.is_zero()) return true;
    std::int64_t size = 0;
    if (!screen_.perp_is_usable_ || !cut_down(account.perp_position, largest_amount, size)) return false;
    if (!account.perp_unsettled_cash.fits_128() || !within(account.perp_unsettled_cash.to_128(), largest_sum)) return false;
    mark_ += account.perp_unsettled_cash.to_128();
    for (std::size_t i = 0; i < screen_.scenarios_.size(); ++i) {
        Int128 const move = screen_.scenarios_[i].perp_move;
        add_dampened(i, Int128{size} * move - absolute(size) - absolute(move) - 2);
    }
    Int128 const notional = (absolute(size) + 1) * screen_.spot_;
    maintenance_ += at_most(notional, screen_.perp_maintenance_);
    initial_ += at_most(notional, screen_.perp_initial_);
    return true;
}

bool GridScreen::Sums::add_collateral(derive::Collateral const& collateral) {
    if (collateral.confidence < screen_.threshold_units_) return false;
    if (!collateral.balance.fits_128() || !collateral.price.fits_128()) return false;
    auto const value = multiply_divide(collateral.balance.to_128(), collateral.price.to_128(), screen_.stable_units_, Rounding::toward_zero);
    std::int64_t maintenance = 0;
    std::int64_t initial = 0;
    if (!value || !within(*value, largest_sum)) return false;
    if (!factor_up(collateral.haircuts.maintenance, maintenance) || !factor_up(collateral.haircuts.initial, initial)) return false;
    mark_ += *value;
    maintenance_ += at_most(*value, maintenance);
    initial_ += at_most(*value, maintenance + initial);
    if (!collateral.is_risk_cancelling) return true;
    for (std::size_t i = 0; i < screen_.scenarios_.size(); ++i) {
        std::int64_t const move = screen_.scenarios_[i].move;
        add_dampened(i, (move >= 0 ? floor_nano(*value) : ceiling_nano(*value)) * move);
    }
    return true;
}

std::optional<Bounds> GridScreen::Sums::bounds(Int128 cash) const {
    Int128 worst = basis_;
    for (std::size_t i = 0; i < screen_.scenarios_.size(); ++i) worst = std::min(worst, scenarios_[i]);
    worst -= truncations;
    if (!within(worst, largest_sum) || !within(cash, largest_sum) || !within(mark_, largest_sum)) return std::nullopt;
    Int128 const mark = mark_ + cash - truncations;
    return Bounds{at_least(worst, screen_.factor_initial_) - initial_ + mark - truncations,
                  at_least(worst, screen_.factor_maintenance_) - maintenance_ + mark - truncations, mark};
}

std::optional<Bounds> GridScreen::bounds(derive::PortfolioAccount const& account) const {
    if (!is_usable_ || !account.cash.fits_128()) return std::nullopt;
    Sums sums(*this);
    if (!sums.add_options(account) || !sums.add_perpetual(account)) return std::nullopt;
    for (derive::Collateral const& collateral : account.collaterals) {
        if (!sums.add_collateral(collateral)) return std::nullopt;
    }
    return sums.bounds(account.cash.to_128());
}

} // namespace plimsoll::risk
