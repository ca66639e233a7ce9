/// Rows of Drift's weights, margins and tiers.
#include "risk/margin/weights.hpp"
#include "tests/vectors/kinds.hpp"

#include <array>
#include <utility>

namespace plimsoll::vectors {

using namespace risk::weighted;

namespace {

MarginType margin_type(Fields const& in) {
    auto const text = in.text("margin_type");
    if (text == "initial") return MarginType::initial;
    if (text == "fill") return MarginType::fill;
    if (text == "maintenance") return MarginType::maintenance;
    throw BadRow{"unknown margin_type"};
}

Wide size(Fields const& in) {
    return base_size(in.integer("size_units"), static_cast<int>(in.small("decimals")));
}

Graded weights(Fields const& in) {
    return {in.integer("initial_weight_1e4"), in.integer_or("maintenance_weight_1e4", 0)};
}

Said asset_weight(Fields const& in, Fields const&) {
    return Said::with({{"asset_weight_1e4", discounted(weights(in).of(margin_type(in)), size(in),
                                                       in.integer("imf_factor_1e6"))}});
}

Said liability_weight(Fields const& in, Fields const&) {
    return Said::with({{"liability_weight_1e4",
                        surcharged(weights(in).of(margin_type(in)), size(in),
                                   in.integer("imf_factor_1e6"))}});
}

/// The one field whose name holds one word and not the other; these rows name their fields in more
/// than one way.
Wide named_like(Fields const& in, std::string_view word, std::string_view without) {
    for (auto const [name, value] : in.fields()) {
        if (name.find(word) != name.npos && name.find(without) == name.npos) {
            return integer_of(value, name);
        }
    }
    throw BadRow{"no field is named like " + std::string(word)};
}

/// Deposits come as a value, or as tokens with their price and decimals, or as a balance whose
/// interest index makes tokens of it.
Said scaled_weight(Fields const& in, Fields const& expected) {
    Wide const start = named_like(in, "start", "decimals");
    Wide value;
    bool priced = false;
    for (auto const [name, field] : in.fields()) {
        if (name.find("deposit") == name.npos || name.find("start") != name.npos ||
            name.find("interest") != name.npos) {
            continue;
        }
        value = integer_of(field, name);
        priced = name.find("value") != name.npos || name.find("quote") != name.npos;
        if (priced) break;
        if (name.find("balance") != name.npos && name.find("1e9") != name.npos) {
            int const decimals = static_cast<int>(in.small("decimals"));
            Wide index = risk::power_of_ten(10);
            for (auto const [other, number] : in.fields()) {
                if (other.find("interest") != other.npos) index = integer_of(number, other);
            }
            value = risk::quotient(value * index, risk::power_of_ten(19 - decimals),
                                   Rounding::toward_zero);
        }
    }
    if (!priced) {
        value = risk::quotient(value * named_like(in, "price", "start"),
                               risk::power_of_ten(static_cast<int>(in.small("decimals"))),
                               Rounding::toward_zero);
    }
    Wide const weight = scaled_initial_weight(named_like(in, "weight", "start"), value, start);
    Answer::Record record;
    for (auto const [name, theirs] : expected.fields()) record[std::string(name)] = weight;
    return Said::with(std::move(record));
}

Said unrealised_weight(Fields const& in, Fields const&) {
    Graded const graded{in.integer("initial_weight_1e4"),
                        in.integer_or("maintenance_weight_1e4", one_weight)};
    return Said::with({{"asset_weight_1e4",
                        risk::weighted::pnl_weight(in.integer("pnl_quote_1e6"), graded,
                                                   in.integer("imf_factor_1e6"),
                                                   margin_type(in))}});
}

Said perp(Fields const& in, Fields const&) {
    PerpTerms const terms{
        {in.integer("margin_ratio_initial_1e4"), in.integer("margin_ratio_maintenance_1e4")},
        in.integer("imf_factor_1e6"),
        {in.integer("pnl_initial_weight_1e4"), in.integer("pnl_maintenance_weight_1e4")},
        in.integer("pnl_imf_factor_1e6"),
        in.integer("oracle_price_1e6"),
        in.integer("quote_oracle_price_1e6"),
        in.text("contract_type") == "prediction",
        in.integer("max_positive_pnl_for_initial_quote_1e6")};
    auto const margin = perp_margin(terms, in.integer("base_amount_1e9"),
                                    in.integer("quote_amount_1e6"), margin_type(in));
    return Said::with({{"margin_requirement_quote_1e6", margin.requirement},
                       {"raw_pnl_quote_1e6", margin.pnl},
                       {"weighted_pnl_quote_1e6", margin.weighted_pnl}});
}

template <class Tier, std::size_t n>
Tier tier_of(std::array<std::pair<std::string_view, Tier>, n> const& names, std::string_view text) {
    for (auto const& [name, tier] : names) {
        if (name == text) return tier;
    }
    throw BadRow{"unknown tier " + std::string(text)};
}

Said tier_as_safe(Fields const& in, Fields const&) {
    static constexpr std::array<std::pair<std::string_view, ContractTier>, 6> contracts{{
        {"A", ContractTier::a},
        {"B", ContractTier::b},
        {"C", ContractTier::c},
        {"Speculative", ContractTier::speculative},
        {"HighlySpeculative", ContractTier::highly_speculative},
        {"Isolated", ContractTier::isolated},
    }};
    static constexpr std::array<std::pair<std::string_view, AssetTier>, 5> assets{{
        {"Collateral", AssetTier::collateral},
        {"Protected", AssetTier::protected_asset},
        {"Cross", AssetTier::cross},
        {"Isolated", AssetTier::isolated},
        {"Unlisted", AssetTier::unlisted},
    }};
    return Said::with({{"as_safe", as_safe(tier_of(contracts, in.text("contract_tier")),
                                           tier_of(contracts, in.text("safest_contract_tier")),
                                           tier_of(assets, in.text("safest_asset_tier")))}});
}

} // namespace

void add_drift_margin(Rules& rules) {
    rules["drift.asset_weight"] = asset_weight;
    rules["drift.liability_weight"] = liability_weight;
    rules["drift.scaled_initial_weight"] = scaled_weight;
    rules["drift.unrealized_pnl_weight"] = unrealised_weight;
    rules["drift.perp_margin_and_pnl"] = perp;
    rules["drift.tier_as_safe"] = tier_as_safe;
}

} // namespace plimsoll::vectors
