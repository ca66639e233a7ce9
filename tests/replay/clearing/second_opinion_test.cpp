#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/event/wide.hpp"
#include "risk/clearing/loss_cover.hpp"
#include "tests/replay/clearing/clearing_ledger.hpp"

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>

namespace plimsoll::risk {
namespace {

using testing_aid::ClearingLedger;
using testing_aid::units_of;
using L = ClearingLedger;

/// The slow, obvious way: book the fact in a copy of the book, and price both accounts anew.
class SecondOpinion {
public:
    SecondOpinion(book::Book const& book, Preset const& preset, TimeNs time) : before_(book), preset_(preset), time_(time) {
        before_.head.write(1).time = std::max(before_.time(), time); // ages and expiries count from the command
    }

    [[nodiscard]] bool takes_trade(Trade const& ask) {
        Traded fact;
        fact.buyer = ask.buyer;
        fact.seller = ask.seller;
        fact.instrument = ask.instrument;
        fact.asset = L::usd;
        fact.booking = before_.instrument(ask.instrument).kind == wire::InstrumentKind::option ? Booking::premium : Booking::variation;
        fact.size = ask.size;
        fact.price = ask.price;
        fact.quote = Amount{*multiply_divide(ask.size.units(), ask.price.units(), one_units, Rounding::floor)};
        if (!book_it(fact)) return false;
        return side_is_fine(ask.buyer, ask.instrument) && side_is_fine(ask.seller, ask.instrument);
    }
    [[nodiscard]] bool takes_payment(AccountId from, AccountId to, AssetId asset, Amount amount) {
        Transferred fact;
        fact.account = to;
        fact.counter = from;
        fact.asset = asset;
        fact.type = TransferType::adjustment;
        fact.amount = amount;
        if (!book_it(fact)) return false;
        bool has_position = false;
        after_.for_positions(from, [&](auto const& row) { has_position = has_position || !row.size.is_zero() || !row.quote.is_zero(); });
        Int128 const left = after_.balance(from, asset)->amount.units();
        if (left < 0 && (!has_position || asset != L::usd)) return false;
        if (!has_position) return true;
        auto const levels = levels_of(after_, from);
        return levels && levels.value().initial_excess >= 0;
    }

private:
    [[nodiscard]] bool book_it(Body const& fact) {
        after_ = before_;
        std::vector<Event> decided;
        Origin origin;
        origin.source_time = time_;
        if (!book::decide(after_, Event{origin, fact}, decided)) return false;
        for (Event const& event : decided) testing_aid::must(book::apply(after_, event));
        return true;
    }
    [[nodiscard]] result<Levels> levels_of(book::Book const& book, AccountId account) const {
        PLIMSOLL_TRY(market, Market::of(book, L::usd));
        PLIMSOLL_TRY(valuation, Valuation::of(book, L::usd));
        Portfolio portfolio;
        PLIMSOLL_TRYV(PortfolioView(market, valuation).read(account, portfolio));
        std::vector<std::uint32_t> options;
        for (auto const& held : portfolio.options) options.push_back(held.option);
        PLIMSOLL_TRY(model, make_model(preset_, market, options));
        return model->evaluate(portfolio, nullptr);
    }
    [[nodiscard]] static Int128 size_of(book::Book const& book, AccountId account, InstrumentId instrument) {
        auto const* row = book.position(account, instrument);
        return row == nullptr ? 0 : row->size.units();
    }
    [[nodiscard]] bool side_is_fine(AccountId account, InstrumentId instrument) const {
        auto const after = levels_of(after_, account);
        if (!after) return false;
        bool const is_closed = before_.account(account).in_liquidation != 0;
        if (after.value().initial_excess >= 0 && !is_closed) return true;
        auto const before = levels_of(before_, account);
        if (!before) return false;
        Int128 const was = size_of(before_, account, instrument);
        Int128 const is = size_of(after_, account, instrument);
        bool const shrinks = (was > 0 && is >= 0 && is < was) || (was < 0 && is <= 0 && is > was);
        Int128 const m0 = before.value().maintenance_excess;
        Int128 const m1 = after.value().maintenance_excess;
        if (is_closed && !shrinks) return false;
        if (after.value().initial_excess >= 0) return true;
        if (shrinks && (m1 >= 0 || m1 >= m0)) return true;
        return before.value().initial_excess < 0 && m1 >= m0;
    }

    book::Book before_;
    book::Book after_;
    Preset const& preset_;
    TimeNs time_;
};

/// Books a ledger's events a second time, one by one, and asks the laws after each.
class Witness {
public:
    Witness(std::filesystem::path path, ClearingPreset const* clearing) : path_(std::move(path)), layers_(LossCover(book_, clearing).layers()) {}

    /// All that was committed since.
    void catch_up(book::Book const& house) {
        auto const reader = testing_aid::must(replay::Reader::open(path_));
        testing_aid::must(reader->for_events(book_.sequence() + 1, house.sequence(), [&](std::uint64_t sequence, Event const& event) {
            before(event);
            testing_aid::must(book::apply(book_, event));
            auto const balance = book::check_balance(book_);
            EXPECT_TRUE(balance) << "event " << sequence;
            after(sequence, event);
            ++events_;
            return !testing::Test::HasFailure();
        }));
        ASSERT_EQ(book_.sequence(), house.sequence());
        same(book_.balances, house.balances);
        same(book_.positions, house.positions);
        same(book_.losses, house.losses);
        same(book_.liquidations, house.liquidations);
    }
    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] std::uint64_t payments() const { return payments_; }

private:
    template <class Table> static void same(Table const& one, Table const& other) {
        ASSERT_EQ(one.size(), other.size());
        for (std::uint32_t i = 1; i <= one.size(); ++i) ASSERT_EQ(std::memcmp(&one[i], &other[i], sizeof(one[i])), 0) << "row " << i;
    }
    [[nodiscard]] Int128 cash(AccountId account, AssetId asset) const {
        auto const* const row = account.is_some() ? book_.balance(account, asset) : nullptr;
        return row == nullptr ? 0 : row->amount.units();
    }
    /// Who stands for a layer that is one account.
    [[nodiscard]] AccountId payer_of(wire::Layer layer) const {
        switch (layer) {
        case wire::Layer::market_fund: return market_fund(book_, L::perp);
        case wire::Layer::shared_fund: return shared_fund(book_);
        case wire::Layer::operator_tranche: return find(wire::AccountKind::operator_tranche);
        case wire::Layer::staked_module: return find(wire::AccountKind::staked_module);
        case wire::Layer::pool: return find(wire::AccountKind::pool);
        default: return {};
        }
    }
    [[nodiscard]] AccountId find(wire::AccountKind kind) const {
        for (std::uint32_t id = 1; id <= book_.accounts.size(); ++id) {
            if (book_.accounts[id].kind == kind) return AccountId{id};
        }
        return {};
    }
    void before(Event const& event) {
        visit_body(event.body, [&](auto const& fact) {
            using Fact = std::decay_t<decltype(fact)>;
            if constexpr (std::is_same_v<Fact, BadDebtRecognised>) {
                capacities_.clear();
                for (LossLayer const& layer : layers_) {
                    AccountId const payer = payer_of(layer.layer);
                    bool const is_fund = payer.is_some() && payer.number() != fact.account;
                    capacities_.push_back(is_fund ? capacity_of(layer, std::max<Int128>(cash(payer, AssetId{fact.asset}), 0)) : 0);
                }
            }
        });
    }
    void after(std::uint64_t sequence, Event const& event) {
        visit_body(event.body, [&](auto const& fact) {
            using Fact = std::decay_t<decltype(fact)>;
            if constexpr (std::is_same_v<Fact, WaterfallPaid>) paid(sequence, fact);
            if constexpr (std::is_same_v<Fact, LiquidationStarted>) {
                EXPECT_LT(units(fact.buffer), 0) << "event " << sequence << ": strict";
            }
        });
    }
    /// Draws and what is open are the loss; whoever pays, every fund before it has given all it can.
    void paid(std::uint64_t sequence, WaterfallPaid const& fact) {
        ++payments_;
        book::LossRow const& row = *book_.find_loss(fact.loss);
        Int128 sum = row.open().units();
        for (Amount const& each : row.paid) sum += each.units();
        EXPECT_EQ(sum, row.recognised.units()) << "event " << sequence;
        EXPECT_GE(row.open().units(), 0) << "event " << sequence;
        bool const has_penalty = layers_.size() > 1 && layers_[1].layer == wire::Layer::liquidation_penalty;
        for (std::size_t i = 0; i < layers_.size() && layers_[i].layer != fact.layer; ++i) {
            Int128 given = row.paid[static_cast<std::size_t>(layers_[i].layer)].units();
            // the penalty lies in the shared fund, and is a layer of its own there
            if (has_penalty && layers_[i].layer == wire::Layer::shared_fund) given += row.paid[static_cast<std::size_t>(wire::Layer::liquidation_penalty)].units();
            EXPECT_GE(given, capacities_[i]) << "event " << sequence << ": " << wire::EnumNameLayer(layers_[i].layer) << " had more to give";
        }
    }

    std::filesystem::path path_;
    book::Book book_;
    std::vector<LossLayer> layers_;
    std::vector<Int128> capacities_; ///< of funds, as the last loss found them
    std::uint64_t events_ = 0;
    std::uint64_t payments_ = 0;
};

struct Life {
    char const* preset;
    int commands;
    bool has_options;
    bool has_perpetuals;
};

struct Count {
    std::uint64_t commands = 0;
    std::uint64_t refused = 0;
    std::uint64_t differences = 0;
    std::uint64_t liquidations = 0;
    std::uint64_t bids = 0;
    std::uint64_t guarded = 0; ///< refused by a breaker or a hole
    std::uint64_t losses = 0;
    std::uint64_t events = 0;
};

/// One venue under a margin preset and, by dice, a clearing preset: so many random commands.
class RandomLife {
public:
    RandomLife(Life const& life, std::uint64_t seed)
        : life_(life), random_(seed), clearing_(clearing_of(below(5))), venue_(life.preset, below(2) == 0),
          witness_(open_venue(), clearing_ ? &*clearing_ : nullptr) {}

    void run(std::uint64_t commands, Count& count) {
        for (std::uint64_t i = 0; i < commands && !testing::Test::HasFailure(); ++i) {
            step(i, count);
            if (i % 1'000 == 999) look();
        }
        look();
        count.liquidations += venue_.book().liquidations.size();
        count.losses += venue_.book().losses.size();
        count.events += witness_.events();
        for (book::LiquidationRow const& row : venue_.book().liquidations.rows()) {
            if (row.ended_sequence == 0 || life_.has_options) continue;
            bool const is_insolvent = row.outcome == static_cast<std::uint64_t>(wire::LiquidationOutcome::insolvent);
            EXPECT_EQ(is_insolvent, row.equity_at_start.units() < 0) << "closing makes nobody insolvent: " << row.id;
        }
    }

private:
    [[nodiscard]] static std::optional<ClearingPreset> clearing_of(std::uint64_t drawn) {
        constexpr std::array<std::string_view, 5> names{"", "ccp-like", "derive-v2", "dydx-v4", "hyperliquid"};
        if (drawn == 0) return std::nullopt;
        auto const preset = shipped_clearing_preset(names[drawn]);
        std::string body = preset->body; // limits that are met, of the asset that is there
        for (auto const& [from, to] : {std::pair("\"USDC\"", "\"USD\""), std::pair("\"10000000\"", "\"20000\""), std::pair("least = \"1000000\"", "least = \"3000\"")}) {
            for (std::size_t at = body.find(from); at != std::string::npos; at = body.find(from, at + 1)) body.replace(at, std::strlen(from), to);
        }
        return testing_aid::must(ClearingPreset::parse(body, names[drawn]));
    }
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    [[nodiscard]] Amount amount(std::uint64_t most) { return Amount{static_cast<Int128>(below(most * 1'000'000) + 1) * (one_units / 1'000'000)}; }

    std::filesystem::path open_venue() {
        for (auto const& [name, kind] : {std::pair("tranche", wire::AccountKind::operator_tranche), std::pair("module", wire::AccountKind::staked_module),
                                         std::pair("pool", wire::AccountKind::pool)}) {
            AccountOpened fact;
            fact.name = name;
            fact.kind = kind;
            venue_.submit(rare(std::move(fact)));
            backers_.push_back(AccountId{venue_.book().accounts.size()});
        }
        bears_interest_ = below(2) == 0;
        if (bears_interest_) {
            AccountOpened fact;
            fact.name = "interest:USD";
            fact.kind = wire::AccountKind::treasury;
            venue_.submit(rare(std::move(fact)));
        }
        if (clearing_) venue_.adopt_clearing(*clearing_);
        venue_.again();
        for (AccountId const account : people_) venue_.must_take(L::deposit(account, "20000"));
        venue_.must_take(L::deposit(L::keeper, "10000000"));
        venue_.must_take(L::deposit(L::fund, "5000"));
        for (AccountId const account : backers_) venue_.must_take(Deposit{account, {}, L::usd, amount(3'000)});
        venue_.must_take(L::observe(Observation::asset_price, L::btc.number(), "50000"));
        venue_.must_take(L::mark("50000"));
        if (bears_interest_) venue_.must_take(Accrue{L::usd});
        if (life_.has_perpetuals) instruments_.push_back(L::perp);
        for (int i = 0; life_.has_options && i < 6; ++i) {
            instruments_.push_back(venue_.option(i % 2 == 0 ? wire::OptionSide::call : wire::OptionSide::put, std::to_string(44'000 + 2'000 * i),
                                                 L::start + (i < 3 ? 14 : 42) * 86'400 * L::second, "50100"));
        }
        return venue_.path();
    }

    /// Everything so far, replayed by the witness.
    void look() {
        testing_aid::must(venue_.house().commit());
        witness_.catch_up(venue_.book());
    }

    [[nodiscard]] std::optional<AccountId> auctioned() const {
        for (book::LiquidationRow const& row : venue_.book().liquidations.rows()) {
            if (row.ended_sequence == 0) return row.account;
        }
        return std::nullopt;
    }

    /// Who is strictly below maintenance by a margin worked out anew, has something to close, and is not closed already.
    [[nodiscard]] std::vector<AccountId> slow_due() const {
        std::vector<AccountId> due;
        for (AccountId const account : people_) {
            if (venue_.book().account(account).in_liquidation != 0) continue;
            auto const levels = venue_.fresh_levels(account);
            if (!levels || levels.value().maintenance_excess >= 0) continue;
            bool has_anything = false;
            venue_.book().for_positions(account, [&](auto const& row) { has_anything = has_anything || !row.size.is_zero() || !row.quote.is_zero(); });
            venue_.book().for_balances(account, [&](auto const& row) { has_anything = has_anything || row.amount.units() > 0; });
            if (has_anything) due.push_back(account);
        }
        return due;
    }

    /// Each who was due was taken, or the ones before it have healed it; nobody else was.
    void check_sweep(std::uint64_t i, std::vector<AccountId> const& due, std::uint32_t first_row, std::string const& rule, Count& count) {
        std::vector<AccountId> taken;
        for (std::uint32_t row = first_row; row <= venue_.book().liquidations.size(); ++row) taken.push_back(venue_.book().liquidations[row].account);
        for (AccountId const account : taken) {
            bool const was_due = std::ranges::find(due, account) != due.end();
            count.differences += was_due ? 0U : 1U;
            EXPECT_TRUE(was_due) << "command " << i << ": account " << account.number() << " had its margin";
        }
        for (AccountId const account : due) {
            if (std::ranges::find(taken, account) != taken.end()) continue;
            auto const levels = venue_.fresh_levels(account);
            auto const still = slow_due(); // not who has healed, nor who was closed against another and has nothing left
            bool const healed = std::ranges::find(still, account) == still.end();
            count.differences += healed ? 0U : 1U;
            EXPECT_TRUE(healed) << "command " << i << ": account " << account.number() << " was left out: " << rule << ", "
                                << taken.size() << " taken of " << due.size() << ", size " << format_decimal(venue_.size(account)) << ", cash "
                                << format_decimal(venue_.cash(account)) << ", excess "
                                << (levels ? format_decimal(levels.value().maintenance_excess) : "none");
        }
    }

    /// Refused by a breaker or a hole in place of a margin rule: then the book shows which.
    [[nodiscard]] bool is_guarded(testing_aid::Answer const& answer, Command const& command, std::uint64_t i, Count& count) {
        std::string const rule = L::rule_of(answer);
        auto const& book = venue_.book();
        if (rule == "withdrawals_wait") {
            EXPECT_TRUE(std::holds_alternative<Withdraw>(command) && book.losses.size() != 0) << "command " << i;
        } else if (rule == "withdrawal_limited") {
            auto const* const ask = std::get_if<Withdraw>(&command);
            EXPECT_TRUE(ask != nullptr && !answer.figures.empty() && answer.figures[0].units < ask->amount.units()) << "command " << i;
        } else if (rule == "breaker_tripped") {
            bool const is_shown = std::ranges::any_of(book.breakers.rows(), [](auto const& row) { return row.tripped != 0; });
            EXPECT_TRUE(is_shown) << "command " << i;
        } else if (rule != "liquidation_grace") {
            return false;
        }
        ++count.guarded;
        return true;
    }

    void step(std::uint64_t i, Count& count) {
        auto const& book = venue_.book();
        TimeNs const time = book.time() + static_cast<TimeNs>(below(4) == 0 ? below(90) * 1'000'000'000 + below(1'000'000'000) : 0);
        if (bears_interest_ && time != book.time()) venue_.must_take(Accrue{L::usd}, time); // so that both opinions begin at the same book
        AccountId const one = people_[below(3)];
        AccountId const other = people_[(static_cast<std::size_t>(one.number() - L::alice.number()) + 1 + below(2)) % 3];
        InstrumentId const instrument = instruments_[below(instruments_.size())];
        bool const is_option = book.instrument(instrument).kind == wire::InstrumentKind::option;
        std::optional<Command> command;
        std::optional<bool> slow;
        std::optional<std::vector<AccountId>> due;
        std::uint32_t const first_row = book.liquidations.size() + 1;
        switch (below(11)) {
        case 0: command = Deposit{below(12) == 0 ? L::fund : one, {}, L::usd, amount(300)}; break;
        case 1: {
            Withdraw const ask{one, {}, L::usd, amount(8'000)};
            SecondOpinion opinion(book, venue_.house().desk()->preset(), time);
            slow = book.account(one).in_liquidation == 0 && opinion.takes_payment(one, L::world, L::usd, ask.amount);
            command = ask;
            break;
        }
        case 2: {
            Transfer const ask{one, other, L::usd, amount(4'000)};
            SecondOpinion opinion(book, venue_.house().desk()->preset(), time);
            slow = book.account(one).in_liquidation == 0 && opinion.takes_payment(one, other, L::usd, ask.amount);
            command = ask;
            break;
        }
        case 3: {
            std::uint64_t const leap = below(25) == 0 ? 12'000 : 2'500;
            spot_ = std::clamp<std::int64_t>(spot_ + static_cast<std::int64_t>(below(2 * leap + 1)) - static_cast<std::int64_t>(leap), 20'000, 120'000);
            std::string const value = std::to_string(spot_);
            if (below(2) == 0 && life_.has_options) {
                std::uint32_t const id = instruments_[below(instruments_.size())].number();
                command = below(2) == 0 ? L::observe(Observation::forward, id, value, below(5) == 0 ? "0.5" : "1")
                                        : L::observe(Observation::volatility, id, "0." + std::to_string(40 + below(40)), below(5) == 0 ? "0.4" : "1");
            } else {
                command = below(2) == 0 ? L::mark(value) : L::observe(Observation::asset_price, L::btc.number(), value);
            }
            break;
        }
        case 4:
            if (life_.has_perpetuals) command = Fund{L::perp, Index{(static_cast<Int128>(below(2'001)) - 1'000) * (one_units / 1'000)}};
            break;
        case 5:
            if (below(2) != 0) break;
            command = LiquidateAll{};
            if (time == book.time()) due = slow_due();
            break;
        case 6:
            if (auto const account = auctioned()) {
                std::uint64_t const drawn = below(4);
                if (drawn == 0) command = Liquidate{*account, {}};
                else command = Bid{*account, drawn == 1 ? other : L::keeper, Ratio{static_cast<Int128>(below(1'000) + 1) * (one_units / 1'000)}, {}, {}, {}};
            } else if (below(3) == 0) {
                command = Liquidate{one, {}};
            }
            break;
        default: {
            Trade ask = std::get<Trade>(L::trade(one, other, "1", "1", instrument));
            ask.size = Quantity{static_cast<Int128>(below(4'000) + 1) * (one_units / 1'000)};
            ask.price = Price{static_cast<Int128>(is_option ? below(6'000'000) : static_cast<std::uint64_t>(spot_) * 1'000 + below(1'000'000)) *
                              (one_units / 1'000)};
            SecondOpinion opinion(book, venue_.house().desk()->preset(), time);
            slow = opinion.takes_trade(ask);
            command = ask;
        }
        }
        if (!command) return;
        auto const answer = venue_.ask(*command, time);
        ++count.commands;
        count.refused += answer.accepted() ? 0U : 1U;
        count.bids += answer.accepted() && std::holds_alternative<Bid>(*command) ? 1U : 0U;
        if (is_guarded(answer, *command, i, count)) return;
        if (slow && *slow != answer.accepted()) {
            ++count.differences;
            ADD_FAILURE() << "command " << i << ": the house says " << (answer.accepted() ? "yes" : answer.refusal->message());
        }
        if (due) check_sweep(i, *due, first_row, L::rule_of(answer), count);
        for (Figure const& figure : answer.figures) { // what is said of an account is what it then has
            if (!answer.accepted() || !figure.name.ends_with("_excess_after")) continue;
            auto const levels = testing_aid::must(venue_.fresh_levels(figure.account));
            EXPECT_EQ(figure.units, figure.name.starts_with("initial") ? levels.initial_excess : levels.maintenance_excess) << "command " << i;
        }
    }

    Life life_;
    std::mt19937_64 random_;
    std::optional<ClearingPreset> clearing_;
    ClearingLedger venue_;
    std::vector<AccountId> const people_{L::alice, L::bob, L::carol};
    std::vector<AccountId> backers_;
    std::vector<InstrumentId> instruments_;
    std::int64_t spot_ = 50'000;
    bool bears_interest_ = false;
    Witness witness_;
};

class RandomCommands : public testing::TestWithParam<Life> {};

/// PLIMSOLL_COMMANDS makes it longer, PLIMSOLL_SEED another one. A life has at most 10,000 commands; the seed of each is
/// the first's plus its number, so that one can be lived alone.
TEST_P(RandomCommands, AreDecidedAsTheSlowWayDecides) {
    constexpr std::uint64_t commands_of_a_life = 10'000;
    Life const life = GetParam();
    auto env = [](char const* name, std::uint64_t usual) {
        char const* const text = std::getenv(name);
        return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
    };
    std::uint64_t const seed = env("PLIMSOLL_SEED", 20260115);
    std::uint64_t const commands = env("PLIMSOLL_COMMANDS", static_cast<std::uint64_t>(life.commands));
    std::cout << "seed " << seed << ", " << commands << " commands under " << life.preset << std::endl;
    Count count;
    for (std::uint64_t i = 0; count.commands < commands && !HasFailure(); ++i) {
        SCOPED_TRACE("seed " + std::to_string(seed + i));
        RandomLife(life, seed + i).run(std::min(commands_of_a_life, commands), count);
    }
    EXPECT_EQ(count.differences, 0U);
    EXPECT_GT(count.refused, count.commands / 50) << "the line is met from both sides";
    EXPECT_LT(count.refused, count.commands * 3 / 4);
    std::cout << count.commands << " commands, " << count.refused << " refused, " << count.differences << " differences, " << count.liquidations
              << " liquidations, " << count.bids << " bids, " << count.guarded << " stopped by breakers or holes, " << count.losses << " losses, laws after each of " << count.events << " events" << std::endl;
}

INSTANTIATE_TEST_SUITE_P(EveryPreset, RandomCommands,
                         testing::Values(Life{"dydx-v4-perp", 4'000, false, true}, Life{"hyperliquid-perp", 4'000, false, true},
                                         Life{"derive-pmrm2", 500, true, true}, Life{"derive-srm", 500, true, true}),
                         [](auto const& row) {
                             std::string name = row.param.preset;
                             std::erase(name, '-');
                             return name;
                         });

} // namespace
} // namespace plimsoll::risk
