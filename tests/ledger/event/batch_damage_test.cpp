#include "ledger/event/batch.hpp"

#include "ledger/event/errc.hpp"
#include "tests/ledger/event/fields.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace plimsoll {
namespace {

using event::Errc;
using testing_aid::one_of_each;
using testing_aid::Random;
using testing_aid::show;

[[nodiscard]] std::string encode(std::vector<Event> const& events) {
    BatchBuilder builder;
    for (Event const& event : events) builder.add(event.origin, event.body);
    return builder.finish({1, 0, 0, {}});
}

/// Opens and, where that works, reads every field of every event. Returns whether it opened.
bool open_and_walk(std::string_view text) {
    AlignedBytes const bytes(bytes_of(text));
    auto const view = BatchView::open(bytes.view());
    if (!view) {
        Error const& error = view.error();
        bool const known = error.is(Errc::bytes_not_a_batch) || error.is(Errc::schema_newer) ||
                           error.is(Errc::counts_disagree) || error.is(Errc::unknown_kind);
        EXPECT_TRUE(known) << error.message();
        EXPECT_EQ(error.status(), Status::damaged);
        return false;
    }
    std::size_t letters = 0;
    for (Event const& event : view.value().events()) letters += show(event).size();
    EXPECT_GT(letters, 0U);
    return true;
}

TEST(BatchDamage, TruncationAtAnyLengthIsRefused) {
    Random random(1);
    std::string const whole = encode(one_of_each(random));
    ASSERT_TRUE(open_and_walk(whole));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        ASSERT_FALSE(open_and_walk(std::string_view(whole).substr(0, length))) << length << " of " << whole.size();
    }
}

TEST(BatchDamage, AnyFlippedBitIsRefusedOrCanBeWalked) {
    Random random(2);
    std::string const whole = encode(one_of_each(random));
    std::size_t opened = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.below(8)));
        opened += open_and_walk(damaged) ? 1U : 0U;
        damaged[at] = static_cast<char>(random.word());
        opened += open_and_walk(damaged) ? 1U : 0U;
    }
    EXPECT_GT(opened, 0U) << "a flipped bit of an amount cannot be seen here: the hash chain sees it";
    EXPECT_LT(opened, 2 * whole.size());
}

TEST(BatchDamage, ManyFlippedBytesAreRefusedOrCanBeWalked) {
    for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
        Random random(seed);
        static std::string const whole = encode(one_of_each(random));
        std::string damaged = whole;
        for (std::uint64_t left = random.below(12) + 2; left != 0; --left) {
            std::size_t const at = random.below(damaged.size());
            // Offsets and sizes are small 32-bit numbers: make some that are nearly right.
            damaged[at] = static_cast<char>(random.chance(2) ? random.word() : random.below(16));
        }
        SCOPED_TRACE("seed " + std::to_string(seed));
        open_and_walk(damaged);
        if (HasFailure()) return;
    }
}

TEST(BatchDamage, NoiseIsNotABatch) {
    for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
        Random random(seed);
        std::string noise;
        for (std::uint64_t left = random.below(200); left != 0; --left) noise.push_back(static_cast<char>(random.word()));
        ASSERT_FALSE(open_and_walk(noise)) << "seed " << seed;
    }
}

// ---- batches made by hand ----

using Fields = std::function<void(wire::BatchBuilder&)>;

struct ByHand {
    std::uint16_t schema = schema_version;
    std::vector<std::uint8_t> kinds{1};
    std::size_t origins = 1;
    std::size_t transfers = 1;
    std::vector<std::string> rare{}; ///< nested buffers
    bool has_kinds = true;
    bool has_origins = true;
    bool has_previous = true;
    Fields later = [](wire::BatchBuilder&) {};
};

/// What rare_buffer() and the real builder do, but with nothing checked.
[[nodiscard]] std::string build(ByHand const& plan) {
    flatbuffers::FlatBufferBuilder builder;
    std::vector<flatbuffers::Offset<wire::RareBytes>> rare;
    for (std::string const& bytes : plan.rare) {
        builder.ForceVectorAlignment(bytes.size(), 1, 8);
        rare.push_back(wire::CreateRareBytes(
            builder, builder.CreateVector(reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size())));
    }
    auto const rare_vector = builder.CreateVector(rare);
    auto const transfers = builder.CreateVectorOfStructs(std::vector<wire::Transferred>(plan.transfers));
    auto const origins = builder.CreateVectorOfStructs(std::vector<wire::Origin>(plan.origins));
    auto const kinds = builder.CreateVector(plan.kinds);
    wire::Digest const previous;
    wire::BatchBuilder batch(builder);
    batch.add_schema(plan.schema);
    batch.add_first_sequence(1);
    if (plan.has_previous) batch.add_previous(&previous);
    if (plan.has_kinds) batch.add_kinds(kinds);
    if (plan.has_origins) batch.add_origins(origins);
    batch.add_transferred(transfers);
    batch.add_rare(rare_vector);
    plan.later(batch);
    wire::FinishBatchBuffer(builder, batch.Finish());
    return {reinterpret_cast<char const*>(builder.GetBufferPointer()), builder.GetSize()};
}

/// A nested buffer with one feed of that name.
[[nodiscard]] std::string feed_buffer(wire::Rare said = wire::Rare::FeedDefined) {
    flatbuffers::FlatBufferBuilder builder;
    auto const feed = wire::CreateFeedDefinedDirect(builder, "oracle");
    builder.Finish(wire::CreateRareEvent(builder, said, feed.Union()));
    return {reinterpret_cast<char const*>(builder.GetBufferPointer()), builder.GetSize()};
}

constexpr std::uint8_t feed_kind = rare_kind_base + static_cast<std::uint8_t>(wire::Rare::FeedDefined);

struct Refused {
    std::string name;
    ByHand plan;
    Errc want;
    friend void PrintTo(Refused const& row, std::ostream* out) { *out << row.name; }
};

class BatchRefused : public testing::TestWithParam<Refused> {};

TEST_P(BatchRefused, SaysWhy) {
    std::string const text = build(GetParam().plan);
    AlignedBytes const bytes(bytes_of(std::string_view(text)));
    auto const view = BatchView::open(bytes.view());
    ASSERT_FALSE(view);
    EXPECT_TRUE(view.error().is(GetParam().want)) << view.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, BatchRefused,
    testing::Values(
        Refused{"KindsMissing", {.has_kinds = false}, Errc::bytes_not_a_batch},
        Refused{"OriginsMissing", {.has_origins = false}, Errc::bytes_not_a_batch},
        Refused{"PreviousMissing", {.has_previous = false}, Errc::bytes_not_a_batch},
        Refused{"NextSchema", {.schema = schema_version + 1}, Errc::schema_newer},
        Refused{"LastSchema", {.schema = 65'535}, Errc::schema_newer},
        Refused{"NewerSchemaBeforeUnknownKind", {.schema = 2, .kinds = {7}}, Errc::schema_newer},
        Refused{"KindZero", {.kinds = {0}}, Errc::unknown_kind},
        Refused{"OnePastTheHotKinds", {.kinds = {7}}, Errc::unknown_kind},
        Refused{"OneBeforeTheRareKinds", {.kinds = {16}}, Errc::unknown_kind},
        Refused{"OnePastTheRareKinds", {.kinds = {43}}, Errc::unknown_kind},
        Refused{"LastKind", {.kinds = {255}}, Errc::unknown_kind},
        Refused{"NoEvents", {.kinds = {}, .origins = 0, .transfers = 0}, Errc::counts_disagree},
        Refused{"OneOriginTooFew", {.kinds = {1, 1}, .origins = 1, .transfers = 2}, Errc::counts_disagree},
        Refused{"OneOriginTooMany", {.origins = 2}, Errc::counts_disagree},
        Refused{"OneFactTooFew", {.kinds = {1, 1}, .origins = 2, .transfers = 1}, Errc::counts_disagree},
        Refused{"OneFactTooMany", {.transfers = 2}, Errc::counts_disagree},
        Refused{"AnotherFactThanSaid", {.kinds = {2}}, Errc::counts_disagree},
        Refused{"RareFactMissing", {.kinds = {feed_kind}, .transfers = 0}, Errc::counts_disagree},
        Refused{"RareFactNotSaid", {.rare = {feed_buffer()}}, Errc::counts_disagree},
        Refused{"RareFactOfAnotherKind",
                {.kinds = {feed_kind - 1}, .transfers = 0, .rare = {feed_buffer()}},
                Errc::counts_disagree},
        Refused{"RareBufferIsNoise",
                {.kinds = {feed_kind}, .transfers = 0, .rare = {std::string(64, '\x7f')}},
                Errc::bytes_not_a_batch},
        Refused{"RareBufferIsEmpty", {.kinds = {feed_kind}, .transfers = 0, .rare = {""}}, Errc::bytes_not_a_batch},
        Refused{"RareBufferHoldsNothing",
                {.kinds = {feed_kind}, .transfers = 0, .rare = {feed_buffer(wire::Rare::NONE)}},
                Errc::counts_disagree}),
    [](auto const& row) { return row.param.name; });

TEST(BatchDamage, HandMadeBatchesOpenWhereNothingIsWrong) {
    EXPECT_TRUE(open_and_walk(build({})));
    EXPECT_TRUE(open_and_walk(build({.schema = 0})));
    EXPECT_TRUE(open_and_walk(build({.kinds = {feed_kind}, .transfers = 0, .rare = {feed_buffer()}})));
    EXPECT_TRUE(open_and_walk(build({.kinds = {1, feed_kind, 1}, .origins = 3, .transfers = 2, .rare = {feed_buffer()}})));
}

TEST(BatchDamage, ARareBufferOffItsBoundaryIsRefused) {
    // The same buffer, but its vector is aligned as bytes are, and pushed off the boundary.
    std::string const nested = feed_buffer();
    int refused = 0;
    for (std::size_t pad = 0; pad < 8; ++pad) {
        flatbuffers::FlatBufferBuilder builder;
        builder.CreateString(std::string(pad, 'x'));
        auto const bytes = builder.CreateVector(reinterpret_cast<std::uint8_t const*>(nested.data()), nested.size());
        auto const one = wire::CreateRareBytes(builder, bytes);
        auto const rare = builder.CreateVector(&one, 1);
        auto const origins = builder.CreateVectorOfStructs(std::vector<wire::Origin>(1));
        auto const kinds = builder.CreateVector(std::vector<std::uint8_t>{feed_kind});
        wire::Digest const previous;
        wire::BatchBuilder batch(builder);
        batch.add_schema(schema_version);
        batch.add_previous(&previous);
        batch.add_kinds(kinds);
        batch.add_origins(origins);
        batch.add_rare(rare);
        wire::FinishBatchBuffer(builder, batch.Finish());
        AlignedBytes const aligned({reinterpret_cast<std::byte const*>(builder.GetBufferPointer()), builder.GetSize()});
        auto const* at = wire::GetBatch(aligned.view().data())->rare()->Get(0)->bytes()->data();
        bool const on_boundary = reinterpret_cast<std::uintptr_t>(at) % 8 == 0;
        EXPECT_EQ(BatchView::open(aligned.view()).has_value(), on_boundary) << pad;
        refused += on_boundary ? 0 : 1;
    }
    EXPECT_GT(refused, 0);
}

// ---- what a later program with the same schema number may have added ----

template <class Table> [[nodiscard]] constexpr flatbuffers::voffset_t slot_after(flatbuffers::voffset_t last) {
    return static_cast<flatbuffers::voffset_t>(last + sizeof(flatbuffers::voffset_t));
}

TEST(BatchEvolution, AnUnknownFieldOfTheBatchIsPassedOver) {
    ByHand plan;
    plan.later = [](wire::BatchBuilder& batch) {
        batch.fbb_.AddElement<std::uint64_t>(slot_after<wire::Batch>(wire::Batch::VT_RARE), 42, 0);
    };
    EXPECT_GT(build(plan).size(), build({}).size());
    EXPECT_TRUE(open_and_walk(build(plan)));
}

TEST(BatchEvolution, AnUnknownFieldOfAFactIsPassedOver) {
    flatbuffers::FlatBufferBuilder builder;
    auto const name = builder.CreateString("USDC");
    auto const later = builder.CreateString("a field of next year");
    wire::AssetDefinedBuilder asset(builder);
    asset.add_name(name);
    asset.add_decimals(6);
    builder.AddOffset(slot_after<wire::AssetDefined>(wire::AssetDefined::VT_CONTRACT), later);
    auto const fact = asset.Finish();
    builder.Finish(wire::CreateRareEvent(builder, wire::Rare::AssetDefined, fact.Union()));
    std::string const nested(reinterpret_cast<char const*>(builder.GetBufferPointer()), builder.GetSize());

    std::string const text = build({.kinds = {17}, .transfers = 0, .rare = {nested}});
    AlignedBytes const bytes(bytes_of(std::string_view(text)));
    auto const view = BatchView::open(bytes.view());
    ASSERT_TRUE(view) << view.error().message();
    std::vector<Event> const events = view.value().events();
    ASSERT_EQ(events.size(), 1U);
    visit_body(events[0].body, [](auto const& read) {
        EXPECT_EQ(show(read), "AssetDefined name='USDC' decimals=6 kind=0 chain='' contract=''");
    });
}

TEST(BatchEvolution, AFieldThatAnOlderProgramLackedHasItsDefault) {
    // A CheckpointTaken before it had a note, roots or anything but a sequence.
    flatbuffers::FlatBufferBuilder builder;
    wire::CheckpointTakenBuilder checkpoint(builder);
    checkpoint.add_sequence(5);
    auto const fact = checkpoint.Finish();
    builder.Finish(wire::CreateRareEvent(builder, wire::Rare::CheckpointTaken, fact.Union()));
    std::string const nested(reinterpret_cast<char const*>(builder.GetBufferPointer()), builder.GetSize());
    std::string const text = build({.kinds = {42}, .transfers = 0, .rare = {nested}});
    AlignedBytes const bytes(bytes_of(std::string_view(text)));
    auto const view = BatchView::open(bytes.view());
    ASSERT_TRUE(view) << view.error().message();
    visit_body(view.value().events().at(0).body, [](auto const& read) {
        std::string const zero(64, '0');
        EXPECT_EQ(show(read), "CheckpointTaken sequence=5 state_root=" + zero + " log_root=" + zero + " note=''");
    });
}

} // namespace
} // namespace plimsoll
