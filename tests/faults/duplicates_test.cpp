// R15: every record three times, out of order and across restarts: its effects are there once, its receipt is the same
// each time, and the same record with other content is a conflict.
//
//   PLIMSOLL_DUPLICATE_RECORDS=100000   records; PLIMSOLL_DUPLICATE_SEED

#include "replay/errc.hpp"
#include "tests/replay/expected_log.hpp"

#include <algorithm>
#include <cstdio>

namespace plimsoll::faults {
namespace {

using namespace testing_aid;

TEST(Duplicates, HaveTheirEffectsOnce) {
    std::uint64_t const records = number_in("PLIMSOLL_DUPLICATE_RECORDS", 1'000);
    std::uint64_t const seed = number_in("PLIMSOLL_DUPLICATE_SEED", 2'026);
    Random random(seed);
    MarketLedger const ledger;
    auto engine = ledger.open(in_batches_of(13, 50'000));
    std::vector<replay::Receipt> first(records + 1);
    std::vector<std::uint64_t> owed; // what is still to be sent again, twice each
    std::uint64_t duplicates = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t restarts = 0;

    auto send_again = [&](std::uint64_t record) {
        std::uint64_t const before = engine->book().sequence();
        auto const receipt = must(engine->submit(group_of(record)));
        ASSERT_TRUE(receipt.is_duplicate) << "record " << record << " was taken twice";
        EXPECT_EQ(receipt.first_sequence, first[record].first_sequence);
        EXPECT_EQ(receipt.count, first[record].count);
        auto other = group_of(record);
        std::get<Transferred>(other.back().body).amount = amount("0.07");
        auto const refused = engine->submit(other);
        ASSERT_FALSE(refused);
        EXPECT_TRUE(refused.error().is(replay::Errc::record_conflicts)) << refused.error().message();
        auto shorter = group_of(record);
        if (shorter.size() > 1) {
            shorter.pop_back();
            EXPECT_FALSE(engine->submit(shorter)) << "a part of record " << record << " passed for the whole";
        }
        EXPECT_EQ(engine->book().sequence(), before);
        ++duplicates;
        ++conflicts;
    };
    for (std::uint64_t record = 1; record <= records; ++record) {
        first[record] = must(engine->submit(group_of(record)));
        ASSERT_FALSE(first[record].is_duplicate);
        owed.insert(owed.end(), 2, record);
        while (owed.size() > 50 || (record == records && !owed.empty())) {
            std::size_t const at = random.below(owed.size());
            std::uint64_t const which = owed[at];
            owed[at] = owed.back();
            owed.pop_back();
            send_again(which);
            if (HasFatalFailure()) return;
        }
        if (random.chance(9)) must(engine->commit());
        if (record % std::max<std::uint64_t>(records / 8, 1) == 0) {
            must(random.chance(2) ? engine->checkpoint() : engine->close());
            engine.reset();
            engine = ledger.open(in_batches_of(1 + random.below(40), 50'000));
            ++restarts;
        }
    }
    must(engine->commit());
    ExpectedLog expected(market().book());
    expected.check(*ledger.read(), engine->state_root());
    EXPECT_EQ(expected.records(), records);
    std::printf("%llu records three times (seed %llu), %llu restarts: %llu duplicates answered alike, %llu conflicts, %llu "
                "events, each once\n",
                static_cast<unsigned long long>(records), static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(restarts), static_cast<unsigned long long>(duplicates),
                static_cast<unsigned long long>(conflicts), static_cast<unsigned long long>(expected.events()));
}

} // namespace
} // namespace plimsoll::faults
