#include "tests/replay/market_ledger.hpp"

#include <gmock/gmock.h>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;

/// Where the first coming of a record lies when it comes again.
struct Place {
    char const* name;
    std::size_t batch_events;
    bool is_held;
    bool is_committed;
    bool is_reopened;
    std::uint64_t after; ///< further records in between
};
class RecordAgain : public testing::TestWithParam<Place> {
protected:
    /// Records 10, 20, ... and the engine as the row wants it.
    void SetUp() override {
        Place const& row = GetParam();
        engine_ = ledger_.open(in_batches_of(row.batch_events));
        if (row.is_held) engine_->hold(1000);
        for (std::uint64_t record = 1; record <= 1 + row.after; ++record) {
            static_cast<void>(must(engine_->submit(payment(record * 10))));
        }
        if (row.is_committed) must(engine_->commit());
        if (!row.is_reopened) return;
        engine_.reset();
        engine_ = ledger_.open(in_batches_of(row.batch_events));
    }
    [[nodiscard]] std::uint64_t size() const { return engine_->book().sequence(); }

    MarketLedger ledger_;
    std::unique_ptr<Engine> engine_;
};

TEST_P(RecordAgain, WithEqualContentAddsNothing) {
    std::uint64_t const before = size();
    Hash const root = engine_->state_root();
    for (std::uint64_t record = 10; record <= 10 * (1 + GetParam().after); record += 10) {
        Receipt const again = must(engine_->submit(payment(record)));
        EXPECT_TRUE(again.is_duplicate);
        EXPECT_EQ(again.first_sequence, ledger_.size() + record / 10);
        EXPECT_EQ(again.count, 1U);
    }
    EXPECT_EQ(size(), before);
    EXPECT_EQ(engine_->state_root(), root);
    must(engine_->close());
    EXPECT_EQ(ledger_.read()->log_size(), before);
}

TEST_P(RecordAgain, WithOtherContentIsRefused) {
    std::uint64_t const before = size();
    auto const verdict = engine_->submit(payment(10, "1.000001"));
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::record_conflicts));
    EXPECT_THAT(verdict.error().message(),
                testing::HasSubstr("venue 10:0 is event #" + std::to_string(ledger_.size() + 1) + "; see both with"));
    EXPECT_EQ(size(), before);
    Event later = payment(10);
    later.origin.source_time += 1;
    auto const moved = engine_->submit(later);
    ASSERT_FALSE(moved) << "another time is another record";
    EXPECT_TRUE(moved.error().is(Errc::record_conflicts));
}

TEST_P(RecordAgain, WithMoreEventsIsRefused) {
    std::vector<Event> const longer{payment(10), payment(10)};
    auto const verdict = engine_->submit(longer);
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::record_conflicts));
}

TEST_P(RecordAgain, ThatNeverCameIsLate) {
    for (std::uint64_t const cursor : {1U, 9U}) {
        auto const verdict = engine_->submit(payment(cursor));
        ASSERT_FALSE(verdict);
        EXPECT_TRUE(verdict.error().is(Errc::record_late));
        EXPECT_THAT(verdict.error().message(), testing::HasSubstr("venue " + std::to_string(cursor) + ":0"));
    }
    std::uint64_t const last = 10 * (1 + GetParam().after);
    EXPECT_EQ(static_cast<bool>(engine_->submit(payment(last - 5))), false) << "between two, or before the only one";
    EXPECT_FALSE(must(engine_->submit(payment(last + 1))).is_duplicate);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, RecordAgain,
                         testing::Values(Place{"InTheOpenBatch", 1000, false, false, false, 5},
                                         Place{"InHeldBatches", 2, true, false, false, 9},
                                         Place{"InHandedOverBatches", 2, false, false, false, 9},
                                         Place{"OnDisk", 1000, false, true, false, 5},
                                         Place{"OnDiskInManyBatches", 2, false, true, false, 30},
                                         Place{"AcrossReopen", 1000, false, true, true, 5},
                                         Place{"AcrossReopenInManyBatches", 2, false, true, true, 30},
                                         Place{"TheOnlyOne", 1000, false, false, false, 0}),
                         [](auto const& row) { return std::string(row.param.name); });

/// Fingerprints speak where both have one.
TEST(Record, IsComparedByFingerprintOrElseByFacts) {
    struct Row {
        std::uint64_t stored, comes;
        char const* amount;
        bool is_duplicate;
    };
    for (Row const& row : {Row{7, 7, "1", true}, Row{7, 8, "1", false}, Row{7, 0, "1", true}, Row{0, 7, "1", true},
                           Row{0, 0, "2", false}, Row{7, 0, "2", false}}) {
        MarketLedger ledger;
        auto engine = ledger.open();
        static_cast<void>(must(engine->submit(payment(1, "1", row.stored))));
        auto const verdict = engine->submit(payment(1, row.amount, row.comes));
        EXPECT_EQ(static_cast<bool>(verdict), row.is_duplicate) << row.stored << " " << row.comes << " " << row.amount;
        EXPECT_TRUE(verdict || verdict.error().is(Errc::record_conflicts));
    }
}

/// What the rules add (funding met, the index in a trade) is no part of the record.
TEST(Record, IsTheSameThoughRulesHaveAddedToIt) {
    MarketLedger ledger;
    auto engine = ledger.open();
    IndexRecorded funding;
    make(funding);
    static_cast<void>(must(engine->submit({payment(1).origin, funding})));
    Traded trade;
    make(trade);
    Event const ask{payment(2).origin, trade};
    Receipt const first = must(engine->submit(ask));
    EXPECT_EQ(first.count, 3U);
    funding.value = index_at("0.75");
    static_cast<void>(must(engine->submit({payment(3).origin, funding})));
    Receipt const again = must(engine->submit(ask));
    EXPECT_TRUE(again.is_duplicate);
    EXPECT_EQ(again.first_sequence, first.first_sequence);
    EXPECT_EQ(again.count, 3U);
}

TEST(Record, CursorZeroIsNone) {
    MarketLedger ledger;
    auto engine = ledger.open();
    Event const definition = payment(0);
    EXPECT_FALSE(must(engine->submit(definition)).is_duplicate);
    EXPECT_FALSE(must(engine->submit(definition)).is_duplicate) << "nothing tells it from another";
}

/// Each source counts for itself, in one batch or in many.
TEST(Record, BelongsToItsSource) {
    for (std::size_t const batch_events : {1U, 3U, 1000U}) {
        MarketLedger one;
        auto engine = one.open(in_batches_of(batch_events));
        SourceDefined second;
        second.name = "second";
        static_cast<void>(must(engine->submit({Origin{}, rare(second)})));
        auto from = [](std::uint16_t source, std::uint64_t cursor) {
            Event event = payment(cursor);
            event.origin.source = source;
            return event;
        };
        for (std::uint64_t record = 1; record <= 20; ++record) {
            static_cast<void>(must(engine->submit(from(1, record * 2))));
            if (record % 3 == 0) static_cast<void>(must(engine->submit(from(2, record))));
        }
        must(engine->commit());
        for (std::uint64_t record = 1; record <= 20; ++record) {
            EXPECT_TRUE(must(engine->submit(from(1, record * 2))).is_duplicate);
            auto const other = engine->submit(from(2, record));
            if (record % 3 == 0) {
                EXPECT_TRUE(must(other).is_duplicate);
            } else if (record < 18) {
                ASSERT_FALSE(other);
                EXPECT_TRUE(other.error().is(Errc::record_late));
            }
            if (record > 18) break;
        }
    }
}

} // namespace
} // namespace plimsoll::replay
