/// A file system under RocksDB that counts every operation, and fails, tears, drops or lies as a plan says.
#pragma once

#include "tests/faults/disk.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <array>
#include <functional>
#include <mutex>
#include <optional>

namespace plimsoll::faults {

enum class Operation : std::uint8_t {
    make,   ///< a file to write on
    open,   ///< a file to read from
    read,
    write,
    sync,
    close,
    shorten,
    rename,
    remove,
    link,
    list,
    look, ///< size, age, existence
    make_directory,
    open_directory,
    sync_directory,
    lock,
};
constexpr std::size_t operation_count = 16;

/// One operation, before it is done.
struct Step {
    Operation operation;
    std::string const& path;
    std::uint64_t number;         ///< from 1, of all
    std::uint64_t number_in_file; ///< from 1, of those on this path
    std::uint64_t bytes = 0;      ///< of a read or a write
};

enum class Fault {
    none,
    io_error,  ///< nothing is done, and EIO
    torn,      ///< of a write a first part is done, and EIO
    no_space,  ///< the same, and ENOSPC
    power_off, ///< the same, and from here on nothing more is done
    lie,       ///< of a sync: nothing is done, and success
};

using Plan = std::function<Fault(Step const&)>;

class FaultFileSystem final : public rocksdb::FileSystemWrapper {
public:
    /// Keeps account of the files below `folder`.
    explicit FaultFileSystem(std::filesystem::path const& folder);

    char const* Name() const override { return "FaultFileSystem"; }
    static char const* kClassName() { return "FaultFileSystem"; }

    /// What to do from now on; called with a lock held. The counts begin again.
    void follow(Plan plan);
    /// A disk of that size; nothing: endless.
    void limit(std::optional<std::uint64_t> capacity_bytes);
    void power_off();
    [[nodiscard]] std::uint64_t used_bytes();
    [[nodiscard]] std::uint64_t operations();
    [[nodiscard]] std::uint64_t faults();
    [[nodiscard]] std::array<std::uint64_t, operation_count> operations_by_kind();

    /// The power comes back, after a cut or a kill; the plan is over. Nothing may be open.
    void restart_after_cut(Loss loss, Random& random);
    void restart_after_kill();

    // ---- for its files ----
    struct Ruling {
        rocksdb::IOStatus status;
        bool is_done = true;      ///< do it
        std::uint64_t bytes = 0;  ///< of a write, so many
        bool is_lie = false;
    };
    [[nodiscard]] Ruling ask(Operation operation, std::string const& path, std::uint64_t bytes = 0);
    template <class F> void with_disk(F&& f) {
        std::lock_guard lock(mutex_);
        f(disk_);
    }

    // ---- rocksdb::FileSystem ----
    using Status = rocksdb::IOStatus;
    using Options = rocksdb::IOOptions;
    using Debug = rocksdb::IODebugContext;
    Status NewSequentialFile(std::string const&, rocksdb::FileOptions const&, std::unique_ptr<rocksdb::FSSequentialFile>*,
                             Debug*) override;
    Status NewRandomAccessFile(std::string const&, rocksdb::FileOptions const&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>*, Debug*) override;
    Status NewWritableFile(std::string const&, rocksdb::FileOptions const&, std::unique_ptr<rocksdb::FSWritableFile>*,
                           Debug*) override;
    Status ReopenWritableFile(std::string const&, rocksdb::FileOptions const&, std::unique_ptr<rocksdb::FSWritableFile>*,
                              Debug*) override;
    Status NewDirectory(std::string const&, Options const&, std::unique_ptr<rocksdb::FSDirectory>*, Debug*) override;
    Status FileExists(std::string const&, Options const&, Debug*) override;
    Status GetChildren(std::string const&, Options const&, std::vector<std::string>*, Debug*) override;
    Status DeleteFile(std::string const&, Options const&, Debug*) override;
    Status Truncate(std::string const&, std::size_t, Options const&, Debug*) override;
    Status CreateDir(std::string const&, Options const&, Debug*) override;
    Status CreateDirIfMissing(std::string const&, Options const&, Debug*) override;
    Status GetFileSize(std::string const&, Options const&, std::uint64_t*, Debug*) override;
    Status GetFileModificationTime(std::string const&, Options const&, std::uint64_t*, Debug*) override;
    Status RenameFile(std::string const&, std::string const&, Options const&, Debug*) override;
    Status LinkFile(std::string const&, std::string const&, Options const&, Debug*) override;
    Status LockFile(std::string const&, Options const&, rocksdb::FileLock**, Debug*) override;
    Status GetFreeSpace(std::string const&, Options const&, std::uint64_t*, Debug*) override;
    /// A silent one: what RocksDB tells its own log is no part of the ledger.
    Status NewLogger(std::string const&, Options const&, std::shared_ptr<rocksdb::Logger>*, Debug*) override;

private:
    std::mutex mutex_;
    Disk disk_;
    Plan plan_;
    std::optional<std::uint64_t> capacity_bytes_;
    bool is_off_ = false;
    std::uint64_t operations_ = 0;
    std::uint64_t faults_ = 0;
    std::array<std::uint64_t, operation_count> by_kind_{};
    std::map<std::string, std::uint64_t> by_path_;
};

/// Puts a fault file system under every ledger opened while it lives.
class Faulty {
public:
    explicit Faulty(std::filesystem::path const& folder);
    ~Faulty();
    Faulty(Faulty const&) = delete;
    Faulty& operator=(Faulty const&) = delete;
    FaultFileSystem* operator->() { return files_.get(); }
    FaultFileSystem& operator*() { return *files_; }

private:
    std::shared_ptr<FaultFileSystem> files_;
    std::unique_ptr<rocksdb::Env> environment_;
};

} // namespace plimsoll::faults
