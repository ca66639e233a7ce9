/// An option pool once more, in floating point, as its rules are told in risk/README.md: slow and obvious, for tests alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace plimsoll::testing_aid {

using Real = long double;

struct PlainSeries {
    bool is_call = true;
    Real strike = 0;
    Real expiry = 0; ///< seconds from the start
    Real pool = 0;   ///< contracts
    std::map<std::string, Real> held;
};

struct PlainStep {
    Real time = 0;
    Real value = 0;
};

/// The shipped terms of lyra-v1, but for what a test passes in.
class PlainPool {
public:
    // What the tests vary.
    Real deposit_delay = 0, withdrawal_delay = 0, cover = 1, standard_size = 5, cap = 100'000;
    // lyra-v1.
    static constexpr Real year = 31'536'000, rate = 0.05L, hour = 3600, day = 86'400;

    Real now = 0, spot = 0, spot_time = 0, cash = 0, base = 0, supply = 0, last_hedge = -1, last_settlement = -1;
    std::map<std::string, PlainSeries> series;
    std::map<Real, std::vector<PlainStep>> boards;
    std::map<std::pair<Real, Real>, std::vector<PlainStep>> skews;
    std::map<std::string, Real> money, shares, trips;
    struct Waiting {
        std::string who;
        Real time, amount;
    };
    std::deque<Waiting> deposits, withdrawals;
    /// Something that decides is so near its bound that digits could turn it: nobody asks then.
    bool is_close = false;

    [[nodiscard]] static Real phi(Real x) { return std::erfc(-x / std::sqrt(2.0L)) / 2; }
    struct Values {
        Real price, delta, call_delta, vega, standard_vega;
    };
    [[nodiscard]] Values values(PlainSeries const& s, Real volatility) const {
        Real const seconds = std::max<Real>(std::floor(s.expiry - now), 1);
        Real const years = seconds / year;
        Real const spread = volatility * std::sqrt(years);
        Real const d1 = (std::log(spot / s.strike) + (volatility * volatility / 2 + rate) * years) / spread;
        Real const discounted = s.strike * std::exp(-rate * years);
        Real const call = spot * phi(d1) - discounted * phi(d1 - spread);
        Real const vega = std::sqrt(years) * spot * std::exp(-d1 * d1 / 2) / std::sqrt(2 * std::acos(-1.0L));
        Real const days = std::max<Real>(std::floor(seconds / day), 7);
        return {s.is_call ? call : call - spot + discounted, s.is_call ? phi(d1) : phi(d1) - 1, phi(d1), vega, vega * std::sqrt(30 / days) / 100};
    }
    /// Piece by piece.
    [[nodiscard]] Real mean(std::vector<PlainStep> const& steps, Real window) const {
        Real sum = 0;
        Real const from = now - window;
        for (std::size_t i = 0; i < steps.size(); ++i) {
            Real const start = i == 0 ? from : std::max(from, steps[i].time);
            Real const end = i + 1 == steps.size() ? now : std::min(now, steps[i + 1].time);
            if (end > start) sum += std::log(steps[i].value) * (end - start);
        }
        return std::exp(sum / window);
    }
    [[nodiscard]] Real average_base(PlainSeries const& s) const { return mean(boards.at(s.expiry), day); }
    [[nodiscard]] Real average_skew(PlainSeries const& s) const { return mean(skews.at({s.expiry, s.strike}), 3 * day); }
    [[nodiscard]] Values average_values(PlainSeries const& s) const { return values(s, average_base(s) * average_skew(s)); }

    [[nodiscard]] Real options_value() const {
        Real sum = 0;
        for (auto const& [name, s] : series) {
            if (s.pool != 0) sum += s.pool * average_values(s).price;
        }
        return sum;
    }
    [[nodiscard]] Real option_delta() const {
        Real sum = 0;
        for (auto const& [name, s] : series) {
            if (s.pool != 0) sum += s.pool * average_values(s).delta;
        }
        return sum;
    }
    [[nodiscard]] Real net_value() const { return cash + base * spot + options_value(); }
    [[nodiscard]] Real calls_sold() const {
        Real sum = 0;
        for (auto const& [name, s] : series) sum += s.is_call ? std::max<Real>(-s.pool, 0) : 0;
        return sum;
    }
    [[nodiscard]] Real free() const {
        Real used = std::max<Real>(calls_sold() - std::max<Real>(base, 0), 0) * spot;
        for (auto const& [name, s] : series) used += s.is_call ? 0 : std::max<Real>(-s.pool, 0) * s.strike;
        return cash - used - 2 * spot * std::max<Real>(-base, 0);
    }
    [[nodiscard]] bool less(Real a, Real b) {
        Real const scale = std::max<Real>({1, std::abs(a), std::abs(b)});
        if (a != b && std::abs(a - b) < 1e-9L * scale) is_close = true;
        return a < b;
    }

    [[nodiscard]] std::string stale() { return now - spot_time > 3 * hour ? "reading_stale" : ""; }

    /// Books it where it is taken.
    std::string trade(std::string const& who, std::string const& name, bool is_buy, Real size) {
        if (auto const rule = stale(); !rule.empty()) return rule;
        PlainSeries& s = series.at(name);
        if (now >= s.expiry && s.pool == 0) return "pool_series_not_listed";
        if (now > s.expiry - 12 * hour) return "pool_trading_cutoff";
        auto& board = boards.at(s.expiry);
        auto& strike = skews.at({s.expiry, s.strike});
        Real const sign = is_buy ? 1 : -1;
        Real const move = sign * size / standard_size / 100;
        Real const iv = std::max<Real>(board.back().value + move, 0);
        Real const skew = std::max<Real>(strike.back().value + move * 0.75L, 0);
        auto const outside = [&](Real x, Real least, Real most) { return less(x, least) || less(most, x); };
        if (outside(iv, 0.35L, 2) || outside(skew, 0.5L, 1.5L) || outside(iv * skew, 0.55L, 3)) return "pool_trade_bounds";
        Values const at = values(s, iv * skew);
        if (outside(at.call_delta, 0.15L, 0.85L)) return "pool_trade_bounds";
        Real const worth = net_value();
        if (!less(0, worth)) return "pool_worthless";
        Real const average = average_base(s);
        Real vega_before = 0;
        for (auto const& [each, other] : series) {
            if (other.pool != 0 && now < other.expiry) vega_before += other.pool * average_values(other).standard_vega;
        }
        Real const vega_after = vega_before - sign * size * average_values(s).standard_vega;
        Real const premium = at.price * size;
        Real const left = s.expiry - now;
        Real fee[4] = {0.01L * premium * ramp(left, 42 * day, 112 * day), 0.01L * spot * size * ramp(left, 42 * day, 84 * day),
                       0.25L * 0.01L * at.vega * (1 + 3 * std::abs(skew - 1)) * (1 + 1.5L * std::abs(iv - average)) * size,
                       less(std::abs(vega_before), std::abs(vega_after)) ? 100 * iv * skew * std::abs(vega_after) / worth * size : 0};
        Real room = premium;
        Real fees = 0;
        for (Real& each : fee) {
            if (!is_buy) each = std::min(each, room);
            room -= each;
            fees += each;
        }
        Real const had = s.held[who];
        Real const opened = is_buy ? std::max<Real>(had + size, 0) - std::max<Real>(had, 0) : 0;
        PlainPool const before = *this;
        s.pool -= sign * size;
        s.held[who] += sign * size;
        cash += sign * premium + fees;
        money[who] -= sign * premium + fees;
        if (s.is_call) {
            base += opened * cover;
            cash -= opened * cover * spot;
        }
        Real const free_before = before.free();
        if (less(free(), 0) && less(free(), free_before)) {
            bool const was_close = is_close;
            *this = before;
            is_close = was_close;
            return "pool_liquidity_insufficient";
        }
        board.push_back({now, iv});
        strike.push_back({now, skew});
        trip(false);
        return "";
    }
    [[nodiscard]] static Real ramp(Real left, Real single, Real twofold) {
        return std::floor(left) <= single ? 1 : 1 + (std::floor(left) - single) / (twofold - single);
    }

    std::string deposit(std::string const& who, Real amount) {
        if (amount < 1) return "pool_amount_too_small";
        if (less(money[who], amount)) return "balance_insufficient";
        money[who] -= amount;
        deposits.push_back({who, now, amount});
        return "";
    }
    std::string withdraw(std::string const& who, Real amount) {
        if (supply <= 0) return "balance_insufficient";
        Real const worth = amount * std::max<Real>(net_value(), 0) / supply;
        if (less(worth, 1) && amount != shares[who]) return "pool_amount_too_small";
        if (less(shares[who], amount)) return "balance_insufficient";
        shares[who] -= amount;
        withdrawals.push_back({who, now, amount});
        return "";
    }

    /// What holds the queue. `may_release`: at a processing; else only new trips are noted. True: something was noted.
    bool trip(bool may_release) {
        struct Metric {
            char const* name;
            bool is_beyond;
            Real hold;
        };
        Real off_base = 0;
        Real off_skew = 0;
        for (auto const& [name, s] : series) {
            if (now >= s.expiry) continue;
            off_base = std::max(off_base, std::abs(average_base(s) - boards.at(s.expiry).back().value));
            off_skew = std::max(off_skew, std::abs(average_skew(s) - skews.at({s.expiry, s.strike}).back().value));
        }
        Real const worth = net_value();
        Real const share = worth > 0 ? free() / worth : 0;
        bool const is_exposed = base != 0 || std::ranges::any_of(series, [&](auto const& each) { return now < each.second.expiry || each.second.pool != 0; });
        bool noted = false;
        held = "";
        for (Metric const& each : {Metric{"pool_free_liquidity", supply > 0 && less(share, 0.01L), 3 * day}, Metric{"pool_base_volatility", less(0.1L, off_base), 12 * hour},
                                   Metric{"pool_skew", less(0.35L, off_skew), 12 * hour}, Metric{"pool_settlement", last_settlement >= 0 && now - last_settlement < 6 * hour, 0},
                                   Metric{"pool_price_age", is_exposed && now - spot_time > 3 * hour, 0}}) {
            bool const is_tripped = trips.contains(each.name);
            bool const is_over = is_tripped && now >= trips[each.name] + each.hold;
            if (each.is_beyond && (!is_tripped || (may_release && is_over && each.hold > 0))) {
                trips[each.name] = now;
                noted = true;
            } else if (may_release && is_tripped && !each.is_beyond && is_over) {
                trips.erase(each.name);
                noted = true;
            }
            if (trips.contains(each.name) && held.empty()) held = each.name;
        }
        return noted;
    }
    std::string held;

    std::string process() {
        bool const noted = trip(true);
        if (!held.empty()) return noted ? "" : "pool_queue_held";
        bool const is_in = !deposits.empty() && deposits.front().time + deposit_delay <= now;
        bool const is_out = !withdrawals.empty() && withdrawals.front().time + withdrawal_delay <= now;
        if (!is_in && !is_out) return noted ? "" : "pool_nothing_due";
        Real const worth = net_value();
        Real const all = supply;
        if (worth < 0 || (all > 0 && worth <= 0)) return "pool_worthless";
        bool is_done = false;
        for (; !deposits.empty() && deposits.front().time + deposit_delay <= now; deposits.pop_front()) {
            Real const amount = deposits.front().amount;
            Real const issued = all > 0 ? amount * all / worth : amount;
            shares[deposits.front().who] += issued;
            supply += issued;
            cash += amount;
            is_done = true;
        }
        Real room = free();
        while (all > 0 && !withdrawals.empty() && withdrawals.front().time + withdrawal_delay <= now) {
            Waiting& first = withdrawals.front();
            Real const due = first.amount * worth / all * 0.99L;
            bool const is_whole = !less(room, due);
            if (!is_whole && less(room, 1)) break;
            Real const part = is_whole ? 1 : room / due;
            money[first.who] += due * part;
            cash -= due * part;
            room -= due * part;
            supply -= first.amount * part;
            is_done = true;
            first.amount *= 1 - part;
            if (part < 1) break;
            withdrawals.pop_front();
        }
        return is_done || noted ? "" : "pool_liquidity_insufficient";
    }

    std::string hedge() {
        if (auto const rule = stale(); !rule.empty()) return rule;
        if (last_hedge >= 0 && now - last_hedge < day) return "pool_hedge_too_soon";
        Real const covered = std::min(calls_sold() * cover, std::max<Real>(base, 0));
        Real const target = std::clamp(-option_delta() - covered, -cap, cap);
        Real amount = target + covered - base;
        if (amount > 0) {
            amount = std::min(amount, std::max<Real>(base < 0 ? cash : free(), 0) / spot);
        } else if (base + amount < 0) {
            amount = std::max(amount, std::min<Real>(base, 0) - std::max<Real>(free(), 0) / 2 / spot - base);
        }
        if (std::abs(amount) < 1e-9L) {
            if (amount != 0) is_close = true;
            return "pool_nothing_due";
        }
        base += amount;
        cash -= amount * spot;
        last_hedge = now;
        return "";
    }

    void settle(std::string const& name, Real price) {
        PlainSeries& s = series.at(name);
        Real const worth = std::max<Real>(s.is_call ? price - s.strike : s.strike - price, 0);
        if (s.pool != 0) last_settlement = now;
        cash += s.pool * worth;
        s.pool = 0;
        for (auto& [who, size] : s.held) {
            money[who] += size * worth;
            size = 0;
        }
    }
};

} // namespace plimsoll::testing_aid
