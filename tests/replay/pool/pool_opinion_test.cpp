#include "tests/replay/pool/plain_pool.hpp"
#include "tests/replay/pool/pool_ledger.hpp"

#include <cstdlib>
#include <iostream>
#include <random>

namespace plimsoll::testing_aid {
namespace {

[[nodiscard]] std::uint64_t number_of(char const* name, std::uint64_t otherwise) {
    char const* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

[[nodiscard]] Real real(Int128 units) { return static_cast<Real>(units) / 1e18L; }

/// A pool of two expiries, commanded at random; the plain pool is asked first, and what it says must be what the ledger does.
class PoolOpinion {
public:
    explicit PoolOpinion(std::uint64_t seed) : random_(seed), ledger_(Changes{{"queue deposit_seconds", "7200"}, {"queue withdrawal_seconds", "7200"}}) {
        plain_.deposit_delay = plain_.withdrawal_delay = 7200;
        for (auto const* name : people) {
            ledger_.must_take(ledger_.pay_in(name, "2000000"));
            plain_.money[name] = 2'000'000;
        }
        see("3000");
        for (int const days : {6, 30}) {
            bool is_first = true;
            for (auto const* strike : {"2800", "3000", "3300"}) {
                list(true, strike, days, is_first);
                is_first = false;
            }
            list(false, "3000", days, false, true);
        }
        // Somebody is in the pool before anything else happens.
        size_ = 1'000'000;
        PlainPool planned = plain_;
        ask(planned.deposit("alice", size_), planned, ledger_.deposit("alice", text()));
        now_ += 7200;
        see("3000");
        planned = plain_;
        ask(planned.process(), planned, ledger_.process());
    }

    void step() {
        PlainPool planned = plain_;
        planned.is_close = false;
        // Times are whole seconds; prices and sizes have few digits, so that both sides read the same number.
        planned.now += dice(4) == 0 ? static_cast<Real>(dice(20'000)) : static_cast<Real>(dice(600));
        now_ = static_cast<TimeNs>(planned.now);
        std::string const who = people[dice(3)];
        switch (dice(10)) {
        case 0: case 1: return look();
        case 2:
            size_ = pick({0.5L, 1, 20'000, 300'000, 5'000'000});
            return ask(planned.deposit(who, size_), planned, ledger_.deposit(who, text()));
        case 3:
            size_ = pick({0.25L, 1'000, 50'000, 400'000});
            return ask(planned.withdraw(who, size_), planned, ledger_.withdraw(who, text()));
        case 4: case 5: return ask(planned.process(), planned, ledger_.process());
        case 6: return ask(planned.hedge(), planned, ledger_.hedge());
        default: {
            auto series = plain_.series.begin();
            std::advance(series, static_cast<std::ptrdiff_t>(dice(plain_.series.size())));
            bool const is_buy = dice(2) == 0;
            size_ = pick({0.5L, 2, 7, 25, 120});
            std::string const name = series->first;
            return ask(planned.trade(who, name, is_buy, size_), planned, ledger_.trade(who, ledger_.instrument(name), is_buy, text()));
        }
        }
    }

    void compare() {
        auto const view = ledger_.view();
        near(view.standing.net_value(), plain_.net_value(), "net value");
        near(view.standing.free(view.adopted.preset), plain_.free(), "free");
        EXPECT_EQ(view.explanation.rest, 0);
        EXPECT_EQ(view.explanation.value[static_cast<std::size_t>(risk::pool::PoolCause::other)], 0);
        EXPECT_EQ(view.history.deposits().size(), plain_.deposits.size());
        EXPECT_EQ(view.history.withdrawals().size(), plain_.withdrawals.size());
        for (auto const* breaker : {"pool_free_liquidity", "pool_base_volatility", "pool_skew", "pool_settlement", "pool_price_age"}) {
            EXPECT_EQ(view.history.tripped_at(breaker) != 0, plain_.trips.contains(breaker)) << breaker;
        }
    }
    void again() { ledger_.again(); }
    [[nodiscard]] std::uint64_t asked() const { return asked_; }
    [[nodiscard]] std::map<std::string, std::uint64_t> const& rules() const { return rules_; }

private:
    static constexpr char const* people[] = {"alice", "bob", "carol"};

    [[nodiscard]] std::size_t dice(std::size_t sides) { return random_() % sides; }
    [[nodiscard]] Real pick(std::vector<Real> const& from) { return from[dice(from.size())]; }
    [[nodiscard]] std::string text() const { return text_of(size_); }
    [[nodiscard]] static std::string text_of(Real value) {
        char words[64];
        std::snprintf(words, sizeof words, "%.4Lf", value);
        return words;
    }
    void see(std::string const& price) {
        ledger_.must_take(PoolLedger::spot(price), now_ * PoolLedger::second);
        plain_.now = plain_.spot_time = static_cast<Real>(now_);
        plain_.spot = std::stold(price);
    }
    void list(bool is_call, char const* strike, int days, bool is_first, bool has_skew = false) {
        InstrumentId const series = ledger_.option(is_call, strike, days);
        ledger_.must_take(ledger_.list(series, is_first ? "0.8" : "", has_skew ? "" : "1"));
        Real const expiry = days * PlainPool::day;
        plain_.series[std::string(ledger_.book().instrument(series).name.view())] = {is_call, std::stold(strike), expiry, 0, {}};
        plain_.boards.insert({expiry, {{0, 0.8L}}});
        plain_.skews.insert({{expiry, std::stold(strike)}, {{0, 1}}});
    }
    /// Another price; and what has expired is settled at it.
    void look() {
        static constexpr char const* prices[] = {"2700", "2850", "2950", "3000", "3050", "3150", "3400"};
        see(prices[dice(std::size(prices))]);
        for (auto& [name, series] : plain_.series) {
            if (series.expiry > plain_.now || settled_.contains(name)) continue;
            risk::SettleExpiry settle;
            settle.instrument = ledger_.instrument(name);
            settle.price = Price{PoolLedger::units(text_of(plain_.spot))};
            ledger_.must_take(settle);
            plain_.settle(name, plain_.spot);
            settled_.insert({name, true});
        }
    }
    void ask(std::string const& said, PlainPool const& planned, risk::Command const& command) {
        if (planned.is_close) return;
        auto const answer = ledger_.ask(command, now_ * PoolLedger::second);
        std::string const rule = answer.accepted() ? "" : std::string(answer.refusal->rule().name);
        ASSERT_EQ(rule, said) << "command " << asked_ << (answer.accepted() ? "" : ": " + answer.refusal->message());
        ++asked_;
        ++rules_[rule];
        if (!rule.empty()) {
            now_ = static_cast<TimeNs>(plain_.now); // what is refused leaves no time behind
            return;
        }
        plain_ = planned;
        near(ledger_.balance("lp"), plain_.cash, "cash");
        near(ledger_.balance("lp", 2), plain_.base, "base");
        near(-ledger_.balance("lp", 3), plain_.supply, "supply");
        for (auto const* name : people) {
            near(ledger_.balance(name), plain_.money[name], name);
            near(ledger_.balance(name, 3), plain_.shares[name], name);
        }
    }
    void near(Int128 ours, Real plain, std::string const& what) const {
        Real const scale = std::max<Real>(1e6L, std::abs(plain));
        ASSERT_LE(std::abs(real(ours) - plain), 1e-9L * scale) << what << " after " << asked_ << " commands: " << format_decimal(ours) << " for " << static_cast<double>(plain);
    }

    std::mt19937_64 random_;
    PoolLedger ledger_;
    PlainPool plain_;
    TimeNs now_ = 0; ///< seconds from the start
    Real size_ = 0;
    std::map<std::string, bool> settled_;
    std::uint64_t asked_ = 0;
    std::map<std::string, std::uint64_t> rules_;
};

TEST(PoolOpinion, RandomCommandsAreDecidedAsTheRulesAreTold) {
    std::uint64_t const wanted = number_of("PLIMSOLL_POOL_COMMANDS", 200);
    std::uint64_t seed = number_of("PLIMSOLL_SEED", 20260115);
    std::cout << "seed " << seed << "\n";
    std::uint64_t asked = 0;
    std::map<std::string, std::uint64_t> rules;
    for (; asked < wanted && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("PLIMSOLL_SEED=" + std::to_string(seed));
        PoolOpinion opinion(seed);
        for (int i = 0; i < 100 && !testing::Test::HasFailure(); ++i) {
            opinion.step();
            if (i % 20 == 19) opinion.compare();
            if (i % 33 == 32) opinion.again();
        }
        asked += opinion.asked();
        for (auto const& [rule, count] : opinion.rules()) rules[rule] += count;
    }
    for (auto const& [rule, count] : rules) std::cout << "  " << (rule.empty() ? "accepted" : rule) << " " << count << "\n";
    std::cout << asked << " commands\n";
    EXPECT_GT(rules[""], asked / 5);
}

} // namespace
} // namespace plimsoll::testing_aid
