/// Rows of Opyn's option vaults.
#include "risk/clearing/ramped_auction.hpp"
#include "risk/margin/option_spread.hpp"
#include "tests/vectors/kinds.hpp"

namespace plimsoll::vectors {

using namespace risk::naked;
using risk::Fixed27;
namespace spread = risk::spread;

namespace {

Fixed27 money(Fields const& in, std::string_view name) {
    return Fixed27::counted(in.integer(name), 8);
}

NakedTerms naked_terms(Fields const& in) {
    NakedTerms terms;
    for (auto const each : in.array("tenor_table")) {
        Fields const row(each);
        terms.tenors.push_back(
            {row.integer("tenor_seconds"), Fixed27::of_units(row.integer("bound_1e27"))});
    }
    if (in.has("spot_shock_1e27")) {
        terms.spot_shock = Fixed27::of_units(in.integer("spot_shock_1e27"));
    }
    return terms;
}

ShortOption short_option(Fields const& in) {
    return {money(in, "short_amount_1e8"), money(in, "strike_1e8"),
            in.integer("seconds_to_expiry"), in.truth("is_put")};
}

int decimals(Fields const& in) { return static_cast<int>(in.small("collateral_decimals")); }

Said tenor_bound(Fields const& in, Fields const&) {
    auto const bound = bound_at(naked_terms(in).tenors, in.integer("seconds_to_expiry"));
    if (!bound) return Said::no(word(bound.error()));
    return Said::with({{"bound_1e27", bound.value().units()}});
}

Said tenor_update(Fields const& in, Fields const&) {
    TenorTable table;
    for (auto const each : in.array("existing_tenor_seconds")) {
        table.push_back({integer_of(each, "existing_tenor_seconds"), Fixed27::one()});
    }
    std::vector<Wide> seconds;
    for (auto const each : in.array("new_tenor_seconds")) {
        seconds.push_back(integer_of(each, "new_tenor_seconds"));
    }
    std::vector<Fixed27> bounds;
    for (auto const each : in.array("new_bound_1e27")) {
        bounds.push_back(Fixed27::of_units(integer_of(each, "new_bound_1e27")));
    }
    auto const after = extended(std::move(table), seconds, bounds);
    if (!after) return Said::no(word(after.error()));
    return Said::with({{"accepted", true}});
}

Said naked_margin(Fields const& in, Fields const&) {
    auto const needed = required(short_option(in), money(in, "spot_1e8"), naked_terms(in));
    if (!needed) return Said::no(word(needed.error()));
    return Said::with({{"required_collateral_units",
                        needed.value().magnitude(decimals(in), Rounding::ceiling)}});
}

Said told(Excess const& excess) {
    return Said::with(
        {{"excess_or_deficit_units", excess.units}, {"is_excess", excess.is_excess}});
}

Said naked_excess(Fields const& in, Fields const&) {
    auto const got =
        vault_excess(in.integer("vault_collateral_units"), in.integer_or("dust_units", 0),
                     decimals(in), short_option(in), money(in, "spot_1e8"), naked_terms(in));
    if (!got) return Said::no(word(got.error()));
    return told(got.value());
}

RampTerms ramp_terms(Fields const& in) {
    return {Fixed27::of_units(in.integer("oracle_deviation_1e27")), in.integer("auction_seconds")};
}

Said auction_price(Fields const& in, Fields const&) {
    Fixed27 const collateral =
        Fixed27::counted(in.integer("vault_collateral_units"), decimals(in));
    return Said::with(
        {{"price_per_contract_units",
          ramped_price(collateral, money(in, "vault_debt_1e8"), money(in, "cash_value_1e8"),
                       money(in, "spot_1e8"), in.truth("is_put"), in.integer("elapsed_seconds"),
                       ramp_terms(in), decimals(in))}});
}

Said liquidatable(Fields const& in, Fields const&) {
    NakedVault const vault{in.integer("vault_type") == 1, in.integer("vault_collateral_units"),
                           decimals(in), short_option(in)};
    auto const got = liquidation(vault, money(in, "spot_1e8"), in.truth("round_after_vault_update"),
                                 in.integer("elapsed_seconds"), naked_terms(in), ramp_terms(in));
    if (!got) return Said::no(word(got.error()));
    return Said::with({{"is_liquidatable", got.value().liquidatable},
                       {"price_per_contract_units", got.value().price_per_contract}});
}

spread::Series series(Fields const& row) {
    return {std::string(row.text("series")),
            std::string(row.text("underlying")),
            std::string(row.text("strike_asset")),
            std::string(row.text("collateral")),
            decimals(row),
            Fixed27::counted(row.integer("strike_price_1e8"), 8),
            row.integer("expiry_seconds_from_now"),
            row.truth("is_put")};
}

std::vector<Wide> amounts(Fields const& vault, std::string_view name) {
    std::vector<Wide> list;
    for (auto const each : vault.array(name)) list.push_back(integer_of(each, name));
    return list;
}

spread::Prices prices(Fields const& in) {
    spread::Prices prices;
    if (in.has("live_prices_1e8")) {
        for (auto const [asset, price] : in.object("live_prices_1e8").fields()) {
            prices.live[std::string(asset)] = Fixed27::counted(integer_of(price, asset), 8);
        }
    }
    for (auto const [asset, price] : in.object("expiry_prices_1e8").fields()) {
        prices.at_expiry[std::string(asset)].price =
            Fixed27::counted(integer_of(price, asset), 8);
    }
    if (in.has("final")) {
        Fields const finals = in.object("final");
        for (auto const [asset, price] : finals.fields()) {
            prices.at_expiry[std::string(asset)].is_final = finals.truth(asset);
        }
    }
    return prices;
}

Said spread_excess(Fields const& in, Fields const&) {
    Fields const row = in.object("vault");
    spread::OptionVault vault;
    for (auto const each : row.array("short")) {
        if (!each.is_null()) vault.shorts.push_back(series(Fields{each}));
    }
    for (auto const each : row.array("long")) {
        if (!each.is_null()) vault.longs.push_back(series(Fields{each}));
    }
    for (auto const each : row.array("collateral")) {
        if (each.is_null()) continue;
        Fields const asset(each);
        vault.collaterals.push_back(
            {std::string(asset.text("asset")), static_cast<int>(asset.small("decimals"))});
    }
    vault.short_amounts = amounts(row, "short_amounts_1e8");
    vault.long_amounts = amounts(row, "long_amounts_1e8");
    vault.collateral_amounts = amounts(row, "collateral_amounts");
    auto const got = spread::excess(vault, prices(in));
    if (!got) return Said::no(word(got.error()));
    return told(got.value());
}

Said cash_value(Fields const& in, Fields const&) {
    spread::Series asked;
    asked.underlying = in.text("underlying");
    asked.strike_asset = in.text("strike_asset");
    asked.strike = money(in, "strike_1e8");
    asked.is_put = in.truth("is_put");
    auto const cash = spread::cash_value(asked, prices(in));
    if (!cash) return Said::no(word(cash.error()));
    return Said::with({{"cash_value_1e8", cash.value().magnitude(8, Rounding::floor)}});
}

Said payout_rate(Fields const& in, Fields const&) {
    auto const paid = spread::payout_per_contract(series(in.object("option")), prices(in));
    if (!paid) return Said::no(word(paid.error()));
    return Said::with({{"payout_per_contract_units", paid.value().per_contract}});
}

} // namespace

void add_opyn(Rules& rules) {
    rules["opyn.tenor_bound"] = tenor_bound;
    rules["opyn.tenor_table_update"] = tenor_update;
    rules["opyn.naked_margin"] = naked_margin;
    rules["opyn.naked_excess"] = naked_excess;
    rules["opyn.auction_price"] = auction_price;
    rules["opyn.liquidatable"] = liquidatable;
    rules["opyn.spread_excess"] = spread_excess;
    rules["opyn.cash_value"] = cash_value;
    rules["opyn.payout_rate"] = payout_rate;
}

} // namespace plimsoll::vectors
