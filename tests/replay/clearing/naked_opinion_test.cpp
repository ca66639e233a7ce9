#include "tests/replay/clearing/vault_ledger.hpp"

#include "risk/number/wide_integer.hpp"

#include <cstdlib>
#include <iostream>
#include <random>

namespace plimsoll::risk {
namespace {

using testing_aid::Answer;
using L = testing_aid::VaultLedger;

struct Counts {
    std::uint64_t commands = 0, refused = 0, started = 0, takes = 0, losses = 0;
};

/// PLIMSOLL_COMMANDS, PLIMSOLL_SEED: a longer form, and another one.
[[nodiscard]] std::uint64_t setting(char const* name, std::uint64_t usual) {
    char const* const text = std::getenv(name);
    return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

/// Alice is short a call or a put; prices, takes and time at random, until it is settled, from one life to the next.
class NakedLife {
public:
    explicit NakedLife(std::uint64_t seed)
        : random_(seed), is_call_(below(2) == 0), in_coin_(is_call_ && below(2) == 0), has_bidders_(below(3) != 0), venue_(*shipped_preset("opyn-gamma"), *shipped_clearing_preset("opyn")) {
        for (AccountId const rich : {L::bob, L::carol, L::keeper}) venue_.must_take(L::deposit(rich, "1000000"));
        pool_ = open_pool();
        venue_.must_take(Deposit{pool_, {}, L::usd, Amount{static_cast<Int128>(below(200) + 1) * one_units}});
        seconds_ = L::start / L::second;
        see(is_call_ ? 500 : 4'000);
        option_ = venue_.option(is_call_ ? wire::OptionSide::call : wire::OptionSide::put, "1000", L::start + 7 * 86'400 * L::second, "1000");
        venue_.must_take(in_coin_ ? L::deposit(L::alice, "0.4", L::btc) : L::deposit(L::alice, "600"), seconds_ * L::second);
        venue_.must_take(L::trade(L::bob, L::alice, "1", "0", option_), seconds_ * L::second);
        deed_ = seconds_;
    }

    void run(Counts& counts) {
        while (seconds_ < L::start / L::second + 7 * 86'400 && !testing::Test::HasFailure()) step(counts);
        if (testing::Test::HasFailure()) return;
        venue_.must_take(SettleExpiry{option_, Price{spot_}}, seconds_ * L::second);
        Answer const last = venue_.ask(Liquidate{L::alice, {}}, seconds_ * L::second);
        Int128 const cash = venue_.cash(L::alice);
        Int128 open = 0;
        for (book::LossRow const& loss : venue_.book().losses.rows()) {
            Int128 paid = 0;
            for (Amount const& part : loss.paid) paid += part.units();
            EXPECT_EQ(paid + loss.open().units(), loss.recognised.units());
            EXPECT_TRUE(loss.open().is_zero() || venue_.cash(pool_) == 0) << "nothing stays open while a layer has something";
            open += loss.open().units();
        }
        bool const is_backed = cash < 0 && testing_aid::must(venue_.fresh_levels(L::alice)).maintenance_excess >= 0; // by coins
        EXPECT_EQ(is_backed ? 0 : std::max<Int128>(-cash, 0), open) << "what she still owes is what no layer paid: " << L::rule_of(last);
        EXPECT_EQ(venue_.book().account(L::alice).in_liquidation, 0);
        EXPECT_EQ(venue_.book().asset(L::usd).bad_debt.units(), open);
        counts.losses += venue_.book().losses.size();
    }

private:
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    AccountId open_pool() {
        AccountOpened fact;
        fact.name = "pool";
        fact.kind = wire::AccountKind::pool;
        venue_.submit(rare(std::move(fact)));
        return AccountId{venue_.book().accounts.size()};
    }
    void see(std::uint64_t spot) {
        spot_ = static_cast<Int128>(spot) * one_units;
        seen_ = seconds_;
        venue_.must_take(L::observe(Observation::asset_price, L::btc.number(), std::to_string(spot)), seconds_ * L::second);
    }

    /// The price by the rule's words, in counts of 10^-27 that are cut after each step, as far as they can differ.
    [[nodiscard]] Wide slow_price() const {
        Wide const one = Wide{1'000'000'000} * 1'000'000'000 * 1'000'000'000;
        Wide const nano = 1'000'000'000;
        Wide const collateral = widened(std::max<Int128>(venue_.cash(L::alice, in_coin_ ? L::btc : L::usd), 0)) * nano;
        Wide const debt = widened(-venue_.size(L::alice, option_)) * nano;
        Wide const end = collateral * one / debt;
        Wide const spot = widened(start_spot_) * nano;
        Wide const strike = one * 1'000;
        Wide const cash = std::max<Wide>(is_call_ ? spot - strike : strike - spot, 0);
        Wide start = std::max<Wide>(cash - spot / 20, 0);
        if (in_coin_) start = start * one / spot;
        Wide const seconds = Wide{seconds_ - began_} * nano;
        if (seconds >= nano * 3'600) return end / nano;
        // A negative product is cut toward zero as well.
        Wide const rise = (end - start) * seconds / one * one / (nano * 3'600);
        return std::min<Wide>(start + rise, end) / nano;
    }

    void step(Counts& counts) {
        seconds_ += static_cast<std::int64_t>(below(6'000));
        if (seconds_ >= L::start / L::second + 7 * 86'400) return;
        bool const was_open = venue_.book().account(L::alice).in_liquidation != 0;
        Command command;
        switch (below(6)) {
        case 0:
        case 1: see(static_cast<std::uint64_t>(spot_ / one_units) * ((is_call_ ? 900 : 850) + below(250)) / 1'000 + 1); return;
        case 2: {
            if (below(10) != 0) return;
            bool const coin = in_coin_ && below(2) == 0;
            command = Deposit{L::alice, {}, coin ? L::btc : L::usd, Amount{static_cast<Int128>(below(50'000) + 1) * (one_units / (coin ? 1'000'000 : 1'000))}};
            break;
        }
        case 3: command = Liquidate{L::alice, {}}; break;
        default: {
            if (!has_bidders_) return;
            Bid bid;
            bid.account = L::alice;
            bid.bidder = below(2) == 0 ? L::carol : L::bob;
            bid.share = Ratio{static_cast<Int128>(below(1'000) + 1) * (one_units / 1'000)};
            command = bid;
        }
        }
        bool const is_bid = std::holds_alternative<Bid>(command);
        Wide const price = is_bid && was_open && venue_.size(L::alice, option_) < 0 ? slow_price() : Wide{0};
        bool const has_margin = testing_aid::must(venue_.fresh_levels(L::alice)).maintenance_excess >= 0;
        Int128 const before = venue_.cash(L::alice, in_coin_ ? L::btc : L::usd);
        Answer const answer = venue_.ask(command, seconds_ * L::second);
        ++counts.commands;
        counts.refused += answer.accepted() ? 0U : 1U;
        bool const is_deed = answer.accepted() && !std::holds_alternative<Liquidate>(command);
        if (is_deed) deed_ = seconds_;
        if (std::holds_alternative<Liquidate>(command)) {
            bool const is_due = !has_margin && venue_.size(L::alice, option_) < 0;
            if (!was_open) {
                bool const is_seen = seen_ > deed_; // the spot, after her own last deed
                EXPECT_EQ(answer.accepted(), is_due && is_seen) << L::rule_of(answer);
                if (answer.accepted()) {
                    began_ = seconds_;
                    start_spot_ = spot_;
                    ++counts.started;
                }
            } else {
                EXPECT_EQ(answer.accepted(), !is_due) << L::rule_of(answer);
            }
        }
        if (!is_bid || !answer.accepted()) return;
        ++counts.takes;
        Int128 const told = L::said(answer, "price");
        EXPECT_EQ(widened(told), price);
        Int128 const paid = before - venue_.cash(L::alice, in_coin_ ? L::btc : L::usd);
        EXPECT_EQ(paid, L::said(answer, "earns"));
        EXPECT_LE(paid, std::max<Int128>(before, 0)) << "never more than the collateral";
    }

    std::mt19937_64 random_;
    bool is_call_;
    bool in_coin_;
    bool has_bidders_;
    testing_aid::ClearingLedger venue_;
    AccountId pool_;
    InstrumentId option_;
    Int128 spot_ = 0;
    Int128 start_spot_ = 0;
    std::int64_t seconds_ = 0;
    std::int64_t began_ = 0;
    std::int64_t seen_ = 0;
    std::int64_t deed_ = 0;
};

TEST(RandomNakedShorts, KeepTheRampsPriceAndTheIdentitiesOfLosses) {
    std::uint64_t const seed = setting("PLIMSOLL_SEED", 20260117);
    std::uint64_t const commands = setting("PLIMSOLL_COMMANDS", 600);
    std::cout << "seed " << seed << ", " << commands << " commands" << std::endl;
    Counts counts;
    for (std::uint64_t i = 0; counts.commands < commands && !HasFailure(); ++i) {
        SCOPED_TRACE("seed " + std::to_string(seed + i));
        NakedLife(seed + i).run(counts);
    }
    EXPECT_GT(counts.started, 3U);
    EXPECT_GT(counts.takes, 3U);
    EXPECT_GT(counts.losses, 0U);
    std::cout << counts.commands << " commands, " << counts.refused << " refused, " << counts.started << " auctions, " << counts.takes << " takes, "
              << counts.losses << " losses" << std::endl;
}

} // namespace
} // namespace plimsoll::risk
