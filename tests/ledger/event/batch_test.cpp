#include "ledger/event/batch.hpp"

#include "ledger/event/errc.hpp"
#include "tests/ledger/event/fields.hpp"

#include <flatbuffers/idl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace plimsoll {
namespace {

using testing_aid::fields_of;
using testing_aid::fill;
using testing_aid::for_fields;
using testing_aid::for_kinds;
using testing_aid::one_of_each;
using testing_aid::Random;
using testing_aid::show;

[[nodiscard]] BatchHeader some_header() {
    BatchHeader header{1'001, 7, 1'776'435'837'017'000'000, {}};
    for (std::size_t i = 0; i < header.previous.size(); ++i) header.previous[i] = static_cast<std::uint8_t>(i * 7);
    return header;
}

[[nodiscard]] std::string encode(std::vector<Event> const& events, BatchHeader const& header = some_header()) {
    BatchBuilder builder;
    for (Event const& event : events) builder.add(event.origin, event.body);
    return builder.finish(header);
}

[[nodiscard]] std::vector<Event> decode(std::string const& text) {
    AlignedBytes const bytes(bytes_of(std::string_view(text)));
    return BatchView::open(bytes.view()).value().events();
}

[[nodiscard]] std::vector<std::string> show_all(std::vector<Event> const& events) {
    std::vector<std::string> lines;
    for (Event const& event : events) lines.push_back(show(event));
    return lines;
}

/// event.fbs, parsed: what the schema says, read by another program than the one under test.
[[nodiscard]] flatbuffers::Parser& schema() {
    static flatbuffers::Parser& parser = [&]() -> flatbuffers::Parser& {
        std::ifstream file(std::string(PLIMSOLL_SOURCE_DIR) + "/ledger/event/event.fbs");
        std::string const text{std::istreambuf_iterator<char>(file), {}};
        flatbuffers::IDLOptions options;
        options.strict_json = true;
        static flatbuffers::Parser own(options);
        if (!own.Parse(text.c_str())) ADD_FAILURE() << own.error_;
        return own;
    }();
    return parser;
}

TEST(Batch, TestsKnowEveryFieldOfTheSchema) {
    for_kinds([](auto const& fact) {
        using Fact = std::decay_t<decltype(fact)>;
        auto const* table = schema().structs_.Lookup("plimsoll.wire." + std::string(kind_name<Fact>));
        ASSERT_NE(table, nullptr) << kind_name<Fact>;
        std::vector<std::string> said;
        for (auto const* field : table->fields.vec) said.push_back(field->name);
        std::vector<std::string> known;
        for_fields(fact, [&](char const* name, auto const&) { known.emplace_back(name); });
        EXPECT_EQ(said, known) << kind_name<Fact>;
    });
}

TEST(Batch, EveryKindComesBackAsItWent) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Random random(seed);
        auto const events = one_of_each(random);
        ASSERT_EQ(events.size(), 32U) << "6 hot kinds and 26 rare ones";
        ASSERT_EQ(show_all(decode(encode(events))), show_all(events)) << "seed " << seed;
    }
}

TEST(Batch, AnyMixtureComesBackInOrder) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Random random(seed);
        std::vector<Event> events;
        for (std::uint64_t left = 1 + random.below(300); left != 0; --left) {
            auto const each = one_of_each(random);
            // Hot ones more often, in runs, as they come in life.
            std::size_t const kind = random.chance(4) ? random.below(each.size()) : random.below(6);
            for (std::uint64_t run = random.below(3) + 1; run != 0; --run) events.push_back(each[kind]);
        }
        std::string const bytes = encode(events);
        ASSERT_EQ(show_all(decode(bytes)), show_all(events)) << "seed " << seed;
        ASSERT_EQ(encode(decode(bytes)), bytes) << "seed " << seed << ": what was read must be written the same";
    }
}

TEST(Batch, HeaderAndSequencesComeBack) {
    Random random(5);
    std::string const text = encode(one_of_each(random));
    AlignedBytes const bytes(bytes_of(std::string_view(text)));
    auto const view = BatchView::open(bytes.view()).value();
    EXPECT_EQ(view.header().first_sequence, 1'001U);
    EXPECT_EQ(view.header().epoch, 7U);
    EXPECT_EQ(view.header().time, 1'776'435'837'017'000'000);
    EXPECT_EQ(view.header().previous, some_header().previous);
    EXPECT_EQ(view.size(), 32U);
    EXPECT_EQ(view.last_sequence(), 1'032U);
    std::uint64_t next = 1'001;
    view.for_each([&](std::uint64_t sequence, Origin const& origin, auto const&) {
        EXPECT_EQ(sequence, next++);
        EXPECT_EQ(origin, view.origin(sequence - 1'001));
    });
    EXPECT_EQ(next, 1'033U);
}

TEST(Batch, EqualEventsAreEqualBytes) {
    Random one(9);
    Random other(9);
    BatchBuilder builder;
    for (Event const& event : one_of_each(one)) builder.add(event.origin, event.body);
    std::string const first = builder.finish(some_header());
    EXPECT_EQ(builder.finish(some_header()), first) << "finishing changes nothing";
    builder.clear();
    EXPECT_TRUE(builder.empty());
    for (Event const& event : one_of_each(other)) builder.add(event.origin, event.body);
    EXPECT_EQ(builder.finish(some_header()), first) << "a builder may be used again";
    EXPECT_NE(builder.finish({1'002, 7, 0, {}}), first);
}

TEST(Batch, SizeIsGuessedClosely) {
    Random random(3);
    BatchBuilder builder;
    for (int i = 0; i < 20; ++i) {
        for (Event const& event : one_of_each(random)) builder.add(event.origin, event.body);
    }
    std::size_t const size = builder.finish(some_header()).size();
    EXPECT_GE(builder.size_bytes(), size * 9 / 10);
    EXPECT_LE(builder.size_bytes(), size * 11 / 10);
    EXPECT_EQ(builder.size(), 640U);
}

TEST(Batch, HotFactsLieOnDiskAsInMemory) {
    Random random(11);
    Traded trade;
    fill(random, trade);
    BatchBuilder builder;
    builder.add_hot({}, trade);
    std::string const bytes = builder.finish(some_header());
    std::string_view const row(reinterpret_cast<char const*>(&trade), sizeof(trade));
    EXPECT_NE(bytes.find(row), std::string::npos);
}

TEST(Batch, RareEventsLieAtEightBytes) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Random random(seed);
        std::string const text = encode(one_of_each(random));
        AlignedBytes const bytes(bytes_of(std::string_view(text)));
        auto const* batch = wire::GetBatch(bytes.view().data());
        ASSERT_EQ(batch->rare()->size(), 26U);
        for (auto const* rare : *batch->rare()) {
            auto const at = rare->bytes()->data() - reinterpret_cast<std::uint8_t const*>(bytes.view().data());
            ASSERT_EQ(at % 8, 0) << "seed " << seed;
        }
    }
}

TEST(Batch, AnotherReaderSeesTheSameEvents) {
    OpeningEntered opening;
    opening.account = 5;
    opening.reason = "first sight";
    opening.legs = {wire::Leg(5, 2, 0, 0, 0, 0, to_wire(Amount::whole(3))), wire::Leg(1, 2, 0, 0, 0, 0, to_wire(Amount::whole(-3)))};
    flatbuffers::FlatBufferBuilder own;
    std::string const text = encode({{{}, rare(opening)}});
    AlignedBytes const bytes(bytes_of(std::string_view(text)));
    auto const* nested = wire::GetBatch(bytes.view().data())->rare()->Get(0)->bytes()->data();
    ASSERT_TRUE(schema().SetRootType("RareEvent"));
    std::string json;
    ASSERT_TRUE(flatbuffers::GenerateText(schema(), nested, &json));
    json.erase(std::remove_if(json.begin(), json.end(), [](char c) { return c == '\n' || c == ' '; }), json.end());
    // 3 * 10^18 = 0x29A2241AF62C0000; its negative has all ones above 64 bits
    EXPECT_EQ(json, R"({"body_type":"OpeningEntered","body":{"account":5,"legs":[)"
                    R"({"account":5,"subject":2,"asset":0,"kind":0,"reserved_a":0,"reserved_b":0,)"
                    R"("amount":{"low":3000000000000000000,"high":0}},)"
                    R"({"account":1,"subject":2,"asset":0,"kind":0,"reserved_a":0,"reserved_b":0,)"
                    R"("amount":{"low":15446744073709551616,"high":-1}}],"reason":"firstsight"}})");
}

TEST(Batch, KindNumbersNeverChange) {
    // What is on disk: hot kinds from 1, rare kinds from 17, in the order of event.fbs.
    Random random(1);
    std::string const text = encode(one_of_each(random));
    AlignedBytes const bytes(bytes_of(std::string_view(text)));
    auto const* kinds = wire::GetBatch(bytes.view().data())->kinds();
    for (std::uint32_t i = 0; i < kinds->size(); ++i) EXPECT_EQ(kinds->Get(i), i < 6 ? i + 1 : i - 6 + 17);
}

} // namespace
} // namespace plimsoll
