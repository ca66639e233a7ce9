#include "risk/clearing/perpetual_pool_terms.hpp"

#include "ledger/event/decimal.hpp"

#include <array>

namespace plimsoll::risk {
namespace {

constexpr Int128 pool_one = one_units;
constexpr Int128 pool_hundredth = one_units / 100;
constexpr Int128 any_contracts = Int128{1'000'000'000'000} * one_units;
constexpr std::string_view gmx = "GMX v2: risk-models 2.5 and 2.6";
constexpr std::string_view synthetix = "Synthetix v3 perps market: risk-models 2.6";

constexpr std::array pool_terms_table{
    ClearingTerm{"impact_improving", "of the quote, a unit of it to the exponent less one", 0, 0, pool_one, gmx},
    ClearingTerm{"impact_worsening", "the same", 0, 0, pool_one, gmx},
    ClearingTerm{"impact_exponent", "1", 2 * pool_one, pool_one, 4 * pool_one, gmx},
    ClearingTerm{"impact_largest_gain", "of notional", pool_hundredth / 2, 0, pool_one, "GMX v2 caps it; the figure is the design's"},
    ClearingTerm{"price_skew_scale", "contracts, 0: none", 0, 0, any_contracts, synthetix},
    ClearingTerm{"funding_skew_scale", "contracts, 0: no funding", 0, 0, any_contracts, synthetix},
    ClearingTerm{"funding_max_velocity", "of the rate of a day, a day", 9 * pool_one, 0, 1'000 * pool_one, "Synthetix v3: 9"},
    ClearingTerm{"deleverage", "of the pool's assets", 85 * pool_hundredth, 0, 99 * pool_hundredth, gmx},
    ClearingTerm{"deleverage_floor", "of the pool's assets", 77 * pool_hundredth, 0, 99 * pool_hundredth, gmx},
};

[[nodiscard]] result<Int128> pool_term(book::Book const& book, std::string_view name, std::string_view instrument) {
    for (ClearingTerm const& term : pool_terms_table) {
        if (term.name != name) continue;
        std::string const own = std::string(name) + "." + std::string(instrument);
        auto value = parameter_of(book, perpetual_pool_scope, own);
        if (!value) value = parameter_of(book, perpetual_pool_scope, name);
        if (!value) return term.standard;
        if (*value >= term.least && *value <= term.most) return *value;
        return fail(Errc::clearing_term_out_of_bounds, std::string(perpetual_pool_scope) + " " + own + " is " + format_decimal(*value) + ", must be " +
                                                           format_decimal(term.least) + " to " + format_decimal(term.most) + " " + std::string(term.unit));
    }
    PLIMSOLL_ASSERT(false); // a name that is not in the table
    return Int128{0};
}

} // namespace

std::span<ClearingTerm const> perpetual_pool_terms() { return pool_terms_table; }

std::optional<Int128> parameter_of(book::Book const& book, std::string_view scope, std::string_view name) {
    for (book::ParameterRow const& row : book.parameters.rows()) {
        if (row.scope.view() == scope && row.name.view() == name) return row.value.units();
    }
    return std::nullopt;
}

result<PerpetualPoolTerms> perpetual_pool_terms_of(book::Book const& book, InstrumentId instrument) {
    std::string_view const name = book.instrument(instrument).name.view();
    PerpetualPoolTerms terms;
    for (auto const& [key, place] : {std::pair("impact_improving", &terms.impact.improving), std::pair("impact_worsening", &terms.impact.worsening),
                                     std::pair("impact_exponent", &terms.impact.exponent), std::pair("impact_largest_gain", &terms.impact.largest_gain),
                                     std::pair("price_skew_scale", &terms.price_skew_scale), std::pair("funding_skew_scale", &terms.funding.skew_scale),
                                     std::pair("funding_max_velocity", &terms.funding.max_velocity), std::pair("deleverage", &terms.factor.deleverage),
                                     std::pair("deleverage_floor", &terms.factor.floor)}) {
        PLIMSOLL_TRY(value, pool_term(book, key, name));
        *place = value;
    }
    terms.factor.trader_cap = std::max(terms.factor.trader_cap, terms.factor.deleverage); // profits are never cut here: winners are closed
    bool const fits = terms.impact.improving <= terms.impact.worsening && terms.factor.floor < terms.factor.deleverage;
    if (!fits) return fail(Errc::parameter_out_of_bounds, std::string(name) + ": impact_improving is at most impact_worsening, deleverage_floor below deleverage");
    return terms;
}

} // namespace plimsoll::risk
