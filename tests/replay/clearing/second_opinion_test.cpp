#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/event/wide.hpp"
#include "tests/replay/clearing/clearing_ledger.hpp"

#include <cstdlib>
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
        if (after.value().initial_excess >= 0) return true;
        auto const before = levels_of(before_, account);
        if (!before) return false;
        Int128 const was = size_of(before_, account, instrument);
        Int128 const is = size_of(after_, account, instrument);
        bool const shrinks = (was > 0 && is >= 0 && is < was) || (was < 0 && is <= 0 && is > was);
        Int128 const m0 = before.value().maintenance_excess;
        Int128 const m1 = after.value().maintenance_excess;
        if (shrinks && (m1 >= 0 || m1 >= m0)) return true;
        return before.value().initial_excess < 0 && m1 >= m0;
    }

    book::Book before_;
    book::Book after_;
    Preset const& preset_;
    TimeNs time_;
};

struct Life {
    char const* preset;
    int commands;
    bool has_options;
    bool has_perpetuals;
};

class RandomCommands : public testing::TestWithParam<Life> {};

/// PLIMSOLL_COMMANDS makes it longer, PLIMSOLL_SEED another one.
TEST_P(RandomCommands, AreDecidedAsTheSlowWayDecides) {
    Life const life = GetParam();
    auto env = [](char const* name, std::uint64_t usual) {
        char const* const text = std::getenv(name);
        return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
    };
    std::uint64_t const seed = env("PLIMSOLL_SEED", 20260115);
    std::uint64_t const commands = env("PLIMSOLL_COMMANDS", static_cast<std::uint64_t>(life.commands));
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::cout << "seed " << seed << ", " << commands << " commands under " << life.preset << "\n";
    std::mt19937_64 random(seed);
    auto below = [&](std::uint64_t limit) { return random() % limit; };
    ClearingLedger venue(life.preset);
    std::vector<AccountId> const people{L::alice, L::bob, L::carol};
    for (AccountId const account : people) venue.must_take(L::deposit(account, "20000"));
    venue.must_take(L::deposit(L::keeper, "10000000"));
    venue.must_take(L::deposit(L::fund, "5000"));
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "50000"));
    venue.must_take(L::mark("50000"));
    std::vector<InstrumentId> instruments;
    if (life.has_perpetuals) instruments.push_back(L::perp);
    for (int i = 0; life.has_options && i < 6; ++i) {
        instruments.push_back(venue.option(i % 2 == 0 ? wire::OptionSide::call : wire::OptionSide::put, std::to_string(44'000 + 2'000 * i),
                                           L::start + (i < 3 ? 14 : 42) * 86'400 * L::second, "50100"));
    }
    auto amount = [&](std::uint64_t most) { return Amount{static_cast<Int128>(below(most * 1'000'000) + 1) * (one_units / 1'000'000)}; };
    std::uint64_t refused = 0;
    std::uint64_t differences = 0;
    std::int64_t spot = 50'000;
    for (std::uint64_t i = 0; i < commands; ++i) {
        TimeNs const time = venue.book().time() + static_cast<TimeNs>(below(4) == 0 ? below(90) * 1'000'000'000 + below(1'000'000'000) : 0);
        AccountId const one = people[below(3)];
        AccountId const other = people[(static_cast<std::size_t>(one.number() - L::alice.number()) + 1 + below(2)) % 3];
        InstrumentId const instrument = instruments[below(instruments.size())];
        bool const is_option = venue.book().instrument(instrument).kind == wire::InstrumentKind::option;
        std::optional<Command> command;
        std::optional<bool> slow;
        SecondOpinion opinion(venue.book(), venue.house().desk()->preset(), time);
        switch (below(10)) {
        case 0: command = Deposit{one, {}, L::usd, amount(300)}; break;
        case 1: {
            Withdraw const ask{one, {}, L::usd, amount(8'000)};
            bool const is_closed = venue.book().account(one).in_liquidation != 0;
            slow = !is_closed && opinion.takes_payment(one, L::world, L::usd, ask.amount);
            command = ask;
            break;
        }
        case 2: {
            Transfer const ask{one, other, L::usd, amount(4'000)};
            bool const is_closed = venue.book().account(one).in_liquidation != 0;
            slow = !is_closed && opinion.takes_payment(one, other, L::usd, ask.amount);
            command = ask;
            break;
        }
        case 3: {
            spot = std::max<std::int64_t>(20'000, spot + static_cast<std::int64_t>(below(5'001)) - 2'500);
            std::string const value = std::to_string(spot);
            if (below(2) == 0 && life.has_options) {
                std::uint32_t const id = instruments[below(instruments.size())].number();
                command = below(2) == 0 ? L::observe(Observation::forward, id, value, below(5) == 0 ? "0.5" : "1")
                                        : L::observe(Observation::volatility, id, "0." + std::to_string(40 + below(40)), below(5) == 0 ? "0.4" : "1");
            } else {
                command = below(2) == 0 ? L::mark(value) : L::observe(Observation::asset_price, L::btc.number(), value);
            }
            break;
        }
        case 4:
            if (life.has_perpetuals) command = Fund{L::perp, Index{(static_cast<Int128>(below(2'001)) - 1'000) * (one_units / 1'000)}};
            break;
        case 5:
            if (below(4) == 0 && !life.has_options) command = LiquidateAll{};
            break;
        default: {
            Trade ask = std::get<Trade>(L::trade(one, other, "1", "1", instrument));
            ask.size = Quantity{static_cast<Int128>(below(4'000) + 1) * (one_units / 1'000)};
            ask.price = Price{static_cast<Int128>(is_option ? below(6'000'000) : static_cast<std::uint64_t>(spot) * 1'000 + below(1'000'000)) *
                              (one_units / 1'000)};
            slow = opinion.takes_trade(ask);
            command = ask;
        }
        }
        if (!command) continue;
        auto const answer = venue.ask(*command, time);
        refused += answer.accepted() ? 0U : 1U;
        if (slow && *slow != answer.accepted()) {
            ++differences;
            ADD_FAILURE() << "command " << i << ": the house says " << (answer.accepted() ? "yes" : answer.refusal->message());
        }
        for (Figure const& figure : answer.figures) { // what is said of an account is what it then has
            if (!answer.accepted() || !figure.name.ends_with("_excess_after")) continue;
            auto const levels = testing_aid::must(venue.fresh_levels(figure.account));
            EXPECT_EQ(figure.units, figure.name.starts_with("initial") ? levels.initial_excess : levels.maintenance_excess) << "command " << i;
        }
        ASSERT_LT(differences, 5U);
    }
    EXPECT_EQ(differences, 0U);
    EXPECT_GT(refused, commands / 50) << "the line is met from both sides";
    EXPECT_LT(refused, commands * 3 / 4);
    for (book::LiquidationRow const& row : venue.book().liquidations.rows()) {
        bool const is_insolvent = row.outcome == static_cast<std::uint64_t>(wire::LiquidationOutcome::insolvent);
        EXPECT_EQ(is_insolvent, row.equity_at_start.units() < 0) << "closing makes nobody insolvent: " << row.id;
    }
    std::cout << refused << " refused, " << differences << " differences, " << venue.house().desk()->models_made() << " models, "
              << venue.book().liquidations.size() << " liquidations\n";
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
