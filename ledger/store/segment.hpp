/// Batches of a log in a file of their own, outside any database: what a backup holds, and what a damaged ledger still has.
#pragma once

#include "ledger/store/errc.hpp"

#include "ledger/event/hash.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace plimsoll::store {

/// Writes batches in ascending order, each under its first sequence, compressed and with checksums (a table of RocksDB).
class SegmentWriter {
public:
    /// Over whatever lay there. Errors: Errc::disk_failed.
    [[nodiscard]] static result<SegmentWriter> open(std::filesystem::path const& file);
    ~SegmentWriter();
    SegmentWriter(SegmentWriter&&) noexcept;
    SegmentWriter& operator=(SegmentWriter&&) noexcept;

    /// Errors: Errc::disk_failed.
    [[nodiscard]] result<void> add(std::uint64_t first_sequence, Bytes batch);
    [[nodiscard]] result<void> finish();

private:
    struct Impl;
    explicit SegmentWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Batches out of files that may be damaged: what cannot be read is passed over and told. Nothing is believed: whoever
/// asks checks the batch and its place in the hash chain.
class BatchFiles {
public:
    BatchFiles();
    ~BatchFiles();
    BatchFiles(BatchFiles&&) noexcept;
    BatchFiles& operator=(BatchFiles&&) noexcept;

    /// A segment.
    void add_segment(std::filesystem::path const& file);
    /// A database's directory: its tables of the log and its write-ahead files, whatever else of it is left.
    void add_database(std::filesystem::path const& directory);

    /// Everything found under a first sequence, the write-ahead log's first. Cheap where asked in ascending order.
    [[nodiscard]] std::vector<std::string> find(std::uint64_t first_sequence);

    [[nodiscard]] std::size_t file_count() const;
    /// What could not be read, a line each.
    [[nodiscard]] std::vector<std::string> const& damage() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Keeps everybody else from opening a database for writing. Errors: Errc::already_open.
class DatabaseLock {
public:
    /// Nothing is held where there is no database.
    [[nodiscard]] static result<DatabaseLock> take(std::filesystem::path const& directory);
    ~DatabaseLock();
    DatabaseLock(DatabaseLock&&) noexcept;
    DatabaseLock& operator=(DatabaseLock&&) noexcept = delete;

private:
    DatabaseLock() = default;
    void* lock_ = nullptr;
};

} // namespace plimsoll::store
