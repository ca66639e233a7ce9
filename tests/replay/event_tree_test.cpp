#include "replay/event_tree.hpp"

#include "ledger/store/errc.hpp"
#include "tests/replay/story.hpp"

#include <gtest/gtest.h>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;
namespace fs = std::filesystem;

void tell(TemporaryLedger const& ledger, std::span<Event const> events, std::size_t batch_events) {
    auto engine = ledger.open(in_batches_of(batch_events));
    for (Event const& event : events) {
        Event one = event;
        one.origin.source = 0; // so that each is a record of its own
        static_cast<void>(must(engine->submit(one)));
    }
    must(engine->close());
}

/// A life of some 600 events of every kind.
[[nodiscard]] Story const& story() {
    static Story const told = [] {
        Story one(41);
        one.lives(600);
        return one;
    }();
    return told;
}

void tell_groups(TemporaryLedger const& ledger, std::size_t batch_events) {
    auto engine = ledger.open(in_batches_of(batch_events));
    story().for_groups([&](auto group) { static_cast<void>(must(engine->submit(group))); });
    must(engine->close());
}

[[nodiscard]] EventTree grown(TemporaryLedger const& ledger) {
    EventTree tree = must(EventTree::open(ledger.path()));
    must(tree.grow());
    return tree;
}

TEST(EventTree, IsTheSameHoweverEventsWereBatched) {
    TemporaryLedger in_sevens;
    TemporaryLedger in_hundreds;
    tell_groups(in_sevens, 7);
    tell_groups(in_hundreds, 100);
    EventTree const tree = grown(in_sevens);
    EXPECT_EQ(tree.size(), tree.log_size());
    EXPECT_GE(tree.size(), 600U);
    EXPECT_EQ(to_hex(tree.root()), to_hex(grown(in_hundreds).root()));
}

TEST(EventTree, ProvesEachEventByItsBytes) {
    TemporaryLedger ledger;
    tell_groups(ledger, 7);
    EventTree const tree = grown(ledger);
    auto const reader = ledger.read();
    must(reader->for_events(1, tree.size(), [&](std::uint64_t sequence, Event const& event) {
        std::string const bytes = must(tree.entry(sequence));
        auto const entry = Entry::of(bytes_of(std::string_view(bytes)));
        EXPECT_TRUE(entry.has_value()) << sequence;
        if (!entry) return false;
        EXPECT_EQ(entry->origin_value(), event.origin);
        visit_body(event.body, [&](auto const& fact) {
            EXPECT_EQ(kind_word(entry->kind), kind_name<std::decay_t<decltype(fact)>>);
        });
        EXPECT_EQ(entry->leaf_hash(), merkle::leaf_hash(bytes_of(std::string_view(bytes))));
        EXPECT_TRUE(merkle::check_inclusion(sequence - 1, tree.size(), entry->leaf_hash(),
                                            must(tree.inclusion_path(sequence, tree.size())), tree.root()));
        return true;
    }));
}

TEST(EventTree, GoesOnFromItsTilesAndProvesThatItOnlyGrew) {
    TemporaryLedger ledger;
    tell_groups(ledger, 7);
    EventTree const before = grown(ledger);
    {
        auto engine = ledger.open(in_batches_of(5));
        Observed price;
        price.subject = 1;
        price.kind = Observation::asset_price;
        for (int i = 0; i < 300; ++i) {
            price.value = Price::whole(i + 1);
            Origin origin;
            origin.source_time = engine->book().time();
            static_cast<void>(must(engine->submit(Event{origin, price})));
        }
        must(engine->close());
    }
    EventTree const after = grown(ledger);
    ASSERT_EQ(after.size(), before.size() + 300);
    EXPECT_EQ(must(after.root_at(before.size())), before.root());
    EXPECT_TRUE(merkle::check_consistency(before.size(), after.size(), before.root(), after.root(),
                                          must(after.consistency_path(before.size(), after.size()))));
    fs::remove_all(after.folder());
    EXPECT_EQ(grown(ledger).root(), after.root()) << "deleted tiles are made again";
}

TEST(EventTree, SaysHowFarItReaches) {
    TemporaryLedger ledger;
    tell_groups(ledger, 7);
    EventTree const empty = must(EventTree::open(ledger.path()));
    EXPECT_EQ(empty.size(), 0U);
    EXPECT_TRUE(empty.root_at(1).error().is(Errc::tree_missing));
    EventTree const tree = grown(ledger);
    EXPECT_TRUE(tree.inclusion_path(0, tree.size()).error().is(Errc::moment_in_the_future));
    EXPECT_TRUE(tree.entry(0).error().is(Errc::moment_in_the_future));
    EXPECT_TRUE(tree.entry(tree.size() + 1).error().is(Errc::moment_in_the_future));
}

TEST(EventTree, RefusesTilesOfAnotherLog) {
    TemporaryLedger ledger;
    tell_groups(ledger, 7);
    static_cast<void>(grown(ledger));
    TemporaryLedger shorter; // as an older copy would be
    tell(shorter, std::span(story().events()).first(5), 1);
    fs::copy(ledger.path() / "tiles", shorter.path() / "tiles", fs::copy_options::recursive);
    EXPECT_TRUE(EventTree::open(shorter.path()).error().is(Errc::tree_disagrees));

    TemporaryLedger other; // as many events in other batches
    tell_groups(other, 11);
    fs::copy(ledger.path() / "tiles", other.path() / "tiles", fs::copy_options::recursive);
    EXPECT_TRUE(EventTree::open(other.path()).error().is(Errc::tree_disagrees));
}

TEST(EventTree, RefusesDamagedTiles) {
    TemporaryLedger ledger;
    tell_groups(ledger, 7);
    EventTree const tree = grown(ledger);
    fs::remove(tree.folder() / "tile/0/000");
    EXPECT_TRUE(tree.inclusion_path(3, tree.size()).error().is(store::Errc::tiles_damaged));
}

TEST(Entry, RefusesBytesThatAreNoEvents) {
    for (std::string const& bytes : {std::string(), std::string("\x01"), std::string(49, '\x01'), std::string("\x01") + std::string(47 + 56, 'x'),
                                     std::string("\x07") + std::string(48 + 56, 'x'), std::string("\x10") + std::string(60, 'x')}) {
        EXPECT_FALSE(Entry::of(bytes_of(std::string_view(bytes)))) << bytes.size();
    }
    std::string const transferred = "\x01" + std::string(48 + 56, 'x');
    EXPECT_TRUE(Entry::of(bytes_of(std::string_view(transferred))));
    EXPECT_EQ(kind_word(0), "");
    EXPECT_EQ(kind_word(7), "");
    EXPECT_EQ(kind_word(17), "AssetDefined");
    EXPECT_EQ(kind_word(43), "");
}

} // namespace
} // namespace plimsoll::replay
