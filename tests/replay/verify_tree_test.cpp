// Verify over the event tree's tiles, the roots it finds on its way, and the sample that stands in for it from day to day.
#include "ledger/store/database.hpp"
#include "ledger/store/store.hpp"
#include "ledger/store/tiles.hpp"
#include "replay/event_tree.hpp"
#include "replay/sample.hpp"
#include "tests/ledger/event/random.hpp"
#include "tests/replay/expected_log.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;
using testing::HasSubstr;
using store::Family;
namespace fs = std::filesystem;

[[nodiscard]] std::string text_of(std::vector<Finding> const& findings) {
    std::string text;
    for (Finding const& finding : findings) text += finding.where + ": " + finding.what + "\n";
    return text;
}

/// A ledger of a few tiles, with checkpoints and a whole tree.
class Treed : public testing::Test {
protected:
    Treed() {
        auto engine = ledger_.open(in_batches_of(10));
        for (std::uint64_t record = 1; record <= 600; ++record) {
            static_cast<void>(must(engine->submit({payment(record)})));
            if (record % 250 == 0) must(engine->checkpoint());
        }
        must(engine->close());
        engine.reset();
        must(must(EventTree::open(ledger_.path())).grow());
    }
    [[nodiscard]] VerifyReport verified(std::span<std::uint64_t const> stops = {}) const {
        return must(verify(ledger_.path(), [](std::uint64_t, std::uint64_t) {}, stops));
    }
    [[nodiscard]] SampleReport sampled(std::uint64_t count, std::uint64_t seed = 1) const {
        return must(sample(ledger_.path(), count, seed, [](std::uint64_t, std::uint64_t) {}));
    }
    [[nodiscard]] fs::path tiles() const { return ledger_.path() / "tiles"; }
    [[nodiscard]] std::vector<fs::path> tile_files() const {
        std::vector<fs::path> files;
        for (auto const& entry : fs::recursive_directory_iterator(tiles() / "tile")) {
            if (entry.is_regular_file()) files.push_back(entry.path());
        }
        std::ranges::sort(files);
        return files;
    }
    /// Changes an entry as no ledger would.
    template <class F> void change(Family family, std::size_t place, F&& f) const {
        auto const store = must(store::Store::open_writer(ledger_.path(), store::Trust::unchecked));
        rocksdb::DB& db = store->database().db();
        std::unique_ptr<rocksdb::Iterator> at(db.NewIterator({}, store->database().family(family)));
        at->SeekToFirst();
        for (; place != 0; --place) at->Next();
        std::string value = at->value().ToString();
        f(value);
        ASSERT_TRUE(db.Put({}, store->database().family(family), at->key(), value).ok());
    }

    MarketLedger ledger_;
};

TEST_F(Treed, FindsNothingInACleanTree) {
    VerifyReport const report = verified();
    EXPECT_EQ(text_of(report.findings), "");
    EXPECT_EQ(report.tiles, tile_files().size());
    EXPECT_GE(report.tiles, 4U);
}

/// The first difference is named by file, hash and event, whatever tile it is in.
TEST_F(Treed, FindsEveryChangedTile) {
    Random random(7);
    for (fs::path const& file : tile_files()) {
        std::string const whole = file_bytes(file);
        std::string other = whole;
        std::size_t const at = random.below(other.size());
        other[at] = static_cast<char>(other[at] ^ 1);
        write_file(file, other);
        VerifyReport report = verified();
        ASSERT_EQ(report.findings.size(), 1U) << text_of(report.findings);
        EXPECT_EQ(report.findings[0].what, "a tile differs from the log");
        EXPECT_THAT(report.findings[0].where, HasSubstr(file.string() + ", hash " + std::to_string(at / 32) + ", of event"));
        write_file(file, whole + "x");
        EXPECT_THAT(text_of(verified().findings), HasSubstr(file.string() + ": a tile is longer than its hashes"));
        write_file(file, std::string_view(whole).substr(0, whole.size() - 1));
        EXPECT_THAT(text_of(verified().findings), HasSubstr("a tile differs from the log"));
        fs::remove(file);
        EXPECT_THAT(text_of(verified().findings), HasSubstr(file.string() + ": a tile is missing"));
        write_file(file, whole);
    }
    EXPECT_EQ(text_of(verified().findings), "");
}

TEST_F(Treed, FindsAnotherHead) {
    fs::path const head = tiles() / "head";
    std::string const whole = file_bytes(head);
    auto const with = [&](std::string const& word, std::string const& other) {
        std::string text = whole;
        std::size_t const at = text.find(word) + word.size();
        text.replace(at, text.find('\n', at) - at, other);
        write_file(head, text);
        return text_of(verified().findings);
    };
    EXPECT_THAT(with("root ", std::string(64, 'a')), HasSubstr("the event tree's root differs from the log"));
    EXPECT_THAT(with("batch ", std::string(64, 'b')), HasSubstr("the event tree names another batch than the log has"));
    EXPECT_THAT(with("size ", "100000"), HasSubstr("the event tree goes past the log"));
    EXPECT_THAT(with("size ", "601"), HasSubstr("the event tree ends inside a batch"));
    EXPECT_THAT(with("size ", "many"), HasSubstr("the event tree's head cannot be read"));
    write_file(head, whole);
    EXPECT_EQ(text_of(verified().findings), "");
}

TEST_F(Treed, TellsTheRootsAtStops) {
    auto const tree = must(EventTree::open(ledger_.path()));
    auto const reader = ledger_.read();
    std::vector<std::uint64_t> const stops{0, 1, 7, 255, 256, 257, 433, reader->log_size(), reader->log_size() + 1};
    VerifyReport const report = verified(stops);
    EXPECT_EQ(text_of(report.findings), "");
    ASSERT_EQ(report.stops.size(), stops.size() - 1) << "the last lies past the log";
    for (VerifyStop const& stop : report.stops) {
        EXPECT_EQ(stop.tree_root, must(tree.root_at(stop.sequence))) << stop.sequence;
        auto const moment = must(reader->at(stop.sequence));
        EXPECT_EQ(stop.state_root, moment.basis.state_root) << stop.sequence;
        EXPECT_EQ(stop.time, moment.book.time()) << stop.sequence;
    }
}

// ---- the sample ----

TEST_F(Treed, SamplesAlikeFromEqualSeeds) {
    SampleReport const one = sampled(30, 5);
    EXPECT_EQ(text_of(one.findings), "");
    EXPECT_EQ(one.seed, 5U);
    EXPECT_GT(one.sampled_batches, 20U);
    EXPECT_LT(one.sampled_events, one.events);
    EXPECT_EQ(one.sampled_leaves, 30U);
    EXPECT_EQ(one.sampled_pages, 30U);
    EXPECT_EQ(one.state_root, verified().state_root);
    EXPECT_EQ(sampled(30, 5).sampled_events, one.sampled_events);
    EXPECT_NE(sampled(30, 6).sampled_events, one.sampled_events);
    TemporaryLedger const empty;
    auto const nothing = must(sample(empty.path(), 10, 1, [](std::uint64_t, std::uint64_t) {}));
    EXPECT_EQ(nothing.sampled_events, 0U);
}

/// Drawn often enough everything is met, so each damage is found.
TEST_F(Treed, SampleFindsWhatItDraws) {
    constexpr std::uint64_t all = 3'000;
    struct Row {
        Family family;
        std::size_t place;
        char const* what;
    };
    for (Row const& row : {Row{Family::log, 20, "batch"}, Row{Family::pages, 3, "a stored page differs"},
                           Row{Family::records, 9, "an index differs from the log"}}) {
        std::string was;
        change(row.family, row.place, [&](std::string& value) {
            was = value;
            char& byte = row.family == Family::log ? value[value.size() / 2] : value.back();
            byte = static_cast<char>(byte ^ 1);
        });
        EXPECT_THAT(text_of(sampled(all).findings), HasSubstr(row.what));
        change(row.family, row.place, [&](std::string& value) { value = was; });
    }
    std::string const whole = file_bytes(tile_files().front());
    std::string other = whole;
    other[40] = static_cast<char>(other[40] ^ 1);
    write_file(tile_files().front(), other);
    EXPECT_THAT(text_of(sampled(all).findings), HasSubstr("in the event tree"));
    write_file(tile_files().front(), whole);
    EXPECT_EQ(text_of(sampled(all).findings), "");
}

} // namespace
} // namespace plimsoll::replay
