#include "tests/vectors/dydx_read.hpp"

#include <algorithm>

namespace plimsoll::vectors {

using namespace risk::linear;

MarketId market_id(Fields const& fields) {
    return static_cast<MarketId>(fields.small("perpetual_id"));
}

PriceScale price_scale(Fields const& fields) {
    return {fields.integer("oracle_price"),
            static_cast<int>(fields.small("oracle_price_exponent") +
                             fields.small("base_atomic_resolution") -
                             fields.small("quote_atomic_resolution"))};
}

Tier tier(Fields const& fields) {
    return {fields.integer("initial_margin_ppm"), fields.integer_or("maintenance_fraction_ppm", 0),
            fields.integer_or("oi_lower_cap_quote_quantums", 0),
            fields.integer_or("oi_upper_cap_quote_quantums", 0)};
}

Market market(Fields const& fields) {
    return {price_scale(fields), tier(fields),
            fields.integer_or("open_interest_base_quantums", 0),
            fields.integer_or("funding_index", 0),
            fields.has("market_type") && fields.text("market_type") == "isolated"};
}

Markets markets(Fields const& inputs) {
    Markets markets;
    for (auto const each : inputs.array("markets")) {
        Fields const fields(each);
        markets[market_id(fields)] = market(fields);
    }
    return markets;
}

namespace {
[[nodiscard]] std::map<MarketId, Position> positions(Fields const& fields) {
    std::map<MarketId, Position> positions;
    for (auto const each : fields.array("positions")) {
        Fields const row(each);
        positions[market_id(row)] = {row.integer("size_base_quantums"),
                                     row.integer_or("funding_index", 0),
                                     row.integer_or("quote_balance_quote_quantums", 0),
                                     row.integer_or("custom_imf_ppm", 0)};
    }
    return positions;
}
} // namespace

Account account(Fields const& fields) {
    return {fields.integer_or("quote_balance_quote_quantums", 0), positions(fields)};
}

Change change(Fields const& fields) {
    Change change;
    if (fields.has("quote_deltas_quote_quantums")) {
        for (auto const each : fields.array("quote_deltas_quote_quantums")) {
            change.quotes.push_back(integer_of(each, "quote_deltas_quote_quantums"));
        }
    }
    if (fields.has("perpetual_deltas")) {
        for (auto const each : fields.array("perpetual_deltas")) {
            Fields const row(each);
            change.positions.push_back({market_id(row), row.integer("size_delta_base_quantums"),
                                        row.integer_or("quote_delta_quote_quantums", 0)});
        }
    }
    return change;
}

UpdateKind update_kind(Fields const& inputs) {
    auto const text = inputs.text("update_type");
    if (text == "Match") return UpdateKind::match;
    if (text == "Deposit") return UpdateKind::deposit;
    if (text == "Withdrawal") return UpdateKind::withdrawal;
    if (text == "Transfer") return UpdateKind::transfer;
    return UpdateKind::collateral_check;
}

Answer told(Account const& account) {
    Answer::List positions;
    for (auto const& [id, position] : account.positions) {
        positions.emplace_back(Answer::Record{{"perpetual_id", std::to_string(id)},
                                              {"size_base_quantums", position.size},
                                              {"funding_index", position.funding_index},
                                              {"quote_balance_quote_quantums", position.quote}});
    }
    return Answer::Record{{"quote_balance_quote_quantums", account.quote},
                          {"positions", std::move(positions)}};
}

Answer::Record told(Risk const& risk) {
    return {{"net_collateral_quote_quantums", risk.net_collateral},
            {"initial_margin_quote_quantums", risk.initial},
            {"maintenance_margin_quote_quantums", risk.maintenance}};
}

std::size_t NamedAccounts::find(std::string_view name) const {
    auto const at = std::ranges::find(names, name);
    return static_cast<std::size_t>(at - names.begin());
}

NamedAccounts named_accounts(Fields const& inputs) {
    NamedAccounts named;
    for (auto const [name, each] : inputs.object("accounts").fields()) {
        named.names.emplace_back(name);
        named.accounts.push_back(account(Fields{each}));
    }
    return named;
}

std::vector<Update> updates(Fields const& inputs, NamedAccounts& named) {
    std::vector<Update> updates;
    for (auto const each : inputs.array("updates")) {
        Fields const row(each);
        auto const name = row.text("account");
        if (named.find(name) == named.names.size()) { // never seen before: an empty account
            named.names.emplace_back(name);
            named.accounts.emplace_back();
        }
        updates.push_back({named.find(name), change(row)});
    }
    return updates;
}

} // namespace plimsoll::vectors
