#include "risk/margin/naked_bound.hpp"

#include <algorithm>

namespace plimsoll::risk::naked {

std::string_view word(NakedRefusal refusal) {
    switch (refusal) {
    case NakedRefusal::no_tenor_table: return "no_tenor_table";
    case NakedRefusal::tenor_beyond_table: return "tenor_beyond_table";
    case NakedRefusal::empty_tenors: return "empty_tenors";
    case NakedRefusal::length_mismatch: return "length_mismatch";
    case NakedRefusal::not_increasing: return "not_increasing";
    case NakedRefusal::zero_bound: return "zero_bound";
    case NakedRefusal::collateral_not_above_dust: return "collateral_not_above_dust";
    }
    return {};
}

or_refusal<Fixed27, NakedRefusal> bound_at(TenorTable const& table, Wide const& seconds_to_expiry) {
    if (table.empty()) return NakedRefusal::no_tenor_table;
    auto const reaches = [&](Tenor const& tenor) { return tenor.seconds >= seconds_to_expiry; };
    auto const found = std::ranges::find_if(table, reaches);
    if (found == table.end()) return NakedRefusal::tenor_beyond_table;
    return found->bound;
}

or_refusal<TenorTable, NakedRefusal> extended(TenorTable table, std::vector<Wide> const& seconds,
                                              std::vector<Fixed27> const& bounds) {
    if (seconds.empty()) return NakedRefusal::empty_tenors;
    if (seconds.size() != bounds.size()) return NakedRefusal::length_mismatch;
    if (!table.empty() && seconds.front() <= table.back().seconds) {
        return NakedRefusal::not_increasing;
    }
    for (std::size_t i = 0; i < seconds.size(); ++i) {
        bool const last = i + 1 == seconds.size();
        if (!last && seconds[i] >= seconds[i + 1]) return NakedRefusal::not_increasing;
        if (bounds[i].units() <= 0) return NakedRefusal::zero_bound;
        table.push_back({seconds[i], bounds[i]});
    }
    return table;
}

or_refusal<Fixed27, NakedRefusal> required(ShortOption const& option, Fixed27 const& spot,
                                           NakedTerms const& terms) {
    PLIMSOLL_TRY(bound, bound_at(terms.tenors, option.seconds_to_expiry));
    Fixed27 const reach = option.is_put ? option.strike : Fixed27::one();
    Fixed27 const shocked = option.is_put ? terms.spot_shock * spot
                                          : option.strike * terms.spot_shock / spot;
    Fixed27 const outside = std::min(reach, shocked);
    Fixed27 const intrinsic = std::max(reach - shocked, Fixed27{});
    return (bound * outside + intrinsic) * option.amount;
}

Excess excess(Fixed27 const& collateral, Fixed27 const& required, int decimals) {
    Fixed27 const left = collateral - required;
    bool const is_excess = left.units() >= 0;
    return {left.magnitude(decimals, is_excess ? Rounding::floor : Rounding::ceiling), is_excess};
}

or_refusal<Excess, NakedRefusal> vault_excess(Wide const& collateral_units, Wide const& dust_units,
                                              int decimals, ShortOption const& option,
                                              Fixed27 const& spot, NakedTerms const& terms) {
    if (collateral_units > 0 && collateral_units <= dust_units) {
        return NakedRefusal::collateral_not_above_dust;
    }
    PLIMSOLL_TRY(needed, required(option, spot, terms));
    return excess(Fixed27::counted(collateral_units, decimals), needed, decimals);
}

} // namespace plimsoll::risk::naked
