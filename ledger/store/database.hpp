/// RocksDB as this project uses it: its settings, and its failures in our words. Room-private.
#pragma once

#include "ledger/event/hash.hpp"
#include "ledger/store/errc.hpp"
#include "ledger/store/keys.hpp"

#include <rocksdb/db.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace plimsoll::store {

enum class Access { write, read };

/// What to do about a damaged write-ahead log: refuse, or take what lies before the damage.
enum class Recovery { strict, point_in_time };

/// An open database with its families.
class Database {
public:
    /// Errors: Errc::already_open, damaged, disk_failed.
    [[nodiscard]] static result<std::unique_ptr<Database>> open(std::filesystem::path const& path, Access access,
                                                                bool create, Recovery recovery = Recovery::strict);
    ~Database();
    Database(Database const&) = delete;
    Database& operator=(Database const&) = delete;

    [[nodiscard]] rocksdb::DB& db() const { return *db_; }
    [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Family family) const {
        return families_[static_cast<std::size_t>(family)];
    }

private:
    Database() = default;
    std::unique_ptr<rocksdb::DB> db_;
    std::array<rocksdb::ColumnFamilyHandle*, family_count> families_{};
    rocksdb::ColumnFamilyHandle* default_ = nullptr;
};

[[nodiscard]] inline rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
[[nodiscard]] inline rocksdb::Slice slice(Bytes bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Bytes bytes_of(rocksdb::Slice const& text) {
    return std::as_bytes(std::span<char const>(text.data(), text.size()));
}
[[nodiscard]] inline std::string_view view(rocksdb::Slice const& text) { return {text.data(), text.size()}; }

/// Names and sizes of a directory's files: where they change, a writer is at work, and what was read may be half of
/// the old and half of the new. RocksDB leaves out a write-ahead file that went meanwhile without a word.
using Listing = std::map<std::string, std::uintmax_t>;
[[nodiscard]] Listing listing_of(std::filesystem::path const& directory);
/// So often a reader looks again.
inline constexpr int reader_attempts = 20;

/// Nothing where it succeeded; else our failure: corruption is damage, the rest a failing disk.
[[nodiscard]] result<void> told(rocksdb::Status const& status, std::string_view doing);

/// The path of a file to be made outside and ingested. What a killed process left under that name may
/// be a second name of a table in use: it is removed, never written over.
[[nodiscard]] std::string fresh_file(std::filesystem::path const& path);

/// Settings of one family's tables, also for files made outside and ingested.
[[nodiscard]] rocksdb::ColumnFamilyOptions family_options(Family family);
[[nodiscard]] rocksdb::DBOptions database_options();

/// What every database opened from now on reaches its files through; null: the system's own. The tests of
/// faults put theirs here (tests/faults/). It must outlive what was opened through it.
void use_environment(rocksdb::Env* environment);

} // namespace plimsoll::store
