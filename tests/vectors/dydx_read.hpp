/// Markets and accounts of dYdX rows.
#pragma once

#include "risk/margin/linear_update.hpp"
#include "tests/vectors/answer.hpp"

namespace plimsoll::vectors {

[[nodiscard]] risk::linear::MarketId market_id(Fields const& fields);
[[nodiscard]] risk::linear::PriceScale price_scale(Fields const& fields);
[[nodiscard]] risk::linear::Tier tier(Fields const& fields);
[[nodiscard]] risk::linear::Market market(Fields const& fields);
[[nodiscard]] risk::linear::Markets markets(Fields const& inputs);
[[nodiscard]] risk::linear::Account account(Fields const& fields);
[[nodiscard]] risk::linear::Change change(Fields const& fields);
[[nodiscard]] risk::linear::UpdateKind update_kind(Fields const& inputs);

[[nodiscard]] Answer told(risk::linear::Account const& account);
[[nodiscard]] Answer::Record told(risk::linear::Risk const& risk);

/// The accounts of a row by name, and its updates of them.
struct NamedAccounts {
    std::vector<std::string> names;
    std::vector<risk::linear::Account> accounts;
    [[nodiscard]] std::size_t find(std::string_view name) const;
};
[[nodiscard]] NamedAccounts named_accounts(Fields const& inputs);
[[nodiscard]] std::vector<risk::linear::Update> updates(Fields const& inputs, NamedAccounts& named);

} // namespace plimsoll::vectors
