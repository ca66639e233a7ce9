/// What a ledger must hold that was fed numbered groups of payments: whole groups, in order, each once.
#pragma once

#include "ledger/book/apply.hpp"
#include "ledger/book/root.hpp"
#include "replay/verify.hpp"
#include "tests/replay/market_ledger.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace plimsoll::testing_aid {

/// The group of a record: the same for whoever writes it and whoever checks.
[[nodiscard]] inline std::vector<Event> group_of(std::uint64_t record) {
    Random random(record);
    std::vector<Event> group;
    for (std::uint64_t left = 1 + random.below(5); left != 0; --left) {
        group.push_back(payment(record, "0." + std::to_string(100'000 + random.below(900'000))));
    }
    return group;
}

/// Checked on from where the last look ended.
class ExpectedLog {
public:
    explicit ExpectedLog(book::Book book) : book_(std::move(book)) {}

    /// The log goes on with whole groups, each once and in order, and adds up to `root`.
    void check(replay::Reader const& reader, Hash const& root) {
        ASSERT_GE(reader.log_size(), book_.sequence()) << "the log is shorter than it was";
        std::vector<Event> group;
        std::size_t next = 0;
        must(reader.for_events(book_.sequence() + 1, reader.log_size(), [&](std::uint64_t, Event const& event) {
            if (next == group.size()) {
                group = group_of(++record_);
                next = 0;
            }
            EXPECT_EQ(show(event), show(group[next]));
            ++next;
            must(book::apply(book_, event));
            return !testing::Test::HasFailure();
        }));
        EXPECT_EQ(next, group.size()) << "record " << record_ << " is there in part";
        EXPECT_EQ(to_hex(root), to_hex(hashes_.update(book_)));
        book_.for_tables([](book::TableId, auto& table) { table.clean(); });
    }
    [[nodiscard]] std::uint64_t records() const { return record_; }
    [[nodiscard]] std::uint64_t events() const { return book_.sequence(); }

private:
    book::Book book_;
    book::PageHashes hashes_;
    std::uint64_t record_ = 0;
};

/// A number from the environment: how often, or from which seed on.
[[nodiscard]] inline std::uint64_t number_in(char const* variable, std::uint64_t otherwise) {
    char const* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

inline void verify_whole(std::filesystem::path const& path) {
    auto const report = must(replay::verify(path, [](std::uint64_t, std::uint64_t) {}));
    for (auto const& finding : report.findings) ADD_FAILURE() << finding.what << ": " << finding.where;
}

} // namespace plimsoll::testing_aid
