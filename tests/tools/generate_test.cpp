#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/book/invariants.hpp"
#include "ledger/book/root.hpp"
#include "risk/solvency.hpp"
#include "tests/tools/import_setting.hpp"
#include "tools/errc.hpp"
#include "tools/generate/day.hpp"
#include "tools/generate/drive.hpp"
#include "tools/text/event_writer.hpp"

#include <algorithm>
#include <gmock/gmock.h>

namespace plimsoll::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr AccountId insurance{3};
constexpr AssetId dollars{1};

/// What a day adds up to, and the SHA-256 chain over its events as lines.
struct Made {
    book::Book book;
    Hash events{};
};

/// Drives a day in memory; `watch(book, event)` sees each event before it is applied.
template <class Watch> [[nodiscard]] Made make(DayOptions const& options, Watch&& watch) {
    Made made;
    Day day(options);
    EventWriter writer(made.book);
    std::vector<Event> group;
    std::vector<Event> decided;
    std::string line;
    for (;;) {
        auto const more = day.next(made.book, group);
        EXPECT_TRUE(more) << more.error().message();
        if (!more || !more.value()) return made;
        EXPECT_FALSE(group.empty());
        for (Event const& ask : group) {
            decided.clear();
            auto const verdict = book::decide(made.book, ask, decided);
            EXPECT_TRUE(verdict) << "after #" << made.book.sequence() << ": "
                                 << verdict.error().message();
            if (!verdict) return made;
            for (Event const& event : decided) {
                watch(std::as_const(made.book), event);
                EXPECT_TRUE(book::apply(made.book, event));
                line.clear();
                writer.write(line, made.book.sequence(), event);
                made.events = sha256(bytes_of(made.events), bytes_of(std::string_view(line)));
            }
        }
    }
}
[[nodiscard]] Made make(DayOptions const& options) {
    return make(options, [](book::Book const&, Event const&) {});
}

[[nodiscard]] DayOptions small(Scenario scenario, std::uint64_t seed = 1) {
    return {.accounts = 500, .events = 20'000, .seed = seed, .scenario = scenario};
}

/// Calls f(fact) where the event is of that kind.
template <class Fact, class F> void on(Event const& event, F&& f) {
    visit_body(event.body, [&]<class Each>(Each const& fact) {
        if constexpr (std::is_same_v<Each, Fact>) f(fact);
    });
}

[[nodiscard]] Int128 fund_of(book::Book const& book) {
    auto const* row = book.balance(insurance, dollars);
    return row == nullptr ? 0 : row->amount.units();
}

[[nodiscard]] risk::Totals totals_of(book::Book const& book) {
    auto const valuation = risk::Valuation::of(book, dollars);
    EXPECT_TRUE(valuation);
    return risk::totals_of(valuation.value(), valuation.value().sweep());
}

// The same day, always.

struct Golden {
    Scenario scenario;
    std::string_view state_root;
    std::string_view events; ///< SHA-256 chain over them as JSON lines
    friend void PrintTo(Golden const& golden, std::ostream* out) { *out << golden.state_root; }
};

class GoldenDay : public testing::TestWithParam<Golden> {};

/// The state root is what the program says of the same day:
///     plimsoll generate --ledger DIR --accounts 500 --events 20000 --seed 1 --scenario crash|calm
/// (basis.state_root). A change here is a change of every generated day: say so in the commit.
TEST_P(GoldenDay, IsTheSameForEver) {
    Made const made = make(small(GetParam().scenario));
    EXPECT_EQ(to_hex(book::state_root(made.book)), GetParam().state_root);
    EXPECT_EQ(to_hex(made.events), GetParam().events);
}

INSTANTIATE_TEST_SUITE_P(
    BothScenarios, GoldenDay,
    testing::Values(Golden{Scenario::calm,
                           "911fe65e5c18a826578114ef1130dd788a689bc13484c354688fc2eb4739f4dd",
                           "9c35ff07117c46c648d7fb9a6f851289f121f83be6bb6c0bda861750ae5ca250"},
                    Golden{Scenario::crash,
                           "36a1feb3a58e131d28864b5224d83fc8ed6da9b7463aea6a8c88c03e73d6a844",
                           "36f0057d2f52efd4c9414a494222f45f2f5c29bdaa692870a1b213e5b1b348a6"}),
    [](auto const& row) { return row.param.scenario == Scenario::calm ? "Calm" : "Crash"; });

TEST(GeneratedDay, IsAnotherForAnotherSeed) {
    Made const one = make(small(Scenario::crash, 1));
    Made const two = make(small(Scenario::crash, 2));
    EXPECT_NE(to_hex(one.events), to_hex(two.events));
    EXPECT_NE(one.book.accounts[80].name.view(), two.book.accounts[80].name.view());
    EXPECT_NE(one.book.instruments[1].mark.value, two.book.instruments[1].mark.value);
    EXPECT_NE(one.book.liquidations.size(), two.book.liquidations.size());
}

// Exactly as many events as asked for, each accepted, and all in balance.

struct Size {
    std::uint64_t accounts;
    std::uint64_t events;
    friend void PrintTo(Size const& size, std::ostream* out) { *out << size.events << " events"; }
};

class DayOfSize : public testing::TestWithParam<Size> {};

TEST_P(DayOfSize, HasExactlyItsEvents) {
    for (Scenario const scenario : {Scenario::calm, Scenario::crash}) {
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            Made const made = make({.accounts = GetParam().accounts,
                                    .events = GetParam().events,
                                    .seed = seed,
                                    .scenario = scenario});
            ASSERT_EQ(made.book.sequence(), GetParam().events) << "seed " << seed;
            EXPECT_TRUE(book::check_balance(made.book)) << "seed " << seed;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, DayOfSize,
                         testing::Values(Size{1, 0}, Size{1, 1}, Size{2, 1}, Size{1, 2},
                                         Size{1, 10}, Size{2, 10}, Size{1, 20}, Size{0, 25},
                                         Size{1, 30}, Size{2, 31}, Size{1, 49}, Size{1, 50},
                                         Size{1, 51}, Size{1, 100}, Size{2, 100}, Size{1'000, 100},
                                         Size{3, 101}, Size{1, 1'000}, Size{2, 1'000},
                                         Size{47, 1'003}, Size{1'000'000, 1'000}, Size{1, 3'199},
                                         Size{49, 3'200}, Size{100, 5'001}, Size{2, 7'777}),
                         [](auto const& row) {
                             return std::to_string(row.param.accounts) + "Accounts" +
                                    std::to_string(row.param.events) + "Events";
                         });

TEST(GeneratedDay, NeverGoesBackInTimeAndEndsTheSameDay) {
    TimeNs last = 0;
    DayOptions const options = small(Scenario::crash);
    Made const made = make(options, [&](book::Book const&, Event const& event) {
        EXPECT_GE(event.origin.source_time, last);
        last = event.origin.source_time;
    });
    EXPECT_EQ(format_time(options.start), "2026-01-15T00:00:00Z");
    EXPECT_GE(made.book.time(), options.start + TimeNs{86'000'000'000'000});
    EXPECT_LT(made.book.time(), options.start + TimeNs{86'400'000'000'000});
}

TEST(GeneratedDay, ListsSixtyFourInstrumentsOfEveryKind) {
    Made const made = make(small(Scenario::calm));
    EXPECT_EQ(made.book.instruments.size(), 64U);
    for (std::string_view const name :
         {"BTC-PERP", "ETH-PERP", "SUI-PERP", "BTC-USD-INVERSE", "ETH-BTC-QUANTO", "BTC-USDC",
          "ETH-20260626", "BTC-20260130-95000-C", "ETH-20260327-4200-P"}) {
        auto const id = made.book.find_instrument(name);
        ASSERT_TRUE(id) << name;
        EXPECT_FALSE(made.book.instrument(*id).mark.value.is_zero()) << name;
        EXPECT_NE(made.book.instrument(*id).kind == wire::InstrumentKind::spot,
                  made.book.instrument(*id).market_account.is_some())
            << name;
    }
    EXPECT_EQ(totals_of(made.book).unpriced_rows, 0U);
}

TEST(GeneratedDay, KeepsToItsMix) {
    std::uint64_t trades = 0, prices = 0, movements = 0;
    Made const made = make({.accounts = 2'000, .events = 100'000, .scenario = Scenario::calm},
                           [&](book::Book const&, Event const& event) {
                               on<Traded>(event, [&](auto const&) { ++trades; });
                               on<IndexMet>(event, [&](auto const&) { ++trades; });
                               on<Observed>(event, [&](auto const&) { ++prices; });
                               on<Transferred>(event, [&](auto const&) { ++movements; });
                           });
    EXPECT_NEAR(static_cast<double>(trades), 60'000, 6'000);
    EXPECT_NEAR(static_cast<double>(prices), 20'000, 4'000);
    EXPECT_NEAR(static_cast<double>(movements), 10'000, 4'000);
}

// What a crash leaves, and a calm day does not.

TEST(CrashDay, LiquidatesDrainsTheFundAndSocialises) {
    Int128 deepest = 0, lowest_fund = 0;
    std::uint64_t most_under_water = 0, deleveraged = 0, socialised = 0, draws = 0, events = 0;
    Made const made = make(small(Scenario::crash), [&](book::Book const& book, Event const& event) {
        on<AutoDeleveraged>(event, [&](auto const&) { ++deleveraged; });
        on<LossSocialised>(event, [&](auto const&) { ++socialised; });
        on<WaterfallPaid>(event, [&](WaterfallPaid const& paid) {
            draws += paid.layer == wire::Layer::shared_fund ? 1 : 0;
        });
        if (book.sequence() > 5'000) lowest_fund = std::min(lowest_fund, fund_of(book));
        if (++events % 500 != 0) return;
        risk::Totals const totals = totals_of(book);
        most_under_water = std::max(most_under_water, totals.accounts_negative);
        deepest = std::min(deepest, totals.equity_negative_total.units());
    });
    EXPECT_GE(made.book.liquidations.size(), 50U);
    EXPECT_GE(made.book.losses.size(), 20U);
    EXPECT_GE(draws, 20U);
    EXPECT_GE(socialised, 5U);
    EXPECT_GE(deleveraged, 5U);
    EXPECT_EQ(lowest_fund, 0) << "the fund is drained and never overdrawn";
    EXPECT_GE(most_under_water, 5U);
    EXPECT_LT(deepest, -1'000 * one_units);
    EXPECT_GE(totals_of(made.book).accounts_negative, 1U) << "some stay under water to the end";
    EXPECT_TRUE(made.book.asset(dollars).bad_debt.is_zero()) << "each loss found its payers";
}

TEST(CrashDay, FallsByAThirdToTwoThirdsAndRecoversInPart) {
    std::vector<Int128> lowest(64, row_limit_units);
    std::vector<Int128> first(64, 0);
    Made const made = make(small(Scenario::crash), [&](book::Book const&, Event const& event) {
        on<Observed>(event, [&](Observed const& seen) {
            if (seen.kind != Observation::mark_price || seen.subject > 16) return;
            if (first[seen.subject] == 0) first[seen.subject] = seen.value.units();
            lowest[seen.subject] = std::min(lowest[seen.subject], seen.value.units());
        });
    });
    for (std::uint32_t id = 1; id <= 16; ++id) {
        Int128 const percent = lowest[id] * 100 / first[id];
        EXPECT_TRUE(percent >= 30 && percent <= 68) << id << " fell to " << int(percent) << " %";
        EXPECT_GT(made.book.instruments[id].mark.value.units(), lowest[id]) << id;
    }
}

TEST(CrashDay, SaysNothingWhileTheOracleIsDown) {
    DayOptions const options = small(Scenario::crash);
    std::uint64_t said = 0, happened = 0;
    Made const made = make(options, [&](book::Book const&, Event const& event) {
        TimeNs const minute = (event.origin.source_time - options.start) / 60'000'000'000;
        if (minute < 864 || minute >= 874) return;
        ++happened;
        on<Observed>(event, [&](auto const&) { ++said; });
    });
    EXPECT_GT(happened, 500U);
    EXPECT_LE(said, happened / 100);
    EXPECT_EQ(made.book.sequence(), options.events);
}

TEST(CrashDay, NamesCausesThatAreThere) {
    std::vector<Event> log;
    Made const made = make(small(Scenario::crash),
                           [&](book::Book const&, Event const& event) { log.push_back(event); });
    auto is = [&]<class Fact>(std::uint64_t sequence, Fact const*) {
        bool found = false;
        if (sequence != 0) on<Fact>(log.at(sequence - 1), [&](Fact const&) { found = true; });
        return found;
    };
    std::uint64_t checked = 0;
    for (Event const& event : log) {
        std::uint64_t const cause = event.origin.cause_sequence;
        auto expect = [&](auto const* kind) {
            EXPECT_TRUE(is(cause, kind)) << "#" << cause;
            ++checked;
        };
        on<LiquidationStarted>(event, [&](auto const&) { expect((Observed const*)nullptr); });
        on<LiquidationBid>(event, [&](auto const&) { expect((LiquidationStarted const*)nullptr); });
        on<LiquidationEnded>(event,
                             [&](auto const&) { expect((LiquidationStarted const*)nullptr); });
        on<BadDebtRecognised>(event,
                              [&](auto const&) { expect((LiquidationEnded const*)nullptr); });
        on<WaterfallPaid>(event, [&](auto const&) { expect((BadDebtRecognised const*)nullptr); });
        on<LossSocialised>(event, [&](auto const&) { expect((WaterfallPaid const*)nullptr); });
        on<AutoDeleveraged>(event,
                            [&](auto const&) { expect((LiquidationStarted const*)nullptr); });
    }
    EXPECT_GT(checked, 300U);
    EXPECT_EQ(made.book.sequence(), log.size());
}

/// The generator values accounts by itself; risk::Valuation must agree, and a liquidated account was
/// short of its requirement.
TEST(CrashDay, LiquidatesAtTheEquityThatTheValuationSees) {
    std::uint64_t checked = 0;
    Made const made = make(small(Scenario::crash), [&](book::Book const& book, Event const& event) {
        on<LiquidationStarted>(event, [&](LiquidationStarted const& started) {
            auto const valuation = risk::Valuation::of(book, dollars);
            ASSERT_TRUE(valuation);
            Int128 const seen =
                valuation.value().account(AccountId{started.account}).amount.units();
            Int128 const stated = units(started.equity);
            // Each rounds every row down, at 10^-18 of its asset: apart by that of some bitcoins.
            EXPECT_TRUE(within(seen - stated, 1'000'000))
                << format_decimal(seen) << " against " << format_decimal(stated);
            EXPECT_LT(stated, units(started.requirement));
            ++checked;
        });
    });
    EXPECT_EQ(checked, made.book.liquidations.size());
}

TEST(CrashDay, EndsWhatItBegan) {
    Made const made = make(small(Scenario::crash));
    for (book::LiquidationRow const& row : made.book.liquidations.rows()) {
        EXPECT_NE(row.ended_sequence, 0U) << row.id;
    }
}

TEST(CalmDay, LiquidatesHardlyAnybody) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        Made const made = make(small(Scenario::calm, seed));
        EXPECT_LE(made.book.liquidations.size(), 5U) << "seed " << seed;
        EXPECT_EQ(made.book.losses.size(), 0U) << "seed " << seed;
        EXPECT_GE(fund_of(made.book), 30'000 * one_units) << "seed " << seed;
        EXPECT_EQ(totals_of(made.book).accounts_negative, 0U) << "seed " << seed;
    }
}

// The drivers.

GenerateProgress const quietly = [](std::uint64_t, std::uint64_t) {};

GenerateSummary must(result<GenerateSummary> const& made) {
    EXPECT_TRUE(made) << made.error().message();
    return made ? made.value() : GenerateSummary{};
}

/// The file of a day: every line of it.
[[nodiscard]] std::string text_of(DayOptions const& options) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
    EXPECT_EQ(must(generate_to_file(file.get(), options, quietly)).events, options.events);
    std::string text(static_cast<std::size_t>(std::ftell(file.get())), '\0');
    std::rewind(file.get());
    EXPECT_EQ(std::fread(text.data(), 1, text.size(), file.get()), text.size());
    return text;
}

TEST(Generate, MakesTheSameLedgerDirectlyAndThroughAFile) {
    DayOptions const options = small(Scenario::crash);
    ImportSetting direct;
    GenerateSummary const made = must(generate_to_ledger(direct.engine(), options, quietly));
    EXPECT_EQ(made.events, options.events);
    EXPECT_EQ(made.customers, 500U);
    EXPECT_EQ(made.liquidations, direct.book().liquidations.size());
    EXPECT_THAT(made.notes, IsEmpty());
    Hash const root = direct.engine().state_root();
    EXPECT_EQ(root, book::state_root(make(options).book));
    direct.reopen();
    EXPECT_EQ(direct.engine().state_root(), root);

    std::string const text = text_of(options);
    EXPECT_EQ(std::ranges::count(text, '\n'), 20'000);
    ImportSetting imported;
    auto const summary = imported.run(find_importer("events"), imported.file(text));
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(summary.value().events_added, 20'000U);
    EXPECT_EQ(imported.engine().state_root(), root);
}

TEST(Generate, SaysThatFewerCustomersFit) {
    ImportSetting setting;
    DayOptions const options{.accounts = 5'000, .events = 4'000};
    GenerateSummary const made = must(generate_to_ledger(setting.engine(), options, quietly));
    EXPECT_LT(made.customers, 800U); // 40 % of 4000 events, about two for each
    EXPECT_GT(made.customers, 400U);
    EXPECT_THAT(made.notes, ElementsAre(HasSubstr("customers instead of 5000")));
}

TEST(Generate, RefusesALedgerThatHasSomething) {
    ImportSetting setting;
    DayOptions const options{.accounts = 2, .events = 100};
    must(generate_to_ledger(setting.engine(), options, quietly));
    auto const again = generate_to_ledger(setting.engine(), options, quietly);
    ASSERT_FALSE(again);
    EXPECT_TRUE(again.error().is(Errc::ledger_not_empty));
    EXPECT_EQ(setting.book().sequence(), 100U);
}

TEST(Generate, SaysThatTheDiskIsFull) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> full(
        std::fopen("/dev/full", "wb"),
        [](std::FILE* file) { return file == nullptr ? 0 : std::fclose(file); });
    if (!full) GTEST_SKIP() << "no /dev/full here";
    auto const made = generate_to_file(full.get(), {.accounts = 2, .events = 100}, quietly);
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().is(Errc::file_unwritable));
}

} // namespace
} // namespace plimsoll::tools
