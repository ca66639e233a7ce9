#include "tests/vectors/vega_read.hpp"

namespace plimsoll::vectors {

using risk::Precise;

Precise decimal(Fields const& fields, std::string_view name) {
    std::string_view text;
    std::string kept;
    if (fields.at(name).get(text) != simdjson::SUCCESS) {
        kept = simdjson::minify(fields.at(name));
        text = kept;
    }
    auto const value = Precise::parse(text);
    if (!value) throw BadRow{std::string(name) + " is no decimal: " + std::string(text)};
    return *value;
}

risk::levels::MarketTerms vega_terms(Fields const& fields) {
    risk::levels::MarketTerms terms;
    terms.position_decimals = static_cast<int>(fields.small("position_decimals"));
    terms.linear_slippage = decimal(fields, "linear_slippage");
    terms.quadratic_slippage = decimal(fields, "quadratic_slippage");
    terms.multiples = {decimal(fields, "search_factor"), decimal(fields, "initial_factor"),
                       decimal(fields, "release_factor")};
    if (fields.has("lognormal")) {
        Fields const model = fields.object("lognormal");
        terms.factors = risk::lognormal_factors({decimal(model, "risk_aversion"),
                                                 decimal(model, "tau_years"), decimal(model, "mu"),
                                                 decimal(model, "sigma")});
    } else {
        terms.factors = {decimal(fields, "risk_factor_long"), decimal(fields, "risk_factor_short")};
    }
    return terms;
}

risk::levels::Exposure vega_exposure(Fields const& fields) {
    risk::levels::Exposure exposure{fields.integer("position"), fields.integer("open_buy"),
                                    fields.integer("open_sell"), fields.integer_or("price", 0), {}};
    if (fields.truth("auction")) {
        auto& auction = exposure.auction.emplace();
        auction.buy_value = fields.integer_or("buy_value", 0);
        auction.sell_value = fields.integer_or("sell_value", 0);
        if (fields.has("auction_price")) auction.price = fields.integer("auction_price");
    }
    return exposure;
}

} // namespace plimsoll::vectors
