/// Credit once more, the slow and obvious way: plain maps of who has what, every question answered from all of it.
#pragma once

#include "risk/credit/score.hpp"
#include "risk/number/elementary.hpp"
#include "tests/replay/credit/credit_ledger.hpp"

#include <map>
#include <set>

namespace plimsoll::testing_aid {

/// A venue without margin rules: cash, coins, one perpetual, loans and stakes. Owners never change. Of the program's own code it
/// uses 128-bit multiplication and the exponential, nothing else of credit but the preset's numbers.
class CreditModel {
public:
    using Risk = risk::CreditPreset;
    using Who = std::uint32_t; ///< an account's number
    struct Account {
        std::string name;
        std::string owner; ///< everybody of one owner has the same; "": has none
        Who stands_for = 0; ///< of a module: the borrower's first account
    };
    struct Loan {
        Who account;
        TimeNs drawn, due;
        Int128 left;
    };
    struct Standing {
        Int128 score = 0, limit = 0, ratio = 0, drawn = 0, overdue = 0, held = 0, staked = 0, pool_cash = 0;
        TimeNs first_due = 0;
    };

    explicit CreditModel(Risk terms) : preset(std::move(terms)) {}

    Risk preset;
    std::map<Who, Account> accounts;
    std::map<std::pair<Who, std::uint32_t>, Int128> cash; ///< asset 1 is USD
    std::map<Who, Int128> size, quote;
    std::map<std::uint32_t, Int128> price; ///< of coins, in USD
    Int128 mark = 0;
    std::vector<Loan> loans;
    std::map<std::pair<Who, Who>, Int128> stakes; ///< borrower's first account, voucher
    std::map<Who, Int128> volume, repaid, late, collected; ///< by account
    std::map<Who, TimeNs> opened;
    std::map<std::int64_t, std::map<Who, Int128>> ends; ///< of days: worth less drawn
    std::map<Who, std::pair<Int128, Int128>> told;      ///< limit and score that were booked
    TimeNs time = 0;
    Who pool = 0, keeper = 0, outside = 0;
    Int128 lost = 0, lost_by_vouchers = 0, lost_by_pool = 0; ///< by the last default

    // ---- numbers ----
    [[nodiscard]] static Int128 down(Int128 a, Int128 b, Int128 c = one_units) { return *multiply_divide(a, b, c, Rounding::floor); }
    [[nodiscard]] static Int128 up(Int128 a, Int128 b, Int128 c = one_units) { return *multiply_divide(a, b, c, Rounding::ceiling); }
    [[nodiscard]] static Int128 cents(Int128 a) { return a - a % 1'000'000'000'000; }
    [[nodiscard]] Int128 usd(Who who) { return cash[{who, 1}]; }

    // ---- owners ----
    [[nodiscard]] std::vector<Who> family(Who who) const {
        std::vector<Who> out;
        for (auto const& [id, account] : accounts) {
            if (!account.owner.empty() && account.owner == accounts.at(who).owner) out.push_back(id);
        }
        return out;
    }
    [[nodiscard]] Who head(Who who) const { return family(who).front(); }
    [[nodiscard]] bool has_owner(Who who) const { return !accounts.at(who).owner.empty(); }

    // ---- values ----
    [[nodiscard]] Int128 worth(Who who) {
        Int128 sum = usd(who) + quote[who] + down(size[who], mark);
        for (auto const& [asset, each] : price) sum += down(cash[{who, asset}], each);
        return sum;
    }
    [[nodiscard]] Int128 drawn_by(Who who) const {
        Int128 sum = 0;
        for (Loan const& loan : loans) sum += loan.account == who ? loan.left : 0;
        return sum;
    }
    [[nodiscard]] Int128 concentration(std::vector<Who> const& who) {
        Int128 net = 0;
        for (Who const each : who) net += size[each];
        auto size_of = [](Int128 a) { return a < 0 ? -a : a; };
        std::map<std::uint32_t, Int128> exposure{{2, size_of(down(net, mark))}}; // the perpetual is on the first coin
        for (auto const& [asset, each] : price) {
            Int128 coins = 0;
            for (Who const one : who) coins += cash[{one, asset}];
            exposure[asset] += size_of(down(coins, each));
        }
        Int128 all = 0, most = 0;
        for (auto const& [asset, each] : exposure) {
            all += each;
            most = std::max(most, each);
        }
        return all == 0 ? 0 : up(most, one_units, all);
    }

    /// At a command's moment, which may lie after the last event.
    [[nodiscard]] Standing standing(Who who, TimeNs now) {
        auto const who_all = family(who);
        Standing at;
        std::map<risk::ScoreComponent, Int128> values;
        TimeNs first = now;
        Int128 count_of_days = static_cast<Int128>(preset.equity_days);
        bool is_closed = false;
        for (Who const each : who_all) {
            at.held += worth(each);
            first = std::min(first, opened.at(each));
            values[risk::ScoreComponent::volume] += volume[each];
            values[risk::ScoreComponent::repaid] += repaid[each];
            values[risk::ScoreComponent::late] += late[each];
            is_closed = is_closed || collected[each] > 0;
        }
        for (Loan const& loan : loans) {
            if (head(loan.account) != head(who)) continue;
            at.drawn += loan.left;
            if (loan.due < now) at.overdue += loan.left;
            if (at.first_due == 0 || loan.due < at.first_due) at.first_due = loan.due;
        }
        values[risk::ScoreComponent::late] += at.overdue;
        values[risk::ScoreComponent::age] = Int128{now - first} * one_units / day;
        values[risk::ScoreComponent::concentration] = concentration(who_all);
        at.score = score(values);
        at.ratio = ratio(at.score);

        std::vector<Int128> equity;
        for (std::int64_t each = now / day - static_cast<std::int64_t>(count_of_days); each < now / day; ++each) equity.push_back(end_of(who_all, each));
        std::ranges::sort(equity);
        Int128 const median = std::max<Int128>(0, equity[(equity.size() - 1) / 2]);
        at.pool_cash = std::max<Int128>(0, usd(pool));
        Int128 lent = 0;
        for (Loan const& loan : loans) lent += loan.left;
        for (auto const& [key, stake] : stakes) at.staked += key.first == head(who) ? stake : 0;
        Int128 tier = 0;
        for (auto const& row : preset.tiers) tier = at.score >= row.score_from ? row.cap : tier;
        at.limit = std::min({tier, down(median, preset.equity_multiple), down(at.pool_cash + lent, preset.pool_share), down(at.staked, preset.vouched_multiple)});
        at.limit = cents(at.limit);
        if (is_closed) at.limit = 0;
        return at;
    }
    [[nodiscard]] bool is_in_default(Standing const& at, TimeNs now) const {
        if (at.drawn == 0) return false;
        return now > at.first_due + preset.grace || at.held < up(at.drawn, preset.default_below);
    }

    // ---- what happens ----
    /// Before anything happens at a time: the days that have ended since.
    void goes_on(TimeNs now) {
        if (time != 0 && now / day > time / day) {
            for (auto const& [who, account] : accounts) ends[time / day][who] = worth(who) - drawn_by(who);
        }
        time = std::max(time, now);
    }
    void move(Who from, Who to, Int128 amount, std::uint32_t asset = 1) {
        cash[{from, asset}] -= amount;
        cash[{to, asset}] += amount;
    }
    void trades(Who buyer, Who seller, Int128 contracts, Int128 at_price) {
        Int128 const value = down(contracts, at_price);
        size[buyer] += contracts;
        size[seller] -= contracts;
        quote[buyer] -= value;
        quote[seller] += value;
        if (has_owner(buyer) && has_owner(seller) && head(buyer) == head(seller)) return;
        volume[buyer] += value;
        volume[seller] += value;
    }
    void repays(Who who, Int128 amount, bool is_forced) {
        move(who, pool, amount);
        for (Loan& loan : loans) {
            if (head(loan.account) != head(who)) continue;
            Int128 const part = std::min(amount, loan.left);
            amount -= part;
            loan.left -= part;
            if (is_forced || time > loan.due) {
                late[who] += part;
                if (is_forced) collected[who] += part;
            } else {
                repaid[who] += down(part, std::clamp<TimeNs>(time - loan.drawn, 0, preset.term), preset.term);
            }
        }
        std::erase_if(loans, [](Loan const& loan) { return loan.left == 0; });
    }
    /// All of it: accounts in order, then stakes in proportion, then the pool.
    void defaults(Who who) {
        Int128 left = standing(who, time).drawn;
        for (Who const each : family(who)) {
            Int128 budget = cents(std::min(left, std::max<Int128>(0, worth(each))));
            if (budget == 0) continue;
            if (size[each] != 0 || quote[each] != 0) {
                move(keeper, each, down(size[each], mark) + quote[each]);
                size[keeper] += size[each];
                quote[keeper] += quote[each];
                size[each] = quote[each] = 0;
            }
            Int128 const paid = cents(std::min(budget, std::max<Int128>(0, usd(each))));
            if (paid > 0) repays(each, paid, true);
            left -= paid;
            budget -= paid;
            for (auto const& [asset, coin_price] : price) {
                Int128 const coins = cash[{each, asset}];
                if (coins <= 0 || budget == 0) continue;
                Int128 const value = down(coins, coin_price);
                Int128 const raised = cents(std::min(value, budget));
                if (raised == 0) continue;
                move(each, pool, up(coins, raised, value), asset);
                repays(each, raised, true);
                move(pool, each, raised);
                left -= raised;
                budget -= raised;
            }
        }
        lost = left;
        lost_by_vouchers = lost_by_pool = 0;
        if (left == 0) return;
        Who const first = head(who);
        repays(first, left, true);
        std::vector<std::pair<Who, Int128>> mine;
        Int128 staked = 0;
        for (auto const& [key, stake] : stakes) {
            if (key.first != first) continue;
            mine.emplace_back(key.second, stake);
            staked += stake;
        }
        lost_by_vouchers = std::min(left, staked);
        lost_by_pool = left - lost_by_vouchers;
        // cents by largest remainders, of equals the first
        Int128 given = 0;
        std::vector<std::pair<Int128, std::size_t>> remainders;
        std::vector<Int128> parts;
        for (std::size_t i = 0; i < mine.size() && lost_by_vouchers > 0; ++i) {
            Int128 const lots = lost_by_vouchers / cent;
            Int128 const whole = down(lots, mine[i].second, staked);
            remainders.emplace_back(-(lots * (mine[i].second / cent) - whole * (staked / cent)), i);
            parts.push_back(whole * cent);
            given += whole * cent;
        }
        std::ranges::sort(remainders);
        for (std::size_t i = 0; given < lost_by_vouchers; ++i, given += cent) parts[remainders[i].second] += cent;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            move(module_of(first), first, parts[i]);
            stakes[{first, mine[i].first}] -= parts[i];
            if (stakes[{first, mine[i].first}] == 0) stakes.erase({first, mine[i].first});
        }
        move(pool, first, lost_by_pool);
    }
    [[nodiscard]] Who module_of(Who first) const {
        for (auto const& [id, account] : accounts) {
            if (account.stands_for == first) return id;
        }
        return 0;
    }

    static constexpr TimeNs day = 86'400'000'000'000;
    static constexpr Int128 cent = 1'000'000'000'000; ///< of an asset of six decimals

private:
    [[nodiscard]] Int128 score(std::map<risk::ScoreComponent, Int128> const& values) const {
        Int128 logit = preset.bias;
        for (auto const& term : preset.components) {
            auto const found = values.find(term.component);
            Int128 const value = std::min(found == values.end() ? 0 : found->second, term.full);
            bool const is_good = term.component == risk::ScoreComponent::age || term.component == risk::ScoreComponent::volume ||
                                 term.component == risk::ScoreComponent::repaid;
            if (is_good) {
                logit -= down(down(value, one_units, term.full), term.weight);
            } else {
                logit += up(up(value, one_units, term.full), term.weight);
            }
        }
        logit = up(logit, 1, 1'000'000'000) * 1'000'000'000;
        logit = std::clamp(logit, -40 * one_units, 40 * one_units);
        Int128 const e = must(risk::exponential(risk::Int256{-logit})).to_128();
        return one_units - std::min(one_units, up(one_units, one_units, one_units + e));
    }
    /// The line between its two ends: the preset has no more points.
    [[nodiscard]] Int128 ratio(Int128 at) const {
        return preset.ratios.front().ratio - down(preset.ratios.front().ratio - preset.ratios.back().ratio, at);
    }
    /// A day without an end of its own ended as the last before it; one that is not over in the log stands as it is.
    [[nodiscard]] Int128 end_of(std::vector<Who> const& who, std::int64_t when) {
        Int128 sum = 0;
        for (Who const each : who) {
            if (when >= time / day) {
                sum += worth(each) - drawn_by(each);
                continue;
            }
            auto last = ends.upper_bound(when);
            if (last == ends.begin()) continue;
            --last;
            auto const found = last->second.find(each);
            sum += found == last->second.end() ? 0 : found->second;
        }
        return sum;
    }
};

} // namespace plimsoll::testing_aid
