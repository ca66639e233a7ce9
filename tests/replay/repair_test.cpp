// A damaged ledger put together again: what is taken from where, and that nothing acknowledged is given up in silence.
#include "replay/event_tree.hpp"
#include "replay/repair.hpp"
#include "tests/replay/backed_up.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;
using testing::HasSubstr;
namespace fs = std::filesystem;

class Repair : public testing::Test {
protected:
    Repair() : root_(root()) {}

    [[nodiscard]] Hash root() const {
        auto const reader = ledger_.read();
        sequence_ = reader->log_size();
        return must(reader->at(sequence_)).basis.state_root;
    }
    void back_up_now() const { static_cast<void>(must(back_up(ledger_.path(), ledger_.backup(), {}))); }
    [[nodiscard]] std::vector<fs::path> files(std::string const& extension) const {
        std::vector<fs::path> found;
        for (auto const& entry : fs::directory_iterator(ledger_.path() / "db")) {
            if (entry.path().extension() == extension || entry.path().filename().string().starts_with(extension)) found.push_back(entry.path());
        }
        std::ranges::sort(found);
        return found;
    }
    [[nodiscard]] result<RepairReport> mended(bool with_backup, bool give_up = false) const {
        return repair(ledger_.path(), with_backup ? ledger_.backup() : fs::path{}, give_up, {});
    }
    /// Mended to what it was, and it goes on.
    void expect_mended(result<RepairReport> const& report) const {
        ASSERT_TRUE(report) << report.error().message();
        EXPECT_EQ(report.value().built.events, sequence_);
        EXPECT_EQ(report.value().built.state_root, root_);
        EXPECT_EQ(report.value().given_up, 0U);
        EXPECT_TRUE(fs::exists(report.value().kept_aside / "db"));
        verify_whole(ledger_.path());
        ledger_.pay(2);
        EXPECT_EQ(ledger_.sequence(), sequence_ + 2);
    }
    void expect_refused(result<RepairReport> const& report, store::Errc code) const {
        ASSERT_FALSE(report);
        EXPECT_TRUE(report.error().is(code)) << report.error().message();
        EXPECT_EQ(report.error().status(), Status::damaged);
        EXPECT_FALSE(fs::exists(ledger_.path().string() + ".damaged-1"));
        EXPECT_FALSE(fs::exists(ledger_.path().string() + ".rebuilding"));
    }
    static void damage(fs::path const& file, std::size_t at) {
        std::string bytes = file_bytes(file);
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        write_file(file, bytes);
    }

    BackedUp ledger_;
    mutable std::uint64_t sequence_ = 0;
    Hash root_{};
};

/// Whatever says which files belong together may be gone: the log's tables and write-ahead files are enough.
TEST_F(Repair, NeedsNoBackupWhereTheLogIsWhole) {
    fs::remove(ledger_.path() / "db" / "CURRENT");
    for (fs::path const& manifest : files("MANIFEST")) fs::remove(manifest);
    ASSERT_FALSE(Engine::open(ledger_.path()));
    auto const report = mended(false);
    expect_mended(report);
    ASSERT_EQ(report.value().runs.size(), 1U);
    EXPECT_FALSE(report.value().runs.front().is_from_backup);
}

/// Every table of the ledger damaged, one at a time: what it held comes from the backup, all else is the ledger's own.
TEST_F(Repair, TakesFromTheBackupOnlyWhatIsMissing) {
    back_up_now();
    ledger_.pay(6); // which the backup does not have
    root_ = root();
    fs::path const kept = ledger_.elsewhere("kept");
    copy_ledger(ledger_.path(), kept);
    std::size_t from_both = 0;
    for (fs::path const& table : files(".sst")) {
        copy_ledger(kept, ledger_.path());
        damage(table, 20);
        auto const report = mended(true);
        ASSERT_TRUE(report) << table << ": " << report.error().message();
        EXPECT_EQ(report.value().built.state_root, root_) << table;
        EXPECT_EQ(report.value().built.events, sequence_);
        auto const& runs = report.value().runs;
        from_both += runs.size() > 1 ? 1U : 0U;
        EXPECT_FALSE(runs.back().is_from_backup) << "the end is in no backup";
        EXPECT_EQ(runs.size() > 1, !report.value().damage.empty()) << table;
        verify_whole(ledger_.path());
    }
    EXPECT_GE(from_both, 2U) << "the log lies in several tables";
}

TEST_F(Repair, TakesALostEndFromTheBackup) {
    back_up_now();
    for (fs::path const& log : files(".log")) fs::remove(log);
    auto const report = mended(true);
    expect_mended(report);
    EXPECT_TRUE(report.value().runs.back().is_from_backup);
    EXPECT_GT(report.value().common_events, 0U);
}

/// A backup older than what was lost: both numbers, nothing changed; and only by --give-up.
TEST_F(Repair, GivesUpNothingThatWasAcknowledgedUnasked) {
    back_up_now();
    std::uint64_t const backed_up = sequence_;
    ledger_.pay(5);
    for (fs::path const& log : files(".log")) fs::remove(log);
    auto const refused = mended(true);
    expect_refused(refused, store::Errc::history_missing);
    EXPECT_THAT(refused.error().message(), HasSubstr("promised #" + std::to_string(backed_up + 5)));
    auto const report = must(mended(true, true));
    EXPECT_GE(report.built.events, backed_up);
    EXPECT_EQ(report.given_up, backed_up + 5 - report.built.events);
    EXPECT_TRUE(fs::exists(report.kept_aside.string() + ".witness"));
    verify_whole(ledger_.path());
    EXPECT_TRUE(Engine::open(ledger_.path()));
}

TEST_F(Repair, RefusesABackupOfAnotherHistory) {
    BackedUp const other("2.5");
    static_cast<void>(must(back_up(other.path(), ledger_.backup(), {})));
    auto const report = mended(true);
    ASSERT_FALSE(report);
    EXPECT_TRUE(report.error().is(Errc::histories_part)) << report.error().message();
    EXPECT_THAT(report.error().message(), testing::ContainsRegex("[0-9a-f]{64}.*[0-9a-f]{64}"));
    EXPECT_TRUE(Engine::open(ledger_.path())) << "nothing was changed";
}

/// Another history of the same length, where the ledger's own files have nothing any more: the witness tells.
TEST_F(Repair, RefusesAnotherHistoryThanWasPromised) {
    BackedUp const other("2.5");
    static_cast<void>(must(back_up(other.path(), ledger_.backup(), {})));
    for (char const* kind : {".sst", ".log"}) {
        for (fs::path const& file : files(kind)) fs::remove(file);
    }
    expect_refused(mended(true), store::Errc::history_differs);
}

TEST_F(Repair, RefusesADamagedBackupAndAnOpenLedger) {
    back_up_now();
    {
        auto const engine = ledger_.open();
        auto const busy = mended(true);
        ASSERT_FALSE(busy);
        EXPECT_TRUE(busy.error().is(store::Errc::already_open)) << busy.error().message();
    }
    auto const manifest = must(read_manifest(ledger_.backup()));
    damage(stored_at(ledger_.backup(), manifest.files.begin()->second.hash), 10);
    auto const report = mended(true);
    ASSERT_FALSE(report);
    EXPECT_TRUE(report.error().is(Errc::backup_damaged)) << report.error().message();
    auto const nowhere = repair(ledger_.elsewhere("nowhere"), {}, false, {});
    ASSERT_FALSE(nowhere);
    EXPECT_TRUE(nowhere.error().is(store::Errc::not_a_ledger)) << nowhere.error().message();
}

/// Without its marker a ledger is known by its backup; without its witness nobody knows how far it was promised, which is said.
TEST_F(Repair, SaysWhatItCannotKnow) {
    back_up_now();
    fs::remove(ledger_.path() / "PLIMSOLL");
    expect_mended(mended(true));
    sequence_ += 2;
    root_ = root();
    fs::remove(ledger_.path().string() + ".witness");
    auto const report = mended(true);
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_THAT(report.value().witness, HasSubstr("how far it was acknowledged is not known"));
    expect_mended(report);
}

TEST_F(Repair, KeepsWhatWasSignedAndMakesTheTreeAgain) {
    must(must(EventTree::open(ledger_.path())).grow());
    std::string const head = file_bytes(ledger_.path() / "tiles" / "head");
    fs::create_directories(ledger_.path() / "signed");
    write_file(ledger_.path() / "signed" / "20", "signed before");
    back_up_now();
    write_file(ledger_.path() / "signed" / "30", "signed after");
    damage(ledger_.path() / "tiles" / "head", 3);
    auto const report = mended(true);
    expect_mended(report);
    EXPECT_EQ(report.value().signed_checkpoints, 2U);
    EXPECT_EQ(file_bytes(ledger_.path() / "signed" / "20"), "signed before");
    EXPECT_EQ(file_bytes(ledger_.path() / "signed" / "30"), "signed after");
    EXPECT_EQ(file_bytes(ledger_.path() / "tiles" / "head"), head);
}

} // namespace
} // namespace plimsoll::replay
