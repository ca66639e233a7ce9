// Backups and ledgers made out of them: equal to the last bit, taken under load, and refused where a byte changed (R28).
//
//   PLIMSOLL_BACKUP_ROUNDS=200    backups taken and restored while a writer is at work
//   PLIMSOLL_BACKUP_EVERY_BYTE=1  every byte of a backup changed
//   PLIMSOLL_BACKUP_SEED=7        another run

#include "ledger/store/witness.hpp"
#include "replay/backup.hpp"
#include "replay/event_tree.hpp"
#include "tests/ledger/event/random.hpp"
#include "tests/replay/backed_up.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

[[nodiscard]] std::uint64_t seed() { return number_in("PLIMSOLL_BACKUP_SEED", 2'026); }

void expect_equal(fs::path const& one, fs::path const& other) {
    auto const a = must(Reader::open(one));
    auto const b = must(Reader::open(other));
    EXPECT_EQ(a->log_root(), b->log_root());
    EXPECT_EQ(log_lines(*a), log_lines(*b));
    EXPECT_EQ(must(a->at(a->log_size())).basis.state_root, must(b->at(b->log_size())).basis.state_root);
    verify_whole(other);
}

TEST(Backup, IsRestoredToTheLastBit) {
    BackedUp const ledger;
    must(must(EventTree::open(ledger.path())).grow());
    fs::create_directories(ledger.path() / "signed");
    write_file(ledger.path() / "signed" / "12", "what was signed");
    write_file(ledger.path() / "signed" / "books.key", "PRIVATE+KEY");
    write_file(ledger.path() / "books.key", "PRIVATE+KEY");
    auto const report = must(back_up(ledger.path(), ledger.backup(), {}));
    EXPECT_EQ(report.manifest.events, ledger.sequence());
    EXPECT_EQ(report.signed_checkpoints, 1U);
    EXPECT_GE(report.tiles, 1U);
    for (auto const& [path, file] : report.manifest.files) {
        EXPECT_THAT(path, testing::Not(HasSubstr("key")));
        EXPECT_THAT(file_bytes(stored_at(ledger.backup(), file.hash)), testing::Not(HasSubstr("PRIVATE+KEY")));
    }
    fs::path const copy = ledger.elsewhere("restored");
    auto const restored = must(restore(ledger.backup(), copy, {}, false, {}));
    EXPECT_EQ(restored.built.state_root, report.manifest.state_root);
    EXPECT_EQ(restored.witness, fs::weakly_canonical(copy).string() + ".witness");
    expect_equal(ledger.path(), copy);
    EXPECT_EQ(file_bytes(copy / "signed" / "12"), "what was signed");
    EXPECT_EQ(file_bytes(copy / "tiles" / "head"), file_bytes(ledger.path() / "tiles" / "head"));
    EXPECT_EQ(must(EventTree::open(copy)).size(), ledger.sequence());
    auto engine = must(Engine::open(copy, in_batches_of(5)));
    EXPECT_TRUE(must(engine->submit({payment(1, "1.5")})).is_duplicate) << "the index of records is there";
    static_cast<void>(must(engine->submit({payment(10'000)})));
    must(engine->commit());
}

TEST(Backup, OfAnEmptyLedgerIsRestored) {
    TemporaryLedger const ledger;
    static_cast<void>(must(back_up(ledger.path(), ledger.elsewhere("backup"), {})));
    auto const restored = must(restore(ledger.elsewhere("backup"), ledger.elsewhere("copy"), {}, false, {}));
    EXPECT_EQ(restored.built.events, 0U);
    expect_equal(ledger.path(), ledger.elsewhere("copy"));
}

TEST(Backup, AgainInTheSamePlaceAddsOnlyWhatIsNew) {
    BackedUp const ledger;
    static_cast<void>(must(back_up(ledger.path(), ledger.backup(), {})));
    auto const same = must(back_up(ledger.path(), ledger.backup(), {}));
    EXPECT_EQ(same.new_files, 0U);
    std::uint64_t const before = ledger.sequence();
    ledger.pay(7);
    must(must(EventTree::open(ledger.path())).grow());
    auto const more = must(back_up(ledger.path(), ledger.backup(), {}));
    EXPECT_EQ(more.events_before, before);
    EXPECT_EQ(more.manifest.events, before + 7);
    ledger.pay(3);
    must(must(EventTree::open(ledger.path())).grow());
    auto const most = must(back_up(ledger.path(), ledger.backup(), {}));
    std::size_t files = 0;
    for (auto const& file : fs::directory_iterator(ledger.backup() / "files")) files += file.exists() ? 1U : 0U;
    EXPECT_EQ(files, most.manifest.files.size()) << "what only the backup before needed is gone";
    static_cast<void>(must(restore(ledger.backup(), ledger.elsewhere("copy"), {}, false, {})));
    expect_equal(ledger.path(), ledger.elsewhere("copy"));
}

/// R28, first half: a writer at work; every backup is a prefix that was acknowledged, and restores to that prefix's root.
TEST(Backup, IsTakenWhileAWriterIsAtWork) {
    std::uint64_t const rounds = number_in("PLIMSOLL_BACKUP_ROUNDS", 4);
    BackedUp const ledger;
    std::atomic<bool> is_ending = false;
    std::atomic<std::uint64_t> acknowledged = 0;
    std::thread writer([&] {
        auto engine = ledger.open(in_batches_of(5, 20'000));
        for (std::uint64_t record = 1'000; !is_ending; ++record) {
            static_cast<void>(must(engine->submit({payment(record)})));
            if (record % 3 != 0) continue;
            must(engine->commit());
            acknowledged = engine->durable_sequence();
            std::this_thread::sleep_for(std::chrono::microseconds(300)); // so that the log does not outgrow the test
        }
        must(engine->close());
    });
    struct Ending { // also where a round throws
        std::atomic<bool>& is_ending;
        std::thread& writer;
        ~Ending() {
            is_ending = true;
            if (writer.joinable()) writer.join();
        }
    } ending{is_ending, writer};
    std::uint64_t events = 0;
    for (std::uint64_t round = 1; round <= rounds; ++round) {
        std::uint64_t const before = acknowledged;
        fs::path const to = ledger.elsewhere(round % 2 == 0 ? "again" : "backup-" + std::to_string(round));
        auto const report = must(back_up(ledger.path(), to, {}));
        EXPECT_GE(report.manifest.events, before);
        fs::path const copy = ledger.elsewhere("restored");
        auto const restored = must(restore(to, copy, {}, false, {}));
        EXPECT_EQ(restored.built.state_root, must(ledger.read()->at(report.manifest.events)).basis.state_root);
        events = report.manifest.events;
        fs::remove_all(copy);
        fs::remove(copy.string() + ".witness");
        EXPECT_FALSE(HasFailure()) << "round " << round;
    }
    is_ending = true;
    writer.join();
    EXPECT_LE(events, acknowledged + 3);
    std::printf("%llu backups under load, the last of %llu events: each restored to the root of its prefix\n",
                static_cast<unsigned long long>(rounds), static_cast<unsigned long long>(events));
}

/// R28, second half.
TEST(Backup, IsRefusedWhereAnyByteChanged) {
    Random random(seed());
    bool const every = std::getenv("PLIMSOLL_BACKUP_EVERY_BYTE") != nullptr;
    BackedUp const ledger;
    must(must(EventTree::open(ledger.path())).grow());
    static_cast<void>(must(back_up(ledger.path(), ledger.backup(), {})));
    std::vector<fs::path> files{ledger.backup() / "MANIFEST"};
    for (auto const& entry : fs::directory_iterator(ledger.backup() / "files")) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::uint64_t changes = 0;
    for (fs::path const& file : files) {
        std::string const whole = file_bytes(file);
        std::size_t const step = every ? 1 : 1 + whole.size() / 40;
        for (std::size_t at = every ? 0 : random.below(step); at < whole.size(); at += step) {
            std::string other = whole;
            other[at] = static_cast<char>(other[at] ^ (1 << random.below(8)));
            write_file(file, other);
            ++changes;
            auto const verdict = restore(ledger.backup(), ledger.elsewhere("copy"), {}, false, {});
            std::string const place = file.string() + " byte " + std::to_string(at) + ", seed " + std::to_string(seed());
            ASSERT_FALSE(verdict) << place;
            bool const is_title = file.filename() == "MANIFEST" && at < 26;
            EXPECT_TRUE(verdict.error().is(Errc::backup_damaged) || is_title) << place << ": " << verdict.error().message();
            EXPECT_THAT(verdict.error().message(), HasSubstr(file.string()));
            if (!is_title) {
                EXPECT_THAT(verdict.error().message(), testing::ContainsRegex("[0-9a-f]{64}.*[0-9a-f]{60}")) << "both hashes";
            }
            EXPECT_FALSE(fs::exists(ledger.elsewhere("copy")));
        }
        write_file(file, std::string_view(whole).substr(0, whole.size() - 1));
        EXPECT_FALSE(check_backup(ledger.backup(), {})) << "cut";
        fs::remove(file);
        auto const gone = check_backup(ledger.backup(), {});
        ASSERT_FALSE(gone);
        EXPECT_THAT(gone.error().message(), HasSubstr(file.filename().string()));
        write_file(file, whole);
    }
    static_cast<void>(must(check_backup(ledger.backup(), {})));
    std::printf("%llu changed bytes of a backup of %zu files (seed %llu): all refused with the file and both hashes\n",
                static_cast<unsigned long long>(changes), files.size(), static_cast<unsigned long long>(seed()));
}

/// A manifest is checked against itself, so whoever forges one can make it whole: it still cannot write where it likes.
TEST(Backup, WithAForgedPathIsRefused) {
    BackedUp const ledger;
    auto manifest = must(back_up(ledger.path(), ledger.backup(), {})).manifest;
    for (char const* path : {"signed/../../outside", "/etc/passwd", "log/../db/CURRENT", "elsewhere/file", "signed/"}) {
        auto forged = manifest;
        BackupFile file = forged.files.begin()->second;
        file.path = path;
        forged.files.emplace(path, file);
        auto const verdict = BackupManifest::decode(forged.encode(), "MANIFEST");
        EXPECT_TRUE(!verdict && verdict.error().is(Errc::not_a_backup)) << path;
    }
    EXPECT_EQ(must(BackupManifest::decode(manifest.encode(), "MANIFEST")).encode(), manifest.encode());
}

TEST(Backup, IsNotMixedWithAnotherLedgers) {
    BackedUp const ledger;
    BackedUp const other("2.5");
    static_cast<void>(must(back_up(ledger.path(), ledger.backup(), {})));
    std::string const before = file_bytes(ledger.backup() / "MANIFEST");
    auto const verdict = back_up(other.path(), ledger.backup(), {});
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::backup_of_another)) << verdict.error().message();
    EXPECT_THAT(verdict.error().message(), testing::ContainsRegex("[0-9a-f]{64}.*[0-9a-f]{64}"));
    TemporaryLedger const shorter;
    auto const shrunk = back_up(shorter.path(), ledger.backup(), {});
    ASSERT_FALSE(shrunk);
    EXPECT_TRUE(shrunk.error().is(Errc::backup_of_another)) << shrunk.error().message();
    EXPECT_EQ(file_bytes(ledger.backup() / "MANIFEST"), before);
    auto const foreign = back_up(ledger.path(), ledger.path(), {});
    ASSERT_FALSE(foreign);
    EXPECT_TRUE(foreign.error().is(store::Errc::directory_not_empty)) << foreign.error().message();
}

/// What an earlier backup lost is not named again as if it were there.
TEST(Backup, IsNotContinuedOverALostFile) {
    BackedUp const ledger;
    auto const manifest = must(back_up(ledger.path(), ledger.backup(), {})).manifest;
    fs::remove(stored_at(ledger.backup(), manifest.files.begin()->second.hash));
    auto const verdict = back_up(ledger.path(), ledger.backup(), {});
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::backup_damaged)) << verdict.error().message();
    EXPECT_THAT(verdict.error().message(), HasSubstr("log/"));
}

TEST(Backup, IsNotWrittenByTwoAtOnce) {
    BackedUp const ledger;
    std::optional<Error> met;
    static_cast<void>(must(back_up(ledger.path(), ledger.backup(), [&](std::uint64_t, std::uint64_t) {
        auto const second = back_up(ledger.path(), ledger.backup(), {});
        if (!second) met = second.error();
    })));
    ASSERT_TRUE(met);
    EXPECT_TRUE(met->is(Errc::backup_busy)) << met->message();
}

/// The lost ledger's witness knows more than the backup: that is said, not passed over.
TEST(Restore, RefusesLessThanTheWitnessPromised) {
    BackedUp const ledger;
    static_cast<void>(must(back_up(ledger.path(), ledger.backup(), {})));
    std::uint64_t const backed_up = ledger.sequence();
    ledger.pay(4);
    fs::remove_all(ledger.path());
    auto const verdict = restore(ledger.backup(), ledger.path(), {}, false, {});
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(store::Errc::history_missing)) << verdict.error().message();
    EXPECT_THAT(verdict.error().message(), HasSubstr("has #" + std::to_string(backed_up) + ", promised #" + std::to_string(backed_up + 4)));
    EXPECT_FALSE(fs::exists(ledger.path()));
    auto const given_up = must(restore(ledger.backup(), ledger.path(), {}, true, {}));
    EXPECT_EQ(given_up.given_up, 4U);
    EXPECT_EQ(ledger.sequence(), backed_up);
}

TEST(Restore, KeepsWhatLiesThere) {
    BackedUp const ledger;
    static_cast<void>(must(back_up(ledger.path(), ledger.backup(), {})));
    auto const taken = restore(ledger.backup(), ledger.path(), {}, true, {});
    ASSERT_FALSE(taken);
    EXPECT_TRUE(taken.error().is(store::Errc::directory_not_empty)) << taken.error().message();
    auto const nothing = restore(ledger.elsewhere("nothing"), ledger.elsewhere("copy"), {}, false, {});
    ASSERT_FALSE(nothing);
    EXPECT_TRUE(nothing.error().is(Errc::not_a_backup)) << nothing.error().message();
    fs::create_directories(ledger.elsewhere("copy"));
    auto const setting = must(store::WitnessSetting::parse("none", ""));
    EXPECT_EQ(must(restore(ledger.backup(), ledger.elsewhere("copy"), setting, false, {})).witness, "");
    expect_equal(ledger.path(), ledger.elsewhere("copy"));
}

} // namespace
} // namespace plimsoll::replay
