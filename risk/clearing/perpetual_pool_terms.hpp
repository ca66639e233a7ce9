/// The numbers of a perpetual pool: defaults, and what the ledger's parameters of scope `perpetual_pool` say instead.
#pragma once

#include "risk/clearing/terms.hpp"
#include "risk/pool/funding_velocity.hpp"
#include "risk/pool/price_impact.hpp"
#include "risk/pool/profit_factor.hpp"

namespace plimsoll::risk {

inline constexpr std::string_view perpetual_pool_scope = "perpetual_pool";
/// Where the rate of an instrument's funding stands, and the time in seconds of when it did: parameters named as it is.
inline constexpr std::string_view pool_rate_scope = "pool_funding_rate";
inline constexpr std::string_view pool_time_scope = "pool_funding_time";

struct PerpetualPoolTerms {
    pool::PriceImpactTerms impact;
    Int128 price_skew_scale = 0; ///< contracts; 0: trades are done at the mark
    pool::FundingVelocityTerms funding; ///< a skew_scale of 0: none
    pool::ProfitFactorTerms factor;
};

/// In the order in which they are shown.
[[nodiscard]] std::span<ClearingTerm const> perpetual_pool_terms();

/// Of one instrument: `NAME.INSTRUMENT` goes before `NAME`. Errors: Errc::clearing_term_out_of_bounds with the name;
/// parameter_out_of_bounds where they do not fit together.
[[nodiscard]] result<PerpetualPoolTerms> perpetual_pool_terms_of(book::Book const& book, InstrumentId instrument);

/// A parameter's value; nothing where it was never set.
[[nodiscard]] std::optional<Int128> parameter_of(book::Book const& book, std::string_view scope, std::string_view name);

} // namespace plimsoll::risk
