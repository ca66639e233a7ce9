/// Option vaults again, for a test only: everybody's cash and contracts in maps, counts of any size, one rule after another.
#pragma once

#include "risk/number/wide_integer.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace plimsoll::testing_aid {

/// No code of the program's but whole numbers. Money, contracts and prices count 10^-18; times are whole seconds.
class SlowVaults {
public:
    using W = risk::Wide;
    enum Asset : std::uint8_t { nothing, cash, coin };
    struct Series {
        bool is_call = false;
        Asset settle = nothing;
        W strike;
        std::int64_t expiry = 0;
        W settled = -1; ///< the price it was settled at; below 0: not yet
    };
    struct Vault {
        int owner = 0;
        int sold = -1;
        int bought = -1;
        W shorts, longs;
        std::int64_t deed = 0;
        bool on_sale = false;
        std::int64_t began = 0;
        W start_spot, start_cash;
    };
    std::vector<Series> series;
    std::map<int, Vault> vaults;
    std::map<std::pair<int, Asset>, W> money;   ///< of everybody, vaults included
    std::map<std::pair<int, int>, W> contracts; ///< holders' alone; a vault's are its legs
    std::vector<W> losses;
    W spot;
    std::int64_t seen = 0;
    std::int64_t now = 0;

    [[nodiscard]] static W one() { return W{1'000'000'000} * 1'000'000'000; }
    [[nodiscard]] static W down(W const& a, W const& b) { // b above 0
        W whole = a / b;
        return whole * b > a ? whole - 1 : whole;
    }
    [[nodiscard]] static W up(W const& a, W const& b) { return -down(-a, b); }

    [[nodiscard]] std::string lock(int v, int from, Asset asset, W const& amount) {
        Asset const taken = asset_of(v);
        if (taken != nothing && taken != asset) return "collateral_does_not_fit";
        if (money[{from, asset}] < amount) return "balance_insufficient";
        pay(from, v, asset, amount);
        return "";
    }
    [[nodiscard]] std::string lock_long(int v, int from, int leg, W const& size) {
        Vault& vault = vaults.at(v);
        Series const& row = series.at(static_cast<std::size_t>(leg));
        if (now >= row.expiry) return "option_expired";
        if (vault.on_sale) return "account_in_liquidation";
        if (asset_of(v) != nothing && asset_of(v) != row.settle) return "collateral_does_not_fit";
        if (vault.bought >= 0 && vault.bought != leg) return "series_does_not_fit";
        if (vault.sold >= 0 && !hedges(vault.sold, leg)) return "series_does_not_fit";
        if (contracts[{from, leg}] < size) return "options_insufficient";
        Vault after = vault;
        after.bought = leg;
        after.longs += size;
        if (locked(v) < needed(after)) return "vault_collateral_insufficient";
        after.deed = now;
        vault = after;
        contracts[{from, leg}] -= size;
        return "";
    }
    [[nodiscard]] std::string unlock(int v, int to, Asset asset, W const& amount) {
        Vault const& vault = vaults.at(v);
        if (vault.on_sale) return "account_in_liquidation";
        W const there = asset_of(v) == asset ? locked(v) : W{0};
        if (there < amount) return "balance_insufficient";
        if (auto const why = keeps(vault, locked(v) - amount); !why.empty()) return why;
        pay(v, to, asset, amount);
        return "";
    }
    [[nodiscard]] std::string unlock_long(int v, int to, int leg, W const& size) {
        Vault& vault = vaults.at(v);
        if (vault.on_sale) return "account_in_liquidation";
        if (vault.bought != leg || vault.longs < size) return "options_insufficient";
        Vault after = vault;
        after.longs -= size;
        if (after.longs == 0) after.bought = -1;
        if (auto const why = keeps(after, locked(v)); !why.empty()) return why;
        after.deed = now;
        vault = after;
        contracts[{to, leg}] += size;
        return "";
    }
    [[nodiscard]] std::string mint(int v, int to, int leg, W const& size) {
        Vault& vault = vaults.at(v);
        Series const& row = series.at(static_cast<std::size_t>(leg));
        if (vault.on_sale) return "account_in_liquidation";
        if (now >= row.expiry) return "option_expired";
        if (vault.sold >= 0 && vault.sold != leg) return "series_does_not_fit";
        if (vault.bought >= 0 && !hedges(leg, vault.bought)) return "series_does_not_fit";
        if (asset_of(v) != nothing && asset_of(v) != row.settle) return "collateral_does_not_fit";
        Vault after = vault;
        after.sold = leg;
        after.shorts += size;
        if (locked(v) < needed(after)) return "vault_collateral_insufficient";
        after.deed = now;
        vault = after;
        contracts[{to, leg}] += size;
        return "";
    }
    [[nodiscard]] std::string burn(int v, int from, W const& size) {
        Vault& vault = vaults.at(v);
        if (vault.shorts < size) return "options_insufficient";
        if (now >= of(vault.sold).expiry) return "option_expired";
        if (contracts[{from, vault.sold}] < size) return "options_insufficient";
        contracts[{from, vault.sold}] -= size;
        take_off(vault, size);
        return "";
    }
    /// `size` 0: as many as both have. `holder` may be a vault.
    [[nodiscard]] std::string exercise(int v, int holder, W size) {
        Vault& vault = vaults.at(v);
        if (vault.sold < 0) return "options_insufficient";
        int const leg = vault.sold;
        if (now < of(leg).expiry) return "instrument_not_expired";
        if (of(leg).settled < 0) return "settlement_price_missing";
        auto const other = vaults.find(holder);
        bool const by_vault = other != vaults.end();
        W const has = by_vault ? (other->second.bought == leg ? other->second.longs : W{0}) : contracts[{holder, leg}];
        W const most = std::min(has, vault.shorts);
        if (size == 0) size = most;
        if (size == 0 || size > most) return "options_insufficient";
        W const due = worth(leg, size, false);
        W paid = std::min(due, down(locked(v) * size, vault.shorts));
        if (paid < due && vault.bought >= 0) {
            if (of(vault.bought).settled < 0) return "settlement_price_missing";
            if (worth(vault.bought, vault.longs, false) > 0) {
                if (due > locked(v)) return "long_leg_not_exercised";
                paid = due;
            }
        }
        Asset const asset = of(leg).settle;
        if (paid < due) losses.push_back(due - paid);
        money[{v, asset}] -= paid;
        money[{holder, asset}] += paid;
        if (by_vault) {
            other->second.longs -= size;
            if (other->second.longs == 0) other->second.bought = -1;
            other->second.deed = now;
        } else {
            contracts[{holder, leg}] -= size;
        }
        take_off(vault, size);
        return "";
    }
    [[nodiscard]] std::string settle(int v, int to) {
        Vault const& vault = vaults.at(v);
        if (vault.on_sale) return "account_in_liquidation";
        W owed = 0;
        if (vault.sold >= 0) {
            if (now < of(vault.sold).expiry) return "instrument_not_expired";
            if (of(vault.sold).settled < 0) return "settlement_price_missing";
            owed = worth(vault.sold, vault.shorts, true);
        }
        if (locked(v) <= owed) return "nothing_to_settle";
        pay(v, to, asset_of(v), locked(v) - owed);
        return "";
    }
    [[nodiscard]] std::string liquidate(int v) {
        Vault& vault = vaults.at(v);
        bool const is_live = vault.sold >= 0 && now < of(vault.sold).expiry;
        if (vault.on_sale) {
            if (is_live && locked(v) < needed(vault)) return "auction_already_ongoing";
            vault.on_sale = false;
            return "";
        }
        if (vault.sold < 0) return "nothing_to_liquidate";
        if (!is_live) return "option_expired";
        if (locked(v) >= needed(vault)) return "account_above_maintenance";
        if (seen <= vault.deed) return "price_older_than_account";
        vault.on_sale = true;
        vault.began = now;
        vault.start_spot = spot;
        W const strike = of(vault.sold).strike;
        vault.start_cash = std::max<W>(of(vault.sold).is_call ? spot - strike : strike - spot, 0);
        return "";
    }
    /// `size` contracts, or where it is 0 a share of 10^-18.
    [[nodiscard]] std::string bid(int v, int bidder, W size, W const& share, W& price) {
        Vault& vault = vaults.at(v);
        if (!vault.on_sale) return "auction_not_ongoing";
        if (vault.sold < 0) return "auction_must_be_terminated";
        if (now >= of(vault.sold).expiry) return "option_expired";
        if (locked(v) >= needed(vault)) return "auction_must_be_terminated";
        price = ramp(v);
        size = size == 0 ? down(vault.shorts * share, one()) : std::min(size, vault.shorts);
        if (size == 0) return "share_out_of_bounds";
        W const earned = std::min(down(size * price, one()), locked(v));
        bool const in_coin = of(vault.sold).settle == coin;
        W const least = in_coin ? one() / 1'000 : one() * 10;
        if (size != vault.shorts && locked(v) - earned < least) return "partial_take_leaves_dust";
        if (contracts[{bidder, vault.sold}] < size) return "options_insufficient";
        contracts[{bidder, vault.sold}] -= size;
        money[{v, of(vault.sold).settle}] -= earned;
        money[{bidder, of(vault.sold).settle}] += earned;
        bool const is_all = size == vault.shorts;
        take_off(vault, size);
        if (is_all || locked(v) >= needed(vault)) vault.on_sale = false;
        return "";
    }
    /// What a live vault has to hold; and 0 where nothing is short.
    [[nodiscard]] W needed(Vault const& vault) const {
        if (vault.sold < 0) return 0;
        Series const& row = of(vault.sold);
        W const nano = 1'000'000'000;
        W const unit = one() * nano; // counts 10^-27 from here on, each product cut
        auto times = [&](W const& a, W const& b) { return a * b / unit; };
        auto over = [&](W const& a, W const& b) { return a * unit / b; };
        W const n = vault.shorts * nano;
        W const strike = row.strike * nano;
        W const at = spot * nano;
        W full;
        if (vault.bought < 0) {
            full = row.is_call ? n : times(n, strike);
        } else {
            W const m = vault.longs * nano;
            W const other = of(vault.bought).strike * nano;
            W const bare = n > m ? n - m : W{0};
            full = row.is_call ? std::max<W>(over(times(other - strike, n), other), bare) : std::max<W>(times(n, strike) - times(other, std::min(n, m)), 0);
        }
        W const shock = unit * 3 / 4;
        W const reach = row.is_call ? unit : strike;
        W const shocked = row.is_call ? over(times(strike, shock), at) : times(shock, at);
        W const inside = reach > shocked ? reach - shocked : W{0};
        W const naked = times(times(bound(row.expiry - now), std::min(reach, shocked)) + inside, n);
        auto in_collateral = [&](W const& asked) {
            bool const is_in_kind = row.is_call == (row.settle == coin);
            W const turned = is_in_kind ? asked : row.is_call ? over(times(asked, at), unit) : over(times(asked, unit), at);
            return up(turned, nano);
        };
        if (vault.bought >= 0) return in_collateral(full);
        return std::min(in_collateral(full), std::max<W>(in_collateral(naked), (row.settle == coin ? one() / 100 : one() * 10) + 1));
    }
    [[nodiscard]] W locked(int v) const {
        W sum = 0;
        for (Asset const asset : {cash, coin}) {
            auto const found = money.find({v, asset});
            if (found != money.end()) sum += found->second; // one of them is 0
        }
        return sum;
    }
    /// What so many contracts of a settled series are owed.
    [[nodiscard]] W worth(int leg, W const& size, bool is_up) const {
        Series const& row = of(leg);
        W const inside = std::max<W>(row.is_call ? row.settled - row.strike : row.strike - row.settled, 0);
        W const per = row.settle == coin ? row.settled : one();
        return is_up ? up(inside * size, per) : down(inside * size, per);
    }
    /// How many of its own contracts a vault can pay in full from what is locked.
    [[nodiscard]] W payable(int v) const {
        Vault const& vault = vaults.at(v);
        W const owed = worth(vault.sold, vault.shorts, true);
        return owed <= locked(v) ? vault.shorts : down(vault.shorts * locked(v), owed);
    }

private:
    [[nodiscard]] Series const& of(int leg) const { return series.at(static_cast<std::size_t>(leg)); }
    [[nodiscard]] Asset asset_of(int v) const {
        for (Asset const asset : {cash, coin}) {
            auto const found = money.find({v, asset});
            if (found != money.end() && found->second != 0) return asset;
        }
        Vault const& vault = vaults.at(v);
        if (vault.sold >= 0) return of(vault.sold).settle;
        return vault.bought >= 0 ? of(vault.bought).settle : nothing;
    }
    [[nodiscard]] bool hedges(int sold, int bought) const {
        Series const& a = of(sold);
        Series const& b = of(bought);
        return sold != bought && a.is_call == b.is_call && a.settle == b.settle && a.expiry == b.expiry;
    }
    /// In 10^-27: the first tenor that reaches.
    [[nodiscard]] static W bound(std::int64_t seconds) {
        W const tenth = one() * 1'000'000'000 / 10'000;
        for (auto const& [weeks, ten_thousandths] : {std::pair(1, 1678), std::pair(2, 2370), std::pair(4, 3326), std::pair(6, 4032), std::pair(8, 4603)}) {
            if (seconds <= weeks * 604'800) return tenth * ten_thousandths;
        }
        return 0;
    }
    /// "" where so much is enough for what the vault would have.
    [[nodiscard]] std::string keeps(Vault const& after, W const& left) const {
        if (after.sold < 0) return "";
        if (now < of(after.sold).expiry) return left < needed(after) ? "vault_collateral_insufficient" : "";
        if (of(after.sold).settled < 0) return "settlement_price_missing";
        return left < worth(after.sold, after.shorts, true) ? "vault_collateral_insufficient" : "";
    }
    /// In a straight line over an hour from the cash value less a twentieth of the spot to all that is there.
    [[nodiscard]] W ramp(int v) const {
        Vault const& vault = vaults.at(v);
        W const nano = 1'000'000'000;
        W const unit = one() * nano;
        W const end = locked(v) * nano * unit / (vault.shorts * nano);
        W start = std::max<W>(vault.start_cash * nano - vault.start_spot * nano / 20, 0);
        bool const divides = of(vault.sold).settle == coin;
        if (divides) start = start * unit / (vault.start_spot * nano);
        W const elapsed = W{now - vault.began} * nano;
        if (elapsed >= nano * 3'600) return end / nano;
        W const rise = (end - start) * elapsed / unit * unit / (nano * 3'600);
        return std::min<W>(start + rise, end) / nano;
    }
    void take_off(Vault& vault, W const& size) {
        vault.shorts -= size;
        if (vault.shorts == 0) vault.sold = -1;
        vault.deed = now;
    }
    void pay(int from, int to, Asset asset, W const& amount) {
        money[{from, asset}] -= amount;
        money[{to, asset}] += amount;
        for (int const who : {from, to}) {
            auto const vault = vaults.find(who);
            if (vault != vaults.end()) vault->second.deed = now;
        }
    }
};

} // namespace plimsoll::testing_aid
