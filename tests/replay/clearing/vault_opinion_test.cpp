#include "ledger/book/apply.hpp"
#include "ledger/book/root.hpp"
#include "replay/moment.hpp"
#include "tests/replay/clearing/peer_ledger.hpp"
#include "tests/replay/clearing/slow_vaults.hpp"

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>
#include <set>

namespace plimsoll::risk {
namespace {

using testing_aid::Answer;
using testing_aid::SlowVaults;
using L = testing_aid::PeerLedger;
using W = Wide;

struct Counts {
    std::uint64_t commands = 0, refused = 0, started = 0, takes = 0, exercised = 0, losses = 0, events = 0;
    std::map<std::string, std::uint64_t> rules;
};

/// PLIMSOLL_COMMANDS, PLIMSOLL_SEED: a longer form, and another one.
[[nodiscard]] std::uint64_t setting(char const* name, std::uint64_t usual) {
    char const* const text = std::getenv(name);
    return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

/// An account with all that it has, byte for byte.
[[nodiscard]] std::string rows_of(book::Book const& book, AccountId account) {
    std::string bytes(reinterpret_cast<char const*>(&book.account(account)), sizeof(book::AccountRow));
    book.for_balances(account, [&](book::BalanceRow const& row) { bytes.append(reinterpret_cast<char const*>(&row), sizeof(row)); });
    book.for_positions(account, [&](book::PositionRow const& row) { bytes.append(reinterpret_cast<char const*>(&row), sizeof(row)); });
    return bytes;
}

/// Writers, holders and bidders at random on one ledger from its first vault to its expiry, beside the slow one.
class PeerLife {
public:
    explicit PeerLife(std::uint64_t seed) : random_(seed) {
        slow_.now = L::start / L::second;
        for (AccountId const rich : people_) {
            slow_.money[{id(rich), SlowVaults::cash}] = widened(100'000 * one_units);
            slow_.money[{id(rich), SlowVaults::coin}] = widened(100 * one_units);
        }
        for (bool const is_call : {false, true}) {
            for (char const* strike : {"300", "400", "450"}) add_series(is_call, strike, false);
            add_series(is_call, "400", true);
        }
        slow_.now = venue_.book().time() / L::second;
        see(400);
    }

    void run(std::uint64_t commands, Counts& counts) {
        std::int64_t const expiry = slow_.series.front().expiry;
        std::int64_t const pace = 3 * (expiry - slow_.now) / static_cast<std::int64_t>(commands);
        for (std::uint64_t i = 0; i < commands && !testing::Test::HasFailure(); ++i) {
            if (below(3) != 0) slow_.now += static_cast<std::int64_t>(below(static_cast<std::uint64_t>(pace) + 1));
            step(counts);
        }
        if (!testing::Test::HasFailure()) wind_up(counts);
        if (!testing::Test::HasFailure()) witness(counts);
    }

private:
    using Slow = SlowVaults;

    [[nodiscard]] static int id(AccountId account) { return static_cast<int>(account.number()); }
    [[nodiscard]] static AccountId account(int number) { return AccountId{static_cast<std::uint32_t>(number)}; }
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    [[nodiscard]] TimeNs time() const { return slow_.now * L::second; }
    [[nodiscard]] AccountId someone() { return people_[below(3)]; }
    [[nodiscard]] static AssetId asset(Slow::Asset which) { return which == Slow::cash ? L::usd : L::btc; }

    void add_series(bool is_call, std::string const& strike, bool other_asset) {
        InstrumentId const made = venue_.series(is_call ? wire::OptionSide::call : wire::OptionSide::put, strike, 7, other_asset);
        ids_.push_back(made);
        slow_.series.push_back({is_call, is_call != other_asset ? Slow::coin : Slow::cash, widened(testing_aid::units_of(strike)),
                                venue_.book().instrument(made).expiry / L::second, -1});
    }
    void see(std::uint64_t spot) {
        slow_.spot = widened(static_cast<Int128>(spot) * one_units);
        slow_.seen = slow_.now;
        venue_.must_take(L::observe(Observation::asset_price, L::btc.number(), std::to_string(spot)), time());
    }
    /// Mostly round, sometimes to the last place.
    [[nodiscard]] Int128 amount_of(Slow::Asset which) {
        Int128 const step = which == Slow::cash ? one_units : one_units / 200;
        Int128 const fine = which == Slow::cash ? one_units / 1'000'000 : one_units / 100'000'000;
        return static_cast<Int128>(below(60) + 1) * step + static_cast<Int128>(below(4) == 0 ? below(100) : 0) * fine;
    }
    [[nodiscard]] Int128 some_contracts() { return static_cast<Int128>(below(1'000) + 1) * (one_units / 1'000); }

    /// One command to both; the rows of whoever it does not name stay as they are.
    Answer tell(Command const& command, std::set<std::uint32_t> const& named, std::string const& want, Counts& counts) {
        std::vector<std::string> before;
        for (std::uint32_t each = 1; each <= venue_.book().accounts.size(); ++each) before.push_back(rows_of(venue_.book(), AccountId{each}));
        Answer answer = venue_.ask(command, time());
        ++counts.commands;
        counts.refused += answer.accepted() ? 0U : 1U;
        std::string const rule = L::rule_of(answer);
        ++counts.rules[rule];
        EXPECT_EQ(rule, want) << (answer.accepted() ? "" : answer.refusal->message());
        for (std::uint32_t each = 1; each <= before.size(); ++each) {
            if (named.contains(each)) continue;
            EXPECT_EQ(rows_of(venue_.book(), AccountId{each}), before[each - 1]) << "account #" << each << " was not named";
        }
        compare();
        return answer;
    }

    void compare() const {
        book::Book const& book = venue_.book();
        for (auto const& [key, amount] : slow_.money) EXPECT_EQ(widened(venue_.cash(account(key.first), asset(key.second))), amount) << "cash of #" << key.first;
        for (auto const& [key, size] : slow_.contracts) EXPECT_EQ(widened(venue_.size(account(key.first), ids_[static_cast<std::size_t>(key.second)])), size);
        for (auto const& [number, vault] : slow_.vaults) {
            for (std::size_t leg = 0; leg < ids_.size(); ++leg) {
                W const size = static_cast<int>(leg) == vault.sold ? W{-vault.shorts} : static_cast<int>(leg) == vault.bought ? vault.longs : W{0};
                EXPECT_EQ(widened(venue_.size(account(number), ids_[leg])), size) << "vault #" << number;
            }
            EXPECT_EQ(book.account(account(number)).in_liquidation != 0, vault.on_sale);
        }
        ASSERT_EQ(book.losses.size(), slow_.losses.size());
        for (std::uint32_t i = 1; i <= book.losses.size(); ++i) {
            EXPECT_EQ(widened(book.losses[i].recognised.units()), slow_.losses[i - 1]);
            EXPECT_TRUE(book.losses[i].open().is_zero());
        }
        EXPECT_TRUE(book.asset(L::usd).bad_debt.is_zero() && book.asset(L::btc).bad_debt.is_zero());
    }

    void open(Counts& counts) {
        int const number = static_cast<int>(venue_.book().accounts.size()) + 1;
        AccountId const owner = someone();
        static_cast<void>(tell(VaultCommand{OpenVault{owner, testing_aid::must(Name::from("v" + std::to_string(number)))}}, {}, "", counts));
        slow_.vaults[number].owner = id(owner);
        vaults_.push_back(number);
    }
    [[nodiscard]] int some_vault() { return vaults_[below(vaults_.size())]; }

    void step(Counts& counts) {
        if (vaults_.size() < 8 && (vaults_.empty() || below(12) == 0)) return open(counts);
        int const v = some_vault();
        Slow::Vault const vault = slow_.vaults.at(v);
        AccountId const other = below(2) == 0 ? AccountId{} : someone();
        int const partner = other.is_some() ? id(other) : vault.owner;
        std::set<std::uint32_t> const named{static_cast<std::uint32_t>(v), static_cast<std::uint32_t>(partner)};
        // Mostly what fits, so that something happens.
        int const leg = below(6) != 0 ? fitting_leg(v) : static_cast<int>(below(ids_.size()));
        InstrumentId const instrument = ids_[static_cast<std::size_t>(leg)];
        Slow::Asset const which = below(6) == 0 ? (below(2) == 0 ? Slow::cash : Slow::coin) : slow_.series[static_cast<std::size_t>(leg)].settle;
        Int128 const amount = amount_of(which);
        Int128 const size = some_contracts();
        switch (below(20)) {
        case 0:
        case 16:
        case 17:
        case 18:
        case 19: return see(static_cast<std::uint64_t>(slow_.spot / widened(one_units)) * (800 + below(450)) / 1'000 + 1);
        case 1:
        case 2: {
            auto const want = slow_.lock(v, partner, which, widened(amount));
            static_cast<void>(tell(VaultCommand{LockInVault{account(v), other, asset(which), Amount{amount}, {}, {}}}, named, want, counts));
            return;
        }
        case 3: {
            // All that may go, or a unit more, or whatever.
            bool const is_live = vault.sold >= 0 && slow_.now < slow_.series.front().expiry;
            W const spare = is_live ? slow_.locked(v) - slow_.needed(vault) : W{0};
            Int128 const asked = spare > 0 && below(3) != 0 ? narrowed(spare).value() + static_cast<Int128>(below(2)) : amount;
            Slow::Asset const of = asked == amount ? which : slow_.series[static_cast<std::size_t>(vault.sold)].settle;
            auto const want = slow_.unlock(v, partner, of, widened(asked));
            static_cast<void>(tell(VaultCommand{UnlockFromVault{account(v), other, asset(of), Amount{asked}, {}, {}}}, named, want, counts));
            return;
        }
        case 4:
        case 5:
        case 6: {
            Int128 const minted = below(3) != 0 ? fitting_size(v, leg, size) : size;
            auto const want = slow_.mint(v, partner, leg, widened(minted));
            static_cast<void>(tell(VaultCommand{MintOption{account(v), other, instrument, Quantity{minted}}}, named, want, counts));
            return;
        }
        case 7: {
            auto const want = slow_.burn(v, partner, widened(size));
            static_cast<void>(tell(VaultCommand{BurnOption{account(v), other, Quantity{size}}}, named, want, counts));
            return;
        }
        case 8:
        case 9: {
            int const bought = vault.sold >= 0 && below(4) != 0 ? beside(vault.sold) : leg;
            auto const want = slow_.lock_long(v, partner, bought, widened(size));
            InstrumentId const given = ids_[static_cast<std::size_t>(bought)];
            static_cast<void>(tell(VaultCommand{LockInVault{account(v), other, {}, {}, given, Quantity{size}}}, named, want, counts));
            return;
        }
        case 10: {
            int const bought = vault.bought >= 0 && below(4) != 0 ? vault.bought : leg;
            auto const want = slow_.unlock_long(v, partner, bought, widened(size));
            InstrumentId const given = ids_[static_cast<std::size_t>(bought)];
            static_cast<void>(tell(VaultCommand{UnlockFromVault{account(v), other, {}, {}, given, Quantity{size}}}, named, want, counts));
            return;
        }
        case 11:
        case 12: return liquidate(v, counts);
        case 13:
        case 14: return bid(v, counts);
        default: return after_expiry(v, counts);
        }
    }
    /// What the vault has sold, or a series that its collateral would fit.
    [[nodiscard]] int fitting_leg(int v) {
        Slow::Vault const& vault = slow_.vaults.at(v);
        if (vault.sold >= 0) return vault.sold;
        if (vault.bought >= 0) return beside(vault.bought);
        Slow::Asset const held = slow_.money[{v, Slow::coin}] > 0 ? Slow::coin : Slow::cash;
        for (int tries = 0; tries < 50; ++tries) {
            int const leg = static_cast<int>(below(ids_.size()));
            if (slow_.series[static_cast<std::size_t>(leg)].settle == held) return leg;
        }
        return 0;
    }
    /// Nearly as many contracts as what is locked allows.
    [[nodiscard]] Int128 fitting_size(int v, int leg, Int128 otherwise) {
        Slow::Vault one_contract = slow_.vaults.at(v);
        if (slow_.now >= slow_.series.front().expiry || one_contract.bought >= 0) return otherwise;
        W const there = one_contract.shorts;
        one_contract.sold = leg;
        one_contract.shorts = widened(one_units);
        W const each = slow_.needed(one_contract);
        Int128 const fits = narrowed(slow_.locked(v) * widened(one_units) / each - there).value();
        Int128 const size = fits / 100 * static_cast<Int128>(80 + below(21)) / (one_units / 1'000) * (one_units / 1'000);
        return size > 0 ? size : otherwise;
    }
    /// Another strike of the same kind.
    [[nodiscard]] int beside(int sold) {
        int const first = sold / 4 * 4;
        return first + static_cast<int>(below(4));
    }
    void liquidate(int v, Counts& counts) {
        for (int const each : vaults_) { // whoever is due, or this one
            Slow::Vault const& vault = slow_.vaults.at(each);
            bool const is_due = vault.sold >= 0 && !vault.on_sale && slow_.now < slow_.series.front().expiry && slow_.locked(each) < slow_.needed(vault);
            if (is_due) v = each;
        }
        auto const want = slow_.liquidate(v);
        Answer const answer = tell(Liquidate{account(v), {}}, {static_cast<std::uint32_t>(v)}, want, counts);
        counts.started += answer.accepted() && slow_.vaults.at(v).on_sale ? 1U : 0U;
    }
    void bid(int v, Counts& counts) {
        for (int const each : vaults_) v = slow_.vaults.at(each).on_sale && below(4) != 0 ? each : v;
        Bid ask;
        ask.account = account(v);
        ask.bidder = someone();
        bool const by_share = below(2) == 0;
        if (by_share) {
            ask.share = Ratio{static_cast<Int128>(below(1'000) + 1) * (one_units / 1'000)};
        } else {
            ask.size = Quantity{some_contracts()};
        }
        W price = -1;
        auto const want = slow_.bid(v, id(ask.bidder), widened(ask.size.units()), widened(ask.share.units()), price);
        Answer const answer = tell(ask, {static_cast<std::uint32_t>(v), ask.bidder.number()}, want, counts);
        if (!answer.accepted()) return;
        ++counts.takes;
        EXPECT_EQ(widened(L::said(answer, "price")), price);
    }
    void after_expiry(int v, Counts& counts) {
        if (below(4) == 0) return settle_vault(v, counts);
        if (below(3) == 0 && slow_.now >= slow_.series.front().expiry) return settle_price(static_cast<int>(below(ids_.size())));
        exercise(v, below(5) == 0 ? account(some_vault()) : someone(), below(2) == 0 ? Int128{0} : some_contracts(), counts);
    }
    void settle_price(int leg) {
        Slow::Series& row = slow_.series[static_cast<std::size_t>(leg)];
        if (row.settled >= 0) return;
        row.settled = slow_.spot;
        venue_.must_take(SettleExpiry{ids_[static_cast<std::size_t>(leg)], Price{narrowed(slow_.spot).value()}}, time());
        compare();
    }
    void settle_vault(int v, Counts& counts) {
        auto const want = slow_.settle(v, slow_.vaults.at(v).owner);
        std::set<std::uint32_t> const named{static_cast<std::uint32_t>(v), static_cast<std::uint32_t>(slow_.vaults.at(v).owner)};
        static_cast<void>(tell(VaultCommand{SettleVault{account(v), {}}}, named, want, counts));
    }
    std::string exercise(int v, AccountId holder, Int128 size, Counts& counts) {
        if (holder == account(v)) return "";
        auto const want = slow_.exercise(v, id(holder), widened(size));
        Answer const answer = tell(VaultCommand{ExerciseOption{account(v), holder, Quantity{size}}}, {static_cast<std::uint32_t>(v), holder.number()}, want, counts);
        counts.exercised += answer.accepted() ? 1U : 0U;
        return want;
    }

    /// All is settled in the end: nothing is short, and every vault is empty.
    void wind_up(Counts& counts) {
        slow_.now = std::max(slow_.now, slow_.series.front().expiry);
        for (int leg = 0; leg < static_cast<int>(ids_.size()); ++leg) settle_price(leg);
        for (int round = 0; round < 200; ++round) {
            bool is_done = true;
            for (int const v : vaults_) {
                if (slow_.vaults.at(v).sold < 0) continue;
                is_done = false;
                for (AccountId const holder : people_) exercise(v, holder, 0, counts);
                for (int const holder : vaults_) {
                    if (slow_.vaults.at(v).sold < 0 || exercise(v, account(holder), 0, counts) != "long_leg_not_exercised") continue;
                    Int128 const part = narrowed(std::min(slow_.payable(v), slow_.vaults.at(holder).longs)).value();
                    if (part > 0) exercise(v, account(holder), part, counts); // vaults that hold each other's options unwind in steps
                }
            }
            if (is_done || testing::Test::HasFailure()) break;
        }
        for (int const v : vaults_) {
            EXPECT_EQ(slow_.vaults.at(v).sold, -1) << "vault #" << v << " can be wound up";
            if (slow_.vaults.at(v).on_sale) liquidate(v, counts);
            if (slow_.locked(v) > 0) settle_vault(v, counts);
            EXPECT_EQ(slow_.locked(v), 0);
        }
        counts.losses += slow_.losses.size();
    }
    /// Every event again on a second book, and the laws after each; the same root at the end.
    void witness(Counts& counts) {
        testing_aid::must(venue_.house().commit());
        auto const reader = testing_aid::must(replay::Reader::open(venue_.path()));
        book::Book again;
        testing_aid::must(reader->for_events(1, venue_.book().sequence(), [&](std::uint64_t, Event const& event) {
            testing_aid::must(book::apply(again, event));
            testing_aid::must(book::check_balance(again));
            ++counts.events;
            return true;
        }));
        EXPECT_EQ(book::state_root(again), book::state_root(venue_.book()));
    }

    std::mt19937_64 random_;
    L venue_;
    std::vector<InstrumentId> ids_;
    std::vector<int> vaults_;
    std::array<AccountId, 3> people_{L::alice, L::bob, L::carol};
    SlowVaults slow_;
};

TEST(RandomVaults, DoWhatASlowSecondOpinionSaysAndTouchNobodyElse) {
    std::uint64_t const seed = setting("PLIMSOLL_SEED", 20260118);
    std::uint64_t const commands = setting("PLIMSOLL_COMMANDS", 1'200);
    std::cout << "seed " << seed << ", " << commands << " commands" << std::endl;
    Counts counts;
    for (std::uint64_t i = 0; counts.commands < commands && !HasFailure(); ++i) {
        SCOPED_TRACE("seed " + std::to_string(seed + i));
        PeerLife(seed + i).run(400, counts);
    }
    EXPECT_GT(counts.started, 3U);
    EXPECT_GT(counts.takes, 3U);
    EXPECT_GT(counts.exercised, 10U);
    EXPECT_GT(counts.losses, 0U);
    std::cout << counts.commands << " commands, " << counts.refused << " refused, " << counts.started << " auctions, " << counts.takes << " takes, "
              << counts.exercised << " exercised, " << counts.losses << " losses, " << counts.events << " events";
    for (auto const& [rule, count] : counts.rules) std::cout << "; " << (rule.empty() ? "accepted" : rule) << " " << count;
    std::cout << std::endl;
}

} // namespace
} // namespace plimsoll::risk
