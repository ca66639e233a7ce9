#include "tests/replay/clearing/vault_ledger.hpp"

#include "risk/number/wide_integer.hpp"

#include <cstdlib>
#include <iostream>
#include <random>

namespace plimsoll::risk {
namespace {

using testing_aid::Answer;
using testing_aid::VaultLedger;
using testing_aid::VaultTerms;
using L = VaultLedger;

/// Quotients of whole numbers, without a helper of the program's.
[[nodiscard]] Wide down(Wide const& a, Wide const& b) {
    Wide whole = a / b;
    if (whole * b > a) --whole;
    return whole;
}
[[nodiscard]] Wide up(Wide const& a, Wide const& b) { return -down(-a, b); }

/// Vaults and their auctions again, slowly: exact fractions of counts of 10^-18, everybody's balances in a map, no events.
class SlowHouse {
public:
    struct Rules {
        Wide ratio, floor, penalty, all_limit, limit, buffer, reset_below, flat, share;
        bool is_line = false;
        std::int64_t span = 0; ///< of the line, or of a step down to 99 %
        std::int64_t reset_after = 0;
    };
    struct Auction {
        Wide lot, debt, tab, top;
        std::int64_t start = 0;
    };
    static constexpr std::uint32_t fund = L::fund.number();
    static constexpr std::uint32_t keeper = L::keeper.number();

    explicit SlowHouse(Rules rules) : rules_(std::move(rules)) {}

    std::map<std::uint32_t, Wide> cash, coins, residual;
    std::map<std::uint32_t, Auction> auctions;
    Wide price, bad_debt;
    std::int64_t now = 0;

    [[nodiscard]] std::string borrow(std::uint32_t who, Wide const& amount) {
        if (auctions.contains(who)) return "account_in_liquidation";
        Wide const left = cash[who] - amount;
        if (left < 0 && coins[who] == 0) return "debt_without_collateral";
        if (left < 0 && excess(left, coins[who]) < 0) return "withdrawal_exceeds_margin";
        cash[who] = left;
        return "";
    }
    [[nodiscard]] std::string take_out(std::uint32_t who, Wide const& amount) {
        if (auctions.contains(who)) return "account_in_liquidation";
        Wide const left = coins[who] - amount;
        if (left < 0) return "balance_insufficient";
        if (cash[who] < 0 && left == 0) return "debt_without_collateral";
        if (cash[who] < 0 && excess(cash[who], left) < 0) return "withdrawal_exceeds_margin";
        coins[who] = left;
        return "";
    }
    [[nodiscard]] std::string liquidate(std::uint32_t who) {
        if (auto const known = auctions.find(who); known != auctions.end()) return restart(known->second);
        if (cash[who] < 0 && coins[who] == 0) return "debt_without_collateral";
        if (excess(cash[who], coins[who]) >= 0) return "account_above_maintenance";
        Wide flying = 0;
        for (auto const& [account, auction] : auctions) flying += auction.tab;
        Wide const room = std::min(rules_.all_limit, rules_.limit) - flying;
        if (room <= 0) return "liquidation_limit_hit";
        Wide const owed = -cash[who];
        Wide part = std::min(owed, down(room * one, one + rules_.penalty));
        if (part < owed && owed - part < rules_.floor) {
            part = owed;
        } else if (part < owed && part < rules_.floor) {
            return "auction_would_be_dust";
        }
        Auction auction;
        auction.lot = down(coins[who] * part, owed);
        if (auction.lot == 0) return "nothing_to_liquidate";
        auction.debt = part;
        auction.tab = down(part * (one + rules_.penalty), one);
        auction.top = down(price * rules_.buffer, one);
        auction.start = now;
        reward(auction.tab);
        auctions[who] = auction;
        return "";
    }
    [[nodiscard]] std::string take(std::uint32_t who, std::uint32_t bidder, Wide const& size) {
        auto const known = auctions.find(who);
        if (known == auctions.end()) return "auction_not_ongoing";
        if (auctions.contains(bidder)) return "account_in_liquidation";
        Auction& auction = known->second;
        if (is_over(auction)) return "auction_needs_restart";
        Wide const unit = price_of(auction);
        Wide bought = std::min(auction.lot, size);
        Wide const least = down(rules_.floor * (one + rules_.penalty), one);
        Wide cost = bought * unit; // 10^-36
        if (cost > auction.tab * one) {
            cost = auction.tab * one;
            bought = down(cost, unit);
        } else if (cost < auction.tab * one && bought < auction.lot && auction.tab * one - cost < least * one) {
            if (auction.tab <= least) return "partial_take_leaves_dust";
            cost = (auction.tab - least) * one;
            bought = down(cost, unit);
        }
        Wide const paid = up(cost, one);
        if (bought == 0) return "share_out_of_bounds";
        if (cash[bidder] < paid) return "bidder_cash_insufficient";
        cash[bidder] -= paid;
        coins[bidder] += bought;
        coins[who] -= bought;
        Wide const to_debt = std::min(paid, auction.debt);
        cash[who] += to_debt;
        cash[fund] += paid - to_debt;
        auction.lot -= bought;
        auction.tab -= paid;
        auction.debt -= to_debt;
        if (auction.lot != 0 && auction.tab != 0) return "";
        auctions.erase(known);
        if (coins[who] == 0 && cash[who] < 0) lose(who);
        return "";
    }

private:
    static inline Wide const nano = 1'000'000'000; // what is left of a line's span is cut to 27 digits
    static inline Wide const one = Wide{1'000'000'000} * 1'000'000'000;

    [[nodiscard]] Wide excess(Wide const& money, Wide const& held) const {
        Wide const value = down(held * price, one);
        return money >= 0 ? money + value : value - up(-money * rules_.ratio, one);
    }
    void reward(Wide const& tab) {
        Wide const due = rules_.flat + down(tab * rules_.share, one);
        Wide const paid = std::min(due, std::max<Wide>(cash[fund], 0));
        cash[fund] -= paid;
        cash[keeper] += paid;
    }
    [[nodiscard]] Wide price_of(Auction const& auction) const {
        std::int64_t const elapsed = now - auction.start;
        if (rules_.is_line) return elapsed >= rules_.span ? Wide{0} : down(auction.top * down(Wide{rules_.span - elapsed} * nano * one, Wide{rules_.span}), nano * one);
        Wide up_to = auction.top;
        Wide over = 1;
        for (std::int64_t i = 0; i < elapsed / rules_.span; ++i) {
            up_to *= 99;
            over *= 100;
        }
        return down(up_to, over);
    }
    [[nodiscard]] bool is_over(Auction const& auction) const {
        Wide const unit = price_of(auction);
        return now - auction.start > rules_.reset_after || unit == 0 || unit * one < rules_.reset_below * auction.top;
    }
    [[nodiscard]] std::string restart(Auction& auction) {
        if (!is_over(auction)) return "auction_already_ongoing";
        Wide const least = down(rules_.floor * (one + rules_.penalty), one);
        if (auction.tab >= least && auction.lot * price >= least * one) reward(auction.tab);
        auction.top = down(price * rules_.buffer, one);
        auction.start = now;
        return "";
    }
    /// The fund pays what it has; the rest is open, and is not lost again.
    void lose(std::uint32_t who) {
        Wide const lost = -cash[who] - residual[who];
        if (lost <= 0) return;
        Wide const paid = std::min(lost, std::max<Wide>(cash[fund], 0));
        cash[fund] -= paid;
        cash[who] += paid;
        residual[who] += lost - paid;
        bad_debt += lost - paid;
    }

    Rules rules_;
};

struct Counts {
    std::uint64_t commands = 0, refused = 0, started = 0, takes = 0, losses = 0, differences = 0;
};

/// PLIMSOLL_COMMANDS, PLIMSOLL_SEED: a longer form, and another one.
[[nodiscard]] std::uint64_t setting(char const* name, std::uint64_t usual) {
    char const* const text = std::getenv(name);
    return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

class VaultLife {
public:
    explicit VaultLife(std::uint64_t seed) : random_(seed), terms_(drawn()), venue_(terms_), slow_(rules()) {
        for (AccountId const account : {L::alice, L::bob, L::carol, L::keeper, L::fund}) {
            slow_.cash[account.number()] = widened(venue_.cash(account));
            slow_.coins[account.number()] = 0;
        }
        set_price(10'000);
        seconds_ = venue_.book().time() / L::second;
    }

    void run(std::uint64_t commands, Counts& counts) {
        for (std::uint64_t i = 0; i < commands && !testing::Test::HasFailure(); ++i) {
            step(counts);
            compare(i, counts);
            if (i % 2'000 == 1'999) venue_.reopen_soundly();
        }
        counts.losses += venue_.book().losses.size();
    }

private:
    struct Venue : VaultLedger {
        using VaultLedger::VaultLedger;
        void reopen_soundly() {
            testing_aid::must(house().close());
            reopen();
        }
    };
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    [[nodiscard]] Int128 units_below(std::uint64_t whole) { return static_cast<Int128>(below(whole * 1'000'000) + 1) * (one_units / 1'000'000) + static_cast<Int128>(below(3)); }

    VaultTerms drawn() {
        VaultTerms terms;
        terms.ratio = below(2) == 0 ? "1.5" : "1.300000000000000007";
        terms.debt_floor = below(2) == 0 ? "20" : "100.000000000000000003";
        terms.penalty = below(2) == 0 ? "0.13" : "0.100000000000000009";
        terms.all_limit = std::to_string(300 + below(3'000));
        terms.limit = std::to_string(300 + below(3'000));
        terms.price_buffer = below(2) == 0 ? "1.3" : "1";
        is_line_ = below(2) == 0;
        terms.curve = is_line_ ? "duration_seconds = \"3000\"" : "step_factor = \"0.99\"\nstep_seconds = \"30\"";
        terms.reset_after_seconds = "2000";
        return terms;
    }
    [[nodiscard]] SlowHouse::Rules rules() const {
        auto units = [](std::string const& text) { return widened(testing_aid::units_of(text)); };
        return {units(terms_.ratio), units(terms_.debt_floor), units(terms_.penalty), units(terms_.all_limit), units(terms_.limit), units(terms_.price_buffer),
                units(terms_.reset_below), units(terms_.incentive_flat), units(terms_.incentive_share), is_line_, is_line_ ? 3'000 : 30, 2'000};
    }
    void set_price(Int128 thousandths) {
        price_ = thousandths;
        Observed seen;
        seen.kind = Observation::asset_price;
        seen.subject = L::btc.number();
        seen.value = Price{price_ * (one_units / 1'000)};
        venue_.must_take(Observe{seen}, seconds_ == 0 ? 0 : seconds_ * L::second);
        slow_.price = widened(seen.value.units());
    }

    void step(Counts& counts) {
        if (below(3) == 0) seconds_ += static_cast<std::int64_t>(below(120));
        if (below(200) == 0) seconds_ += 1'800;
        slow_.now = seconds_;
        AccountId const who{L::alice.number() + static_cast<std::uint32_t>(below(2))};
        AccountId const bidder = below(4) == 0 ? AccountId{L::alice.number() + L::bob.number() - who.number()} : L::carol;
        std::string want;
        Command command;
        switch (below(9)) {
        case 0: {
            Int128 const amount = units_below(20);
            command = Deposit{who, {}, L::btc, Amount{amount}};
            slow_.coins[who.number()] += widened(amount);
            break;
        }
        case 1: {
            Int128 const amount = units_below(40);
            AccountId const to = below(3) == 0 ? L::fund : who;
            command = Deposit{to, {}, L::usd, Amount{amount}};
            slow_.cash[to.number()] += widened(amount);
            break;
        }
        case 2:
        case 3: {
            Int128 const amount = units_below(120);
            command = Withdraw{who, {}, L::usd, Amount{amount}};
            want = slow_.borrow(who.number(), widened(amount));
            break;
        }
        case 4: {
            Int128 const amount = units_below(4);
            command = Withdraw{who, {}, L::btc, Amount{amount}};
            want = slow_.take_out(who.number(), widened(amount));
            break;
        }
        case 5: {
            std::uint64_t const per_mille = below(10) == 0 ? 250 + below(1'400) : 940 + below(121);
            set_price(std::clamp<std::int64_t>(static_cast<std::int64_t>(price_) * static_cast<std::int64_t>(per_mille) / 1'000, 1'000, 40'000));
            return;
        }
        case 6:
        case 7: {
            command = Liquidate{who, {}};
            want = slow_.liquidate(who.number());
            counts.started += want.empty() ? 1U : 0U;
            break;
        }
        default: {
            Bid bid;
            bid.account = who;
            bid.bidder = bidder;
            bid.size = Quantity{units_below(below(3) == 0 ? 1'000 : 30)};
            command = bid;
            want = slow_.take(who.number(), bidder.number(), widened(bid.size.units()));
            counts.takes += want.empty() ? 1U : 0U;
        }
        }
        Answer const answer = venue_.ask(command, seconds_ * L::second);
        ++counts.commands;
        counts.refused += answer.accepted() ? 0U : 1U;
        if (L::rule_of(answer) != want) {
            ++counts.differences;
            ADD_FAILURE() << "the house says '" << L::rule_of(answer) << "', the slow way '" << want << "'" << (answer.accepted() ? "" : ": " + answer.refusal->message());
        }
    }

    void compare(std::uint64_t i, Counts& counts) {
        for (AccountId const account : {L::alice, L::bob, L::carol, L::keeper, L::fund}) {
            for (AssetId const asset : {L::usd, L::btc}) {
                Wide const slow = asset == L::usd ? slow_.cash[account.number()] : slow_.coins[account.number()];
                if (widened(venue_.cash(account, asset)) == slow) continue;
                ++counts.differences;
                ADD_FAILURE() << "command " << i << ": account " << account.number() << " has " << format_decimal(venue_.cash(account, asset)) << " of asset "
                              << asset.number() << ", the slow way " << slow.str();
            }
            EXPECT_EQ(venue_.is_open(account), slow_.auctions.contains(account.number())) << "command " << i;
        }
        EXPECT_EQ(widened(venue_.book().asset(L::usd).bad_debt.units()), slow_.bad_debt) << "command " << i;
        for (book::LossRow const& loss : venue_.book().losses.rows()) {
            Int128 paid = 0;
            for (Amount const& part : loss.paid) paid += part.units();
            EXPECT_EQ(paid + loss.open().units(), loss.recognised.units()) << "what layers pay and what is left is the loss";
        }
    }

    std::mt19937_64 random_;
    bool is_line_ = false;
    VaultTerms terms_;
    Venue venue_;
    SlowHouse slow_;
    Int128 price_ = 0;
    std::int64_t seconds_ = 0;
};

/// PLIMSOLL_COMMANDS makes it longer, PLIMSOLL_SEED another one; each life of 1,500 commands has the seed after the one before.
TEST(RandomVaults, AreSoldAsTheSlowWaySellsThem) {
    constexpr std::uint64_t commands_of_a_life = 1'500;
    std::uint64_t const seed = setting("PLIMSOLL_SEED", 20260116);
    std::uint64_t const commands = setting("PLIMSOLL_COMMANDS", 6'000);
    std::cout << "seed " << seed << ", " << commands << " commands" << std::endl;
    Counts counts;
    for (std::uint64_t i = 0; counts.commands < commands && !HasFailure(); ++i) {
        SCOPED_TRACE("seed " + std::to_string(seed + i));
        VaultLife(seed + i).run(commands_of_a_life, counts);
    }
    EXPECT_EQ(counts.differences, 0U);
    EXPECT_GT(counts.started, 20U);
    EXPECT_GT(counts.takes, 20U);
    EXPECT_GT(counts.losses, 0U);
    std::cout << counts.commands << " commands, " << counts.refused << " refused, " << counts.started << " auctions started or started again, " << counts.takes
              << " takes, " << counts.losses << " losses, " << counts.differences << " differences" << std::endl;
}

} // namespace
} // namespace plimsoll::risk
