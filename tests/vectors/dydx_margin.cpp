/// Rows of dYdX's margin, risk and account updates.
#include "tests/vectors/dydx_read.hpp"
#include "tests/vectors/kinds.hpp"

#include <charconv>

namespace plimsoll::vectors {

using namespace risk::linear;

namespace {

Said net_notional(Fields const& in, Fields const&) {
    return Said::with({{"net_notional_quote_quantums",
                        notional(price_scale(in), in.integer("size_base_quantums"))}});
}

Said adjusted(Fields const& in, Fields const&) {
    return Said::with(
        {{"adjusted_imf_ppm",
          adjusted_initial_margin_ppm(tier(in),
                                      in.integer("open_interest_notional_quote_quantums"))}});
}

Said initial(Fields const& in, Fields const&) {
    return Said::with({{"initial_margin_quote_quantums",
                        initial_margin(tier(in), in.integer("notional_quote_quantums"),
                                       in.integer_or("open_interest_notional_quote_quantums", 0),
                                       in.integer_or("custom_imf_ppm", 0))}});
}

Said requirements(Fields const& in, Fields const&) {
    auto const needed = requirement(price_scale(in), tier(in), in.integer("size_base_quantums"),
                                    in.integer_or("open_interest_base_quantums", 0),
                                    in.integer_or("custom_imf_ppm", 0));
    return Said::with({{"initial_margin_quote_quantums", needed.initial},
                       {"maintenance_margin_quote_quantums", needed.maintenance}});
}

Said maintenance_ppm(Fields const& in, Fields const&) {
    return Said::with({{"maintenance_margin_ppm", maintenance_margin_ppm(tier(in))}});
}

Said clamp(Fields const& in, Fields const&) {
    return Said::with(
        {{"max_abs_rate_ppm", funding_clamp_ppm(tier(in), in.integer("clamp_factor_ppm"))}});
}

Said valid_tier(Fields const& in, Fields const&) {
    auto const valid = validate(tier(in), in.integer("impact_notional_quote_quantums"));
    if (!valid) return Said::no(word(valid.error()));
    return Said::with({{"valid", true}});
}

/// One position, or an account's whole settlement where the row has one.
Said funding(Fields const& in, Fields const&) {
    if (in.has("account")) {
        auto const settled = settle(account(in.object("account")), markets(in));
        if (!settled) return Said::no(word(settled.error()));
        return Said::with({{"account", told(settled.value().account)},
                           {"quote_balance_quote_quantums", settled.value().account.quote}});
    }
    Wide const index = in.integer("market_funding_index");
    return Said::with({{"settlement_ppm_of_quote_quantum",
                        funding_settlement_ppm(index, in.integer("position_funding_index"),
                                               in.integer("size_base_quantums"))},
                       {"new_position_funding_index", index}});
}

Said account_risk(Fields const& in, Fields const&) {
    auto const risk = risk_after(account(in.object("account")), change(in), markets(in));
    if (!risk) return Said::no(word(risk.error()));
    return Said::with(told(risk.value()));
}

Said liquidatable(Fields const& in, Fields const&) {
    auto const risk = risk_after(account(in.object("account")), {}, markets(in));
    if (!risk) return Said::no(word(risk.error()));
    return Said::with({{"is_liquidatable", risk.value().liquidatable()}});
}

Risk risk_from(Fields const& fields, std::string const& prefix) {
    return {fields.integer_or(prefix + "net_collateral_quote_quantums", 0),
            fields.integer_or(prefix + "initial_margin_quote_quantums", 0),
            fields.integer_or(prefix + "maintenance_margin_quote_quantums", 0)};
}

Said risk_add(Fields const& in, Fields const&) {
    Risk risk = risk_from(in.object("a"), "");
    risk += risk_from(in.object("b"), "");
    return Said::with(told(risk));
}

Said risk_flag(Fields const& in, Fields const&) {
    Risk const risk = risk_from(in, "");
    return Said::with({{"is_initial_collateralized", risk.meets_initial()},
                       {"is_maintenance_collateralized", risk.meets_maintenance()},
                       {"is_liquidatable", risk.liquidatable()}});
}

Said risk_compare(Fields const& in, Fields const&) {
    int const order = compare_riskiness(risk_from(in, "first_"), risk_from(in, "second_"));
    return Said::with({{"cmp_first_riskier_is_1", Wide{order}}});
}

Said improve(Fields const& in, Fields const&) {
    return Said::with(
        {{"result", word(improve_or_reject(risk_from(in, "old_"), risk_from(in, "new_")))}});
}

Answer::List words(std::vector<Verdict> const& verdicts) {
    Answer::List list;
    for (Verdict const verdict : verdicts) list.emplace_back(word(verdict));
    return list;
}

std::optional<WithdrawalGate> gate(Fields const& in, Markets const& markets) {
    if (!in.has("negative_collateral_seen_at_block")) return std::nullopt;
    WithdrawalGate gate{in.small("current_block"), in.small("gate_window_blocks"), {}};
    Fields const seen = in.object("negative_collateral_seen_at_block");
    for (auto const [name, block] : seen.fields()) {
        MarketId id = 0;
        std::from_chars(name.data(), name.data() + name.size(), id);
        auto const market = markets.find(id);
        bool const isolated = market == markets.end() ? id != 0 : market->second.isolated;
        PoolId const pool = isolated ? PoolId{id} : PoolId{};
        std::int64_t const at = seen.small(name);
        auto const [kept, fresh] = gate.sightings.try_emplace(pool, at);
        if (!fresh) kept->second = std::max(kept->second, at);
    }
    return gate;
}

Said update_check(Fields const& in, Fields const&) {
    auto const all = markets(in);
    auto named = named_accounts(in);
    auto const asked = updates(in, named);
    auto const checked = check(named.accounts, all, update_kind(in), asked, gate(in, all));
    if (!checked) return Said::no(word(checked.error()));
    return Said::with({{"accepted", checked.value().accepted()},
                       {"result_per_update", words(checked.value().verdicts)}});
}

std::string pool_name(PoolId pool) {
    return pool ? "isolated:" + std::to_string(*pool) : "cross";
}

std::optional<Pools> pools(Fields const& in) {
    if (!in.has("pools_quote_quantums")) return std::nullopt;
    Pools pools;
    Fields const fields = in.object("pools_quote_quantums");
    for (auto const [name, value] : fields.fields()) {
        PoolId id;
        if (name.starts_with("isolated:")) {
            MarketId number = 0;
            std::from_chars(name.data() + 9, name.data() + name.size(), number);
            id = number;
        }
        pools[id] = integer_of(value, name);
    }
    return pools;
}

Said update_apply(Fields const& in, Fields const&) {
    auto const all = markets(in);
    auto named = named_accounts(in);
    auto const asked = updates(in, named);
    auto const applied =
        apply(named.accounts, all, update_kind(in), asked, gate(in, all), pools(in));
    if (!applied) return Said::no(word(applied.error()));
    Applied const& after = applied.value();
    Answer::Record record{{"accepted", after.checked.accepted()},
                          {"result_per_update", words(after.checked.verdicts)}};
    Answer::Record accounts;
    for (std::size_t i = 0; i < named.names.size(); ++i) {
        accounts[named.names[i]] = told(after.accounts[i]);
    }
    if (auto const main = named.find("main"); main < named.names.size()) {
        Answer::Record paid;
        for (auto const& [id, amount] : after.funding_paid[main]) {
            paid[std::to_string(id)] = amount;
        }
        record["main_account"] = told(after.accounts[main]);
        record["funding_paid_quote_quantums"] = std::move(paid);
    }
    record["accounts"] = std::move(accounts);
    Answer::Record interest;
    for (auto const& [id, size] : after.open_interest) interest[std::to_string(id)] = size;
    record["open_interest_base_quantums"] = std::move(interest);
    if (after.pools) {
        Answer::Record left;
        for (auto const& [id, amount] : *after.pools) left[pool_name(id)] = amount;
        record["pools_quote_quantums"] = std::move(left);
    }
    return Said::with(std::move(record));
}

Said interest_delta(Fields const& in, Fields const&) {
    Answer::Record none{{"perpetual_id", Answer{}}, {"delta_base_quantums", Wide{0}}};
    if (update_kind(in) != UpdateKind::match) return Said::with(std::move(none));
    std::vector<Account> accounts;
    std::vector<Update> asked;
    for (auto const each : in.array("updates")) {
        Fields const row(each);
        asked.push_back({accounts.size(), change(row)});
        accounts.push_back(account(row));
    }
    auto const delta = open_interest_delta(accounts, asked);
    if (!delta) return Said::no(word(delta.error()));
    if (!delta.value()) return Said::with(std::move(none));
    return Said::with({{"perpetual_id", std::to_string(delta.value()->market)},
                       {"delta_base_quantums", delta.value()->size}});
}

} // namespace

void add_dydx_margin(Rules& rules) {
    rules["dydx.net_notional"] = net_notional;
    rules["dydx.adjusted_imf"] = adjusted;
    rules["dydx.initial_margin"] = initial;
    rules["dydx.margin_requirements"] = requirements;
    rules["dydx.maintenance_margin_ppm"] = maintenance_ppm;
    rules["dydx.funding_clamp_ppm"] = clamp;
    rules["dydx.tier_validate"] = valid_tier;
    rules["dydx.funding_settlement"] = funding;
    rules["dydx.account_risk"] = account_risk;
    rules["dydx.is_liquidatable"] = liquidatable;
    rules["dydx.risk_add"] = risk_add;
    rules["dydx.risk_flag"] = risk_flag;
    rules["dydx.risk_compare"] = risk_compare;
    rules["dydx.improve_or_reject"] = improve;
    rules["dydx.update_check"] = update_check;
    rules["dydx.withdrawal_gate"] = update_check;
    rules["dydx.update_apply"] = update_apply;
    rules["dydx.open_interest_delta"] = interest_delta;
}

} // namespace plimsoll::vectors
