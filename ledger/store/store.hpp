/// A ledger's directory: the log of batches and everything stored beside it. One writer; readers may
/// open beside it.
#pragma once

#include "ledger/event/batch.hpp"
#include "ledger/store/errc.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace plimsoll::store {

class Database;

/// One sealed batch, ready to be written.
struct SealedBatch {
    std::string bytes;
    std::uint64_t first_sequence = 0;
    std::uint64_t last_sequence = 0;
    TimeNs time = 0; ///< ledger time before its first event
    /// The first record of each source in the batch.
    std::vector<std::pair<std::uint16_t, Cursor>> records;
    /// Accounts opened in the batch.
    std::vector<std::pair<std::string, std::uint32_t>> names;
};

/// Where the log ends.
struct LogHead {
    std::uint64_t sequence = 0; ///< events in the log
    Hash root{};                ///< SHA-256 of the last batch, zero where there is none
};

/// Walks batches in order. `bytes()` is valid until next().
class LogScan {
public:
    virtual ~LogScan() = default;
    [[nodiscard]] virtual bool done() const = 0;
    [[nodiscard]] virtual std::uint64_t first_sequence() const = 0;
    [[nodiscard]] virtual Bytes bytes() const = 0;
    virtual void next() = 0;
    /// To the batch that holds `sequence`, or the first.
    virtual void seek(std::uint64_t sequence) = 0;
    /// Asked once done: whether the scan ended because the log did.
    [[nodiscard]] virtual result<void> verdict() const = 0;
};

class Store {
public:
    /// Makes an empty ledger. Errors: Errc::directory_not_empty, cannot_create.
    [[nodiscard]] static result<void> create(std::filesystem::path const& directory);
    /// Errors: Errc::not_a_ledger, format_newer, already_open, damaged, disk_failed.
    [[nodiscard]] static result<std::unique_ptr<Store>> open_writer(std::filesystem::path const& directory);
    [[nodiscard]] static result<std::unique_ptr<Store>> open_reader(std::filesystem::path const& directory);
    ~Store();
    Store(Store const&) = delete;
    Store& operator=(Store const&) = delete;

    /// Writes batches and their indexes in one step, and returns once they are fsynced.
    [[nodiscard]] result<void> append(std::span<SealedBatch const> batches);

    /// Moves what lies in the write-ahead log into tables where that is much, so that the next one to
    /// open has less to read. Everything is durable before and after.
    [[nodiscard]] result<void> settle();

    /// The end of the log, from the last batch itself.
    [[nodiscard]] result<LogHead> head() const;

    /// From the batch that holds `sequence` (or the first).
    [[nodiscard]] std::unique_ptr<LogScan> scan(std::uint64_t sequence) const;
    /// The bytes of the batch that holds `sequence`.
    [[nodiscard]] result<bool> batch_of(std::uint64_t sequence, AlignedBytes& bytes) const;

    /// First sequence of the last batch that begins at or before `time` (1 where none does).
    [[nodiscard]] result<std::uint64_t> batch_by_time(TimeNs time) const;
    /// First sequence of the batch that holds the record (source, cursor), if it is in the log.
    [[nodiscard]] result<std::optional<std::uint64_t>> batch_by_record(std::uint16_t source, Cursor cursor) const;

    /// The id of an account of that name, whenever it was opened.
    [[nodiscard]] result<std::optional<std::uint32_t>> account_by_name(std::string_view name) const;

    [[nodiscard]] Database& database() const { return *database_; }
    [[nodiscard]] std::filesystem::path const& directory() const { return directory_; }
    /// Bytes of all files of the ledger.
    [[nodiscard]] std::uint64_t size_bytes() const;

private:
    Store() = default;
    std::filesystem::path directory_;
    std::unique_ptr<Database> database_;
};

} // namespace plimsoll::store
