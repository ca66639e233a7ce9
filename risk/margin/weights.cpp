#include "risk/margin/weights.hpp"

#include <algorithm>

namespace plimsoll::risk::weighted {
namespace {

[[nodiscard]] Wide divide(Wide const& a, Wide const& b) {
    return quotient(a, b, Rounding::toward_zero);
}

/// Counts 10^-5 of the square root of a size in whole ones.
[[nodiscard]] Wide root(Wide const& size) {
    return boost::multiprecision::sqrt(Wide{size * 10 + 1});
}
constexpr std::int64_t one_root = 100'000;

} // namespace

Wide Graded::of(MarginType type) const {
    switch (type) {
    case MarginType::initial: return initial;
    case MarginType::fill: return divide(initial + maintenance, 2);
    case MarginType::maintenance: return maintenance;
    }
    return initial;
}

Wide base_size(Wide const& tokens, int decimals) {
    return times_power_of_ten(tokens, 9 - decimals, Rounding::toward_zero);
}

Wide discounted(Wide const& weight, Wide const& size, Wide const& factor) {
    if (factor.is_zero()) return weight;
    Wide const ceiling = Wide{one_factor + one_factor / 10} * one_weight;
    Wide const grown = one_factor + divide(root(size) * factor, one_root);
    return std::min(weight, divide(ceiling, grown));
}

Wide surcharged(Wide const& weight, Wide const& size, Wide const& factor) {
    if (factor.is_zero()) return weight;
    Wide const part = weight - divide(weight, 5);
    Wide const premium =
        divide(root(size) * factor, Wide{one_root} * (one_factor / one_weight));
    return std::max<Wide>(weight, part + premium);
}

Wide scaled_initial_weight(Wide const& weight, Wide const& deposits_value,
                           Wide const& start_value) {
    if (start_value.is_zero() || deposits_value < start_value) return weight;
    return divide(weight * start_value, deposits_value);
}

Wide pnl_weight(Wide const& pnl, Graded const& weights, Wide const& factor, MarginType type) {
    if (pnl <= 0) return one_weight;
    if (type == MarginType::maintenance) return weights.maintenance;
    return discounted(weights.initial, pnl * (one_base / one_price), factor);
}

PerpMargin perp_margin(PerpTerms const& terms, Wide const& base, Wide const& quote,
                       MarginType type) {
    Wide const size = abs(base);
    Wide const value = divide(size * terms.price, one_base);
    bool const owes_rest = terms.is_prediction && base < 0;
    Wide const liability =
        owes_rest ? divide(size * (one_price - terms.price), one_base) : value;
    Wide const ratio = surcharged(terms.margin_ratio.of(type), size, terms.size_factor);

    PerpMargin margin;
    margin.requirement = divide(divide(liability * ratio, one_weight) * terms.quote_price, one_price);
    margin.pnl = divide(((base < 0 ? -value : value) + quote) * terms.quote_price, one_price);
    Wide const weight = pnl_weight(margin.pnl, terms.pnl_weight, terms.pnl_factor, type);
    margin.weighted_pnl = divide(margin.pnl * weight, one_weight);
    if (type == MarginType::initial) {
        margin.weighted_pnl = std::min(margin.weighted_pnl, terms.gains_cap);
    }
    return margin;
}

bool as_safe(ContractTier contract, ContractTier safest_contract, AssetTier safest_asset) {
    if (contract > safest_contract) return false;
    if (safest_asset == AssetTier::unlisted) return true;
    return contract <= ContractTier::c && safest_asset >= AssetTier::cross;
}

} // namespace plimsoll::risk::weighted
