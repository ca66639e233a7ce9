#include "ledger/store/database.hpp"

#include "ledger/store/write_ahead.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <atomic>
#include <thread>

namespace plimsoll::store {
namespace {

std::atomic<rocksdb::Env*> environment_in_use{nullptr};

} // namespace

Listing listing_of(std::filesystem::path const& directory) {
    Listing files;
    std::error_code error;
    for (std::filesystem::directory_iterator each(directory, error), end; !error && each != end; each.increment(error)) {
        std::error_code gone;
        files[each->path().filename().string()] = std::filesystem::file_size(each->path(), gone);
    }
    return files;
}

void use_environment(rocksdb::Env* environment) { environment_in_use = environment; }

/// What each setting defends against is measured in the reliability notes that README.md cites: the
/// default recovery mode drops acknowledged events behind a damaged byte without a word.
rocksdb::DBOptions database_options() {
    rocksdb::DBOptions options;
    if (auto* const other = environment_in_use.load()) options.env = other;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    options.paranoid_checks = true;
    options.verify_sst_unique_id_in_manifest = true;
    options.flush_verify_memtable_count = true;
    options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
    options.fail_if_options_file_error = true;
    options.track_and_verify_wals_in_manifest = true;
    options.best_efforts_recovery = false;
    options.recycle_log_file_num = 0;
    options.allow_concurrent_memtable_write = false; // one writer
    options.max_background_jobs = 2;
    options.bytes_per_sync = 1 << 20;
    options.max_total_wal_size = std::uint64_t{128} << 20;
    options.keep_log_file_num = 2;
    options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
    return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family) {
    bool const is_bulk = family == Family::log || family == Family::pages;
    rocksdb::ColumnFamilyOptions options;
    options.compression = rocksdb::kLZ4Compression;
    options.write_buffer_size = is_bulk ? std::size_t{64} << 20 : std::size_t{8} << 20;
    options.target_file_size_base = std::uint64_t{256} << 20; // keys only grow: big files, no rewriting
    options.level0_file_num_compaction_trigger = 8;
    options.memtable_protection_bytes_per_key = 8;
    options.paranoid_file_checks = is_bulk ? false : true; // block checksums cover the bulk; verify reads all
    options.force_consistency_checks = true;
    rocksdb::BlockBasedTableOptions table;
    table.format_version = 5;
    table.checksum = rocksdb::kXXH3;
    table.block_size = is_bulk ? 32 * 1024 : 16 * 1024;
    table.detect_filter_construct_corruption = true;
    static auto const cache = rocksdb::NewLRUCache(std::size_t{64} << 20);
    table.block_cache = cache;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
}

result<void> told(rocksdb::Status const& status, std::string_view doing) {
    if (status.ok()) return outcome::success();
    std::string const detail = std::string(doing) + ": " + status.ToString();
    if (status.IsCorruption()) return fail(Errc::damaged, detail);
    auto says = [text = status.ToString()](std::string_view words) { return text.find(words) != std::string::npos; };
    bool const is_locked = says("lock hold by current process") || says("While lock file");
    if (status.IsIOError() && is_locked) return fail(Errc::already_open, detail);
    return fail(Errc::disk_failed, detail);
}

std::string fresh_file(std::filesystem::path const& path) {
    std::error_code ignored; // where it cannot be removed, it cannot be written either, and that is told
    std::filesystem::remove(path, ignored);
    return path.string();
}

result<std::unique_ptr<Database>> Database::open(std::filesystem::path const& path, Access access, bool create,
                                                 Recovery recovery) {
    rocksdb::DBOptions options = database_options();
    if (recovery == Recovery::point_in_time) {
        options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    } else {
        PLIMSOLL_TRYV(check_write_ahead_files(path));
    }
    options.create_if_missing = create;
    options.create_missing_column_families = create;
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions{});
    for (std::size_t i = 0; i < family_count; ++i) {
        descriptors.emplace_back(std::string(family_names[i]), family_options(static_cast<Family>(i)));
    }
    std::unique_ptr<Database> database(new Database());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    rocksdb::Status status;
    // A writer at work may retire a file between a reader's listing and its opening of it: look again. Where nothing
    // moved meanwhile, it is damage.
    Listing before;
    for (int attempt = 0; attempt < (access == Access::read ? reader_attempts : 1); ++attempt) {
        if (attempt != 0) std::this_thread::sleep_for(std::chrono::milliseconds(5 * attempt));
        before = listing_of(path);
        status = access == Access::write
                     ? rocksdb::DB::Open(options, path.string(), descriptors, &handles, &db)
                     : rocksdb::DB::OpenForReadOnly(options, path.string(), descriptors, &handles, &db);
        if (status.ok() || listing_of(path) == before) break;
    }
    PLIMSOLL_TRYV(told(status, "opening " + path.string()));
    database->db_.reset(db);
    database->default_ = handles.at(0);
    for (std::size_t i = 0; i < family_count; ++i) database->families_[i] = handles.at(i + 1);
    return database;
}

Database::~Database() {
    if (!db_) return;
    for (auto* handle : families_) {
        if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle);
    }
    if (default_ != nullptr) db_->DestroyColumnFamilyHandle(default_);
    static_cast<void>(db_->Close());
}

} // namespace plimsoll::store
