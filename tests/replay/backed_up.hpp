/// A ledger to be backed up, damaged and mended: its log lies in several tables and in a write-ahead file.
#pragma once

#include "tests/replay/expected_log.hpp"

namespace plimsoll::testing_aid {

class BackedUp : public MarketLedger {
public:
    explicit BackedUp(std::string much = "1.5") : much_(std::move(much)) {
        for (int opening = 0; opening < 3; ++opening) { // each moves what is written so far into tables
            pay(30);
            must(open()->checkpoint());
        }
        pay(20);
    }
    [[nodiscard]] std::filesystem::path backup() const { return elsewhere("backup"); }
    [[nodiscard]] std::uint64_t sequence() const { return read()->log_size(); }
    /// So many acknowledged payments more, each a batch.
    void pay(int count) const {
        auto engine = open(in_batches_of(5));
        std::uint64_t record = engine->book().sources[1].cursor.major;
        for (int i = 0; i < count; ++i) {
            static_cast<void>(must(engine->submit({payment(++record, much_)})));
            must(engine->commit());
        }
    }

private:
    std::string much_;
};

} // namespace plimsoll::testing_aid
