#include "ledger/event/batch.hpp"
#include "replay/catch_up.hpp"

#include <gtest/gtest.h>

namespace plimsoll::replay {
namespace {

/// A batch of one tick at `first_sequence` that says it follows `previous`.
[[nodiscard]] AlignedBytes batch_at(std::uint64_t first_sequence, Hash const& previous) {
    BatchBuilder builder;
    builder.add({}, Observed{});
    return AlignedBytes(bytes_of(std::string_view(builder.finish({first_sequence, 0, 0, previous}))));
}

[[nodiscard]] result<void> checked(AlignedBytes const& bytes, Hash const* previous, std::uint64_t expected) {
    return check_chain(BatchView::open(bytes.view()).value(), previous, expected);
}

TEST(Chain, HoldsWhereTheBatchNamesTheOneBefore) {
    Hash const before = sha256(bytes_of(std::string_view("before")));
    EXPECT_TRUE(checked(batch_at(8, before), &before, 8));
    EXPECT_TRUE(checked(batch_at(8, before), nullptr, 8)) << "in mid-log nothing is known of the one before";
}

TEST(Chain, BreaksWhereOneByteOfTheHashDiffers) {
    Hash const before = sha256(bytes_of(std::string_view("before")));
    for (std::size_t byte = 0; byte < before.size(); ++byte) {
        Hash other = before;
        other[byte] ^= 1;
        auto const verdict = checked(batch_at(8, other), &before, 8);
        ASSERT_FALSE(verdict);
        EXPECT_TRUE(verdict.error().is(Errc::chain_broken));
        EXPECT_EQ(verdict.error().status(), Status::damaged);
        EXPECT_NE(verdict.error().message().find(to_hex(before)), std::string::npos) << "both hashes are told";
    }
}

TEST(Chain, BreaksWhereASequenceIsMissingOrRepeated) {
    Hash const before{};
    for (std::uint64_t const expected : {7U, 9U}) {
        auto const verdict = checked(batch_at(8, before), &before, expected);
        ASSERT_FALSE(verdict);
        EXPECT_TRUE(verdict.error().is(Errc::sequence_gap));
    }
}

} // namespace
} // namespace plimsoll::replay
