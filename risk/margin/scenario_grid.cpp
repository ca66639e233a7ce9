#include "risk/margin/scenario_grid.hpp"

#include "risk/pricing/fast_black.hpp"

#include <numeric>
#include <tuple>

namespace plimsoll::risk::derive {
namespace {

constexpr Int128 month_seconds = 30 * 86'400;

/// Volatility shocks shrink or grow with a power of 30 days over what is left.
void set_vol_shocks(Checked& on, ExpiryTerms& terms, VolShockParameters const& set) {
    Int256 const seconds{terms.seconds_to_expiry};
    Int256 const ratio = on.unsigned_over(month_seconds, std::max(seconds, set.dte_floor_seconds));
    bool const is_short = seconds <= Int256{month_seconds};
    if (on.broken()) return;
    Int256 const size = power(on, ratio, is_short ? set.short_term_power : set.long_term_power);
    terms.vol_shock_up = on.add(one_wei, on.times(set.range_up, size));
    terms.vol_shock_down = std::max(Int256{}, on.subtract(one_wei, on.times(set.range_down, size)));
}

/// exp(-(years * (rate * mult + add)))
[[nodiscard]] Int256 static_decay(Checked& on, ExpiryTerms const& terms, Int256 const& mult,
                                  Int256 const& add) {
    Int256 const rate = on.add(on.times(terms.rate_used, mult), add);
    return exponential(on, on.negate(on.times(terms.time.years, rate)));
}

void set_static_discounts(Checked& on, ExpiryTerms& terms, MarginParameters const& set) {
    terms.static_discount_positive =
        on.times(set.long_base_static_discount,
                 static_decay(on, terms, set.long_rate_mult_scale, set.long_rate_add_scale));
    Int256 const decay =
        static_decay(on, terms, set.short_rate_mult_scale, set.short_rate_add_scale);
    terms.static_discount_negative = std::min(on.over(one_wei, terms.time.discount),
                                              on.over(set.short_base_static_discount, decay));
}

[[nodiscard]] ExpiryTerms terms_of(ExpiryFeed const& feed, std::int64_t now_seconds,
                                   PortfolioParameters const& parameters) {
    ExpiryTerms terms;
    Checked& on = terms.fault;
    std::int64_t seconds = 0;
    if (feed.expiry_seconds > now_seconds &&
        __builtin_sub_overflow(feed.expiry_seconds, now_seconds, &seconds)) {
        on.refuse(Errc::arithmetic_overflow);
    }
    terms.seconds_to_expiry = seconds;
    terms.rate_used = std::max(feed.rate, Int256{});
    Int256 const interest =
        on.divide(on.multiply(terms.rate_used, Int128{seconds}), seconds_per_year);
    terms.time = TimeToExpiry::of(on, Int128{seconds}, exponential(on, on.negate(interest)));
    set_vol_shocks(on, terms, parameters.vol_shock);
    set_static_discounts(on, terms, parameters.margin);
    return terms;
}

/// How much a tilt of the smile changes a volatility at one strike, as a multiplier: in proportion to
/// the log-moneyness up to a cap. A negative cap caps nothing, as in the source.
[[nodiscard]] Int256 skew_multiplier(Checked& on, SkewShockParameters const& set, VolShock shock,
                                     Int256 const& years_root, Int256 const& moneyness) {
    bool const is_linear = shock == VolShock::linear;
    Int256 const cap = on.add(on.times(is_linear ? set.linear_c_base : set.abs_c_base, years_root),
                              is_linear ? set.linear_base_cap : set.abs_base_cap);
    Int256 const width =
        on.times(on.times(years_root, set.width_scale),
                 on.add(set.vol_param_static, on.times(years_root, set.vol_param_scale)));
    Int256 const k_star = std::max(set.min_k_star, width);
    Int256 k = logarithm(on, moneyness);
    if (!is_linear) k = on.absolute(k);
    Int256 const tilt = on.divide(on.multiply(k, cap), k_star);
    Int256 const change = k.is_negative() ? std::max(on.negate(cap), tilt) : std::min(cap, tilt);
    return std::max(on.add(one_wei, change), Int256{});
}

} // namespace

result<ScenarioGrid> ScenarioGrid::build(PortfolioParameters parameters, PortfolioMarket market,
                                         std::vector<Option> options, Fidelity fidelity) {
    for (Option const& option : options) {
        if (option.expiry >= market.expiries.size()) {
            return fail(Errc::unknown_expiry, "#" + std::to_string(option.expiry));
        }
    }
    ScenarioGrid grid;
    grid.fidelity_ = fidelity;
    grid.parameters_ = std::move(parameters);
    grid.market_ = std::move(market);
    grid.options_ = std::move(options);
    for (ExpiryFeed const& feed : grid.market_.expiries) {
        grid.terms_.push_back(terms_of(feed, grid.market_.now_seconds, grid.parameters_));
    }
    grid.choose_columns();
    std::size_t const cells = grid.options_.size() * grid.columns_.size();
    grid.prices_.resize(cells);
    grid.faults_.resize(cells);
    grid.has_fault_.resize(grid.options_.size());

    auto const order = grid.sort_options();
    for (std::size_t i = 1; i < order.size(); ++i) {
        bool const same_side =
            grid.options_[order[i]].is_call == grid.options_[order[i - 1]].is_call;
        if (same_side && grid.strike_numbers_[order[i]] == grid.strike_numbers_[order[i - 1]]) {
            return fail(Errc::option_repeated, "#" + std::to_string(order[i]));
        }
    }
    // A put and its call come from one calculation.
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() &&
               grid.strike_numbers_[order[end]] == grid.strike_numbers_[order[first]] &&
               grid.options_[order[end]].volatility == grid.options_[order[first]].volatility) {
            ++end;
        }
        grid.price(std::span(order).subspan(first, end - first));
        first = end;
    }
    return grid;
}

void ScenarioGrid::choose_columns() {
    BasisContingencyParameters const& basis = parameters_.basis_contingency;
    columns_ = {{one_wei, VolShock::none},
                {basis.spot_up, VolShock::none},
                {basis.spot_down, VolShock::none}};
    for (Scenario const& scenario : parameters_.scenarios) {
        bool const tilts =
            scenario.vol_shock == VolShock::linear || scenario.vol_shock == VolShock::abs;
        PriceColumn const wanted{tilts ? one_wei : scenario.spot_shock, scenario.vol_shock};
        std::size_t column = 0;
        while (column < columns_.size() && (columns_[column].spot_shock != wanted.spot_shock ||
                                            columns_[column].vol_shock != wanted.vol_shock)) {
            ++column;
        }
        if (column == columns_.size()) columns_.push_back(wanted);
        scenario_columns_.push_back(column);
    }
}

std::vector<std::uint32_t> ScenarioGrid::sort_options() {
    std::vector<std::uint32_t> order(options_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        Option const& x = options_[a];
        Option const& y = options_[b];
        return std::tie(x.expiry, x.strike, x.is_call, a) <
               std::tie(y.expiry, y.strike, y.is_call, b);
    });
    places_.resize(order.size());
    strike_numbers_.resize(order.size());
    std::uint32_t number = 0;
    for (std::uint32_t place = 0; place < order.size(); ++place) {
        Option const& option = options_[order[place]];
        if (place > 0) {
            Option const& before = options_[order[place - 1]];
            if (option.expiry != before.expiry || option.strike != before.strike) ++number;
        }
        places_[order[place]] = place;
        strike_numbers_[order[place]] = number;
    }
    return order;
}

Int256 ScenarioGrid::shocked_volatility(Checked& on, Option const& option, Int256 const& forward,
                                        VolShock shock) const {
    ExpiryTerms const& terms = terms_[option.expiry];
    switch (shock) {
    case VolShock::none: break;
    case VolShock::up:
        return std::max(parameters_.vol_shock.min_vol_up_shock,
                        on.times(option.volatility, terms.vol_shock_up));
    case VolShock::down: return on.times(option.volatility, terms.vol_shock_down);
    case VolShock::linear:
    case VolShock::abs:
        return on.times(option.volatility,
                        skew_multiplier(on, parameters_.skew_shock, shock, terms.time.years_root,
                                        on.unsigned_over(option.strike, forward)));
    }
    return option.volatility;
}

/// Call and put alone. Refuses what the fast family does not take: numbers past 2^120 units.
Black76 ScenarioGrid::fast_price(Checked& on, Option const& option, Int256 const& forward,
                                 Int256 const& volatility) const {
    TimeToExpiry const& time = terms_[option.expiry].time;
    for (Int256 const& number : {forward, option.strike, volatility, time.years, time.discount}) {
        if (number.is_negative() || number > Int256{event_limit_units}) on.refuse(Errc::arithmetic_overflow);
    }
    if (on.broken()) return {};
    auto const f = fast::LogPrice::of(static_cast<Uint128>(forward.to_128()));
    auto const k = fast::LogPrice::of(static_cast<Uint128>(option.strike.to_128()));
    auto const deviation = fast::Deviation::of(volatility.to_128(), time.years.to_128());
    auto discounted = [&](wire::OptionSide side) {
        return on.times(Int256{static_cast<Int128>(fast::undiscounted(side, f, k, deviation))}, time.discount);
    };
    Black76 prices;
    prices.call = discounted(wire::OptionSide::call);
    prices.put = discounted(wire::OptionSide::put);
    return prices;
}

Int256 ScenarioGrid::initial_factor(Checked& on) const {
    OtherContingencyParameters const& other = parameters_.other_contingency;
    if (market_.stable_price >= other.peg_loss_threshold) return parameters_.margin.im_factor;
    Int256 const lost = on.subtract(other.peg_loss_threshold, market_.stable_price);
    return on.add(parameters_.margin.im_factor, on.times(lost, other.peg_loss_factor));
}

/// By the largest and the smallest forward that any column prices with.
Int256 ScenarioGrid::price_slack(Checked& on, std::size_t option) const {
    if (fidelity_ == Fidelity::exact) return {};
    Option const& terms = options_[option];
    ExpiryFeed const& feed = market_.expiries[terms.expiry];
    Int256 most = one_wei;
    Int256 least = one_wei;
    for (PriceColumn const& column : columns_) {
        most = std::max(most, column.spot_shock);
        least = std::min(least, column.spot_shock);
    }
    auto forward = [&](Int256 const& shock) {
        return on.add(on.times(feed.forward_variable, shock), feed.forward_fixed);
    };
    Int256 const ratio = on.divide(terms.strike, forward(least));
    return on.add(on.divide(on.add(forward(most), terms.strike), Int256{price_slack_divisor}),
                  on.multiply(on.add(ratio, Int256{1}), Int256{4}));
}

void ScenarioGrid::price(std::span<std::uint32_t const> same_strike) {
    Option const& option = options_[same_strike.front()];
    ExpiryTerms const& terms = terms_[option.expiry];
    ExpiryFeed const& feed = market_.expiries[option.expiry];
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        PriceColumn const& kind = columns_[column];
        Checked on = terms.fault;
        Int256 const forward =
            on.add(on.unsigned_times(feed.forward_variable, kind.spot_shock), feed.forward_fixed);
        Int256 const volatility = shocked_volatility(on, option, forward, kind.vol_shock);
        Black76 prices;
        if (!on.broken()) {
            prices = fidelity_ == Fidelity::exact
                         ? black76(on, terms.time, volatility, forward, option.strike)
                         : fast_price(on, option, forward, volatility);
        }
        for (std::uint32_t const row : same_strike) {
            std::size_t const cell = row * columns_.size() + column;
            prices_[cell] = options_[row].is_call ? prices.call : prices.put;
            faults_[cell] = on;
            if (on.broken()) has_fault_[row] = true;
        }
    }
}

} // namespace plimsoll::risk::derive
