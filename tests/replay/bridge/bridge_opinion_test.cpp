#include "ledger/book/apply.hpp"
#include "tests/replay/bridge/bridge_ledger.hpp"

#include <array>
#include <cstdlib>
#include <iostream>
#include <random>

namespace plimsoll::risk {
namespace {

using testing_aid::BridgeLedger;
using B = BridgeLedger;

/// The slow, obvious way: lists of everything that ever happened, gone through from the start whenever something is asked, and
/// the rules written down once more, figure by figure, from the small preset's text.
class PlainChains {
public:
    struct Limit {
        int period_seconds;
        Int128 least;
        Int128 share_ppm;
        std::optional<std::pair<Int128, TimeNs>> left{}; ///< and when
    };
    struct Chain {
        std::string name;
        AssetId asset;
        std::array<int, 4> credit_percent;
        Int128 stake_above;
        std::uint64_t confirmed, final_;
        int dispute_seconds;
        Int128 fund_cap;
        AccountId outside, in, out, fund;
        std::vector<Limit> limits{};
    };
    struct In {
        std::size_t chain;
        std::string transaction;
        std::uint64_t log, block;
        AccountId account;
        Int128 amount, credited;
        int state; ///< 0 observed to 3 final, 4 reversed
        [[nodiscard]] bool is_open() const { return state < 3; }
    };
    struct Out {
        std::size_t chain;
        std::uint64_t number;
        AccountId account;
        Int128 amount;
        TimeNs due;
        bool is_open;
    };

    explicit PlainChains(B const& venue) : exchange(venue.named("exchange:USD")) {
        auto chain = [&](char const* name, std::array<int, 4> credit, Int128 stake, std::uint64_t confirmed, std::uint64_t last, int dispute, Int128 cap) {
            std::string const bridge = std::string("bridge:") + name;
            chains.push_back({name, B::asset_on(name), credit, stake, confirmed, last, dispute, cap, venue.outside_of(name),
                              venue.named(bridge), venue.named(bridge + ":out"), venue.named(bridge + ":fund")});
        };
        chain("home", {0, 50, 90, 100}, 666'666'666'666'666'666, 1, 2, 10, row_limit_units);
        chain("one", {0, 50, 90, 100}, 666'666'666'666'666'666, 3, 6, 100, row_limit_units);
        chain("two", {10, 25, 75, 100}, 500'000'000'000'000'000, 2, 2, 1000, 20 * one_units);
        chains[2].limits = {{100, 50 * one_units, 500'000}, {1000, 10 * one_units, 800'000}};
    }

    bool observe(BridgeObserve const& ask) {
        std::size_t const at = index_of(ask.place.chain);
        if (at == chains.size() || ask.asset != chains[at].asset || ask.amount.units() <= 0 || is_bridge(ask.account)) return false;
        std::pair const place(ask.block, ask.place.log_index);
        for (In const& each : ins) {
            if (each.chain != at) continue;
            if (each.is_open() && each.transaction == ask.place.transaction && each.log == ask.place.log_index) return false;
            if (each.is_open() && std::pair(each.block, each.log) == place) return false;
            if (each.state == 3 && place <= std::pair(each.block, each.log)) return false;
        }
        if (place <= std::pair<std::uint64_t, std::uint64_t>(0, 0)) return false;
        ins.push_back({at, ask.place.transaction, ask.place.log_index, ask.block, ask.account, ask.amount.units(), 0, 0});
        move(chains[at].outside, chains[at].in, chains[at].asset, ask.amount.units());
        credit(ins.back());
        return true;
    }
    bool advance(BridgeAdvance const& ask, TimeNs now) {
        In* const found = open(ask.place);
        if (found == nullptr || static_cast<int>(ask.state) != found->state + 1 || ask.state == BridgeState::reversed) return false;
        Chain const& chain = chains[found->chain];
        Int128 const stake = ask.stake.units();
        if (ask.state == BridgeState::attested && (stake <= chain.stake_above || stake > one_units)) return false;
        if (ask.state == BridgeState::confirmed && *ask.confirmations < chain.confirmed) return false;
        if (ask.state == BridgeState::final_ && *ask.confirmations < chain.final_) return false;
        if (ask.state == BridgeState::final_) use(found->chain, found->amount, now);
        ++found->state;
        credit(*found);
        return true;
    }
    bool reverse(BridgeReverse const& ask) {
        In* const found = open(ask.place);
        if (found == nullptr) return false;
        Chain const& chain = chains[found->chain];
        found->state = 4;
        move(chain.in, chain.outside, chain.asset, found->amount);
        Int128 const taken = std::min(found->credited, std::max<Int128>(has(found->account, chain.asset), 0));
        move(found->account, chain.in, chain.asset, taken);
        Int128 rest = found->credited - taken;
        if (rest == 0) return true;
        ++losses;
        Int128 cap = chain.fund_cap;
        if (chain.asset != B::usd) { // the fund's own of the chain, then the hole comes home
            Int128 const changed = std::min({rest, cap, std::max<Int128>(has(chain.fund, chain.asset), 0)});
            exchange_at_par(chain.fund, chain.asset, changed);
            exchange_at_par(chain.in, chain.asset, -rest);
        }
        for (AccountId const fund : {chain.fund, B::fund}) {
            Int128 const paid = std::min({rest, cap, std::max<Int128>(has(fund, B::usd), 0)});
            move(fund, chain.in, B::usd, paid);
            rest -= paid;
            cap = row_limit_units;
        }
        unpaid += rest;
        return true;
    }
    bool withdraw(BridgeWithdraw const& ask, TimeNs now) {
        std::size_t at = 0;
        while (at < chains.size() && chains[at].asset != ask.asset) ++at;
        if (at == chains.size() || ask.amount.units() <= 0 || is_bridge(ask.account)) return false;
        Chain const& chain = chains[at];
        Int128 const amount = ask.amount.units();
        Int128 free_of_account = has(ask.account, chain.asset);
        for (In const& each : ins) {
            if (each.chain == at && each.is_open() && each.account == ask.account) free_of_account -= each.credited;
        }
        Int128 waiting = 0;
        std::uint64_t number = 1;
        for (Out const& each : outs) {
            if (each.chain == at && each.is_open) waiting += each.amount;
            if (each.chain == at) ++number;
        }
        if (amount > has(ask.account, chain.asset) || amount > free_of_account || amount > locked(at) - waiting) return false;
        for (Limit const& limit : chain.limits) {
            if (amount > left(at, limit, now)) return false;
        }
        use(at, -amount, now);
        move(ask.account, chain.out, chain.asset, amount);
        outs.push_back({at, number, ask.account, amount, now + chain.dispute_seconds * B::second, true});
        return true;
    }
    bool end(std::string const& chain, std::uint64_t number, bool is_released, TimeNs now) {
        for (Out& each : outs) {
            if (chains[each.chain].name != chain || each.number != number || !each.is_open) continue;
            if (is_released && now < each.due) return false;
            Chain const& on = chains[each.chain];
            if (!is_released) use(each.chain, each.amount, now);
            move(on.out, is_released ? on.outside : each.account, on.asset, each.amount);
            each.is_open = false;
            return true;
        }
        return false;
    }
    bool transfer(Transfer const& ask) {
        if (ask.from == ask.to || ask.amount.units() <= 0 || has(ask.from, ask.asset) < ask.amount.units()) return false;
        move(ask.from, ask.to, ask.asset, ask.amount.units());
        return true;
    }

    [[nodiscard]] Int128 has(AccountId account, AssetId asset) const {
        auto const found = balances.find({account, asset});
        return found == balances.end() ? 0 : found->second;
    }
    /// Final on the chain and still there.
    [[nodiscard]] Int128 locked(std::size_t at) const {
        Int128 sum = -has(chains[at].outside, chains[at].asset);
        for (In const& each : ins) sum -= each.chain == at && each.is_open() ? each.amount : 0;
        return sum;
    }
    [[nodiscard]] In* open(BridgePlace const& place) {
        for (In& each : ins) {
            if (each.is_open() && chains[each.chain].name == place.chain && each.transaction == place.transaction && each.log == place.log_index) return &each;
        }
        return nullptr;
    }
    /// What is over is told no more, but for how far each chain is final and how many withdrawals it had.
    void tidy() {
        std::map<std::size_t, std::pair<std::uint64_t, std::uint64_t>> furthest;
        for (In const& each : ins) {
            if (each.state == 3) furthest[each.chain] = std::max(furthest[each.chain], std::pair(each.block, each.log));
        }
        std::erase_if(ins, [&](In const& each) { return !each.is_open() && (each.state == 4 || std::pair(each.block, each.log) != furthest[each.chain]); });
    }

    std::vector<Chain> chains;
    std::vector<In> ins;
    std::vector<Out> outs;
    std::map<std::pair<AccountId, AssetId>, Int128> balances;
    AccountId exchange;
    std::uint64_t losses = 0;
    Int128 unpaid = 0;

private:
    [[nodiscard]] std::size_t index_of(std::string const& name) const {
        std::size_t at = 0;
        while (at < chains.size() && chains[at].name != name) ++at;
        return at;
    }
    /// Of the chain that is asked about or another: nobody's own.
    [[nodiscard]] bool is_bridge(AccountId account) const {
        for (Chain const& each : chains) {
            if (account == each.outside || account == each.in || account == each.out) return true;
        }
        return account == B::world;
    }
    void move(AccountId from, AccountId to, AssetId asset, Int128 units) {
        balances[{from, asset}] -= units;
        balances[{to, asset}] += units;
    }
    void exchange_at_par(AccountId account, AssetId asset, Int128 units) {
        move(account, exchange, asset, units);
        move(exchange, account, B::usd, units);
    }
    void credit(In& transfer) {
        Chain const& chain = chains[transfer.chain];
        Int128 const target = transfer.amount * chain.credit_percent[static_cast<std::size_t>(transfer.state)] / 100;
        move(chain.in, transfer.account, chain.asset, target - transfer.credited);
        transfer.credited = target;
    }
    [[nodiscard]] Int128 left(std::size_t at, Limit const& limit, TimeNs now) const {
        Int128 const rest = std::max(limit.least, std::max<Int128>(locked(at), 0) * limit.share_ppm / 1'000'000);
        if (!limit.left) return rest;
        auto const [then, when] = *limit.left;
        Int128 const step = std::max(rest, then - rest) * ((now - when) / 1'000'000) / (Int128{limit.period_seconds} * 1'000);
        return then < rest ? std::min(then + step, rest) : std::max(then - step, rest);
    }
    void use(std::size_t at, Int128 change, TimeNs now) {
        for (Limit& limit : chains[at].limits) limit.left = std::pair(std::max<Int128>(left(at, limit, now) + change, 0), now);
    }
};

struct BridgeCount {
    std::uint64_t commands = 0;
    std::uint64_t accepted = 0;
    std::uint64_t differences = 0;
    std::uint64_t reversals = 0;
    std::uint64_t losses = 0;
    std::uint64_t withdrawals = 0;
    std::uint64_t reopened = 0;
    std::uint64_t events = 0;
};

class BridgeLife {
public:
    explicit BridgeLife(std::uint64_t seed) : random_(seed), venue_(""), plain_(venue_) {
        people_ = {B::alice, B::bob, B::carol, B::fund, plain_.exchange};
        for (auto const& chain : plain_.chains) people_.push_back(chain.fund);
        owners_ = people_;
        for (auto const& chain : plain_.chains) owners_.insert(owners_.end(), {chain.outside, chain.in, chain.out});
        now_ = B::start;
    }

    void run(std::uint64_t commands, BridgeCount& count) {
        std::uint64_t const reopen_every = std::max<std::uint64_t>(commands / 4, 500);
        for (std::uint64_t i = 0; i < commands && !testing::Test::HasFailure(); ++i) {
            now_ += below(4) == 0 ? static_cast<TimeNs>(below(60'000)) * 1'000'000 : 0;
            step(count);
            compare(count);
            if (i % reopen_every == reopen_every - 1) reopen(count);
            if (i % 100 == 99) plain_.tidy();
        }
        follow_log(count);
        count.losses += plain_.losses;
        count.withdrawals += plain_.outs.size();
    }

private:
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    /// Mostly a few dollars, sometimes a few of the last digit, seldom nothing.
    [[nodiscard]] Amount some() {
        std::uint64_t const kind = below(20);
        if (kind == 0) return Amount{static_cast<Int128>(below(12))};
        return Amount{static_cast<Int128>(below(kind < 4 ? 400'000'000 : 40'000'000)) * (one_units / 1'000'000) + static_cast<Int128>(below(3))};
    }
    [[nodiscard]] std::string chain() { return below(60) == 0 ? "nowhere" : plain_.chains[below(3)].name; }
    [[nodiscard]] AssetId asset() { return below(40) == 0 ? B::btc : plain_.chains[below(3)].asset; }
    [[nodiscard]] AccountId person() { return below(30) == 0 ? owners_[below(owners_.size())] : people_[below(people_.size())]; }
    /// One that is on its way, or a name that may be none.
    [[nodiscard]] BridgePlace place() {
        if (below(10) != 0 && !plain_.ins.empty()) {
            auto const& each = plain_.ins[below(plain_.ins.size())];
            return {plain_.chains[each.chain].name, each.transaction, each.log};
        }
        return {chain(), "0x" + std::to_string(below(200)), below(2)};
    }

    void step(BridgeCount& count) {
        Command command;
        bool wanted = false;
        std::uint64_t const kind = below(100);
        if (kind < 20) {
            BridgeObserve ask{{chain(), "0x" + std::to_string(below(200)), below(2)}, 0, "", person(), {}, some()};
            ask.asset = below(30) == 0 ? asset() : B::asset_on(ask.place.chain);
            std::uint64_t& head = heads_[ask.place.chain];
            ask.block = head + below(3);
            head += below(3);
            wanted = plain_.observe(ask);
            command = BridgeCommand{std::move(ask)};
        } else if (kind < 55) {
            BridgeAdvance ask{place(), static_cast<BridgeState>(below(5)), Ratio{static_cast<Int128>(below(5)) * one_units / 4 + 166'666'666'666'666'667}, below(9)};
            auto const* const open = plain_.open(ask.place);
            if (open != nullptr && below(8) != 0) ask.state = static_cast<BridgeState>(open->state + 1);
            wanted = plain_.advance(ask, now_);
            command = BridgeCommand{std::move(ask)};
        } else if (kind < 65) {
            BridgeReverse const ask{place(), "account=nobody"};
            wanted = plain_.reverse(ask);
            if (wanted) ++count.reversals;
            command = BridgeCommand{ask};
        } else if (kind < 80) {
            BridgeWithdraw const ask{person(), asset(), some()};
            wanted = plain_.withdraw(ask, now_);
            command = BridgeCommand{ask};
        } else if (kind < 88) {
            std::string on = chain();
            std::uint64_t number = below(20);
            if (!plain_.outs.empty() && below(8) != 0) {
                auto const& each = plain_.outs[plain_.outs.size() - 1 - below(std::min<std::size_t>(plain_.outs.size(), 8))];
                on = plain_.chains[each.chain].name;
                number = each.number;
            }
            bool const is_released = below(3) != 0;
            wanted = plain_.end(on, number, is_released, now_);
            command = is_released ? B::release(on, number) : B::dispute(on, number);
        } else {
            Transfer const ask{people_[below(3)], people_[below(people_.size())], plain_.chains[below(3)].asset, some()};
            wanted = plain_.transfer(ask);
            command = ask;
        }
        auto const answer = venue_.ask(command, now_);
        ++count.commands;
        if (answer.accepted()) ++count.accepted;
        if (answer.accepted() == wanted) return;
        ++count.differences;
        ADD_FAILURE() << "command " << count.commands << " of kind " << kind << ": " << (wanted ? "should be taken" : "should be refused") << ", "
                      << (answer.refusal ? answer.refusal->message() : "was taken");
    }

    void compare(BridgeCount& count) {
        for (AssetId const asset : {B::usd, B::usd_one, B::usd_two}) {
            Int128 sum = 0;
            for (AccountId const account : owners_) {
                Int128 const booked = venue_.cash(account, asset);
                sum += booked;
                if (booked == plain_.has(account, asset)) continue;
                ++count.differences;
                ADD_FAILURE() << "command " << count.commands << ": account " << account.number() << " has " << format_decimal(booked) << " of asset "
                              << asset.number() << ", should have " << format_decimal(plain_.has(account, asset));
                return;
            }
            EXPECT_EQ(sum, 0) << "asset " << asset.number();
        }
        EXPECT_EQ(venue_.book().asset(B::usd).bad_debt.units(), plain_.unpaid);
        for (std::size_t at = 0; at < plain_.chains.size(); ++at) {
            EXPECT_EQ(venue_.house().bridges()->free_on_chain(plain_.chains[at].asset), plain_.locked(at) - waiting(at));
        }
    }
    [[nodiscard]] Int128 waiting(std::size_t at) const {
        Int128 sum = 0;
        for (auto const& each : plain_.outs) sum += each.is_open && each.chain == at ? each.amount : 0;
        return sum;
    }

    /// All that is on its way, as text: chain, place on the board, every figure.
    [[nodiscard]] std::string board() {
        std::string text;
        auto const& told = venue_.book();
        for (auto const& [chain, lane] : venue_.house().bridges()->board().lanes()) {
            for (auto const& [slot, transfer] : lane.in) text += event_of(told, chain, slot, transfer).text + " #" + std::to_string(transfer.sequence) + "\n";
            for (auto const& [slot, out] : lane.out) text += event_of(told, chain, slot, out).text + " #" + std::to_string(out.sequence) + "\n";
            text += chain + " " + std::to_string(lane.withdrawals) + " " + std::to_string(lane.final_place.first) + ":" + std::to_string(lane.final_place.second) + "\n";
        }
        return text;
    }
    void reopen(BridgeCount& count) {
        std::string const before = board();
        venue_.again();
        EXPECT_EQ(board(), before);
        ++count.reopened;
    }
    /// Every event once more, by itself: the laws hold after each, inside a command's group too.
    void follow_log(BridgeCount& count) {
        testing_aid::must(venue_.house().commit());
        auto const reader = testing_aid::must(replay::Reader::open(venue_.path()));
        book::Book book;
        testing_aid::must(reader->for_events(1, venue_.book().sequence(), [&](std::uint64_t sequence, Event const& event) {
            testing_aid::must(book::apply(book, event));
            EXPECT_TRUE(book::check_balance(book)) << "event " << sequence;
            ++count.events;
            return !testing::Test::HasFailure();
        }));
        for (book::LossRow const& row : book.losses.rows()) EXPECT_GE(row.open().units(), 0);
    }

    std::mt19937_64 random_;
    B venue_;
    PlainChains plain_;
    std::vector<AccountId> people_;
    std::vector<AccountId> owners_;
    std::map<std::string, std::uint64_t> heads_;
    TimeNs now_ = 0;
};

/// PLIMSOLL_BRIDGE_COMMANDS=1000000 for the long form, PLIMSOLL_BRIDGE_SEED for another start.
TEST(RandomBridges, AgreeWithASlowSecondOpinion) {
    char const* const asked = std::getenv("PLIMSOLL_BRIDGE_COMMANDS");
    char const* const from = std::getenv("PLIMSOLL_BRIDGE_SEED");
    std::uint64_t const commands = asked == nullptr ? 6'000 : std::strtoull(asked, nullptr, 10);
    std::uint64_t const seed = from == nullptr ? 20'260'115 : std::strtoull(from, nullptr, 10);
    std::uint64_t const life = commands > 100'000 ? 20'000 : 2'000;
    BridgeCount count;
    for (std::uint64_t done = 0; done < commands && !HasFailure(); done += life) {
        SCOPED_TRACE("seed " + std::to_string(seed + done));
        BridgeLife(seed + done).run(std::min(life, commands - done), count);
    }
    std::cout << "seed " << seed << ": " << count.commands << " commands, " << count.accepted << " accepted, " << count.differences << " differences; "
              << count.reversals << " reversals, " << count.losses << " losses, " << count.withdrawals << " withdrawals, reopened " << count.reopened
              << " times, " << count.events << " events\n";
    EXPECT_GT(count.losses, commands / 500);
    EXPECT_GT(count.withdrawals, commands / 100);
    EXPECT_GT(count.accepted, commands / 4);
}

} // namespace
} // namespace plimsoll::risk
