/// Rows of dYdX's liquidations, deleveraging and rate limits.
#include "risk/clearing/deleverage.hpp"
#include "risk/clearing/rate_limiter.hpp"
#include "tests/vectors/dydx_read.hpp"
#include "tests/vectors/kinds.hpp"

namespace plimsoll::vectors {

using namespace risk::linear;

namespace {

Said bankruptcy(Fields const& in, Fields const&) {
    auto const got = bankruptcy_quote(account(in.object("account")), markets(in), market_id(in),
                                      in.integer("delta_base_quantums"));
    if (!got) return Said::no(word(got.error()));
    return Said::with({{"delta_quote_quantums", got.value().quote}});
}

Said fillable(Fields const& in, Fields const&) {
    auto const got = fillable_price(account(in.object("account")), markets(in), market_id(in),
                                    in.integer("delta_base_quantums"),
                                    {in.integer("bankruptcy_adjustment_ppm"),
                                     in.integer("spread_to_maintenance_margin_ratio_ppm")});
    if (!got) return Said::no(word(got.error()));
    return Said::with({{"price_numerator_quote_quantums", got.value().numerator},
                       {"price_denominator_base_quantums", got.value().denominator}});
}

BookScale book_scale(Fields const& in) {
    return {static_cast<int>(in.small("quantum_conversion_exponent")),
            in.integer_or("subticks_per_tick", 1)};
}

Said to_subticks(Fields const& in, Fields const&) {
    auto const got = subticks_of({in.integer("price_numerator_quote_quantums"),
                                  in.integer("price_denominator_base_quantums")},
                                 in.truth("is_liquidating_long"), book_scale(in));
    if (!got) return Said::no(word(got.error()));
    return Said::with({{"subticks", got.value().subticks}});
}

Said fund_delta(Fields const& in, Fields const&) {
    Fill const fill{in.truth("is_buy"), in.integer("fill_base_quantums"),
                    in.integer("fill_price_subticks")};
    auto const got =
        insurance_fund_delta(account(in.object("account")), markets(in), market_id(in), fill,
                             book_scale(in), in.integer("max_liquidation_fee_ppm"));
    if (!got) return Said::no(word(got.error()));
    return Said::with({{"insurance_fund_delta_quote_quantums", got.value().quote}});
}

Said fund_cover(Fields const& in, Fields const&) {
    return Said::with({{"is_valid", fund_covers(in.integer("fund_balance_quote_quantums"),
                                                in.integer("fund_delta_quote_quantums"))}});
}

PositionLimits limits(Fields const& in) {
    return {in.integer("min_position_notional_liquidated_quote_quantums"),
            in.integer("max_position_portion_liquidated_ppm")};
}

Said notional_limits(Fields const& in, Fields const&) {
    auto const all = markets(in);
    auto const found = all.find(market_id(in));
    if (found == all.end()) return Said::no(word(CloseRefusal::perpetual_does_not_exist));
    auto const range = notional_range(
        notional(found->second.scale, in.integer("size_base_quantums")), limits(in));
    return Said::with({{"min_notional_quote_quantums", range.least},
                       {"max_notional_quote_quantums", range.most}});
}

Answer left_or_error(risk::or_refusal<QuoteDelta, CloseRefusal> const& left) {
    if (left) return left.value().quote;
    return Answer::Record{{"error", word(left.error())}, {"fatal", is_fatal(left.error())}};
}

Said block_limits(Fields const& in, Fields const&) {
    BlockUse use{in.integer("max_notional_liquidated_per_block_quote_quantums"),
                 in.integer("max_insurance_lost_per_block_quote_quantums"),
                 in.integer("previous_notional_liquidated_quote_quantums"),
                 std::max<Wide>(-in.integer("previous_insurance_delta_quote_quantums"), 0),
                 {}};
    for (auto const each : in.array("previously_liquidated_perpetual_ids")) {
        use.liquidated.insert(static_cast<MarketId>(integer_of(each, "perpetual_id")));
    }
    auto const market = market_id(in);
    return Said::with(
        {{"remaining_notional_quote_quantums", left_or_error(remaining_notional(use, market))},
         {"remaining_insurance_lost_quote_quantums", left_or_error(remaining_insurance(use, market))}});
}

/// The first position that was not liquidated yet: rows hold one, or say which were done.
Said liquidation_size(Fields const& in, Fields const&) {
    auto const all = markets(in);
    std::set<MarketId> done;
    for (auto const each : in.array("already_liquidated_perpetual_ids")) {
        done.insert(static_cast<MarketId>(integer_of(each, "perpetual_id")));
    }
    Wide const left = in.integer("max_notional_liquidated_per_block_quote_quantums") -
                      in.integer("notional_liquidated_so_far_quote_quantums");
    for (auto const& [id, position] : account(in.object("account")).positions) {
        if (done.contains(id)) continue;
        auto const found = all.find(id);
        if (found == all.end()) return Said::no(word(CloseRefusal::perpetual_does_not_exist));
        Wide step = 1;
        for (auto const each : in.array("order_books")) {
            Fields const book(each);
            if (market_id(book) == id) step = book.integer("step_base_quantums");
        }
        return Said::with({{"perpetual_id", std::to_string(id)},
                           {"delta_base_quantums",
                            liquidation_delta(found->second.scale, position.size, limits(in), left,
                                              step)}});
    }
    return Said::no("ErrNoPerpetualPositionsToLiquidate");
}

Said liquidation_sort(Fields const& in, Fields const&) {
    std::vector<LiquidationOrder> orders;
    std::vector<std::string> labels;
    for (auto const each : in.array("orders")) {
        Fields const row(each);
        labels.emplace_back(row.text("label"));
        orders.push_back({row.integer("size_base_quantums"), row.integer("price_subticks"),
                          std::string(row.text("tie_break_hash_hex"))});
    }
    Answer::List sorted;
    for (auto const at :
         liquidation_order(price_scale(in.object("market")), book_scale(in), orders)) {
        sorted.emplace_back(labels[at]);
    }
    return Said::with({{"order", std::move(sorted)}});
}

Said can_deleverage(Fields const& in, Fields const&) {
    auto const got = deleverageable(account(in.object("account")), markets(in),
                                    in.truth("market_in_final_settlement"));
    if (!got) return Said::no(word(got.error()));
    return Said::with({{"at_bankruptcy_price", got.value().at_bankruptcy_price},
                       {"at_oracle_price", got.value().at_oracle_price}});
}

/// Rounding rows ask only whether the pair is taken.
Said pair(Fields const& in, Fields const& expected) {
    auto const price = in.text("price_rule") == "oracle" ? DeleveragePrice::oracle
                                                         : DeleveragePrice::bankruptcy;
    auto const got = deleverage({account(in.object("liquidated")), account(in.object("offsetting")), 0},
                                markets(in), market_id(in), in.integer("delta_base_quantums"), price);
    if (!got && expected.has("accepted")) return Said::with({{"accepted", false}});
    if (!got) return Said::no(word(got.error()));
    return Said::with({{"accepted", true},
                       {"liquidated", told(got.value().liquidated)},
                       {"offsetting", told(got.value().offsetting)}});
}

Said walk(Fields const& in, Fields const&) {
    auto named = named_accounts(in);
    std::size_t const liquidated = named.find(in.text("liquidated"));
    std::vector<std::size_t> order;
    std::vector<Account> candidates;
    for (auto const each : in.array("candidates_in_order")) {
        std::string_view name;
        if (each.get(name) != simdjson::SUCCESS) throw BadRow{"a candidate is no name"};
        if (named.find(name) == named.names.size()) throw BadRow{"unknown candidate"};
        order.push_back(named.find(name));
        candidates.push_back(named.accounts[order.back()]);
    }
    if (liquidated == named.names.size()) throw BadRow{"unknown account"};
    auto const price =
        in.truth("final_settlement") ? DeleveragePrice::oracle : DeleveragePrice::bankruptcy;
    auto const got = offset_walk(named.accounts[liquidated], candidates, markets(in), market_id(in),
                                 in.integer("delta_base_quantums"),
                                 static_cast<std::size_t>(in.small("start_index")), price);
    if (!got) return Said::no(word(got.error()));
    Walk const& done = got.value();
    named.accounts[liquidated] = done.liquidated;
    for (std::size_t i = 0; i < order.size(); ++i) named.accounts[order[i]] = done.candidates[i];
    Answer::Record accounts;
    for (std::size_t i = 0; i < named.names.size(); ++i) {
        accounts[named.names[i]] = told(named.accounts[i]);
    }
    Answer::List fills;
    for (Offset const& each : done.offsets) {
        fills.emplace_back(Answer::List{named.names[order[each.candidate]], each.size});
    }
    return Said::with({{"accounts", std::move(accounts)},
                       {"fills_base_quantums", std::move(fills)},
                       {"remaining_delta_base_quantums", done.remaining},
                       {"open_interest_base_quantums", done.open_interest}});
}

risk::RateLimiter limiter(Fields const& fields) {
    return {fields.integer("period_ns"), fields.integer("baseline_minimum_units"),
            fields.integer("baseline_tvl_ppm")};
}

Said rate_baseline(Fields const& in, Fields const&) {
    return Said::with(
        {{"baseline_units", risk::baseline(limiter(in), in.integer("tvl_units"))}});
}

Said rate_capacity(Fields const& in, Fields const&) {
    Answer::List capacities;
    for (auto const each : in.array("limiters")) {
        Fields const row(each);
        capacities.emplace_back(risk::recovered(limiter(row), in.integer("tvl_units"),
                                                row.integer("capacity_units"),
                                                in.integer("elapsed_ns")));
    }
    return Said::with({{"capacity_units", std::move(capacities)}});
}

} // namespace

void add_dydx_clearing(Rules& rules) {
    rules["dydx.bankruptcy_price"] = bankruptcy;
    rules["dydx.fillable_price"] = fillable;
    rules["dydx.fillable_price_to_subticks"] = to_subticks;
    rules["dydx.insurance_fund_delta"] = fund_delta;
    rules["dydx.insurance_fund_cover"] = fund_cover;
    rules["dydx.position_notional_limits"] = notional_limits;
    rules["dydx.block_limits_remaining"] = block_limits;
    rules["dydx.liquidation_size"] = liquidation_size;
    rules["dydx.liquidation_sort"] = liquidation_sort;
    rules["dydx.can_deleverage"] = can_deleverage;
    rules["dydx.deleverage_pair"] = pair;
    rules["dydx.deleverage_pair_oracle"] = pair;
    rules["dydx.deleverage_pair_rounding"] = pair;
    rules["dydx.deleverage_offset_walk"] = walk;
    rules["dydx.rate_baseline"] = rate_baseline;
    rules["dydx.rate_capacity"] = rate_capacity;
}

} // namespace plimsoll::vectors
