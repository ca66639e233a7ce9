#include "ledger/store/store.hpp"

#include "ledger/store/database.hpp"

#include <rocksdb/write_batch.h>

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <system_error>

namespace plimsoll::store {
namespace {

namespace fs = std::filesystem;

/// The directory says what it is before anything in it is opened.
constexpr std::string_view marker_name = "PLIMSOLL";
constexpr std::string_view marker_text = "plimsoll ledger, format ";
constexpr int format_version = 1;

[[nodiscard]] result<void> check_marker(fs::path const& directory) {
    std::ifstream file(directory / marker_name);
    std::string line;
    if (!file || !std::getline(file, line) || !line.starts_with(marker_text)) {
        return fail(Errc::not_a_ledger, directory.string());
    }
    int const version = std::atoi(line.c_str() + marker_text.size());
    if (version < 1) return fail(Errc::not_a_ledger, directory.string());
    if (version > format_version) {
        return fail(Errc::format_newer, directory.string() + " has format " + std::to_string(version) +
                                            ", this program knows up to " + std::to_string(format_version));
    }
    return outcome::success();
}

/// A file's bytes, or a directory's names, on the disk.
[[nodiscard]] bool sync(fs::path const& path) {
    int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    bool const ok = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return ok;
}

/// A scan over the log family.
class RocksScan final : public LogScan {
public:
    RocksScan(Database& database, std::uint64_t sequence) {
        rocksdb::ReadOptions options;
        options.verify_checksums = true;
        options.fill_cache = false;
        iterator_.reset(database.db().NewIterator(options, database.family(Family::log)));
        seek(sequence);
    }
    void seek(std::uint64_t sequence) override {
        iterator_->SeekForPrev(slice(sequence_key(sequence)));
        if (!iterator_->Valid() && iterator_->status().ok()) iterator_->SeekToFirst();
    }
    [[nodiscard]] bool done() const override { return !iterator_->Valid(); }
    [[nodiscard]] std::uint64_t first_sequence() const override {
        return KeyReader(view(iterator_->key())).get<std::uint64_t>();
    }
    [[nodiscard]] Bytes bytes() const override { return store::bytes_of(iterator_->value()); }
    void next() override { iterator_->Next(); }
    [[nodiscard]] result<void> verdict() const override { return told(iterator_->status(), "reading the log"); }

private:
    std::unique_ptr<rocksdb::Iterator> iterator_;
};

[[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(Database& database, Family family) {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    return std::unique_ptr<rocksdb::Iterator>(database.db().NewIterator(options, database.family(family)));
}

} // namespace

Store::~Store() = default;

result<void> Store::create(fs::path const& directory) {
    std::error_code error;
    if (fs::exists(directory, error) && (!fs::is_directory(directory, error) || !fs::is_empty(directory, error))) {
        return fail(Errc::directory_not_empty, directory.string());
    }
    fs::create_directories(directory, error);
    if (error) return fail(Errc::cannot_create, directory.string() + ": " + error.message());
    {
        PLIMSOLL_TRY(database, Database::open(directory / "db", Access::write, true));
        static_cast<void>(database);
    }
    std::ofstream file(directory / marker_name);
    file << marker_text << format_version << "\n";
    file.flush();
    // Events will be fsynced; so must be the names by which they are found again.
    bool const is_kept = file && sync(directory / marker_name) && sync(directory) && sync(fs::absolute(directory).parent_path());
    if (!is_kept) return fail(Errc::cannot_create, (directory / marker_name).string());
    return outcome::success();
}

result<std::unique_ptr<Store>> Store::open_writer(fs::path const& directory) {
    PLIMSOLL_TRYV(check_marker(directory));
    std::unique_ptr<Store> store(new Store());
    store->directory_ = directory;
    PLIMSOLL_TRY(database, Database::open(directory / "db", Access::write, false));
    store->database_ = std::move(database);
    return store;
}

result<std::unique_ptr<Store>> Store::open_reader(fs::path const& directory) {
    PLIMSOLL_TRYV(check_marker(directory));
    std::unique_ptr<Store> store(new Store());
    store->directory_ = directory;
    PLIMSOLL_TRY(database, Database::open(directory / "db", Access::read, false));
    store->database_ = std::move(database);
    return store;
}

result<void> Store::append(std::span<SealedBatch const> batches) {
    rocksdb::WriteBatch writes(0, 0, 8, 0); // 8: each key and value carries its checksum to the memtable
    for (SealedBatch const& batch : batches) {
        std::string const key = sequence_key(batch.first_sequence);
        rocksdb::Status status = writes.Put(database_->family(Family::log), slice(key), slice(batch.bytes));
        if (status.ok()) {
            status = writes.Put(database_->family(Family::times), slice(time_key(batch.time, batch.first_sequence)), {});
        }
        for (auto const& [source, cursor] : batch.records) {
            if (!status.ok()) break;
            status = writes.Put(database_->family(Family::records), slice(record_key(source, cursor)), slice(key));
        }
        for (auto const& [name, id] : batch.names) {
            if (!status.ok()) break;
            status = writes.Put(database_->family(Family::names), slice(name), slice(KeyWriter{}.put(id).take()));
        }
        PLIMSOLL_TRYV(told(status, "preparing a batch"));
    }
    rocksdb::WriteOptions options;
    options.sync = true;
    return told(database_->db().Write(options, &writes), "writing a batch");
}

result<void> Store::settle() {
    constexpr std::uint64_t worth_moving_bytes = std::uint64_t{8} << 20;
    std::uint64_t waiting = 0;
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    for (std::size_t i = 0; i < family_count; ++i) {
        families.push_back(database_->family(static_cast<Family>(i)));
        std::uint64_t bytes = 0;
        database_->db().GetIntProperty(families.back(), rocksdb::DB::Properties::kCurSizeAllMemTables, &bytes);
        waiting += bytes;
    }
    if (waiting < worth_moving_bytes) return outcome::success();
    return told(database_->db().Flush(rocksdb::FlushOptions{}, families), "moving the write-ahead log into tables");
}

result<LogHead> Store::head() const {
    auto iterator = iterate(*database_, Family::log);
    iterator->SeekToLast();
    PLIMSOLL_TRYV(told(iterator->status(), "reading the end of the log"));
    LogHead head;
    if (!iterator->Valid()) return head;
    AlignedBytes const bytes(store::bytes_of(iterator->value()));
    auto batch = BatchView::open(bytes.view());
    if (!batch) return outcome::failure(batch.error().at("the last batch of the log"));
    head.sequence = batch.value().last_sequence();
    head.root = sha256(bytes.view());
    return head;
}

std::unique_ptr<LogScan> Store::scan(std::uint64_t sequence) const {
    return std::make_unique<RocksScan>(*database_, sequence);
}

result<bool> Store::batch_of(std::uint64_t sequence, AlignedBytes& bytes) const {
    auto iterator = iterate(*database_, Family::log);
    iterator->SeekForPrev(slice(sequence_key(sequence)));
    PLIMSOLL_TRYV(told(iterator->status(), "reading a batch"));
    if (!iterator->Valid()) return false;
    bytes.assign(store::bytes_of(iterator->value()));
    return true;
}

result<std::uint64_t> Store::batch_by_time(TimeNs time) const {
    auto iterator = iterate(*database_, Family::times);
    iterator->SeekForPrev(slice(time_key(time, ~std::uint64_t{0})));
    PLIMSOLL_TRYV(told(iterator->status(), "reading the time index"));
    if (!iterator->Valid()) return std::uint64_t{1};
    KeyReader reader(view(iterator->key()));
    static_cast<void>(reader.get<std::uint64_t>());
    return reader.get<std::uint64_t>();
}

result<std::optional<std::uint64_t>> Store::batch_by_record(std::uint16_t source, Cursor cursor) const {
    auto iterator = iterate(*database_, Family::records);
    iterator->SeekForPrev(slice(record_key(source, cursor)));
    PLIMSOLL_TRYV(told(iterator->status(), "reading the record index"));
    if (!iterator->Valid() || KeyReader(view(iterator->key())).get<std::uint16_t>() != source) {
        return std::optional<std::uint64_t>{};
    }
    return std::optional(KeyReader(view(iterator->value())).get<std::uint64_t>());
}

result<std::optional<std::uint32_t>> Store::account_by_name(std::string_view name) const {
    rocksdb::PinnableSlice id;
    rocksdb::Status const status =
        database_->db().Get(rocksdb::ReadOptions{}, database_->family(Family::names), slice(name), &id);
    if (status.IsNotFound()) return std::optional<std::uint32_t>{};
    PLIMSOLL_TRYV(told(status, "looking up an account"));
    return std::optional(KeyReader(view(id)).get<std::uint32_t>());
}

std::uint64_t Store::size_bytes() const {
    std::uint64_t size = 0;
    std::error_code error;
    for (auto const& entry : fs::recursive_directory_iterator(directory_, error)) {
        if (entry.is_regular_file(error)) size += entry.file_size(error);
    }
    return size;
}

} // namespace plimsoll::store
