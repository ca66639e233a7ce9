#include "ledger/store/segment.hpp"

#include "ledger/event/batch.hpp"
#include "ledger/store/database.hpp"
#include "ledger/store/write_ahead.hpp"

#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

namespace plimsoll::store {
namespace {

namespace fs = std::filesystem;

/// As the log's tables, but read from the disk every time: a block that was kept in memory says nothing of the file.
[[nodiscard]] rocksdb::Options segment_options() {
    rocksdb::Options options(database_options(), family_options(Family::log));
    auto* const table = options.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>();
    table->no_block_cache = true;
    table->block_cache.reset();
    return options;
}

/// Collects what looks like a batch of the log, whatever family's number it bears: the numbers are in a file that may be gone.
class BatchCollector final : public rocksdb::WriteBatch::Handler {
public:
    explicit BatchCollector(std::map<std::uint64_t, std::string>& into) : into_(into) {}
    rocksdb::Status PutCF(std::uint32_t, rocksdb::Slice const& key, rocksdb::Slice const& value) override {
        if (key.size() != sizeof(std::uint64_t)) return rocksdb::Status::OK();
        std::uint64_t const first = KeyReader(view(key)).get<std::uint64_t>();
        AlignedBytes const bytes(store::bytes_of(value));
        auto const batch = BatchView::open(bytes.view());
        if (batch && batch.value().header().first_sequence == first) into_[first] = value.ToString();
        return rocksdb::Status::OK();
    }
    rocksdb::Status DeleteCF(std::uint32_t, rocksdb::Slice const&) override { return rocksdb::Status::OK(); }
    rocksdb::Status SingleDeleteCF(std::uint32_t, rocksdb::Slice const&) override { return rocksdb::Status::OK(); }
    rocksdb::Status DeleteRangeCF(std::uint32_t, rocksdb::Slice const&, rocksdb::Slice const&) override {
        return rocksdb::Status::OK();
    }
    void LogData(rocksdb::Slice const&) override {}

private:
    std::map<std::uint64_t, std::string>& into_;
};

/// One table, walked along with whoever asks.
struct Table {
    std::string name;
    std::unique_ptr<rocksdb::SstFileReader> reader;
    std::unique_ptr<rocksdb::Iterator> at;
};

} // namespace

// ---- SegmentWriter ----

struct SegmentWriter::Impl {
    rocksdb::Options options = segment_options();
    rocksdb::SstFileWriter writer{rocksdb::EnvOptions{}, options};
};

SegmentWriter::SegmentWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SegmentWriter::~SegmentWriter() = default;
SegmentWriter::SegmentWriter(SegmentWriter&&) noexcept = default;
SegmentWriter& SegmentWriter::operator=(SegmentWriter&&) noexcept = default;

result<SegmentWriter> SegmentWriter::open(fs::path const& file) {
    auto impl = std::make_unique<Impl>();
    PLIMSOLL_TRYV(told(impl->writer.Open(fresh_file(file)), "writing " + file.string()));
    return SegmentWriter(std::move(impl));
}

result<void> SegmentWriter::add(std::uint64_t first_sequence, Bytes batch) {
    return told(impl_->writer.Put(slice(sequence_key(first_sequence)), slice(batch)), "writing a segment");
}

result<void> SegmentWriter::finish() { return told(impl_->writer.Finish(), "writing a segment"); }

// ---- BatchFiles ----

struct BatchFiles::Impl {
    std::map<std::uint64_t, std::string> written_ahead;
    std::vector<Table> tables;
    std::vector<std::string> damage;
    std::size_t files = 0;

    void tell(std::string line) {
        if (std::ranges::find(damage, line) == damage.end()) damage.push_back(std::move(line));
    }
    void add_table(fs::path const& file, bool of_any_family);
    void add_write_ahead(fs::path const& file);
    [[nodiscard]] std::optional<std::string> find_in(Table& table, std::string const& key);
};

void BatchFiles::Impl::add_table(fs::path const& file, bool of_any_family) {
    Table table{file.string(), std::make_unique<rocksdb::SstFileReader>(segment_options()), nullptr};
    rocksdb::Status const status = table.reader->Open(file.string());
    if (!status.ok()) {
        tell(file.string() + ": " + status.ToString());
        return;
    }
    auto const properties = table.reader->GetTableProperties();
    if (!of_any_family && (!properties || properties->column_family_name != family_names[static_cast<std::size_t>(Family::log)])) {
        return;
    }
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    options.fill_cache = false;
    table.at.reset(table.reader->NewIterator(options));
    tables.push_back(std::move(table));
    ++files;
}

void BatchFiles::Impl::add_write_ahead(fs::path const& file) {
    std::ifstream in(file, std::ios::binary);
    std::string const bytes{std::istreambuf_iterator<char>(in), {}};
    BatchCollector collector(written_ahead);
    std::size_t const skipped = for_write_ahead_records(bytes, [&](std::string record) {
        constexpr std::size_t header_bytes = 12; // RocksDB asserts that it is there
        if (record.size() < header_bytes) return;
        rocksdb::WriteBatch const writes(std::move(record));
        static_cast<void>(writes.Iterate(&collector)); // it stops where it cannot go on; what came before it counts
    });
    if (skipped != 0) damage.push_back(file.string() + ": " + std::to_string(skipped) + " damaged places");
    ++files;
}

std::optional<std::string> BatchFiles::Impl::find_in(Table& table, std::string const& key) {
    auto& at = *table.at;
    if (!at.Valid() || view(at.key()) != key) at.Seek(slice(key));
    if (!at.Valid()) {
        if (!at.status().ok()) tell(table.name + ": " + at.status().ToString());
        return std::nullopt;
    }
    if (view(at.key()) != key) return std::nullopt;
    std::string batch = at.value().ToString();
    at.Next();
    return batch;
}

BatchFiles::BatchFiles() : impl_(std::make_unique<Impl>()) {}
BatchFiles::~BatchFiles() = default;
BatchFiles::BatchFiles(BatchFiles&&) noexcept = default;
BatchFiles& BatchFiles::operator=(BatchFiles&&) noexcept = default;

void BatchFiles::add_segment(fs::path const& file) { impl_->add_table(file, true); }

void BatchFiles::add_database(fs::path const& directory) {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator each(directory, error), end; !error && each != end; each.increment(error)) files.push_back(each->path());
    if (error) impl_->damage.push_back(directory.string() + ": " + error.message());
    std::ranges::sort(files); // so that what is told stands in one order
    for (fs::path const& file : files) {
        if (file.extension() == ".sst") impl_->add_table(file, false);
        if (file.extension() == ".log") impl_->add_write_ahead(file);
    }
}

std::vector<std::string> BatchFiles::find(std::uint64_t first_sequence) {
    std::vector<std::string> found;
    auto const ahead = impl_->written_ahead.find(first_sequence);
    if (ahead != impl_->written_ahead.end()) found.push_back(ahead->second);
    std::string const key = sequence_key(first_sequence);
    for (Table& table : impl_->tables) {
        if (auto batch = impl_->find_in(table, key)) found.push_back(std::move(*batch));
    }
    return found;
}

std::size_t BatchFiles::file_count() const { return impl_->files; }
std::vector<std::string> const& BatchFiles::damage() const { return impl_->damage; }

// ---- DatabaseLock ----

result<DatabaseLock> DatabaseLock::take(fs::path const& directory) {
    DatabaseLock lock;
    std::error_code error;
    if (!fs::is_directory(directory, error)) return lock;
    rocksdb::FileLock* held = nullptr;
    PLIMSOLL_TRYV(told(database_options().env->LockFile((directory / "LOCK").string(), &held), "opening " + directory.string()));
    lock.lock_ = held;
    return lock;
}

DatabaseLock::DatabaseLock(DatabaseLock&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
DatabaseLock::~DatabaseLock() {
    if (lock_ != nullptr) static_cast<void>(database_options().env->UnlockFile(static_cast<rocksdb::FileLock*>(lock_)));
}

} // namespace plimsoll::store
