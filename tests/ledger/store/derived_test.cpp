#include "ledger/store/audit.hpp"
#include "ledger/store/checkpoint.hpp"
#include "ledger/store/history.hpp"
#include "tests/ledger/event/random.hpp"
#include "tests/replay/temporary_ledger.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace plimsoll::store {
namespace {

using namespace testing_aid;
using testing::ElementsAre;

class DerivedTest : public testing::Test {
protected:
    DerivedTest() {
        must(Store::create(path()));
        store_ = must(Store::open_writer(path()));
    }
    void reopen() {
        store_.reset();
        store_ = must(Store::open_writer(path()));
    }
    [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "ledger"; }
    TemporaryDirectory directory_;
    std::unique_ptr<Store> store_;
};

// ---- history ----

TEST(History, CountsEpochsFromOne) {
    EXPECT_EQ(epoch_of(1), 0U);
    EXPECT_EQ(epoch_of(65'536), 0U);
    EXPECT_EQ(epoch_of(65'537), 1U);
    EXPECT_EQ(epoch_of(131'072), 1U);
    EXPECT_EQ(epoch_of(131'073), 2U);
}

/// Account numbers, and every kind of column with an id of its own: none shares a number.
TEST(History, TellsEntitiesApart) {
    std::set<std::uint32_t> all;
    std::size_t count = 0;
    for (auto const kind : {EntityKind::account, EntityKind::mark, EntityKind::funding, EntityKind::settlement,
                            EntityKind::asset, EntityKind::supply_index, EntityKind::borrow_index, EntityKind::loss_index}) {
        for (std::uint32_t const id : {1U, 2U, 1U << 25}) {
            all.insert(entity(kind, id));
            ++count;
        }
    }
    all.insert(entity(EntityKind::definition, 0));
    EXPECT_EQ(all.size(), count + 1);
}

TEST_F(DerivedTest, HistoryFindsWhatWasMentioned) {
    EXPECT_EQ(must(first_missing_epoch(*store_)), 0U);
    std::uint64_t const second = epoch_events + 1; // the first sequence of epoch 1
    std::vector<Mention> first_epoch{mention(7, 1), mention(7, 65'536), mention(9, 300), mention(7, 300), mention(7, 300)};
    std::ranges::sort(first_epoch, {}, [](Mention m) { return m & 0xFFFF'FFFFU; });
    std::vector<Mention> second_epoch{mention(7, second), mention(entity(EntityKind::mark, 7), second + 1)};
    must(write_epoch(*store_, 0, first_epoch));
    EXPECT_EQ(must(first_missing_epoch(*store_)), 1U);
    must(write_epoch(*store_, 1, second_epoch));
    std::vector<Mention> none;
    must(write_epoch(*store_, 2, none));
    reopen();
    EXPECT_EQ(must(first_missing_epoch(*store_)), 3U) << "an empty epoch counts";
    EXPECT_THAT(must(mentions_of(*store_, 0, 7)), ElementsAre(1, 300, 65'536)) << "ascending, each once";
    EXPECT_THAT(must(mentions_of(*store_, 0, 9)), ElementsAre(300));
    EXPECT_THAT(must(mentions_of(*store_, 1, 7)), ElementsAre(second));
    EXPECT_THAT(must(mentions_of(*store_, 1, entity(EntityKind::mark, 7))), ElementsAre(second + 1));
    EXPECT_THAT(must(mentions_of(*store_, 1, 9)), ElementsAre());
    EXPECT_THAT(must(mentions_of(*store_, 3, 7)), ElementsAre());
}

TEST_F(DerivedTest, HistoryOfAnEpochIsOneText) {
    constexpr std::uint64_t seed = 12;
    Random random(seed);
    std::vector<Mention> mentions;
    std::set<std::pair<std::uint32_t, std::uint64_t>> expected;
    for (std::uint64_t sequence = 1; sequence <= epoch_events; ++sequence) {
        for (std::uint64_t left = random.below(4); left != 0; --left) {
            auto const id = static_cast<std::uint32_t>(1 + random.word() % (random.chance(2) ? 5U : 0xFFFF'FFFEU));
            mentions.push_back(mention(id, sequence));
            expected.emplace(id, sequence);
        }
    }
    auto copy = mentions;
    must(write_epoch(*store_, 0, mentions));
    EXPECT_EQ(must(epoch_text(*store_, 0)), epoch_text_of(copy));
    std::set<std::pair<std::uint32_t, std::uint64_t>> got;
    std::set<std::uint32_t> ids;
    for (auto const& [id, sequence] : expected) ids.insert(id);
    for (std::uint32_t const id : ids) {
        for (std::uint64_t const sequence : must(mentions_of(*store_, 0, id))) got.emplace(id, sequence);
    }
    EXPECT_EQ(got, expected) << "seed " << seed;
}

/// A killed process may leave its new file as a second name of a table that is in use by now.
TEST_F(DerivedTest, HistoryNeverWritesOverATableInUse) {
    std::vector<Mention> mentions{mention(7, 5)};
    must(write_epoch(*store_, 0, mentions));
    for (auto const& entry : std::filesystem::directory_iterator(path() / "db")) {
        if (entry.path().extension() == ".sst") std::filesystem::create_hard_link(entry.path(), path() / "history.new");
    }
    ASSERT_TRUE(std::filesystem::exists(path() / "history.new"));
    std::vector<Mention> next{mention(8, epoch_events + 5)};
    must(write_epoch(*store_, 1, next));
    reopen();
    EXPECT_THAT(must(mentions_of(*store_, 0, 7)), ElementsAre(5));
    EXPECT_THAT(must(mentions_of(*store_, 1, 8)), ElementsAre(epoch_events + 5));
    must(verify_checksums(*store_));
}

// ---- checkpoints ----

[[nodiscard]] Manifest manifest_at(std::uint64_t sequence, std::size_t pages, std::uint64_t version) {
    Manifest manifest;
    manifest.sequence = sequence;
    manifest.time = -17;
    manifest.log_root[3] = 4;
    for (std::size_t page = 0; page < pages; ++page) {
        Hash hash{};
        hash[0] = static_cast<std::uint8_t>(page);
        manifest.tables[7].pages.push_back({version, hash});
    }
    manifest.tables[7].rows = pages * 32;
    manifest.state_root = manifest.root_of_pages();
    return manifest;
}
[[nodiscard]] std::vector<PageBytes> pages_of(std::size_t count, char fill) {
    std::vector<PageBytes> pages;
    for (std::uint32_t page = 0; page < count; ++page) pages.push_back({7, page, std::string(4096, fill)});
    return pages;
}

TEST(CheckpointManifest, IsReadAsItWasWritten) {
    Manifest const manifest = manifest_at(1'000, 3, 900);
    std::string const bytes = manifest.encode();
    Manifest const again = must(Manifest::decode(bytes));
    EXPECT_EQ(again.encode(), bytes);
    EXPECT_EQ(again.sequence, 1'000U);
    EXPECT_EQ(again.time, -17);
    EXPECT_EQ(again.root_of_pages(), manifest.state_root);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        auto const cut = Manifest::decode(std::string_view(bytes).substr(0, size));
        ASSERT_FALSE(cut) << size;
        EXPECT_TRUE(cut.error().is(Errc::damaged));
    }
    EXPECT_FALSE(Manifest::decode(bytes + "x"));
    std::string newer = bytes;
    newer[3] = 2;
    EXPECT_FALSE(Manifest::decode(newer)) << "of a version that is not known";
    std::string many = bytes;
    many[bytes.size() - 1] = '\xff'; // the last table's page count
    EXPECT_FALSE(Manifest::decode(many)) << "counts are held against the bytes there are";
}

/// Few pages go through the write-ahead log, many as a file of their own.
TEST_F(DerivedTest, CheckpointsAreFoundAgain) {
    for (std::size_t const count : {1U, 1023U, 1024U, 1100U}) {
        std::uint64_t const sequence = 10'000 + count;
        must(write_checkpoint(*store_, manifest_at(sequence, count, sequence), pages_of(count, 'a')));
        reopen();
        auto const found = must(checkpoint_before(*store_, sequence));
        ASSERT_TRUE(found);
        EXPECT_EQ(found->sequence, sequence);
        std::size_t pages = 0;
        must(load_pages(*store_, *found, [&](std::uint8_t table, std::uint32_t page, Bytes bytes) {
            EXPECT_EQ(table, 7);
            EXPECT_EQ(page, pages++);
            EXPECT_EQ(bytes.size(), 4096U);
            return true;
        }));
        EXPECT_EQ(pages, count);
        EXPECT_EQ(must(load_page(*store_, *found, book::TableId::accounts, 0)), std::string(4096, 'a'));
    }
    EXPECT_THAT(must(checkpoint_sequences(*store_)), ElementsAre(10'001, 11'023, 11'024, 11'100));
    EXPECT_FALSE(must(checkpoint_before(*store_, 10'000)));
    EXPECT_EQ(must(checkpoint_before(*store_, 11'023))->sequence, 11'023U);
    EXPECT_EQ(must(checkpoint_before(*store_, 11'022))->sequence, 10'001U);
    EXPECT_EQ(must(checkpoint_before(*store_, ~std::uint64_t{0}))->sequence, 11'100U);
}

TEST_F(DerivedTest, CheckpointsShareThePagesThatDidNotChange) {
    must(write_checkpoint(*store_, manifest_at(100, 40, 100), pages_of(40, 'a')));
    Manifest second = manifest_at(200, 40, 100);
    std::vector<PageBytes> changed;
    for (std::uint32_t const page : {0U, 7U, 39U}) {
        second.tables[7].pages[page].sequence = 200;
        changed.push_back({7, page, std::string(4096, 'b')});
    }
    must(write_checkpoint(*store_, second, changed));
    std::set<std::uint32_t> of_second;
    must(load_pages(*store_, second, [&](std::uint8_t, std::uint32_t page, Bytes bytes) {
        if (bytes[0] == std::byte{'b'}) of_second.insert(page);
        return true;
    }));
    EXPECT_THAT(of_second, ElementsAre(0, 7, 39));
    Manifest lacking = second;
    lacking.tables[7].pages[8].sequence = 200; // which never wrote it
    auto const verdict = load_pages(*store_, lacking, [](auto, auto, auto) { return true; });
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::damaged));
    EXPECT_THAT(verdict.error().message(), testing::HasSubstr("checkpoint #200 lacks page 8 of table 7"));
    EXPECT_FALSE(load_page(*store_, second, book::TableId::accounts, 40)) << "past the last";
}

TEST_F(DerivedTest, CheckpointsNeverWriteOverATableInUse) {
    must(write_checkpoint(*store_, manifest_at(100, 1024, 100), pages_of(1024, 'a')));
    for (auto const& entry : std::filesystem::directory_iterator(path() / "db")) {
        if (entry.path().extension() == ".sst") std::filesystem::create_hard_link(entry.path(), path() / "pages.new");
    }
    ASSERT_TRUE(std::filesystem::exists(path() / "pages.new"));
    must(write_checkpoint(*store_, manifest_at(200, 1024, 200), pages_of(1024, 'b')));
    reopen();
    EXPECT_EQ(must(load_page(*store_, manifest_at(100, 1024, 100), book::TableId::accounts, 5)), std::string(4096, 'a'));
    must(verify_checksums(*store_));
}

} // namespace
} // namespace plimsoll::store
