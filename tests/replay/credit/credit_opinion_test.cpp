#include "ledger/book/apply.hpp"
#include "ledger/event/wide.hpp"
#include "tests/replay/credit/credit_model.hpp"

#include <cstdlib>
#include <iostream>
#include <random>

namespace plimsoll::risk {
namespace {

using testing_aid::Answer;
using testing_aid::CreditLedger;
using testing_aid::CreditModel;
using testing_aid::easy_credit;
using testing_aid::must;
using testing_aid::units_of;
using L = CreditLedger;
using Who = CreditModel::Who;

/// Terms under which all rules meet now and then.
[[nodiscard]] CreditPreset terms() {
    return easy_credit({{"equity_days = \"1\"", "equity_days = \"5\""},
                        {"bias = \"-3\"", "bias = \"-1\""},
                        {"full = \"50000\"", "full = \"2000\""},
                        {"full = \"1000000\"", "full = \"100000\""},
                        {"full = \"365\"", "full = \"40\""},
                        {"score_from = \"0.2\"", "score_from = \"0.3\""},
                        {"term_days = \"10\"", "term_days = \"4\""},
                        {"grace_days = \"2\"", "grace_days = \"1\""}});
}

/// Every event booked a second time, and the laws after each.
class Laws {
public:
    explicit Laws(std::filesystem::path path) : path_(std::move(path)) {}

    void catch_up(std::uint64_t last) {
        auto const reader = must(replay::Reader::open(path_));
        must(reader->for_events(book_.sequence() + 1, last, [&](std::uint64_t sequence, Event const& event) {
            history_.precede(event, book_);
            must(book::apply(book_, event));
            history_.follow(event, book_);
            EXPECT_TRUE(book::check_balance(book_)) << "event " << sequence << ": every asset sums to zero";
            visit_body(event.body, [&](auto const& fact) {
                if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, WaterfallPaid>) paid(sequence, fact);
                if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, Transferred>) drew(sequence, fact);
            });
            ++events_;
            return !testing::Test::HasFailure();
        }));
    }
    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] std::uint64_t payments() const { return payments_; }

private:
    void paid(std::uint64_t sequence, WaterfallPaid const& fact) {
        ++payments_;
        book::LossRow const& row = *book_.find_loss(fact.loss);
        Int128 sum = row.open().units();
        for (Amount const& each : row.paid) sum += each.units();
        EXPECT_EQ(sum, row.recognised.units()) << "event " << sequence << ": payments and what is open are the loss";
        EXPECT_GE(row.open().units(), 0) << "event " << sequence;
        if (fact.layer != wire::Layer::pool) return;
        EXPECT_TRUE(history_.stakes(AccountId{fact.account}).empty()) << "event " << sequence << ": vouchers had more to lose";
        AccountId const module = history_.module_of(AccountId{fact.account});
        Int128 const left = module.is_some() ? book_.balance(module, L::usd)->amount.units() : 0;
        EXPECT_EQ(format_decimal(left), "0") << "event " << sequence;
    }
    /// Nobody's line is above what the book said of it last, once it is drawn on.
    void drew(std::uint64_t sequence, Transferred const& fact) {
        if (fact.type != TransferType::credit_drawn) return;
        EXPECT_GE(book_.balance(fact.counter, L::usd)->amount.units(), 0) << "event " << sequence << ": the pool lent what it had";
    }

    std::filesystem::path path_;
    book::Book book_;
    CreditHistory history_;
    std::uint64_t events_ = 0;
    std::uint64_t payments_ = 0;
};

/// Throws dice for commands, and asks both.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed), ledger_(terms()), model_(terms()), laws_(ledger_.path()) {
        AssetDefined eth;
        eth.name = "ETH";
        eth.decimals = 6;
        ledger_.submit(rare(std::move(eth)));
        model_.pool = L::pool.number();
        model_.keeper = L::keeper.number();
        model_.outside = L::world.number();
        std::map<Who, std::string> const owners{{L::keeper.number(), "k"}, {L::alice.number(), "a"}, {L::bob.number(), "b"}, {L::carol.number(), "c"},
                                                {L::alice2.number(), "a"}, {L::dave.number(), "d"}, {L::eve.number(), "d"}};
        for (Who who = 1; who <= ledger_.book().accounts.size(); ++who) {
            auto const owner = owners.find(who);
            model_.accounts[who] = {std::string(ledger_.book().accounts[who].name.view()), owner == owners.end() ? "" : owner->second, 0};
            model_.opened[who] = L::start;
        }
        people_ = {L::alice.number(), L::alice2.number(), L::dave.number(), L::eve.number(), L::bob.number(), L::carol.number()};
        model_.time = L::start;
        now_ = L::start;
        price(2, Int128{100} * one_units);
        price(3, Int128{10} * one_units);
        mark(Int128{100} * one_units);
        deposit(L::pool.number(), Int128{20'000} * one_units, 1);
        deposit(L::keeper.number(), Int128{100'000} * one_units, 1);
        for (Who const who : people_) deposit(who, Int128{2'000} * one_units, 1);
    }

    void run(int commands) {
        for (int i = 0; i < commands && !testing::Test::HasFailure(); ++i) {
            if (i == 0 || below(20) == 0) now_ += static_cast<TimeNs>(i == 0 ? 64 : below(40)) * L::day / 16;
            now_ += static_cast<TimeNs>(below(3'600)) * L::second;
            step();
            if (below(97) == 0) ledger_.again();
            if (i % 500 == 499 || i + 1 == commands) {
                must(ledger_.house().commit());
                laws_.catch_up(ledger_.book().sequence());
            }
        }
    }
    [[nodiscard]] std::map<std::string, int> const& verdicts() const { return verdicts_; }
    [[nodiscard]] Laws const& laws() const { return laws_; }

private:
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    [[nodiscard]] Who somebody() { return people_[below(people_.size())]; }
    /// Whole parts of the asset's last decimal, up to so many ones.
    [[nodiscard]] Int128 some(std::uint64_t ones) { return Int128{below(ones * 1'000'000) + 1} * CreditModel::cent; }

    /// The command; what the model says of it, "" or a rule; and what the model does where it is taken.
    template <class Does> bool ask(Command const& command, std::string const& want, Does&& does) {
        Answer const answer = ledger_.ask(command, now_);
        std::string const rule = L::rule_of(answer);
        ++verdicts_[(rule.empty() ? "" : rule + " of ") + std::to_string(command.index())];
        EXPECT_EQ(rule, want) << (answer.accepted() ? "" : answer.refusal->message()) << "\ncommand " << ledger_.book().sequence() << " kind " << command.index();
        if (rule != want) return false;
        if (want.empty()) {
            model_.goes_on(now_);
            does();
        }
        compare();
        return want.empty();
    }
    void deposit(Who who, Int128 amount, std::uint32_t asset) {
        ask(Deposit{AccountId{who}, {}, AssetId{asset}, Amount{amount}}, "", [&] { model_.move(model_.outside, who, amount, asset); });
    }
    void price(std::uint32_t asset, Int128 value) {
        ask(L::observe(Observation::asset_price, asset, format_decimal(value)), "", [&] { model_.price[asset] = value; });
    }
    void mark(Int128 value) {
        ask(L::mark(format_decimal(value)), "", [&] { model_.mark = value; });
    }

    /// Of an owner who owes, after something that the caller has done to a copy: enough, or no less than before.
    [[nodiscard]] bool keeps(CreditModel after, Who who) {
        if (!model_.has_owner(who)) return true;
        auto const before = model_.standing(who, now());
        if (before.drawn == 0) return true;
        Int128 held = 0;
        for (Who const each : after.family(who)) held += after.worth(each);
        return held >= CreditModel::up(before.drawn, before.ratio) || held >= before.held;
    }
    [[nodiscard]] TimeNs now() const { return std::max(now_, model_.time); }

    /// As the house does after each command of credit.
    void tell(Who who, bool is_asked) {
        auto const at = model_.standing(who, now());
        auto const known = model_.told.find(model_.head(who));
        bool const is_same = known != model_.told.end() && known->second.first == at.limit && (!is_asked || known->second.second == at.score);
        if (!is_same) {
            model_.goes_on(now_);
            model_.told[model_.head(who)] = {at.limit, at.score};
        }
    }

    void step() {
        switch (below(17)) {
        case 0: return deposit(somebody(), below(2) == 0 ? some(300) : some(3), static_cast<std::uint32_t>(1 + below(3)));
        case 1: return withdraw();
        case 2: return transfer();
        case 3:
        case 4: return trade();
        case 5: return mark(Int128{70 + below(60)} * one_units + some(1));
        case 6: return below(2) == 0 ? price(2, Int128{70 + below(60)} * one_units + some(1)) : price(3, Int128{5 + below(10)} * one_units + some(1));
        case 7:
        case 8:
        case 9: return draw();
        case 10: return repay();
        case 11:
        case 12: return vouch();
        case 13: return unvouch();
        case 14: return assess();
        case 15: return lose();
        default: return call_default();
        }
    }
    /// Money gone by a hand that asks no rule: without it few owners would ever owe more than they hold.
    void lose() {
        Who const who = somebody();
        Int128 const amount = some(2'500);
        Transferred fact;
        fact.account = AccountId{who};
        fact.counter = L::market;
        fact.asset = L::usd;
        fact.type = TransferType::adjustment;
        fact.amount = Amount{-amount};
        ledger_.submit(fact);
        model_.move(who, L::market.number(), amount);
        compare();
    }
    void withdraw() {
        Who const who = below(12) == 0 ? model_.pool : somebody();
        std::uint32_t const asset = below(4) == 0 ? 2 : 1;
        Int128 const amount = some(below(2) == 0 ? 3'000 : 100);
        std::string want;
        if (model_.cash[{who, asset}] < amount) want = "balance_insufficient";
        if (want.empty()) {
            CreditModel after = model_;
            after.move(who, after.outside, amount, asset);
            if (!keeps(after, who)) want = "collateral_ratio_insufficient";
        }
        ask(Withdraw{AccountId{who}, {}, AssetId{asset}, Amount{amount}}, want, [&] { model_.move(who, model_.outside, amount, asset); });
    }
    void transfer() {
        Who const from = somebody();
        Who const to = somebody();
        if (from == to) return;
        Int128 const amount = some(below(2) == 0 ? 2'000 : 50);
        std::string want = model_.usd(from) < amount ? "balance_insufficient" : "";
        CreditModel after = model_;
        after.move(from, to, amount);
        if (want.empty() && !keeps(after, from)) want = "collateral_ratio_insufficient";
        ask(Transfer{AccountId{from}, AccountId{to}, L::usd, Amount{amount}}, want, [&] { model_.move(from, to, amount); });
    }
    void trade() {
        Who const buyer = somebody();
        Who const seller = somebody();
        if (buyer == seller) return;
        Int128 const contracts = some(below(3) == 0 ? 60 : 8);
        Int128 const at_price = below(4) == 0 ? Int128{80 + below(40)} * one_units : model_.mark;
        CreditModel after = model_;
        after.trades(buyer, seller, contracts, at_price);
        bool const is_kept = keeps(after, buyer) && keeps(after, seller);
        Trade command;
        command.buyer = AccountId{buyer};
        command.seller = AccountId{seller};
        command.instrument = L::perp;
        command.size = Quantity{contracts};
        command.price = Price{at_price};
        ask(command, is_kept ? "" : "collateral_ratio_insufficient", [&] { model_.trades(buyer, seller, contracts, at_price); });
    }
    void draw() {
        Who const who = somebody();
        auto const at = model_.standing(who, now());
        Int128 amount = some(below(3) == 0 ? 3'000 : 300);
        if (below(4) == 0 && at.limit > at.drawn) amount = CreditModel::cents(at.limit - at.drawn) + Int128{below(2)} * CreditModel::cent;
        std::string want;
        Int128 const drawn = at.drawn + amount;
        if (amount == 0) {
            want = "amount_must_be_positive";
        } else if (at.overdue > 0) {
            want = "credit_overdue";
        } else if (drawn > at.limit) {
            want = "credit_limit_exceeded";
        } else if (amount > at.pool_cash) {
            want = "credit_pool_insufficient";
        } else if (at.held + amount < CreditModel::up(drawn, at.ratio)) {
            want = "collateral_ratio_insufficient";
        }
        bool const is_taken = ask(DrawCredit{AccountId{who}, Amount{amount}}, want, [&] {
            model_.move(model_.pool, who, amount);
            model_.loans.push_back({who, model_.time, model_.time + model_.preset.term, amount});
            tell(who, false);
        });
        if (is_taken) drew_ += 1;
    }
    void repay() {
        Who const who = somebody();
        Int128 const drawn = model_.standing(who, now()).drawn;
        Int128 const asked = below(3) == 0 ? 0 : below(4) == 0 ? some(3'000) : std::min(some(500), std::max<Int128>(drawn, 1));
        if (asked % CreditModel::cent != 0) return;
        Int128 const amount = asked == 0 ? drawn : asked;
        std::string want;
        if (drawn == 0 || amount > drawn) {
            want = "repayment_exceeds_debt";
        } else if (model_.usd(who) < amount) {
            want = "balance_insufficient";
        }
        ask(RepayCredit{AccountId{who}, Amount{asked}}, want, [&] {
            model_.repays(who, amount, false);
            tell(who, false);
        });
    }
    void vouch() {
        Who const who = somebody();
        Who const borrower = somebody();
        Int128 const amount = some(900);
        std::string want;
        CreditModel after = model_;
        after.move(who, after.outside, amount);
        if (model_.head(who) == model_.head(borrower)) {
            want = "vouch_for_oneself";
        } else if (model_.usd(who) < amount) {
            want = "balance_insufficient";
        } else if (!keeps(after, who)) {
            want = "collateral_ratio_insufficient";
        }
        ask(Vouch{AccountId{who}, AccountId{borrower}, Amount{amount}}, want, [&] {
            Who const first = model_.head(borrower);
            if (model_.module_of(first) == 0) {
                Who const module = static_cast<Who>(model_.accounts.size() + 1);
                model_.accounts[module] = {"vouched:" + model_.accounts[first].name, "", first};
                EXPECT_EQ(ledger_.book().accounts[module].name.view(), model_.accounts[module].name);
            }
            model_.move(who, model_.module_of(first), amount);
            model_.stakes[{first, who}] += amount;
            tell(borrower, false);
        });
    }
    void unvouch() {
        Who const who = somebody();
        Who const borrower = somebody();
        Int128 const asked = below(2) == 0 ? 0 : some(300);
        auto const at = model_.standing(borrower, now());
        auto const found = model_.stakes.find({model_.head(borrower), who});
        Int128 const mine = found == model_.stakes.end() ? 0 : found->second;
        Int128 const amount = asked == 0 ? mine : asked;
        std::string want;
        if (mine == 0 || amount > mine) {
            want = "stake_insufficient";
        } else if (at.staked - amount < CreditModel::up(at.drawn, one_units, model_.preset.vouched_multiple)) {
            want = "stake_in_use";
        }
        ask(Unvouch{AccountId{who}, AccountId{borrower}, Amount{asked}}, want, [&] {
            Who const first = model_.head(borrower);
            model_.move(model_.module_of(first), who, amount);
            model_.stakes[{first, who}] -= amount;
            if (model_.stakes[{first, who}] == 0) model_.stakes.erase({first, who});
            tell(borrower, false);
        });
    }
    void assess() {
        Who const who = somebody();
        auto const at = model_.standing(who, now());
        Answer const answer = ledger_.ask(AssessCredit{AccountId{who}}, now_);
        ++verdicts_["assess"];
        EXPECT_TRUE(answer.accepted());
        for (auto const& [name, value] : {std::pair("score", at.score), std::pair("limit", at.limit), std::pair("ratio_asked", at.ratio),
                                          std::pair("drawn", at.drawn), std::pair("overdue", at.overdue), std::pair("collateral", at.held)}) {
            EXPECT_EQ(testing_aid::figure(answer, name), format_decimal(value)) << name;
        }
        tell(who, true);
        compare();
    }
    void call_default() {
        Who const who = somebody();
        auto const at = model_.standing(who, now());
        std::uint32_t const losses = ledger_.book().losses.size();
        bool const is_taken = ask(DeclareDefault{AccountId{who}, {}}, model_.is_in_default(at, now()) ? "" : "not_in_default", [&] {
            model_.defaults(who);
            tell(who, false);
        });
        if (!is_taken) return;
        if (model_.lost == 0) {
            EXPECT_EQ(ledger_.book().losses.size(), losses);
            return;
        }
        book::LossRow const& row = ledger_.book().losses.rows().back();
        EXPECT_EQ(row.recognised.units(), model_.lost);
        EXPECT_EQ(row.paid[static_cast<std::size_t>(wire::Layer::staked_module)].units(), model_.lost_by_vouchers);
        EXPECT_EQ(row.paid[static_cast<std::size_t>(wire::Layer::pool)].units(), model_.lost_by_pool);
    }

    void compare() {
        for (auto const& [who, account] : model_.accounts) {
            AccountId const id{who};
            for (std::uint32_t asset = 1; asset <= 3; ++asset) {
                ASSERT_EQ(format_decimal(ledger_.cash(id, AssetId{asset})), format_decimal(model_.cash[{who, asset}])) << account.name << " asset " << asset;
            }
            ASSERT_EQ(format_decimal(ledger_.size(id)), format_decimal(model_.size[who])) << account.name;
            if (account.owner.empty() || model_.head(who) != who) continue;
            Int128 drawn = 0;
            for (Who const each : model_.family(who)) drawn += model_.drawn_by(each);
            ASSERT_EQ(ledger_.drawn(id), format_decimal(drawn)) << account.name;
            auto const told = model_.told.find(who);
            ASSERT_EQ(ledger_.limit_of(id), told == model_.told.end() ? "none" : format_decimal(told->second.first)) << account.name;
        }
    }

    std::mt19937_64 random_;
    CreditLedger ledger_;
    CreditModel model_;
    Laws laws_;
    std::vector<Who> people_;
    std::map<std::string, int> verdicts_;
    TimeNs now_ = 0;
    int drew_ = 0;
};

/// PLIMSOLL_COMMANDS and PLIMSOLL_SEED: as for the other second opinions.
TEST(RandomCredit, AgreesWithASlowSecondOpinion) {
    char const* const asked = std::getenv("PLIMSOLL_COMMANDS");
    char const* const seed_text = std::getenv("PLIMSOLL_SEED");
    int left = asked == nullptr ? 800 : std::atoi(asked);
    std::uint64_t seed = seed_text == nullptr ? 20260115 : std::strtoull(seed_text, nullptr, 10);
    std::map<std::string, int> verdicts;
    std::uint64_t events = 0;
    std::uint64_t payments = 0;
    for (; left > 0 && !HasFailure(); left -= 400, ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Dice dice(seed);
        dice.run(std::min(left, 400));
        for (auto const& [verdict, count] : dice.verdicts()) verdicts[verdict] += count;
        events += dice.laws().events();
        payments += dice.laws().payments();
    }
    std::cout << "seeds up to " << seed - 1 << ": " << events << " events, " << payments << " payments of losses\n";
    for (auto const& [verdict, count] : verdicts) std::cout << "  " << count << " " << verdict << "\n";
}

} // namespace
} // namespace plimsoll::risk
