#include "tests/vectors/vega_story.hpp"

#include "risk/margin/margin_moves.hpp"
#include "tests/vectors/scenarios.hpp"
#include "tests/vectors/vega_read.hpp"

#include <algorithm>

namespace plimsoll::vectors {

namespace settlement = risk::settlement;
using Differs = Story::Differs;

namespace {

std::string const network = "network";
std::string const nobody = "*";

std::string name(Fields const& step, std::string_view field) { return std::string(step.text(field)); }

Differs same(Wide const& ours, Fields const& step, std::string_view field) {
    return Answer(ours).differs_from(step.at(field), std::string(field));
}

} // namespace

Story::Story(Fields const& row) : row_(row) {
    for (auto const each : row.array("markets")) {
        Fields const fields(each);
        MarketState& state = markets_[name(fields, "id")];
        state.asset = name(fields, "asset");
        state.terms = vega_terms(fields);
    }
}

Differs Story::replay() {
    for (auto const each : row_.array("steps")) {
        Fields const fields(each);
        auto difference = step(fields);
        if (!difference) continue;
        difference->field = "step " + fields.integer("n").str() + ", " +
                            std::string(fields.text("op")) + ": " + difference->field;
        return difference;
    }
    return std::nullopt;
}

Story::MarketState& Story::market(Fields const& step) {
    auto const found = markets_.find(step.text("market"));
    if (found == markets_.end()) throw BadRow{"unknown market"};
    return found->second;
}

Story::MarketState const* Story::find_market(std::string_view id) const {
    auto const found = markets_.find(id);
    return found == markets_.end() ? nullptr : &found->second;
}

Purse Story::purse(std::string_view party, std::string_view account, std::string_view market) const {
    bool const of_market = account == "margin" || account == "bond" || account == "insurance" ||
                           account == "liqfee" || account == "settlement";
    auto const* state = find_market(market);
    std::string const scope =
        of_market || state == nullptr ? std::string(market) : state->asset;
    return {std::string(party), std::string(account), scope};
}

Wide Story::balance(Purse const& purse) const {
    auto const found = balances_.find(purse);
    return found == balances_.end() ? Wide{0} : found->second;
}

bool Story::transfer(Fields const& step, Move const& move) {
    auto const market = step.text("market");
    Wide& from = balances_[purse(move.from, move.from_account, market)];
    if (from < move.amount) return false;
    from -= move.amount;
    balances_[purse(move.to, move.to_account, market)] += move.amount;
    moves_.push_back(move);
    return true;
}

Differs Story::step(Fields const& step) {
    auto const op = step.text("op");
    if (op == "deposit" || op == "withdraw") {
        Wide& general = balances_[purse(step.text("party"), "general", step.text("asset"))];
        general += op == "deposit" ? step.integer("amount") : -step.integer("amount");
        if (general >= 0) return std::nullopt;
        return Answer::Difference{"amount", "more than there is", general.str()};
    }
    if (op == "insurance_topup") {
        balances_[purse(nobody, "insurance", step.text("market"))] += step.integer("amount");
        return std::nullopt;
    }
    if (op == "register") {
        market(step).order.push_back(name(step, "party"));
        return std::nullopt;
    }
    if (op == "mark_price") {
        market(step).mark = step.integer("price");
        return std::nullopt;
    }
    if (op == "transfer") {
        Move const move{name(step, "from"), name(step, "from_account"), name(step, "to"),
                        name(step, "to_account"), step.integer("amount")};
        if (transfer(step, move)) return std::nullopt;
        return Answer::Difference{"amount", "more than there is", move.amount.str()};
    }
    if (op == "insurance_after_close_out") {
        return same(balance(purse(nobody, "insurance", step.text("market"))), step, "balance");
    }
    if (op == "trade") return trade(step);
    if (op == "mtm") return settle(step);
    if (op == "margin") return margin(step);
    if (op == "close_out") return close_out(step);
    if (op == "market_update") {
        update(step);
        return std::nullopt;
    }
    if (op == "assert") return check(step);
    if (op.starts_with("note") || op.find("auction") != op.npos) return std::nullopt; // told, no more
    return Answer::Difference{"op", "not known", std::string(op)};
}

Differs Story::trade(Fields const& step) {
    MarketState& state = market(step);
    Wide const price = step.integer("price");
    Wide const size = step.integer("size");
    state.holdings[name(step, "buyer")].trades.push_back({price, size});
    state.holdings[name(step, "seller")].trades.push_back({price, -size});
    return std::nullopt;
}

void Story::update(Fields const& step) {
    auto& terms = market(step).terms;
    terms.linear_slippage = decimal(step, "linear_slippage");
    terms.quadratic_slippage = decimal(step, "quadratic_slippage");
    terms.factors = {decimal(step, "risk_factor_long"), decimal(step, "risk_factor_short")};
}

/// Losses first, then wins; after it everyone holds what was settled at the mark.
Differs Story::settle(Fields const& step) {
    MarketState& state = market(step);
    Wide const mark = step.integer("mark_price");
    std::vector<settlement::Holding> holdings;
    for (std::string const& party : state.order) holdings.push_back(state.holdings[party]);
    auto const due = settlement::amounts_due(holdings, state.settled_mark, mark,
                                             state.terms.position_decimals);
    if (auto difference = collect(step, due)) return difference;
    if (auto difference = pay(step, due)) return difference;
    for (auto& [party, holding] : state.holdings) holding = {holding.size(), {}};
    state.mark = state.settled_mark = mark;
    auto const left = balance(purse(nobody, "settlement", step.text("market")));
    if (left.is_zero()) return std::nullopt;
    return Answer::Difference{"settlement account", left.str(), "0"};
}

Differs Story::collect(Fields const& step, std::vector<Wide> const& due) {
    MarketState& state = market(step);
    auto const id = step.text("market");
    Answer::List told;
    Wide lost;
    Wide collected;
    for (std::size_t i = 0; i < due.size(); ++i) {
        if (due[i] >= 0) continue;
        std::string const& party = state.order[i];
        auto const of = [&](std::string_view account) { return balance(purse(party, account, id)); };
        settlement::Purse const has = party == network
                                          ? settlement::Purse{}
                                          : settlement::Purse{of("margin"), of("general"), of("bond")};
        Wide insurance = balance(purse(nobody, "insurance", id));
        Answer::Record before{{"margin", has.margin}, {"general", has.general}, {"bond", has.bond},
                              {"insurance", insurance}};
        auto const draw = settlement::collect(-due[i], has, insurance);
        Answer::Record from;
        for (auto const& [account, part] :
             {std::pair{"margin", &draw.margin}, {"general", &draw.general}, {"bond", &draw.bond},
              {"insurance", &draw.insurance}}) {
            if (part->is_zero()) continue;
            from[account] = *part;
            std::string const payer = account == std::string_view("insurance") ? nobody : party;
            if (!transfer(step, {payer, account, nobody, "settlement", *part})) {
                return Answer::Difference{"losses", "overdrawn", party};
            }
        }
        told.emplace_back(Answer::Record{{"party", party}, {"due", Wide{-due[i]}},
                                         {"collected", draw.total()}, {"before", std::move(before)},
                                         {"from", std::move(from)}});
        lost -= due[i];
        collected += draw.total();
    }
    Answer::Record const ours{{"losses", std::move(told)}, {"expected", lost},
                              {"collected", collected}, {"socialised", collected < lost}};
    for (auto const& [field, said] : ours) {
        if (auto difference = said.differs_from(step.at(field), field)) return difference;
    }
    return std::nullopt;
}

Differs Story::pay(Fields const& step, std::vector<Wide> const& due) {
    MarketState& state = market(step);
    auto const id = step.text("market");
    std::vector<std::size_t> winners;
    std::vector<Wide> wins;
    std::optional<std::size_t> residue;
    Wide lost;
    for (std::size_t i = 0; i < due.size(); ++i) {
        if (due[i] < 0) lost -= due[i];
        if (due[i] <= 0) continue;
        if (state.order[i] == network) residue = wins.size();
        winners.push_back(i);
        wins.push_back(due[i]);
    }
    auto const collected = balance(purse(nobody, "settlement", id));
    auto const paid = settlement::share(wins, lost, collected, residue);
    Answer::List told;
    for (std::size_t i = 0; i < winners.size(); ++i) {
        std::string const& party = state.order[winners[i]];
        bool const pool = party == network;
        told.emplace_back(Answer::Record{{"party", party}, {"due", wins[i]}, {"paid", paid[i]},
                                         {"before", Answer::Record{
                                             {"margin", balance(purse(party, "margin", id))},
                                             {"general", balance(purse(party, "general", id))},
                                             {"bond", balance(purse(party, "bond", id))},
                                             {"insurance", balance(purse(nobody, "insurance", id))}}}});
        Move const move{nobody, "settlement", pool ? nobody : party, pool ? "insurance" : "margin",
                        paid[i]};
        if (!transfer(step, move)) return Answer::Difference{"wins", "overdrawn", party};
    }
    return Answer(std::move(told)).differs_from(step.at("wins"), "wins");
}

/// The levels follow from the basis, and the amount from the levels and what the payer has. The basis'
/// position may already hold the trades of the order that it is for, which come after it.
Differs Story::margin(Fields const& step) {
    MarketState& state = market(step);
    Fields const basis = step.object("basis");
    auto const levels = risk::levels::levels(vega_exposure(basis), state.terms);
    Answer const ours(
        Answer::List{levels.maintenance, levels.search, levels.initial, levels.release});
    if (auto difference = ours.differs_from(basis.at("levels"), "levels")) return difference;

    Move const move{name(step, "from"), name(step, "from_account"), name(step, "to"),
                    name(step, "to_account"), step.integer("amount")};
    bool const low = step.text("type") == "margin_low";
    Wide const before = balance(purse(low ? move.to : move.from, "margin", step.text("market")));
    if (auto difference = same(before, basis, "margin_before")) return difference;
    Wide const there = balance(purse(move.from, move.from_account, step.text("market")));
    bool const auction = basis.truth("auction");
    Wide wanted = low ? levels.initial - before
                      : -risk::levels::after_settlement(levels, before, auction);
    if (auto difference = same(std::min(wanted, there), step, "amount")) return difference;
    if (!transfer(step, move)) return Answer::Difference{"amount", "overdrawn", move.amount.str()};
    return std::nullopt;
}

Differs Story::close_out(Fields const& step) {
    MarketState& state = market(step);
    auto const id = step.text("market");
    std::string const party = name(step, "party");
    settlement::Holding const lost = state.holdings[party];
    if (auto difference = same(lost.size(), step, "position")) return difference;
    if (auto difference = same(state.mark, step, "price")) return difference;
    for (std::string const account : {"bond", "general"}) {
        Wide const amount = balance(purse(party, account, id));
        if (amount > 0 && !transfer(step, {party, account, party, "margin", amount})) break;
    }
    Wide const all = balance(purse(party, "margin", id));
    if (auto difference = same(all, step, "confiscated")) return difference;
    if (!transfer(step, {party, "margin", nobody, "insurance", all})) {
        return Answer::Difference{"confiscated", "overdrawn", all.str()};
    }
    settlement::Holding& taken = state.holdings[network];
    taken.settled_size += lost.settled_size;
    taken.trades.insert(taken.trades.end(), lost.trades.begin(), lost.trades.end());
    state.holdings.erase(party);
    std::erase(state.order, party);
    if (std::ranges::find(state.order, network) == state.order.end()) {
        state.order.push_back(network);
    }
    return std::nullopt;
}

Differs Story::check(Fields const& step) const {
    auto const kind = step.text("kind");
    if (kind == "margin_level") return std::nullopt; // judged row by row, in a file of its own
    if (kind == "position") {
        Fields const what = step.object("what");
        auto const party = what.text("party");
        Wide size;
        for (auto const& [id, state] : markets_) {
            if (what.has("market") && what.text("market") != id) continue;
            auto const held = state.holdings.find(party);
            if (held != state.holdings.end()) size += held->second.size();
        }
        return same(size, step, "expected");
    }
    if (kind == "account") {
        Fields const what = step.object("what");
        Wide sum; // of every market or asset, where the assertion names none
        for (auto const& [purse, amount] : balances_) {
            auto const& [owner, account, scope] = purse;
            if (owner != what.text("party") || account != what.text("account")) continue;
            bool const of_market = account != "general";
            std::string_view const field = of_market ? "market" : "asset";
            if (!what.has(field) || what.text(field) == scope) sum += amount;
        }
        return same(sum, step, "expected");
    }
    if (kind == "cumulated_balance") {
        Wide sum;
        for (auto const& [purse, amount] : balances_) sum += amount;
        return same(sum, step, "expected");
    }
    if (kind == "transfer") {
        Fields const what = step.object("what");
        Move const move{name(what, "frm"), name(what, "from_account"), name(what, "to"),
                        name(what, "to_account"), what.integer("amount")};
        bool const seen = std::ranges::find(moves_, move) != moves_.end();
        return Answer(seen).differs_from(step.at("expected"), "expected");
    }
    std::string_view const id = step.text("what");
    auto const* state = find_market(id);
    if (state == nullptr) throw BadRow{"unknown market"};
    if (kind == "mark_price") return same(state->mark, step, "expected");
    if (kind == "insurance_pool") return same(balance(purse(nobody, "insurance", id)), step, "expected");
    if (kind == "settlement_account") {
        return same(balance(purse(nobody, "settlement", id)), step, "expected");
    }
    return Answer::Difference{"kind", "not known", std::string(kind)};
}

void vega_story(Fields const& row, Report& report) {
    Story story(row);
    auto const difference = story.replay();
    report.judged("vega.story", scenario_source(row),
                  row.has("reproduced") && !row.truth("reproduced"), difference);
}

} // namespace plimsoll::vectors
