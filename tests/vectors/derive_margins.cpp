#include "tests/vectors/derive_kinds.hpp"

#include "risk/margin/derive_portfolio.hpp"
#include "risk/margin/derive_standard.hpp"
#include "risk/pricing/svi.hpp"

#include <algorithm>

namespace plimsoll::vectors {
namespace {

using namespace risk;
using namespace risk::derive;

[[nodiscard]] VolShock vol_shock(std::string_view word) {
    if (word == "none") return VolShock::none;
    if (word == "up") return VolShock::up;
    if (word == "down") return VolShock::down;
    if (word == "linear") return VolShock::linear;
    if (word == "abs") return VolShock::abs;
    throw Malformed("unknown vol_shock " + std::string(word));
}

[[nodiscard]] PortfolioParameters read_parameters(Json from) {
    PortfolioParameters set;
    Json const vol = from["vol_shock"];
    set.vol_shock = {number(vol, "vol_range_up"),     number(vol, "vol_range_down"),
                     number(vol, "short_term_power"), number(vol, "long_term_power"),
                     number(vol, "min_vol_up_shock"), number(vol, "dte_floor_seconds")};
    Json const margin = from["margin"];
    set.margin = {number(margin, "im_factor"),
                  number(margin, "mm_factor"),
                  number(margin, "short_rate_mult_scale"),
                  number(margin, "long_rate_mult_scale"),
                  number(margin, "short_rate_add_scale"),
                  number(margin, "long_rate_add_scale"),
                  number(margin, "short_base_static_discount"),
                  number(margin, "long_base_static_discount")};
    Json const basis = from["basis_contingency"];
    set.basis_contingency = {number(basis, "spot_up"), number(basis, "spot_down"),
                             number(basis, "add_factor"), number(basis, "mult_factor")};
    Json const other = from["other_contingency"];
    set.other_contingency = {
        number(other, "peg_loss_threshold"),   number(other, "peg_loss_factor"),
        number(other, "confidence_threshold"), number(other, "confidence_margin"),
        number(other, "mm_perp_fraction"),     number(other, "im_perp_fraction"),
        number(other, "mm_option_fraction"),   number(other, "im_option_fraction")};
    Json const skew = from["skew_shock"];
    set.skew_shock = {number(skew, "linear_base_cap"),  number(skew, "abs_base_cap"),
                      number(skew, "linear_c_base"),    number(skew, "abs_c_base"),
                      number(skew, "min_k_star"),       number(skew, "width_scale"),
                      number(skew, "vol_param_static"), number(skew, "vol_param_scale")};
    for (Json const scenario : from["scenarios"]) {
        set.scenarios.push_back({number(scenario, "spot_shock"),
                                 vol_shock(std::string_view(scenario["vol_shock"])),
                                 number(scenario, "dampening_factor")});
    }
    return set;
}

[[nodiscard]] PortfolioMarket read_market(Json from, std::int64_t now_seconds) {
    PortfolioMarket market{now_seconds,
                           number(from, "spot_price"),
                           number(from, "spot_confidence"),
                           number(from, "stable_price"),
                           number(from, "perp_price"),
                           number(from, "perp_confidence"),
                           {}};
    for (Json const expiry : from["expiries"]) {
        market.expiries.push_back({count(expiry, "expiry"), number(expiry, "forward_fixed"),
                                   number(expiry, "forward_variable"),
                                   number(expiry, "forward_confidence"), number(expiry, "rate"),
                                   number(expiry, "rate_confidence"),
                                   number(expiry, "vol_confidence")});
    }
    return market;
}

template <class Expiries>
[[nodiscard]] std::uint32_t expiry_index(Expiries const& expiries, std::int64_t expiry_seconds) {
    for (std::uint32_t i = 0; i < expiries.size(); ++i) {
        if (expiries[i].expiry_seconds == expiry_seconds) return i;
    }
    throw Malformed("the market lacks expiry " + std::to_string(expiry_seconds));
}

struct Holdings {
    PortfolioAccount account;
    std::vector<Option> options;
};

[[nodiscard]] Holdings read_account(Json from, PortfolioMarket const& market) {
    Holdings held;
    held.account.cash = number(from, "cash");
    held.account.perp_position = number(from, "perp_position");
    held.account.perp_unsettled_cash = number(from, "perp_unsettled_cash");
    for (Json const item : from["collaterals"]) {
        held.account.collaterals.push_back(
            {number(item, "balance"),
             number(item, "price"),
             number(item, "confidence"),
             bool(item["is_risk_cancelling"]),
             {number(item, "mm_haircut"), number(item, "im_haircut")}});
    }
    for (Json const item : from["options"]) {
        auto const row = static_cast<std::uint32_t>(held.options.size());
        held.options.push_back({expiry_index(market.expiries, count(item, "expiry")),
                                number(item, "strike"), bool(item["is_call"]),
                                number(item, "vol")});
        held.account.options.push_back({row, number(item, "amount")});
    }
    return held;
}

/// The fit in the case gives the volatility beside each option: one more value to compare.
void compare_fits(Json root, std::string const& place, Tally& tally) {
    for (Json const option : root["account"]["options"]) {
        for (Json const expiry : root["market"]["expiries"]) {
            if (count(expiry, "expiry") != count(option, "expiry") || !has(expiry, "svi")) continue;
            Json const svi = expiry["svi"];
            auto const ours = svi_volatility(
                SviFit{number(svi, "a"), number(svi, "b"), number(svi, "rho"), number(svi, "m"),
                       number(svi, "sigma"), number(svi, "forward"), number(svi, "tau")},
                number(option, "strike"));
            tally.compare(place, "vol", ours ? format_int256(ours.value()) : "refused",
                          format_int256(number(option, "vol")));
        }
    }
}

void compare_expiries(PortfolioMargin const& ours, ScenarioGrid const& grid, Json expected,
                      std::string const& place, Tally& tally) {
    auto const& feeds = grid.market().expiries;
    for (Json const theirs : expected["expiries"]) {
        auto const seconds = count(theirs, "expiry");
        std::string const field = "expiry " + std::to_string(seconds);
        auto const line =
            std::ranges::find(ours.expiries, seconds, [&](ExpiryMargin const& expiry) {
                return feeds[expiry.expiry].expiry_seconds;
            });
        if (line == ours.expiries.end()) {
            tally.compare(place, field, "not held", "held");
            continue;
        }
        ExpiryTerms const& terms = grid.expiries()[line->expiry];
        auto const compare = [&](char const* key, Int256 const& value) {
            tally.compare(place, field + " " + key, value, theirs[key]);
        };
        compare("seconds_to_expiry", Int256{terms.seconds_to_expiry});
        compare("rate_used", terms.rate_used);
        compare("discount", terms.time.discount);
        compare("min_confidence", line->min_confidence);
        compare("net_options", line->net_options);
        compare("mtm", line->mtm);
        compare("mtm_spot_up", line->mtm_spot_up);
        compare("mtm_spot_down", line->mtm_spot_down);
        compare("vol_shock_up", terms.vol_shock_up);
        compare("vol_shock_down", terms.vol_shock_down);
        compare("static_discount_positive", terms.static_discount_positive);
        compare("static_discount_negative", terms.static_discount_negative);
    }
    tally.compare(place, "expiries", std::to_string(ours.expiries.size()),
                  std::to_string(simdjson::dom::array(expected["expiries"]).size()));
}

/// What the auction asks: each scenario alone. Their worst is the whole margin.
void compare_single_scenarios(PortfolioAccount const& account, ScenarioGrid const& grid,
                              Json expected, std::string const& place, Tally& tally) {
    std::size_t const scenarios = grid.parameters().scenarios.size();
    for (auto const& [kind, margin_key, worst_key] :
         {std::tuple(MarginKind::maintenance, "maintenance_margin", "worst_scenario_mm"),
          std::tuple(MarginKind::initial, "initial_margin", "worst_scenario_im")}) {
        auto const worst = static_cast<std::size_t>(count(expected, worst_key));
        auto const ours = margin_in_scenario(account, grid, kind, worst);
        std::string const field = std::string(margin_key) + " of the worst scenario alone";
        if (!ours || worst > scenarios) {
            tally.compare(place, field, "refused", std::string(margin_key));
            continue;
        }
        tally.compare(place, field, ours.value().margin, expected[margin_key]);
        tally.compare(place, field, ours.value().mark_to_market, expected["mark_to_market"]);
    }
}

} // namespace

void compare_portfolio(std::filesystem::path const& file, Tally& tally) {
    std::string const place = file.filename().string();
    simdjson::dom::parser parser;
    Json const root = parser.parse(read_file(file)).value();
    auto const parameters = read_parameters(root["parameters"]);
    auto const market = read_market(root["market"], count(root, "now"));
    auto const held = read_account(root["account"], market);
    auto const accepted = check(parameters);
    auto const grid = ScenarioGrid::build(parameters, market, held.options);
    auto const margin = !grid ? result<PortfolioMargin>(outcome::failure(grid.error()))
                              : margin_of(held.account, grid.value());
    tally.begin_case();
    if (refusal_wanted(root)) {
        tally.compare(place, "outcome", margin && accepted ? "accepted" : "refused", "refused");
        return;
    }
    Json const expected = root["expected"];
    if (!accepted) tally.note(place + ": " + accepted.error().message());
    if (!margin) {
        tally.compare(place, "outcome", "refused: " + margin.error().message(), "accepted");
        return;
    }
    PortfolioMargin const& ours = margin.value();
    compare_fits(root, place, tally);
    auto const compare = [&](char const* key, Int256 const& value) {
        tally.compare(place, key, value, expected[key]);
    };
    compare("min_confidence", ours.min_confidence);
    compare("perp_value", ours.perp_value);
    compare_expiries(ours, grid.value(), expected, place, tally);
    std::size_t i = 0;
    for (Json const theirs : expected["collaterals"]) {
        if (i >= ours.collaterals.size()) throw Malformed(place + ": more collaterals than held");
        std::string const field = "collateral " + std::to_string(i);
        tally.compare(place, field + " value", ours.collaterals[i].value, theirs["value"]);
        tally.compare(place, field + " min_confidence", ours.collaterals[i].min_confidence,
                      theirs["min_confidence"]);
        ++i;
    }
    compare("total_mtm", ours.total_mtm);
    compare("basis_contingency", ours.basis_contingency);
    compare("mm_contingency", ours.mm_contingency);
    compare("im_contingency", ours.im_contingency);
    i = 0;
    for (Json const theirs : expected["scenario_pnl"]) {
        if (i >= ours.scenario_pnl.size()) throw Malformed(place + ": more results than scenarios");
        tally.compare(place, "scenario_pnl " + std::to_string(i), ours.scenario_pnl[i], theirs);
        ++i;
    }
    compare("maintenance_margin", ours.maintenance_margin);
    compare("initial_margin", ours.initial_margin);
    compare("mark_to_market", ours.mark_to_market);
    compare("worst_scenario_mm", Int256{static_cast<Int128>(ours.worst.scenario)});
    compare("worst_scenario_im", Int256{static_cast<Int128>(ours.worst.scenario)});
    compare("trusted_maintenance_margin", ours.trusted_maintenance_margin);
    compare("worst_scenario_trusted", Int256{static_cast<Int128>(ours.worst_trusted.scenario)});
    compare_single_scenarios(held.account, grid.value(), expected, place, tally);
}

namespace {

[[nodiscard]] StandardParameters read_standard_parameters(Json from) {
    StandardParameters set;
    set.perp_mm_fraction = number(from["perp"], "mm_fraction");
    set.perp_im_fraction = number(from["perp"], "im_fraction");
    Json const option = from["option"];
    set.option = {number(option, "max_spot_req"),      number(option, "min_spot_req"),
                  number(option, "mm_call_spot_req"),  number(option, "mm_put_spot_req"),
                  number(option, "mm_put_mtm_req"),    number(option, "unpaired_im_scale"),
                  number(option, "unpaired_mm_scale"), number(option, "mm_offset_scale")};
    set.base_margin_factor = number(from["base"], "margin_factor");
    set.base_im_scale = number(from["base"], "im_scale");
    Json const oracle = from["oracle_contingency"];
    set.oracle = {number(oracle, "perp_threshold"), number(oracle, "option_threshold"),
                  number(oracle, "base_threshold"), number(oracle, "factor")};
    return set;
}

/// The files name markets by number; ours are in the order of the file.
struct StandardCase {
    StandardState state;
    std::vector<std::int64_t> market_names;
    StandardAccount account;
    std::vector<StandardOption> options;

    [[nodiscard]] std::uint32_t market(std::int64_t name) const {
        auto const found = std::ranges::find(market_names, name);
        if (found == market_names.end()) throw Malformed("no market " + std::to_string(name));
        return static_cast<std::uint32_t>(found - market_names.begin());
    }
};

[[nodiscard]] StandardCase read_standard(Json root) {
    StandardCase out;
    Json const parameters = root["parameters"];
    Json const market = root["market"];
    out.state.now_seconds = count(root, "now");
    out.state.stable_price = number(market, "stable_price");
    out.state.depeg_threshold = number(parameters["depeg"], "threshold");
    out.state.depeg_factor = number(parameters["depeg"], "factor");
    for (Json const item : market["markets"]) {
        StandardMarket one{read_standard_parameters(parameters), number(item, "spot_price"),
                           number(item, "spot_confidence"),      number(item, "perp_price"),
                           number(item, "perp_confidence"),      {}};
        for (Json const expiry : item["expiries"]) {
            one.expiries.push_back({count(expiry, "expiry"), number(expiry, "forward"),
                                    number(expiry, "forward_confidence"),
                                    number(expiry, "vol_confidence")});
        }
        out.market_names.push_back(count(item, "market"));
        out.state.markets.push_back(one);
    }
    Json const account = root["account"];
    out.account.cash = number(account, "cash");
    out.account.markets.resize(out.state.markets.size());
    for (Json const item : account["holdings"]) {
        out.account.markets[out.market(count(item, "market"))] = {
            number(item, "perp_position"), number(item, "perp_unsettled_cash"),
            number(item, "base_balance")};
    }
    for (Json const item : account["options"]) {
        auto const index = out.market(count(item, "market"));
        auto const row = static_cast<std::uint32_t>(out.options.size());
        out.options.push_back(
            {index, expiry_index(out.state.markets[index].expiries, count(item, "expiry")),
             number(item, "strike"), bool(item["is_call"]), number(item, "vol")});
        out.account.options.push_back({row, number(item, "amount")});
    }
    return out;
}

} // namespace

void compare_standard(std::filesystem::path const& file, Tally& tally) {
    std::string const place = file.filename().string();
    simdjson::dom::parser parser;
    Json const root = parser.parse(read_file(file)).value();
    StandardCase const read = read_standard(root);
    tally.begin_case();
    auto const grid = StandardGrid::build(read.state, read.options);
    bool const must_refuse = refusal_wanted(root);
    bool refused = false;
    for (auto const& [kind, key] : {std::pair(StandardKind::initial, "initial_margin"),
                                    std::pair(StandardKind::maintenance, "maintenance_margin")}) {
        auto const ours = !grid ? result<StandardMargin>(outcome::failure(grid.error()))
                                : margin_of(read.account, grid.value(), kind);
        refused = refused || !ours;
        if (must_refuse) continue;
        Json const expected = root["expected"];
        if (!ours) {
            tally.compare(place, key, "refused: " + ours.error().message(), "accepted");
            continue;
        }
        tally.compare(place, key, ours.value().margin, expected[key]);
        tally.compare(place, "mark_to_market", ours.value().mark_to_market,
                      expected["mark_to_market"]);
    }
    if (must_refuse) tally.compare(place, "outcome", refused ? "refused" : "accepted", "refused");
}

} // namespace plimsoll::vectors
