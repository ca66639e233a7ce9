#include "ledger/book/postings.hpp"
#include "ledger/store/history.hpp"
#include "ledger/store/store.hpp"
#include "tests/replay/expected_log.hpp"
#include "tests/replay/market_ledger.hpp"
#include "tests/replay/story.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;

/// Everything that the view of an account promises, one line a row, of a whole book or of a small one.
[[nodiscard]] std::string rows_of(book::Book const& book, AccountId id) {
    book::AccountRow const& account = book.account(id);
    std::string text = "account " + std::string(account.name.view()) +
                       " kind " + std::to_string(static_cast<int>(account.kind)) + " opened #" +
                       std::to_string(account.opened_sequence) + " liquidation " + std::to_string(account.liquidation) +
                       (account.in_liquidation != 0 ? " open" : "") + "\n";
    std::set<AssetId> held;
    book.for_balances(id, [&](book::BalanceRow const& row) {
        held.insert(row.asset);
        text += "balance of asset " + std::to_string(row.asset.number()) + " " + format_decimal(row.amount) + " at " +
                format_decimal(row.interest_index) + " and " + format_decimal(row.loss_index) + "\n";
    });
    book.for_positions(id, [&](book::PositionRow const& row) {
        book::InstrumentRow const& instrument = book.instrument(row.instrument);
        held.insert(instrument.settle);
        text += "position in " + std::string(instrument.name.view()) + " " + format_decimal(row.size) + " " +
                format_decimal(row.quote) + " at " + format_decimal(row.index) + "; mark " +
                format_decimal(instrument.mark.value) + " of " + std::to_string(instrument.mark.time) + " funding " +
                format_decimal(instrument.funding_index) + " settlement " + format_decimal(instrument.settlement.value) + "\n";
    });
    for (book::AssetRow const& row : book.assets.rows()) {
        text += "asset " + std::string(row.name.view()) + " " + format_decimal(row.price.value) + " of " +
                std::to_string(row.price.time) + " " + format_decimal(row.supply_index) + " " +
                format_decimal(row.borrow_index) + " " + format_decimal(row.loss_index) + "\n";
    }
    for (book::InstrumentRow const& row : book.instruments.rows()) {
        text += "instrument " + std::string(row.name.view());
        bool const is_held = held.contains(row.base) || held.contains(row.quote);
        if (row.kind == wire::InstrumentKind::spot && is_held) text += " " + format_decimal(row.mark.value);
        text += "\n";
    }
    return text;
}

/// The first line in which two texts differ, so that a failure can be read.
[[nodiscard]] std::string first_difference(std::string const& got, std::string const& want) {
    auto const [a, b] = std::ranges::mismatch(got, want);
    if (a == got.end() && b == want.end()) return "";
    auto line = [](std::string const& text, std::size_t at) {
        std::size_t const start = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
        return text.substr(start, text.find('\n', at) - start);
    };
    auto const at = static_cast<std::size_t>(a - got.begin());
    return "got  " + line(got, at) + "\nwant " + line(want, at);
}

/// The account's rows in reader.account_at are those of `whole`, which stands at `sequence`.
[[nodiscard]] testing::AssertionResult agrees(Reader const& reader, book::Book const& whole, std::string const& name) {
    auto const view = reader.account_at(name, whole.sequence());
    auto const id = whole.find_account(name);
    if (!id) {
        if (!view && view.error().is(book::Errc::unknown_account)) return testing::AssertionSuccess();
        return testing::AssertionFailure() << name << " at #" << whole.sequence() << " is not open yet";
    }
    if (!view) return testing::AssertionFailure() << view.error().message();
    Moment const& moment = view.value();
    std::string const difference = first_difference(rows_of(moment.book, AccountId{1}), rows_of(whole, *id));
    if (!difference.empty()) return testing::AssertionFailure() << name << " at #" << whole.sequence() << ":\n" << difference;
    if (moment.basis.sequence != whole.sequence() || moment.basis.time != whole.time() || moment.book.time() != whole.time()) {
        return testing::AssertionFailure() << name << " at #" << whole.sequence() << " stands elsewhere";
    }
    return testing::AssertionSuccess();
}

/// Lives around the ends of the first two epochs, with nothing but prices in between.
[[nodiscard]] Story const& two_epochs() {
    static Story const story = [] {
        Story told(77);
        std::size_t const epoch = store::epoch_events;
        told.lives(4'000).ticks(epoch - 1'500).lives(epoch + 1'500).ticks(2 * epoch - 1'500).lives(2 * epoch + 2'500);
        return told;
    }();
    return story;
}

struct Told {
    char const* name;
    bool history;
    std::size_t checkpoint_log_bytes;
    std::vector<std::uint64_t> checkpoints; ///< asked for, at or after these sequences
};
class AccountView : public testing::TestWithParam<Told> {
protected:
    void SetUp() override {
        Told const& row = GetParam();
        auto engine = ledger_.open(in_batches_of(100, row.checkpoint_log_bytes, row.history));
        auto due = row.checkpoints.begin();
        two_epochs().for_groups([&](auto group) {
            static_cast<void>(must(engine->submit(group)));
            if (due == row.checkpoints.end() || engine->book().sequence() < *due) return;
            must(engine->checkpoint());
            ++due;
        });
        must(engine->close());
        engine.reset();
        reader_ = ledger_.read();
        indexed_epochs_ = must(store::first_missing_epoch(*must(store::Store::open_reader(ledger_.path()))));
    }
    TemporaryLedger ledger_;
    std::unique_ptr<Reader> reader_;
    std::uint32_t indexed_epochs_ = 0;
};

TEST_P(AccountView, EqualsTheAccountInTheWholeBook) {
    EXPECT_EQ(indexed_epochs_, GetParam().history ? 2U : 0U);
    constexpr std::uint64_t seed = 500;
    std::size_t const sequences_wanted = number_in("PLIMSOLL_MOMENTS", 100); // seven accounts at each
    constexpr std::uint64_t accounts_each = 5;
    Random random(seed);
    std::uint64_t const last = reader_->log_size();
    std::set<std::uint64_t> sequences{1, 30, 31, last};
    for (std::uint64_t const epoch : {store::epoch_events, 2 * store::epoch_events}) {
        sequences.insert({epoch - 1, epoch, epoch + 1});
        for (int i = 0; i < 30; ++i) sequences.insert(epoch - 1'500 + random.below(3'000));
    }
    while (sequences.size() < sequences_wanted) sequences.insert(1 + random.below(last));

    std::vector<std::string> names;
    for (book::AccountRow const& row : two_epochs().book().accounts.rows()) names.emplace_back(row.name.view());
    Prefix prefix(two_epochs().events());
    for (std::uint64_t const sequence : sequences) {
        book::Book const& whole = prefix.after(sequence);
        std::set<std::string> asked{"alice", "world"};
        for (std::uint64_t i = 0; i < accounts_each; ++i) asked.insert(names[random.below(i < 3 ? 12 : names.size())]);
        for (std::string const& name : asked) ASSERT_TRUE(agrees(*reader_, whole, name)) << "seed " << seed;
    }
}

TEST_P(AccountView, VisitsTheEventsThatNameTheAccount) {
    auto const& events = two_epochs().events();
    auto const& book = two_epochs().book();
    std::vector<std::vector<std::uint64_t>> named(book.accounts.size() + 1);
    for (std::uint64_t sequence = 1; sequence <= events.size(); ++sequence) {
        visit_body(events[sequence - 1].body, [&](auto const& fact) {
            book::NamedAccounts::of(fact, [&](AccountId id) {
                if (!id.is_some()) return;
                auto& all = named.at(id.number());
                if (all.empty() || all.back() != sequence) all.push_back(sequence);
            });
        });
    }
    std::uint64_t const epoch = store::epoch_events;
    struct Range {
        std::uint64_t first, last;
    };
    for (Range const range : {Range{1, events.size()}, Range{0, events.size() + 100}, Range{epoch, epoch + 1},
                              Range{epoch - 700, epoch + 700}, Range{2 * epoch - 700, 2 * epoch}, Range{5, 4}}) {
        for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
            std::vector<std::uint64_t> expected;
            std::ranges::copy_if(named[id], std::back_inserter(expected), [&](std::uint64_t sequence) {
                return sequence >= range.first && sequence <= range.last;
            });
            std::vector<std::uint64_t> got;
            must(reader_->for_account_events(AccountId{id}, range.first, range.last, [&](std::uint64_t sequence, Event const& event) {
                got.push_back(sequence);
                EXPECT_EQ(show(event), show(events[sequence - 1]));
                return true;
            }));
            ASSERT_EQ(got, expected) << "account " << id << ", #" << range.first << " to #" << range.last;
            if (!GetParam().history && id == 12) break; // each reads the whole log
        }
    }
    std::uint64_t count = 0;
    must(reader_->for_account_events(alice, 1, events.size(), [&](std::uint64_t, Event const&) { return ++count < 3; }));
    EXPECT_EQ(count, 3U) << "until it says false";
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, AccountView,
    testing::Values(Told{"IndexAndNoCheckpoint", true, 0, {}},
                    Told{"IndexAndManyCheckpoints", true, 200'000, {}},
                    Told{"IndexAndAnEarlyCheckpoint", true, 0, {3'000}},
                    Told{"IndexAndCheckpointsAtTheEndsOfEpochs", true, 0, {3'000, store::epoch_events, 2 * store::epoch_events}},
                    Told{"NoIndexAndManyCheckpoints", false, 200'000, {}}),
    [](auto const& row) { return std::string(row.param.name); });

// ---- what an index alone could get wrong ----

/// A ledger in which market() is checkpointed, then told on to past the end of an epoch.
class Indexed : public testing::Test {
protected:
    Indexed() {
        engine_ = ledger_.open(in_batches_of(1'000));
        tell_all();
        must(engine_->checkpoint());
    }
    /// What the sample has said since.
    void tell_all() {
        for (; told_ < sample_.events().size(); ++told_) static_cast<void>(must(engine_->submit(sample_.events()[told_])));
    }
    void finish_epoch() {
        while (sample_.events().size() <= store::epoch_events) sample_.mark("BARE-PERP", "1");
        tell_all();
    }
    void expect_agreement(std::string const& name) {
        tell_all();
        must(engine_->close());
        auto const reader = ledger_.read();
        ASSERT_EQ(must(store::first_missing_epoch(*must(store::Store::open_reader(ledger_.path())))), 1U);
        EXPECT_TRUE(agrees(*reader, sample_.book(), name));
    }
    /// As the venue dates it.
    template <class Fact> void says(TimeNs time, Fact const& fact) {
        Origin origin;
        origin.source_time = time;
        sample_.happens(fact, origin);
    }
    TemporaryLedger ledger_;
    Sample sample_ = market();
    std::unique_ptr<Engine> engine_;
    std::size_t told_ = 0;
};

[[nodiscard]] Observed observed(Observation kind, std::uint32_t subject, std::string_view value) {
    Observed fact;
    fact.kind = kind;
    fact.subject = subject;
    fact.value = price(value);
    return fact;
}

TEST_F(Indexed, AnInstrumentFirstHeldInTheTailHasItsMark) {
    says(5'000'000'000, observed(Observation::mark_price, perp.number(), "123"));
    finish_epoch();
    sample_.trade("dave", "carol", "BTC-PERP", "1", "100"); // both for the first time
    expect_agreement("dave");
}

TEST_F(Indexed, ASettlementPriceOutlivesLaterFunding) {
    says(1'000, observed(Observation::settlement_price, perp.number(), "99"));
    for (int step = 1; step <= 20; ++step) sample_.funding("BTC-PERP", "0." + std::to_string(step + 10));
    finish_epoch();
    expect_agreement("alice");
}

TEST_F(Indexed, AnAssetsPriceOutlivesLaterIndices) {
    says(1'000, observed(Observation::asset_price, usdc.number(), "0.999"));
    for (auto const kind : {IndexKind::supply_interest, IndexKind::borrow_interest, IndexKind::socialised_loss}) {
        IndexRecorded index;
        index.kind = kind;
        index.subject = usdc.number();
        index.value = index_at("1.5");
        sample_.happens(index);
    }
    finish_epoch();
    expect_agreement("alice");
}

TEST_F(Indexed, AMarkKeepsItsTimeBesideLaterDefinitions) {
    says(1'000, observed(Observation::mark_price, perp.number(), "101"));
    AssetDefined late;
    late.name = "LATE";
    says(9'000'000'000, late);
    finish_epoch();
    expect_agreement("alice");
}

TEST_F(Indexed, ALiquidationBeginsAndEndsInTheAccountsRow) {
    finish_epoch();
    expect_agreement("carol"); // market() began hers
}

TEST_F(Indexed, ALiquidationThatEndsInTheIndexedEpoch) {
    LiquidationEnded end;
    make(end);
    sample_.happens(end);
    LiquidationStarted start;
    make(start); // of alice
    sample_.happens(start);
    finish_epoch();
    expect_agreement("carol");
}

TEST_F(Indexed, AnAccountOpenedAfterTheCheckpoint) {
    for (int i = 0; i < 200; ++i) sample_.account("young-" + std::to_string(i));
    sample_.deposit("young-7", "USDC", "3");
    finish_epoch();
    sample_.account("younger").deposit("younger", "USDC", "4").deposit("young-7", "BTC", "1");
    tell_all();
    must(engine_->close());
    auto const reader = ledger_.read();
    for (char const* name : {"young-0", "young-7", "young-199", "younger"}) EXPECT_TRUE(agrees(*reader, sample_.book(), name));
}

} // namespace
} // namespace plimsoll::replay
