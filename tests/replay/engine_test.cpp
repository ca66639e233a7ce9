#include "replay/engine.hpp"

#include "ledger/book/root.hpp"
#include "ledger/store/database.hpp"
#include "ledger/store/store.hpp"
#include "tests/replay/market_ledger.hpp"
#include "tests/replay/story.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;

/// Sizes of the batches in a log.
[[nodiscard]] std::vector<std::size_t> batch_sizes(std::filesystem::path const& path) {
    auto const store = must(store::Store::open_reader(path));
    std::vector<std::size_t> sizes;
    AlignedBytes bytes;
    for (auto scan = store->scan(1); !scan->done(); scan->next()) {
        bytes.assign(scan->bytes());
        sizes.push_back(must(BatchView::open(bytes.view())).size());
    }
    return sizes;
}

TEST(Engine, ReopensWithTheSameRoot) {
    Story story(1);
    story.lives(3'000);
    for (bool const history : {true, false}) {
        for (std::size_t const checkpoint_bytes : {std::size_t{0}, std::size_t{100'000}}) {
            TemporaryLedger one;
            EngineOptions const options = in_batches_of(50, checkpoint_bytes, history);
            Hash root{};
            {
                auto engine = one.open(options);
                story.for_groups([&](auto group) { static_cast<void>(must(engine->submit(group))); });
                must(engine->close());
                root = engine->state_root();
                EXPECT_EQ(to_hex(root), to_hex(book::state_root(story.sample().book())));
                EXPECT_EQ(engine->durable_sequence(), story.events().size());
            }
            auto again = one.open(options);
            EXPECT_EQ(to_hex(again->state_root()), to_hex(root));
            EXPECT_EQ(to_hex(book::state_root(again->book())), to_hex(root)) << "every page hashed anew";
            EXPECT_EQ(again->durable_sequence(), story.events().size());
        }
    }
}

TEST(Engine, OpensAnEmptyLedger) {
    TemporaryLedger ledger;
    auto engine = ledger.open();
    EXPECT_EQ(engine->book().sequence(), 0U);
    EXPECT_EQ(engine->durable_sequence(), 0U);
    EXPECT_EQ(engine->state_root(), book::state_root(book::Book{}));
    must(engine->checkpoint());
    must(engine->commit());
    must(engine->close());
    engine.reset();
    EXPECT_EQ(ledger.open()->book().sequence(), 0U);
    EXPECT_EQ(ledger.read()->log_size(), 0U);
}

TEST(Engine, SealsBatchesAtTheirSizeAndNeverSplitsAGroup) {
    struct Row {
        std::vector<std::size_t> groups;
        std::vector<std::size_t> batches;
    };
    for (Row const& row : {
             Row{{1, 1, 1, 1}, {3, 1}},    // the last is what commit() seals
             Row{{2, 2, 2}, {4, 2}},       // a batch may pass its size by one group
             Row{{7, 1}, {7, 1}},          // a group longer than a batch
             Row{{1, 1, 7, 1}, {9, 1}},
             Row{{3}, {3}},
         }) {
        TemporaryLedger ledger;
        auto engine = ledger.open(in_batches_of(3));
        submit_each(*engine, MarketLedger::market_events());
        must(engine->commit());
        std::size_t const before = batch_sizes(ledger.path()).size();
        std::uint64_t record = 0;
        for (std::size_t const size : row.groups) {
            ++record;
            static_cast<void>(must(engine->submit(std::vector<Event>(size, payment(record)))));
        }
        must(engine->commit());
        auto sizes = batch_sizes(ledger.path());
        sizes.erase(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(before));
        EXPECT_EQ(sizes, row.batches);
    }
}

TEST(Engine, SaysWhatItTook) {
    MarketLedger ledger;
    auto engine = ledger.open();
    Receipt const one = must(engine->submit(payment(1)));
    EXPECT_FALSE(one.is_duplicate);
    EXPECT_EQ(one.first_sequence, ledger.size() + 1);
    EXPECT_EQ(one.count, 1U);
    IndexRecorded funding;
    make(funding);
    static_cast<void>(must(engine->submit({Origin{}, funding})));
    Traded trade;
    make(trade); // alice and bob both hold BTC-PERP and meet the funding first
    Receipt const three = must(engine->submit({Origin{}, trade}));
    EXPECT_EQ(three.first_sequence, ledger.size() + 3);
    EXPECT_EQ(three.count, 3U) << "two IndexMet and the trade";
}

// ---- all or nothing ----

/// A group whose third event is refused leaves nothing, whatever waits before it.
struct Waiting {
    char const* name;
    std::size_t batch_events;
    std::size_t hold_events;
    std::size_t payments;  ///< submitted before the refused group
    bool is_committed;     ///< and committed
};
class RefusedGroup : public testing::TestWithParam<Waiting> {};

TEST_P(RefusedGroup, LeavesNothing) {
    Waiting const& row = GetParam();
    MarketLedger ledger;
    std::vector<Event> expected = MarketLedger::market_events();
    {
        auto engine = ledger.open(in_batches_of(row.batch_events));
        engine->hold(row.hold_events);
        for (std::uint64_t record = 1; record <= row.payments; ++record) {
            static_cast<void>(must(engine->submit(payment(record))));
            expected.push_back(payment(record));
        }
        if (row.is_committed) must(engine->commit());
        Hash const root = engine->state_root();

        std::vector<Event> const group{payment(50), payment(50), bad_payment(50)};
        auto const verdict = engine->submit(group);
        ASSERT_FALSE(verdict);
        EXPECT_TRUE(verdict.error().is(book::Errc::unknown_account)) << verdict.error().message();
        EXPECT_EQ(to_hex(engine->state_root()), to_hex(root));
        EXPECT_EQ(to_hex(book::state_root(engine->book())), to_hex(root));
        EXPECT_EQ(engine->book().sequence(), expected.size());

        // The same record may come again, whole this time.
        Receipt const later = must(engine->submit(payment(50)));
        EXPECT_FALSE(later.is_duplicate);
        EXPECT_EQ(later.first_sequence, expected.size() + 1);
        expected.push_back(payment(50));
        must(engine->close());
    }
    std::vector<std::string> lines;
    for (Event const& event : expected) lines.push_back("#" + std::to_string(lines.size() + 1) + " " + show(event));
    EXPECT_EQ(log_lines(*ledger.read()), lines);
    EXPECT_EQ(ledger.open()->book().sequence(), expected.size());
}

INSTANTIATE_TEST_SUITE_P(Everywhere, RefusedGroup,
                         testing::Values(Waiting{"NothingBefore", 1000, 0, 0, false},
                                         Waiting{"AfterAnOpenBatch", 1000, 0, 7, false},
                                         Waiting{"AfterCommitted", 1000, 0, 7, true},
                                         Waiting{"AfterHandedOverBatches", 3, 0, 20, false},
                                         Waiting{"AfterHeldBatches", 3, 1000, 20, false},
                                         Waiting{"AfterHeldBatchesAndAnOpenOne", 3, 1000, 19, false},
                                         Waiting{"AfterMoreThanMayBeHeld", 3, 9, 20, false}),
                         [](auto const& row) { return std::string(row.param.name); });

TEST(Engine, RefusesAGroupOfNothing) {
    MarketLedger ledger;
    auto engine = ledger.open();
    auto const verdict = engine->submit(std::span<Event const>{});
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::group_empty));
}

TEST(Engine, SurvivesManyRefusals) {
    Random random(7);
    MarketLedger ledger;
    Sample model = market();
    auto engine = ledger.open(in_batches_of(4, 2'000, true));
    for (std::uint64_t record = 1; record <= 120; ++record) {
        std::vector<Event> group(1 + random.below(4), payment(record));
        bool const is_bad = random.chance(3);
        if (is_bad) group.insert(group.begin() + random.between(0, static_cast<std::int64_t>(group.size())), bad_payment(record));
        EXPECT_EQ(static_cast<bool>(engine->submit(group)), !is_bad);
        if (!is_bad) {
            for (Event const& event : group) model.happens(event);
        }
        if (random.chance(5)) must(engine->commit());
        if (random.chance(9)) engine->hold(random.below(20));
    }
    must(engine->close());
    EXPECT_EQ(to_hex(engine->state_root()), to_hex(book::state_root(model.book())));
    engine.reset();
    EXPECT_EQ(to_hex(ledger.open()->state_root()), to_hex(book::state_root(model.book())));
}

// ---- hold, abandon, commit ----

TEST(Engine, AbandonsWhatIsHeld) {
    MarketLedger ledger;
    auto engine = ledger.open(in_batches_of(3));
    Hash const root = engine->state_root();
    engine->hold(100);
    for (std::uint64_t record = 1; record <= 50; ++record) static_cast<void>(must(engine->submit(payment(record))));
    EXPECT_EQ(engine->durable_sequence(), ledger.size());
    must(engine->abandon());
    EXPECT_EQ(to_hex(engine->state_root()), to_hex(root));
    EXPECT_EQ(engine->book().sequence(), ledger.size());
    EXPECT_FALSE(must(engine->submit(payment(1))).is_duplicate) << "as if it never came";
    must(engine->close());
    EXPECT_EQ(ledger.read()->log_size(), ledger.size() + 1);
}

TEST(Engine, WritesPastWhatMayBeHeld) {
    MarketLedger ledger;
    auto engine = ledger.open(in_batches_of(3));
    engine->hold(9);
    for (std::uint64_t record = 1; record <= 9; ++record) static_cast<void>(must(engine->submit(payment(record))));
    must(engine->abandon());
    EXPECT_EQ(engine->book().sequence(), ledger.size()) << "exactly as many as may wait";
    engine->hold(9);
    for (std::uint64_t record = 1; record <= 12; ++record) static_cast<void>(must(engine->submit(payment(record))));
    must(engine->abandon());
    EXPECT_EQ(engine->book().sequence(), ledger.size() + 12) << "one batch too many: writing has begun";
}

TEST(Engine, HoldsNothingOnDiskUntilCommitted) {
    MarketLedger ledger;
    {
        auto engine = ledger.open(in_batches_of(3));
        engine->hold(1000);
        for (std::uint64_t record = 1; record <= 50; ++record) static_cast<void>(must(engine->submit(payment(record))));
        EXPECT_EQ(ledger.read()->log_size(), ledger.size()) << "a reader sees none of it";
    }
    EXPECT_EQ(ledger.read()->log_size(), ledger.size()) << "destroyed without commit";
    {
        auto engine = ledger.open(in_batches_of(3));
        engine->hold(1000);
        for (std::uint64_t record = 1; record <= 50; ++record) static_cast<void>(must(engine->submit(payment(record))));
        must(engine->commit());
        EXPECT_EQ(engine->durable_sequence(), ledger.size() + 50);
        static_cast<void>(must(engine->submit(payment(51))));
    }
    EXPECT_EQ(ledger.read()->log_size(), ledger.size() + 50) << "what was committed, and not the one after";
}

// ---- others at the door ----

TEST(Engine, HasOneWriterAndManyReaders) {
    MarketLedger ledger;
    auto engine = ledger.open(in_batches_of(3, 500, true));
    auto const second = Engine::open(ledger.path());
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().is(store::Errc::already_open)) << second.error().message();
    EXPECT_THAT(second.error().message(), testing::HasSubstr("another process has this ledger open for writing"));

    std::vector<std::unique_ptr<Reader>> readers;
    std::vector<std::pair<std::uint64_t, std::string>> seen; // (log size, root then)
    for (std::uint64_t record = 1; record <= 60; ++record) {
        static_cast<void>(must(engine->submit(payment(record))));
        if (record % 5 != 0) continue;
        must(engine->commit());
        readers.push_back(ledger.read());
        seen.emplace_back(engine->book().sequence(), to_hex(book::state_root(engine->book())));
    }
    must(engine->checkpoint());
    for (std::size_t i = 0; i < readers.size(); ++i) {
        EXPECT_EQ(readers[i]->log_size(), seen[i].first) << "each sees the log as it was when opened";
        EXPECT_EQ(to_hex(must(readers[i]->at(seen[i].first)).basis.state_root), seen[i].second);
    }
    engine.reset();
    EXPECT_TRUE(Engine::open(ledger.path())) << "the door is open again";
}

// ---- a world that fails ----

/// Writes rubbish over every table file, under an open database.
void ruin_tables(std::filesystem::path const& directory) {
    for (auto const& entry : std::filesystem::directory_iterator(directory / "db")) {
        if (entry.path().extension() != ".sst") continue;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        std::string const rubbish(static_cast<std::size_t>(entry.file_size()), '\x5a');
        file.write(rubbish.data(), static_cast<std::streamsize>(rubbish.size()));
    }
}

TEST(Engine, StopsWhereItCannotGoBack) {
    constexpr std::uint64_t records = 3'000; // many blocks: no cache holds them all
    MarketLedger ledger;
    {
        auto engine = ledger.open();
        for (std::uint64_t record = 1; record <= records; ++record) static_cast<void>(must(engine->submit(payment(record))));
        must(engine->commit());
    }
    auto engine = ledger.open(); // which moves the log into table files
    ruin_tables(ledger.path());
    std::vector<Event> const group{payment(records + 1), bad_payment(records + 1)};
    auto const refused = engine->submit(group);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status(), Status::damaged) << refused.error().message();
    auto is_stopped = [](auto const& verdict) { return !verdict && verdict.error().is(Errc::engine_stopped); };
    EXPECT_TRUE(is_stopped(engine->submit(payment(records + 2))));
    EXPECT_TRUE(is_stopped(engine->commit()));
    EXPECT_TRUE(is_stopped(engine->checkpoint()));
    EXPECT_TRUE(is_stopped(engine->close()));
    EXPECT_TRUE(is_stopped(engine->abandon()));
    EXPECT_EQ(engine->durable_sequence(), ledger.size() + records);
    EXPECT_EQ(engine->state_root(), book::state_root(engine->book()));
}

TEST(Engine, RefusesALogThatIsShorterThanItsCheckpoint) {
    MarketLedger ledger;
    {
        auto engine = ledger.open(in_batches_of(3));
        for (std::uint64_t record = 1; record <= 30; ++record) static_cast<void>(must(engine->submit(payment(record))));
        must(engine->checkpoint());
    }
    {
        auto store = must(store::Store::open_writer(ledger.path()));
        std::uint64_t last = 0;
        for (auto scan = store->scan(1); !scan->done(); scan->next()) last = scan->first_sequence();
        auto& database = store->database();
        ASSERT_TRUE(database.db().Delete({}, database.family(store::Family::log), store::slice(store::sequence_key(last))).ok());
    }
    forget_witness(ledger.path());
    auto const verdict = Engine::open(ledger.path());
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(store::Errc::damaged)) << verdict.error().message();
    EXPECT_THAT(verdict.error().message(), testing::HasSubstr("checkpoint #" + std::to_string(ledger.size() + 30)));
}

} // namespace
} // namespace plimsoll::replay
