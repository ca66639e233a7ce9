#include "risk/clearing/auto_deleverage.hpp"

#include "ledger/event/wide.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace plimsoll::risk {
namespace {

constexpr std::array<std::string_view, deleverage_policy_count> policy_words{"queue", "pro_rata", "capped_pro_rata",
                                                                             "contract_pro_rata"};
constexpr std::array<std::string_view, execution_price_count> price_words{"bankruptcy", "mid", "mark"};

template <class Choice, std::size_t count>
[[nodiscard]] std::optional<Choice> choice_of(std::array<std::string_view, count> const& words, std::string_view word) {
    auto const found = std::ranges::find(words, word);
    if (found == words.end()) return std::nullopt;
    return static_cast<Choice>(found - words.begin());
}

[[nodiscard]] Int128 at_most_a_row(std::optional<Int128> value) { return std::min(value.value_or(row_limit_units), row_limit_units); }

template <class Of> [[nodiscard]] result<Int128> sum_of(std::span<Winner const> winners, Of&& of) {
    Int128 sum = 0;
    for (Winner const& winner : winners) {
        if (__builtin_add_overflow(sum, of(winner), &sum) || sum > row_limit_units) return fail(Errc::arithmetic_overflow, "winners");
    }
    return sum;
}
[[nodiscard]] result<Int128> all_able(std::span<Winner const> winners) { return sum_of(winners, [](Winner const& each) { return each.able(); }); }

/// A part of contracts, in whole lots rounded up, at most all of them.
[[nodiscard]] Int128 contracts_for(Winner const& winner, Int128 amount, Int128 lot) {
    auto const exact = multiply_divide(winner.contracts, std::min(amount, winner.profit), winner.profit, Rounding::ceiling);
    PLIMSOLL_ASSERT(exact.has_value()); // at most the contracts
    return std::min(winner.contracts, (*exact + lot - 1) / lot * lot);
}

[[nodiscard]] std::vector<Int128> able_of(std::span<Winner const> winners) {
    std::vector<Int128> able;
    for (Winner const& winner : winners) able.push_back(winner.able());
    return able;
}

/// By score, the highest first; of equals the older account.
[[nodiscard]] std::vector<std::size_t> queue_of(std::span<Winner const> winners, std::span<Int128 const> scores) {
    std::vector<std::size_t> order(winners.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return scores[a] != scores[b] ? scores[a] > scores[b] : winners[a].account < winners[b].account;
    });
    return order;
}

using Amounts = std::vector<Int128>;

[[nodiscard]] Amounts by_queue(Int128 burden, std::span<Winner const> winners, std::span<std::size_t const> order) {
    Amounts capacities;
    for (std::size_t const each : order) capacities.push_back(winners[each].able());
    Split const split = split_in_order(burden, capacities);
    Amounts amounts(winners.size());
    for (std::size_t i = 0; i < order.size(); ++i) amounts[order[i]] = split.parts[i];
    return amounts;
}

[[nodiscard]] result<Amounts> by_capacity(Int128 burden, std::span<Winner const> winners, Int128 capacity_share) {
    std::vector<Sharer> sharers;
    for (Winner const& winner : winners) {
        auto const capacity = multiply_divide(winner.able(), capacity_share, one_units, Rounding::floor);
        PLIMSOLL_ASSERT(capacity.has_value()); // a share is at most one
        sharers.push_back({winner.able(), *capacity});
    }
    PLIMSOLL_TRY(split, split_capped(burden, sharers));
    return split.parts;
}

/// Contracts by largest remainders into `closed`, and the burden in proportion to them.
[[nodiscard]] result<Amounts> by_contracts(Int128 burden, DeleverageAsk const& ask, std::span<Winner const> winners,
                                           Amounts& closed) {
    PLIMSOLL_TRY(all, sum_of(winners, [](Winner const& each) { return each.contracts; }));
    PLIMSOLL_TRY(able, all_able(winners));
    Int128 wanted = ask.contracts.value_or(0);
    if (!ask.contracts && able != 0) {
        wanted = at_most_a_row(multiply_divide(all, burden, able, Rounding::ceiling));
        wanted = (std::min(wanted, all) + ask.lot - 1) / ask.lot * ask.lot;
    }
    Amounts held;
    for (Winner const& winner : winners) held.push_back(winner.contracts);
    PLIMSOLL_TRY(split, split_pro_rata(std::min(wanted, all), held, ask.lot));
    closed = split.parts;
    for (std::size_t i = 0; i < closed.size(); ++i) closed[i] = std::min(closed[i], held[i]);
    std::vector<Sharer> sharers;
    for (std::size_t i = 0; i < closed.size(); ++i) sharers.push_back({closed[i], closed[i] == 0 ? 0 : winners[i].able()});
    PLIMSOLL_TRY(amounts, split_capped(burden, sharers));
    return amounts.parts;
}

} // namespace

std::string_view word(DeleveragePolicy policy) { return policy_words[static_cast<std::size_t>(policy)]; }
std::string_view word(ExecutionPrice price) { return price_words[static_cast<std::size_t>(price)]; }
std::optional<DeleveragePolicy> find_policy(std::string_view word) { return choice_of<DeleveragePolicy>(policy_words, word); }
std::optional<ExecutionPrice> find_execution_price(std::string_view word) { return choice_of<ExecutionPrice>(price_words, word); }

Int128 queue_score(Winner const& winner) {
    PLIMSOLL_ASSERT(winner.equity > 0 && winner.notional >= 0);
    PLIMSOLL_ASSERT(within(winner.notional, row_limit_units - 1) && within(winner.profit, row_limit_units));
    Int128 const above = winner.is_long ? winner.notional : winner.notional + winner.profit;
    Int128 const below = winner.is_long ? winner.notional - winner.profit : winner.notional;
    Int128 const gain = below <= 0 ? row_limit_units : at_most_a_row(multiply_divide(above, one_units, below, Rounding::floor));
    return at_most_a_row(multiply_divide(gain, winner.notional, winner.equity, Rounding::floor));
}

Int128 burden_of(Int128 deficit, ExecutionPrice price) {
    switch (price) {
    case ExecutionPrice::bankruptcy: return deficit;
    case ExecutionPrice::mid: return deficit / 2 + deficit % 2;
    case ExecutionPrice::mark: return 0;
    }
    return 0;
}

result<Deleveraging> deleverage(DeleveragePolicy policy, DeleverageAsk const& ask, std::span<Winner const> winners) {
    PLIMSOLL_ASSERT(ask.deficit >= 0 && ask.lot >= 1 && ask.capacity_share >= 0 && ask.capacity_share <= one_units);
    PLIMSOLL_TRY(able, all_able(winners));
    Deleveraging done;
    done.burden = burden_of(ask.deficit, ask.price);
    done.kept = ask.deficit - done.burden;
    Amounts scores;
    for (Winner const& winner : winners) scores.push_back(queue_score(winner));
    auto const order = queue_of(winners, scores);
    Amounts amounts;
    Amounts closed;
    switch (policy) {
    case DeleveragePolicy::queue: amounts = by_queue(done.burden, winners, order); break;
    case DeleveragePolicy::pro_rata: {
        PLIMSOLL_TRY(split, split_pro_rata(std::min(done.burden, able), able_of(winners)));
        amounts = split.parts;
        break;
    }
    case DeleveragePolicy::capped_pro_rata: {
        PLIMSOLL_TRY(parts, by_capacity(done.burden, winners, ask.capacity_share));
        amounts = parts;
        break;
    }
    case DeleveragePolicy::contract_pro_rata: {
        PLIMSOLL_TRY(parts, by_contracts(done.burden, ask, winners, closed));
        amounts = parts;
        break;
    }
    }
    done.left = done.burden;
    for (std::size_t i = 0; i < winners.size(); ++i) {
        done.left -= amounts[i];
        Int128 const contracts = closed.empty() ? contracts_for(winners[i], amounts[i], ask.lot) : closed[i];
        done.haircuts.push_back({amounts[i], contracts, 0, scores[i]});
    }
    for (std::size_t i = 0; i < order.size(); ++i) done.haircuts[order[i]].rank = static_cast<std::uint32_t>(i + 1);
    PLIMSOLL_ASSERT(done.left >= 0);
    return done;
}

Concentration concentration_of(Deleveraging const& done, std::span<Winner const> winners) {
    Concentration sum;
    for (std::size_t i = 0; i < winners.size(); ++i) {
        Haircut const& cut = done.haircuts[i];
        if (cut.amount == 0 && cut.contracts == 0) continue;
        ++sum.touched;
        if (cut.amount >= winners[i].able()) ++sum.wiped;
        sum.largest = std::max(sum.largest, cut.amount);
        Int128 const share = at_most_a_row(multiply_divide(cut.amount, one_units, winners[i].profit, Rounding::floor));
        sum.largest_of_profit = std::max(sum.largest_of_profit, share);
        sum.contracts += cut.contracts;
        sum.taken += cut.amount;
    }
    if (sum.taken > 0) sum.largest_of_burden = at_most_a_row(multiply_divide(sum.largest, one_units, sum.taken, Rounding::floor));
    return sum;
}

result<Int128> deal_price(Int128 mark, Int128 haircut, Int128 contracts, Int128 numerator, Int128 denominator, bool loser_is_long) {
    if (contracts == 0) return mark;
    auto const in_quote = multiply_divide(haircut, one_units, contracts, Rounding::floor);
    auto const step = in_quote ? multiply_divide(*in_quote, denominator, numerator, Rounding::floor) : std::nullopt;
    Int128 price = 0;
    if (!step || __builtin_add_overflow(mark, loser_is_long ? *step : -*step, &price)) return fail(Errc::arithmetic_overflow, "price");
    return price;
}

Int128 common_lot(std::span<Winner const> winners) {
    Int128 lot = one_units * 1'000'000;
    for (Winner const& winner : winners) {
        while (winner.contracts % lot != 0) lot /= 10;
    }
    return lot;
}

} // namespace plimsoll::risk
