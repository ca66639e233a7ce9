#include "ledger/store/store.hpp"

#include "ledger/store/database.hpp"
#include "ledger/store/write_ahead.hpp"
#include "tests/ledger/book/market.hpp"
#include "tests/replay/temporary_ledger.hpp"

#include <gmock/gmock.h>

namespace plimsoll::store {
namespace {

using namespace testing_aid;
using testing::HasSubstr;

/// A batch of `count` prices that follows `previous`.
[[nodiscard]] SealedBatch sealed(std::uint64_t first_sequence, std::size_t count, Hash const& previous, TimeNs time = 0) {
    BatchBuilder builder;
    for (std::size_t i = 0; i < count; ++i) {
        Observed fact;
        make(fact);
        fact.value = Price{static_cast<Int128>(first_sequence + i)};
        Origin origin;
        origin.source = 1;
        origin.cursor = {first_sequence + i, 0};
        builder.add(origin, fact);
    }
    SealedBatch batch;
    batch.bytes = builder.finish({first_sequence, 0, time, previous});
    batch.first_sequence = first_sequence;
    batch.time = time;
    batch.records = {{std::uint16_t{1}, Cursor{first_sequence, 0}}};
    return batch;
}
[[nodiscard]] Hash hash_of(SealedBatch const& batch) { return sha256(bytes_of(std::string_view(batch.bytes))); }

class StoreTest : public testing::Test {
protected:
    StoreTest() { must(Store::create(path())); }
    [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "ledger"; }
    TemporaryDirectory directory_;
};

// ---- the directory ----

TEST_F(StoreTest, IsMadeInADirectoryThatIsAbsentOrEmpty) {
    must(Store::create(directory_.path() / "a" / "deep" / "one"));
    std::filesystem::create_directory(directory_.path() / "empty");
    must(Store::create(directory_.path() / "empty"));
    EXPECT_TRUE(Store::open_writer(directory_.path() / "empty"));
    EXPECT_EQ(file_bytes(path() / "PLIMSOLL"), "plimsoll ledger, format 1\n");
}

struct Refusal {
    char const* name;
    void (*prepare)(std::filesystem::path const& ledger);
    Errc want;
    Status status;
    char const* message;
};
class OpenRefusal : public StoreTest, public testing::WithParamInterface<Refusal> {};

TEST_P(OpenRefusal, IsTheSameForWriterAndReader) {
    GetParam().prepare(path());
    for (auto const& verdict : {Store::open_writer(path()), Store::open_reader(path())}) {
        ASSERT_FALSE(verdict);
        EXPECT_TRUE(verdict.error().is(GetParam().want)) << verdict.error().message();
        EXPECT_EQ(verdict.error().status(), GetParam().status);
        EXPECT_THAT(verdict.error().message(), HasSubstr(GetParam().message));
        EXPECT_THAT(verdict.error().message(), HasSubstr(path().string()));
    }
}

void write_marker(std::filesystem::path const& ledger, std::string_view text) { write_file(ledger / "PLIMSOLL", text); }

INSTANTIATE_TEST_SUITE_P(
    EveryReason, OpenRefusal,
    testing::Values(
        Refusal{"NoDirectory", [](auto const& path) { std::filesystem::remove_all(path); }, Errc::not_a_ledger,
                Status::bad_input, "not a Plimsoll ledger (make one with: plimsoll init DIR)"},
        Refusal{"AFile", [](auto const& path) { std::filesystem::remove_all(path); write_file(path, "hello"); },
                Errc::not_a_ledger, Status::bad_input, "not a Plimsoll ledger"},
        Refusal{"NoMarker", [](auto const& path) { std::filesystem::remove(path / "PLIMSOLL"); }, Errc::not_a_ledger,
                Status::bad_input, "not a Plimsoll ledger"},
        Refusal{"EmptyMarker", [](auto const& path) { write_marker(path, ""); }, Errc::not_a_ledger, Status::bad_input,
                "not a Plimsoll ledger"},
        Refusal{"AnotherProgramsMarker", [](auto const& path) { write_marker(path, "PlimSoll ledger, format 1\n"); },
                Errc::not_a_ledger, Status::bad_input, "not a Plimsoll ledger"},
        Refusal{"FormatZero", [](auto const& path) { write_marker(path, "plimsoll ledger, format 0\n"); },
                Errc::not_a_ledger, Status::bad_input, "not a Plimsoll ledger"},
        Refusal{"NewerFormat", [](auto const& path) { write_marker(path, "plimsoll ledger, format 2\n"); },
                Errc::format_newer, Status::bad_input, "has format 2, this program knows up to 1"},
        Refusal{"MuchNewerFormat", [](auto const& path) { write_marker(path, "plimsoll ledger, format 117\n"); },
                Errc::format_newer, Status::bad_input, "has format 117"},
        Refusal{"NoDatabase", [](auto const& path) { std::filesystem::remove_all(path / "db"); }, Errc::disk_failed,
                Status::damaged, "the disk refused"},
        Refusal{"RubbishInTheDatabase", [](auto const& path) { write_file(path / "db" / "CURRENT", "MANIFEST-xyz\n"); },
                Errc::damaged, Status::damaged, "the ledger's files are damaged; nothing was changed"}),
    [](auto const& row) { return std::string(row.param.name); });

TEST_F(StoreTest, IsNotMadeOverAnother) {
    auto const again = Store::create(path());
    ASSERT_FALSE(again);
    EXPECT_TRUE(again.error().is(Errc::directory_not_empty));
    EXPECT_EQ(again.error().status(), Status::bad_input);
    EXPECT_THAT(again.error().message(), HasSubstr("the directory is not empty; choose a new one: " + path().string()));
    write_file(directory_.path() / "file", "here already");
    auto const over_a_file = Store::create(directory_.path() / "file");
    ASSERT_FALSE(over_a_file);
    EXPECT_TRUE(over_a_file.error().is(Errc::directory_not_empty));
    EXPECT_EQ(file_bytes(directory_.path() / "file"), "here already");
}

TEST_F(StoreTest, IsNotMadeWhereNoDirectoryCanBe) {
    write_file(directory_.path() / "file", "");
    auto const verdict = Store::create(directory_.path() / "file" / "ledger");
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::cannot_create)) << verdict.error().message();
    EXPECT_EQ(verdict.error().status(), Status::bad_input);
    EXPECT_THAT(verdict.error().message(), HasSubstr("cannot create the ledger"));
}

TEST_F(StoreTest, HasOneWriterAtATime) {
    auto first = must(Store::open_writer(path()));
    auto const second = Store::open_writer(path());
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().is(Errc::already_open)) << second.error().message();
    EXPECT_EQ(second.error().status(), Status::bad_input);
    EXPECT_THAT(second.error().message(), HasSubstr("wait for it or stop it (reading is possible)"));
    EXPECT_TRUE(Store::open_reader(path()));
    EXPECT_TRUE(Store::open_reader(path()));
    first.reset();
    EXPECT_TRUE(Store::open_writer(path()));
}

/// A directory's own name must not be taken for a reason.
TEST_F(StoreTest, OfThatNameIsNotTakenForALockedOne) {
    auto const ledger = directory_.path() / "blocks and locks";
    must(Store::create(ledger));
    std::filesystem::remove_all(ledger / "db");
    auto const verdict = Store::open_writer(ledger);
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::disk_failed)) << verdict.error().message();
}

// ---- the log ----

TEST_F(StoreTest, FindsBatchesBySequenceTimeAndRecord) {
    auto store = must(Store::open_writer(path()));
    EXPECT_EQ(must(store->head()).sequence, 0U);
    EXPECT_EQ(must(store->head()).root, Hash{});
    AlignedBytes bytes;
    EXPECT_FALSE(must(store->batch_of(1, bytes)));
    EXPECT_TRUE(store->scan(1)->done());

    SealedBatch const a = sealed(1, 10, Hash{}, -5);
    SealedBatch const b = sealed(11, 1, hash_of(a), 100);
    SealedBatch const c = sealed(12, 5, hash_of(b), 100);
    std::array const batches{a, b, c};
    must(store->append(batches));
    EXPECT_EQ(must(store->head()).sequence, 16U);
    EXPECT_EQ(must(store->head()).root, hash_of(c));

    struct Row {
        std::uint64_t sequence, first;
    };
    for (Row const row : {Row{1, 1}, Row{10, 1}, Row{11, 11}, Row{12, 12}, Row{16, 12}, Row{17, 12}}) {
        ASSERT_TRUE(must(store->batch_of(row.sequence, bytes)));
        EXPECT_EQ(must(BatchView::open(bytes.view())).header().first_sequence, row.first);
        EXPECT_EQ(store->scan(row.sequence)->first_sequence(), row.first);
    }
    EXPECT_EQ(store->scan(0)->first_sequence(), 1U) << "or the first";

    struct AtTime {
        TimeNs time;
        std::uint64_t first;
    };
    for (AtTime const row : {AtTime{-6, 1}, AtTime{-5, 1}, AtTime{0, 1}, AtTime{99, 1}, AtTime{100, 12}, AtTime{101, 12}}) {
        EXPECT_EQ(must(store->batch_by_time(row.time)), row.first) << row.time;
    }

    struct ByRecord {
        std::uint16_t source;
        Cursor cursor;
        std::optional<std::uint64_t> first;
    };
    for (ByRecord const& row : {ByRecord{1, {0, 9}, {}}, ByRecord{1, {1, 0}, 1}, ByRecord{1, {10, 99}, 1},
                                ByRecord{1, {11, 0}, 11}, ByRecord{1, {99, 0}, 12}, ByRecord{0, {5, 0}, {}},
                                ByRecord{2, {5, 0}, {}}}) {
        EXPECT_EQ(must(store->batch_by_record(row.source, row.cursor)), row.first);
    }
}

TEST_F(StoreTest, ScansInOrder) {
    auto store = must(Store::open_writer(path()));
    Hash previous{};
    for (std::uint64_t first = 1; first <= 300; first += 3) {
        SealedBatch const batch = sealed(first, 3, previous);
        previous = hash_of(batch);
        must(store->append(std::span(&batch, 1)));
    }
    std::uint64_t expected = 100;
    auto scan = store->scan(101);
    for (; !scan->done(); scan->next()) {
        EXPECT_EQ(scan->first_sequence(), expected);
        expected += 3;
    }
    EXPECT_TRUE(scan->verdict());
    EXPECT_EQ(expected, 301U);
    scan->seek(7);
    EXPECT_EQ(scan->first_sequence(), 7U);
}

TEST_F(StoreTest, FindsAccountsByName) {
    auto store = must(Store::open_writer(path()));
    SealedBatch batch = sealed(1, 1, Hash{});
    batch.names = {{"alice", 2}, {"bob", 70'000}};
    must(store->append(std::span(&batch, 1)));
    EXPECT_EQ(must(store->account_by_name("alice")), 2U);
    EXPECT_EQ(must(store->account_by_name("bob")), 70'000U);
    EXPECT_EQ(must(store->account_by_name("ali")), std::nullopt);
    EXPECT_EQ(must(store->account_by_name("")), std::nullopt);
    EXPECT_GT(store->size_bytes(), 0U);
}

// ---- the write-ahead log ----

/// The file that the last batches are in, and where each of them ends in it.
struct WriteAhead {
    std::filesystem::path file;
    std::vector<std::uint64_t> ends;
};
class WriteAheadLog : public StoreTest {
protected:
    static constexpr std::uint64_t batches = 6;
    static constexpr std::uint64_t events_each = 4;

    WriteAheadLog() {
        auto store = must(Store::open_writer(path()));
        for (auto const& entry : std::filesystem::directory_iterator(path() / "db")) {
            if (entry.path().extension() == ".log") wal_.file = std::max(wal_.file, entry.path());
        }
        Hash previous{};
        for (std::uint64_t i = 0; i < batches; ++i) {
            SealedBatch const batch = sealed(1 + i * events_each, events_each, previous);
            previous = hash_of(batch);
            must(store->append(std::span(&batch, 1)));
            wal_.ends.push_back(std::filesystem::file_size(wal_.file));
        }
        store.reset();
        whole_ = file_bytes(wal_.file);
    }
    [[nodiscard]] result<std::uint64_t> events_with(std::string const& bytes) const {
        write_file(wal_.file, bytes);
        PLIMSOLL_TRY(store, Store::open_reader(path()));
        PLIMSOLL_TRY(head, store->head());
        return head.sequence;
    }
    /// The same for a writer, on a copy: a reader would look several times, lest it met a writer at work.
    [[nodiscard]] result<std::uint64_t> writer_opens_with(std::string const& bytes) const {
        auto const copy = directory_.path() / "copy";
        std::filesystem::remove_all(copy);
        std::filesystem::copy(path(), copy, std::filesystem::copy_options::recursive);
        write_file(copy / "db" / wal_.file.filename(), bytes);
        PLIMSOLL_TRY(store, Store::open_writer(copy));
        PLIMSOLL_TRY(head, store->head());
        return head.sequence;
    }
    WriteAhead wal_;
    std::string whole_;
};

TEST_F(WriteAheadLog, MayBeTornInItsLastBatch) {
    ASSERT_EQ(must(events_with(whole_)), batches * events_each);
    for (std::size_t batch = 0; batch < batches; ++batch) {
        std::uint64_t const begin = batch == 0 ? 0 : wal_.ends[batch - 1];
        std::uint64_t const end = wal_.ends[batch];
        for (std::uint64_t const cut : {begin, begin + 1, begin + 6, begin + 7, begin + 50, (begin + end) / 2, end - 1, end}) {
            std::uint64_t const expected = (cut == end ? batch + 1 : batch) * events_each;
            EXPECT_EQ(must(events_with(whole_.substr(0, cut))), expected)
                << "cut at " << cut << " of " << whole_.size() << ": the unfinished batch is gone, and nothing else";
        }
    }
}

TEST_F(WriteAheadLog, OpensForWritingAfterATear) {
    write_file(wal_.file, whole_.substr(0, whole_.size() - 9));
    auto store = must(Store::open_writer(path()));
    LogHead const head = must(store->head());
    EXPECT_EQ(head.sequence, (batches - 1) * events_each);
    SealedBatch const next = sealed(head.sequence + 1, 2, head.root);
    must(store->append(std::span(&next, 1)));
    store.reset();
    EXPECT_EQ(must(must(Store::open_writer(path()))->head()).sequence, head.sequence + 2);
}

/// A damaged byte is no tear: opening is refused, and never is anything lost in silence.
class FlippedBit : public WriteAheadLog {
protected:
    void expect_refused(std::size_t byte, unsigned bit) const {
        std::string other = whole_;
        other[byte] = static_cast<char>(other[byte] ^ (1 << bit));
        auto const verdict = writer_opens_with(other);
        ASSERT_FALSE(verdict) << "byte " << byte << " of " << whole_.size() << ", bit " << bit << ": opens with "
                              << verdict.value() << " events";
        EXPECT_TRUE(verdict.error().is(Errc::damaged)) << verdict.error().message();
        EXPECT_EQ(verdict.error().status(), Status::damaged);
        EXPECT_THAT(verdict.error().message(), HasSubstr("the ledger's files are damaged"));
    }
};

TEST_F(FlippedBit, AnywhereIsRefused) {
    constexpr std::uint64_t seed = 6;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    for (int i = 0; i < 100 && !HasFailure(); ++i) {
        expect_refused(random.below(whole_.size()), static_cast<unsigned>(random.below(8)));
    }
    EXPECT_EQ(must(writer_opens_with(whole_)), batches * events_each);
}

/// Lengths and types are what RocksDB itself takes for the end of the log.
TEST_F(FlippedBit, InTheHeaderOfARecordIsRefused) {
    for (std::size_t const record : {std::uint64_t{0}, wal_.ends[2], wal_.ends[batches - 2]}) {
        for (unsigned bit = 0; bit < 7 * 8 && !HasFailure(); ++bit) expect_refused(record + bit / 8, bit % 8);
    }
}

/// A batch over several blocks, and further ones: every header in the file.
TEST_F(WriteAheadLog, IsCheckedOverManyBlocks) {
    auto const ledger = directory_.path() / "long";
    must(Store::create(ledger));
    std::filesystem::path file;
    {
        auto store = must(Store::open_writer(ledger));
        for (auto const& entry : std::filesystem::directory_iterator(ledger / "db")) {
            if (entry.path().extension() == ".log") file = std::max(file, entry.path());
        }
        Hash previous{};
        std::uint64_t first = 1;
        for (std::size_t const count : {1'000U, 3U, 1U, 700U, 5U, 2U}) {
            SealedBatch const batch = sealed(first, count, previous);
            previous = hash_of(batch);
            first += count;
            must(store->append(std::span(&batch, 1)));
        }
    }
    std::string const bytes = file_bytes(file);
    ASSERT_GT(bytes.size(), 4U * 32 * 1024);
    ASSERT_TRUE(check_write_ahead(bytes, "whole"));
    std::size_t records = 0;
    for (std::size_t at = 0; at + 7 <= bytes.size(); ++records) {
        std::size_t const length = static_cast<unsigned char>(bytes[at + 4]) + 256U * static_cast<unsigned char>(bytes[at + 5]);
        std::string other = bytes;
        other[at + 6] = static_cast<char>(other[at + 6] + 4); // what RocksDB takes for an old record
        EXPECT_FALSE(check_write_ahead(other, "type")) << "record at " << at << " of " << bytes.size();
        other = bytes;
        other[at + 5] = '\xff'; // longer than any block
        EXPECT_FALSE(check_write_ahead(other, "length")) << "record at " << at << " of " << bytes.size();
        at += 7 + length;
        if (at % (32 * 1024) + 7 > 32 * 1024) at = (at / (32 * 1024) + 1) * (32 * 1024);
    }
    EXPECT_GT(records, 6U);
    for (std::size_t size = 0; size < bytes.size(); size += 997) {
        EXPECT_TRUE(check_write_ahead(std::string_view(bytes).substr(0, size), "torn")) << "cut at " << size;
    }
    EXPECT_TRUE(check_write_ahead(bytes + std::string(100, '\0'), "with room set aside"));
}

} // namespace
} // namespace plimsoll::store
