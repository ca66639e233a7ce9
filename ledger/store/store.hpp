/// A ledger's directory: the log of batches and everything stored beside it. One writer; readers may
/// open beside it.
#pragma once

#include "ledger/event/batch.hpp"
#include "ledger/store/errc.hpp"
#include "ledger/store/marker.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace plimsoll::store {

class Database;
class Witness;
struct Promise;

/// Written batches that the witness may not know of yet, after a crash: more say that it is an older copy.
inline constexpr std::size_t unwitnessed_limit_batches = 256;

/// Who hears what opening any ledger had to do (Store::notes); nobody at first.
void tell_notes_to(std::function<void(std::string const&)> listener);

/// Whether opening compares the log with its witness. Those who mend or judge a ledger do it themselves.
enum class Trust { checked, unchecked };

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
    Hash hash{}; ///< SHA-256 of bytes
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
    /// Makes an empty ledger, and its witness over any that lay there.
    /// Errors: Errc::directory_not_empty, cannot_create, witness_unwritable.
    [[nodiscard]] static result<void> create(std::filesystem::path const& directory,
                                             WitnessSetting const& witness = {WitnessMode::none, 0, ""});
    /// Errors: Errc::not_a_ledger, format_newer, already_open, damaged, disk_failed; where the log and its witness
    /// contradict each other history_missing, history_differs, witness_*. A damaged tail that was never acknowledged
    /// is cut off, kept under DIR/cut, and told by notes(); a reader passes over it.
    [[nodiscard]] static result<std::unique_ptr<Store>> open_writer(std::filesystem::path const& directory,
                                                                    Trust trust = Trust::checked);
    [[nodiscard]] static result<std::unique_ptr<Store>> open_reader(std::filesystem::path const& directory,
                                                                    Trust trust = Trust::checked);
    ~Store();
    Store(Store const&) = delete;
    Store& operator=(Store const&) = delete;

    /// Writes batches and their indexes in one step, and returns once they are fsynced.
    [[nodiscard]] result<void> append(std::span<SealedBatch const> batches);

    /// Tells the witness that the log up to `head` is promised, and the newest checkpoint known. `synced`: returns once that
    /// is on disk. Nothing where there is no witness. One caller at a time. Errors: Errc::witness_unwritable.
    [[nodiscard]] result<void> promise(LogHead const& head, std::uint64_t checkpoint, Hash const& state_root, bool synced);
    /// Returns once every promise is on disk. Errors: Errc::witness_unwritable.
    [[nodiscard]] result<void> sync_promises();
    /// Compares the log with what its witness said before the ledger was opened. Errors: as open_writer.
    [[nodiscard]] result<void> check_promise() const;
    [[nodiscard]] Marker const& marker() const { return marker_; }
    /// What opening had to do, in sentences; empty as a rule.
    [[nodiscard]] std::string const& notes() const { return notes_; }

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
    /// The log as it lies there is what was promised, but for at most `limit_batches` more.
    [[nodiscard]] result<void> compare(Promise const& promise, std::size_t limit_batches) const;
    /// Opens the log for reading, up to damage behind which nothing was promised, and compares it with the promise. Where
    /// files moved meanwhile it looks again.
    [[nodiscard]] result<void> open_to_read(Promise const& promise);
    [[nodiscard]] result<void> open_once(Promise const& promise);
    /// From there for writing: RocksDB takes files away that it does not know, so nothing is opened so before it was
    /// found to be what was promised. Cuts a damaged end off, and keeps it.
    [[nodiscard]] result<void> open_to_write();
    /// Opens the log for reading as far as it is whole, and says how far.
    [[nodiscard]] result<LogHead> whole_log(Error const& damage, std::string const& promised);
    [[nodiscard]] std::filesystem::path witness_path() const;
    void tell_notes() const;

    std::filesystem::path directory_;
    Marker marker_;
    std::string notes_;
    std::optional<Error> damage_; ///< of the log's end, met when opening
    std::unique_ptr<Witness> witness_;       ///< of a writer
    std::unique_ptr<Promise> promise_found_; ///< before opening
    std::unique_ptr<Database> database_;
};

} // namespace plimsoll::store
