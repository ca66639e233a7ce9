#include "replay/moment.hpp"

#include "ledger/store/checkpoint.hpp"
#include "ledger/store/store.hpp"
#include "replay/catch_up.hpp"
#include "tests/replay/market_ledger.hpp"
#include "tests/replay/story.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;

constexpr std::uint64_t life_events = 30'000;
constexpr std::size_t checkpoint_bytes = 200'000;

/// A life of 30,000 events, told in small batches with many checkpoints.
[[nodiscard]] Story const& life() {
    static Story const story = [] {
        Story told(20'260'115);
        told.lives(life_events);
        return told;
    }();
    return story;
}
void tell(TemporaryLedger const& ledger, Story const& story) {
    auto engine = ledger.open(in_batches_of(20, checkpoint_bytes));
    story.for_groups([&](auto group) { static_cast<void>(must(engine->submit(group))); });
    must(engine->close());
}
[[nodiscard]] std::vector<std::uint64_t> checkpoints_of(std::filesystem::path const& path) {
    return must(store::checkpoint_sequences(*must(store::Store::open_reader(path))));
}

/// The book at any sequence, from the nearest checkpoint, is the book that events add up to one by one.
TEST(Moment, EqualsThePrefixReplayedFromNothing) {
    TemporaryLedger ledger;
    tell(ledger, life());
    auto const reader = ledger.read();
    auto const checkpoints = checkpoints_of(ledger.path());
    ASSERT_GE(checkpoints.size(), 5U);
    ASSERT_EQ(reader->log_size(), life().events().size());

    constexpr std::uint64_t seed = 300;
    Random random(seed);
    std::set<std::uint64_t> sequences{0, 1, reader->log_size() - 1, reader->log_size()};
    for (std::uint64_t const checkpoint : checkpoints) sequences.insert({checkpoint - 1, checkpoint, checkpoint + 1});
    while (sequences.size() < 300) sequences.insert(random.below(reader->log_size() + 1));

    Prefix prefix(life().events());
    for (std::uint64_t const sequence : sequences) {
        if (sequence > reader->log_size()) continue;
        book::Book const& expected = prefix.after(sequence);
        Moment const moment = must(reader->at(sequence));
        ASSERT_EQ(to_hex(moment.basis.state_root), to_hex(book::state_root(expected))) << "#" << sequence << ", seed " << seed;
        ASSERT_EQ(to_hex(book::state_root(moment.book)), to_hex(moment.basis.state_root)) << "every page hashed anew";
        EXPECT_EQ(moment.basis.sequence, sequence);
        EXPECT_EQ(moment.basis.time, expected.time());
        EXPECT_EQ(moment.basis.log_size, reader->log_size());
        EXPECT_EQ(moment.basis.log_root, reader->log_root());
    }
}

/// Every checkpoint and the whole tail after it give the last book. PLIMSOLL_MOMENT_LEDGER: of that ledger instead.
TEST(Moment, EqualsEveryCheckpointAndItsTail) {
    TemporaryLedger ledger;
    char const* const given = std::getenv("PLIMSOLL_MOMENT_LEDGER");
    if (given == nullptr) tell(ledger, life());
    std::filesystem::path const path = given == nullptr ? ledger.path() : std::filesystem::path(given);
    auto const store = must(store::Store::open_reader(path));
    std::uint64_t const last = must(store->head()).sequence;
    book::Book whole;
    must(replay_log(*store, whole, last, nullptr));
    Hash const expected = book::state_root(whole);
    std::vector<std::uint64_t> const checkpoints = checkpoints_of(path);
    ASSERT_GE(checkpoints.size(), 5U);
    for (std::uint64_t const sequence : checkpoints) {
        auto const manifest = must(store::checkpoint_before(*store, sequence));
        ASSERT_TRUE(manifest);
        ASSERT_EQ(manifest->sequence, sequence);
        book::Book book = must(load_book(*store, *manifest));
        EXPECT_EQ(to_hex(book::state_root(book)), to_hex(manifest->state_root));
        must(replay_log(*store, book, last, &manifest->log_root));
        EXPECT_EQ(to_hex(book::state_root(book)), to_hex(expected)) << "from checkpoint #" << sequence;
    }
    std::printf("%zu checkpoints and their tails of %llu events: one root\n", checkpoints.size(), static_cast<unsigned long long>(last));
}

TEST(Moment, TakesTwoThreadsForALongReplay) {
    Story story(5);
    story.lives(500).ticks(60'000);
    TemporaryLedger ledger;
    {
        auto engine = ledger.open(in_batches_of(100));
        story.for_groups([&](auto group) { static_cast<void>(must(engine->submit(group))); });
        must(engine->close());
    }
    auto const store = must(store::Store::open_reader(ledger.path()));
    for (bool const second_thread : {false, true}) {
        book::Book book;
        must(replay_log(*store, book, 60'000, nullptr, {second_thread}));
        EXPECT_EQ(to_hex(book::state_root(book)), to_hex(book::state_root(story.sample().book())));
    }
    book::Book book;
    auto const beyond = replay_log(*store, book, 60'001, nullptr, {true});
    ASSERT_FALSE(beyond);
    EXPECT_TRUE(beyond.error().is(Errc::sequence_gap)) << beyond.error().message();
}

TEST(Moment, IsWalkedFromStopToStop) {
    TemporaryLedger ledger;
    tell(ledger, life());
    auto const reader = ledger.read();
    std::vector<std::uint64_t> const stops{100, 101, 101, 5'000, 29'999, life_events};
    Moment start = must(reader->at(99));
    Prefix prefix(life().events());
    std::vector<std::uint64_t> met;
    must(reader->walk(start.book, stops, [&](book::Book const& book, std::uint64_t stop) {
        met.push_back(stop);
        EXPECT_EQ(book.sequence(), stop);
        EXPECT_EQ(to_hex(book::state_root(book)), to_hex(book::state_root(prefix.after(stop))));
    }));
    EXPECT_EQ(met, stops);
}

// ---- naming a moment ----

/// Three sources whose times interleave, the second older than the first: ledger time only grows.
class Dated : public testing::Test {
protected:
    Dated() {
        auto engine = ledger_.open(in_batches_of(2)); // several batches, also within one second
        SourceDefined second;
        second.name = "second";
        static_cast<void>(must(engine->submit({Origin{}, rare(second)})));
        before_ = engine->book().sequence();
        //   after before_:     1   2   3   4   5   6   7   8   9
        //   source             1   2   1   2   1   2   2   1   1
        //   its time           10  4   10  9   20  19  25  25  30
        //   ledger time        10  10  10  10  20  20  25  25  30
        struct Row {
            std::uint16_t source;
            TimeNs seconds;
        };
        std::uint64_t record = 0;
        for (Row const row : {Row{1, 10}, Row{2, 4}, Row{1, 10}, Row{2, 9}, Row{1, 20}, Row{2, 19}, Row{2, 25},
                              Row{1, 25}, Row{1, 30}}) {
            Event event = payment(++record);
            event.origin.source = row.source;
            event.origin.source_time = start + row.seconds * 1'000'000'000;
            static_cast<void>(must(engine->submit(event)));
        }
        must(engine->close());
        reader_ = ledger_.read();
    }
    [[nodiscard]] static std::string at(TimeNs seconds, TimeNs nanoseconds = 0) {
        return format_time(start + seconds * 1'000'000'000 + nanoseconds);
    }
    /// Events of the nine that the moment holds.
    [[nodiscard]] std::int64_t held(std::string const& moment) const {
        return static_cast<std::int64_t>(must(reader_->resolve(moment))) - static_cast<std::int64_t>(before_);
    }
    static constexpr TimeNs start = 1'800'000'000'000'000'000; // 2027-01-15T08:00:00Z, after all of market()
    MarketLedger ledger_;
    std::uint64_t before_ = 0;
    std::unique_ptr<Reader> reader_;
};

TEST_F(Dated, IsFoundByTheRunningMaximumOfTimes) {
    struct Row {
        TimeNs seconds, nanoseconds;
        std::int64_t held;
    };
    for (Row const row : {Row{9, 999'999'999, 0}, Row{10, 0, 4}, Row{10, 1, 4}, Row{19, 999'999'999, 4}, Row{20, 0, 6},
                          Row{24, 0, 6}, Row{25, 0, 8}, Row{29, 999'999'999, 8}, Row{30, 0, 9}, Row{1'000'000, 0, 9}}) {
        EXPECT_EQ(held(at(row.seconds, row.nanoseconds)), row.held) << at(row.seconds, row.nanoseconds);
    }
    EXPECT_EQ(must(reader_->resolve("1969-12-31T23:59:59Z")), 0U) << "before the first event";
    EXPECT_EQ(must(reader_->resolve("1700-01-01")), 0U);
    EXPECT_EQ(held("2261-01-01"), 9);
    for (std::uint64_t sequence = 0; sequence <= reader_->log_size(); ++sequence) {
        Moment const moment = must(reader_->at(sequence));
        std::uint64_t const found = must(reader_->sequence_at(moment.basis.time));
        EXPECT_GE(found, sequence) << "a moment's own time holds it";
        if (found < reader_->log_size()) {
            EXPECT_GT(must(reader_->at(found + 1)).basis.time, moment.basis.time) << "and all of that time";
        }
    }
}

TEST_F(Dated, IsFoundBySequence) {
    std::uint64_t const last = reader_->log_size();
    std::string const text = std::to_string(last);
    EXPECT_EQ(must(reader_->resolve("latest")), last);
    EXPECT_EQ(must(reader_->resolve("")), last);
    EXPECT_EQ(must(reader_->resolve("#0")), 0U);
    EXPECT_EQ(must(reader_->resolve("#1")), 1U);
    EXPECT_EQ(must(reader_->resolve("#" + text)), last);
    EXPECT_EQ(must(reader_->resolve("before:#1")), 0U);
    EXPECT_EQ(must(reader_->resolve("before:#" + text)), last - 1);
    for (std::string const& moment : {"#" + std::to_string(last + 1), "before:#" + std::to_string(last + 1),
                                     std::string("before:#0"), std::string("#999999999999999999")}) {
        auto const verdict = reader_->resolve(moment);
        ASSERT_FALSE(verdict) << moment;
        EXPECT_TRUE(verdict.error().is(Errc::moment_in_the_future)) << verdict.error().message();
        EXPECT_THAT(verdict.error().message(), testing::HasSubstr("the last event is #" + text));
    }
    for (std::uint64_t const beyond : {last + 1, ~std::uint64_t{0}}) {
        auto const whole = reader_->at(beyond);
        auto const alone = reader_->account_at("alice", beyond);
        ASSERT_TRUE(!whole && !alone);
        EXPECT_TRUE(whole.error().is(Errc::moment_in_the_future));
        EXPECT_TRUE(alone.error().is(Errc::moment_in_the_future));
    }
}

TEST_F(Dated, IsRefusedWhereItSaysNothing) {
    for (std::string const& moment : std::initializer_list<std::string>
         {"now", "#", "#-1", "#1x", "# 1", "#1 ", "#99999999999999999999", "before:", "before:latest", "before:5",
          "before:2027-01-15", "after:#1", "Latest", "-1", "#0x10"}) {
        auto const verdict = reader_->resolve(moment);
        ASSERT_FALSE(verdict) << moment;
        EXPECT_TRUE(verdict.error().is(Errc::not_a_moment)) << moment << ": " << verdict.error().message();
        EXPECT_THAT(verdict.error().message(), testing::HasSubstr("'" + moment + "'"));
    }
    for (std::string const& moment : std::initializer_list<std::string>{"2027", "2027-01-15T08:00", "2027-13-01", "7"}) {
        auto const verdict = reader_->resolve(moment);
        ASSERT_FALSE(verdict) << moment;
        EXPECT_TRUE(verdict.error().is(event::Errc::not_a_time)) << moment << ": " << verdict.error().message();
    }
}

TEST(Moment, OfAnEmptyLedgerIsNothing) {
    TemporaryLedger ledger;
    auto const reader = ledger.read();
    EXPECT_EQ(must(reader->resolve("latest")), 0U);
    EXPECT_EQ(must(reader->resolve("2027-01-15")), 0U);
    EXPECT_EQ(must(reader->at(0)).basis.state_root, book::state_root(book::Book{}));
    EXPECT_EQ(reader->log_root(), Hash{});
    auto const verdict = reader->account_at("alice", 0);
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(book::Errc::unknown_account));
    EXPECT_TRUE(log_lines(*reader).empty());
}

TEST(Moment, VisitsEventsFromAnyToAny) {
    MarketLedger ledger;
    auto const reader = ledger.read();
    std::uint64_t const last = reader->log_size();
    struct Row {
        std::uint64_t first, last, count;
    };
    for (Row const row : {Row{1, last, last}, Row{0, last, last}, Row{1, last + 9, last}, Row{5, 5, 1}, Row{6, 5, 0},
                          Row{last, last, 1}, Row{last + 1, last + 9, 0}}) {
        std::uint64_t count = 0;
        must(reader->for_events(row.first, row.last, [&](std::uint64_t sequence, Event const& event) {
            EXPECT_EQ(sequence, std::max<std::uint64_t>(row.first, 1) + count);
            EXPECT_EQ(show(event), show(MarketLedger::market_events()[sequence - 1]));
            ++count;
            return true;
        }));
        EXPECT_EQ(count, row.count) << row.first << " to " << row.last;
    }
    std::uint64_t count = 0;
    must(reader->for_events(1, last, [&](std::uint64_t, Event const&) { return ++count < 3; }));
    EXPECT_EQ(count, 3U) << "until it says false";
}

} // namespace
} // namespace plimsoll::replay
