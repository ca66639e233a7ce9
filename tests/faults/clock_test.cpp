// R14: a clock that goes backwards an hour, forwards ten years, stands still, repeats a second or trembles.
//
// What holds: a ledger's own time is a running maximum, so recorded time never goes back; within a source, a record whose
// time lies before the source's last one is refused as time_goes_back and leaves no trace; the sequence alone orders.

#include "ledger/book/errc.hpp"
#include "ledger/book/root.hpp"
#include "replay/catch_up.hpp"
#include "tests/replay/expected_log.hpp"

#include <functional>

namespace plimsoll::faults {
namespace {

using namespace testing_aid;

constexpr TimeNs second = 1'000'000'000;
constexpr TimeNs start = 1'767'225'600 * second; // 2026-01-01

struct Clock {
    char const* name;
    std::function<TimeNs(std::uint64_t tick, Random&)> at;
};

void PrintTo(Clock const& clock, std::ostream* out) { *out << clock.name; }

class Clocks : public testing::TestWithParam<Clock> {};

TEST_P(Clocks, RecordedTimeNeverGoesBack) {
    std::uint64_t const seed = number_in("PLIMSOLL_CLOCK_SEED", 2'026);
    std::uint64_t const ticks = number_in("PLIMSOLL_CLOCK_TICKS", 2'000);
    Random random(seed);
    MarketLedger const ledger;
    auto engine = ledger.open(in_batches_of(7));
    std::uint64_t refused = 0;
    for (std::uint64_t tick = 1; tick <= ticks; ++tick) {
        Event event = payment(tick);
        event.origin.source_time = GetParam().at(tick, random);
        TimeNs const source_before = engine->book().sources[1].time;
        TimeNs const before = engine->book().time();
        std::uint64_t const sequence = engine->book().sequence();
        auto const receipt = engine->submit(event);
        EXPECT_GE(engine->book().time(), before);
        if (event.origin.source_time < source_before) {
            ASSERT_FALSE(receipt);
            EXPECT_TRUE(receipt.error().is(book::Errc::time_goes_back)) << receipt.error().message();
            EXPECT_EQ(engine->book().sequence(), sequence);
            EXPECT_EQ(engine->book().time(), before);
            ++refused;
        } else {
            ASSERT_TRUE(receipt) << receipt.error().message();
            EXPECT_EQ(engine->book().time(), std::max(before, event.origin.source_time));
            EXPECT_EQ(engine->book().sequence(), sequence + 1);
        }
        if (tick % 500 == 0) {
            must(engine->close());
            engine.reset();
            engine = ledger.open(in_batches_of(7));
        }
    }
    must(engine->commit());
    Hash const root = engine->state_root();
    engine.reset();

    // The log again, from nothing: the same bytes, the same times.
    book::Book again;
    TimeNs last = 0;
    auto const reader = ledger.read();
    must(reader->for_events(1, reader->log_size(), [&](std::uint64_t, Event const& event) {
        must(book::apply(again, event));
        EXPECT_GE(again.time(), last);
        last = again.time();
        return true;
    }));
    EXPECT_EQ(to_hex(book::state_root(again)), to_hex(root));
    verify_whole(ledger.path());
    std::printf("%s (seed %llu): %llu ticks, %llu refused as going back\n", GetParam().name,
                static_cast<unsigned long long>(seed), static_cast<unsigned long long>(ticks),
                static_cast<unsigned long long>(refused));
}

[[nodiscard]] TimeNs at(std::uint64_t tick) { return start + static_cast<TimeNs>(tick) * second; }

INSTANTIATE_TEST_SUITE_P(
    EveryWay, Clocks,
    testing::Values(Clock{"steady", [](std::uint64_t tick, Random&) { return at(tick); }},
                    Clock{"back_an_hour", [](std::uint64_t tick, Random&) { return at(tick) - (tick > 900 ? 3'600 * second : 0); }},
                    Clock{"on_ten_years", [](std::uint64_t tick, Random&) { return at(tick) + (tick % 1'000 > 900 ? 315'360'000 * second : 0); }},
                    Clock{"frozen", [](std::uint64_t, Random&) { return start; }},
                    Clock{"leap_second", [](std::uint64_t tick, Random&) { return at(tick - (tick > 700 ? 1 : 0)); }},
                    Clock{"trembling", [](std::uint64_t tick, Random& random) { return at(tick) + random.between(-2 * second, 2 * second); }},
                    Clock{"wild", [](std::uint64_t, Random& random) { return static_cast<TimeNs>(random.below(std::uint64_t{1} << 62)); }}),
    [](auto const& row) { return row.param.name; });

} // namespace
} // namespace plimsoll::faults
