#include "tests/faults/fault_file_system.hpp"

#include "ledger/store/database.hpp"

namespace plimsoll::faults {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
using Ruling = FaultFileSystem::Ruling;

class WritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
public:
    WritableFile(std::unique_ptr<rocksdb::FSWritableFile> target, FaultFileSystem& files, std::string path, Disk::Handle file)
        : FSWritableFileOwnerWrapper(std::move(target)), files_(files), path_(std::move(path)), file_(std::move(file)) {}

    IOStatus Append(Slice const& data, IOOptions const& options, IODebugContext* debug) override {
        Ruling const ruling = files_.ask(Operation::write, path_, data.size());
        if (ruling.bytes != 0) {
            auto const status = FSWritableFileOwnerWrapper::Append(Slice(data.data(), ruling.bytes), options, debug);
            if (!status.ok()) return status;
            if (file_) files_.with_disk([&](Disk&) { Disk::wrote(*file_, ruling.bytes); });
        }
        return ruling.status;
    }
    IOStatus Append(Slice const& data, IOOptions const& options, rocksdb::DataVerificationInfo const&,
                    IODebugContext* debug) override {
        return Append(data, options, debug);
    }
    IOStatus Sync(IOOptions const&, IODebugContext*) override {
        Ruling const ruling = files_.ask(Operation::sync, path_);
        if (ruling.is_lie || !file_) return ruling.status;
        files_.with_disk([&](Disk&) { ruling.is_done ? Disk::synced(*file_) : Disk::sync_failed(*file_); });
        return ruling.status;
    }
    IOStatus Fsync(IOOptions const& options, IODebugContext* debug) override { return Sync(options, debug); }
    /// A hint: it makes nothing durable.
    IOStatus RangeSync(std::uint64_t, std::uint64_t, IOOptions const&, IODebugContext*) override { return IOStatus::OK(); }
    IOStatus Truncate(std::uint64_t bytes, IOOptions const& options, IODebugContext* debug) override {
        Ruling const ruling = files_.ask(Operation::shorten, path_);
        if (!ruling.is_done) return ruling.status;
        if (file_) files_.with_disk([&](Disk&) { Disk::cut_to(*file_, bytes); });
        return FSWritableFileOwnerWrapper::Truncate(bytes, options, debug);
    }
    IOStatus Close(IOOptions const& options, IODebugContext* debug) override {
        Ruling const ruling = files_.ask(Operation::close, path_);
        auto const status = FSWritableFileOwnerWrapper::Close(options, debug);
        return ruling.is_done ? status : ruling.status;
    }
    void PrepareWrite(std::size_t, std::size_t, IOOptions const&, IODebugContext*) override {}
    IOStatus Allocate(std::uint64_t, std::uint64_t, IOOptions const&, IODebugContext*) override { return IOStatus::OK(); }

private:
    FaultFileSystem& files_;
    std::string path_;
    Disk::Handle file_;
};

class SequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
public:
    SequentialFile(std::unique_ptr<rocksdb::FSSequentialFile> target, FaultFileSystem& files, std::string path)
        : FSSequentialFileOwnerWrapper(std::move(target)), files_(files), path_(std::move(path)) {}
    IOStatus Read(std::size_t bytes, IOOptions const& options, Slice* result, char* scratch, IODebugContext* debug) override {
        Ruling const ruling = files_.ask(Operation::read, path_, bytes);
        return ruling.is_done ? FSSequentialFileOwnerWrapper::Read(bytes, options, result, scratch, debug) : ruling.status;
    }

private:
    FaultFileSystem& files_;
    std::string path_;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
public:
    RandomAccessFile(std::unique_ptr<rocksdb::FSRandomAccessFile> target, FaultFileSystem& files, std::string path)
        : FSRandomAccessFileOwnerWrapper(std::move(target)), files_(files), path_(std::move(path)) {}
    IOStatus Read(std::uint64_t offset, std::size_t bytes, IOOptions const& options, Slice* result, char* scratch,
                  IODebugContext* debug) const override {
        Ruling const ruling = files_.ask(Operation::read, path_, bytes);
        if (!ruling.is_done) return ruling.status;
        return FSRandomAccessFileOwnerWrapper::Read(offset, bytes, options, result, scratch, debug);
    }
    IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count, IOOptions const& options,
                       IODebugContext* debug) override {
        for (std::size_t i = 0; i < count; ++i) {
            auto& ask = requests[i];
            ask.status = Read(ask.offset, ask.len, options, &ask.result, ask.scratch, debug);
        }
        return IOStatus::OK();
    }
    IOStatus Prefetch(std::uint64_t, std::size_t, IOOptions const&, IODebugContext*) override {
        return IOStatus::NotSupported("Prefetch");
    }

private:
    FaultFileSystem& files_;
    std::string path_;
};

class Directory final : public rocksdb::FSDirectory {
public:
    Directory(FaultFileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
    IOStatus Fsync(IOOptions const&, IODebugContext*) override {
        Ruling const ruling = files_.ask(Operation::sync_directory, path_);
        if (ruling.is_done && !ruling.is_lie) files_.with_disk([&](Disk& disk) { disk.directory_synced(path_); });
        return ruling.status;
    }
    IOStatus Close(IOOptions const&, IODebugContext*) override { return IOStatus::OK(); }

private:
    FaultFileSystem& files_;
    std::string path_;
};

class SilentLogger final : public rocksdb::Logger {
public:
    using Logger::Logv;
    void Logv(char const*, va_list) override {}
};

[[nodiscard]] IOStatus failed(std::string const& path, char const* why) { return IOStatus::IOError(path, why); }

} // namespace

FaultFileSystem::FaultFileSystem(std::filesystem::path const& folder)
    : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(folder) {}

void FaultFileSystem::follow(Plan plan) {
    std::lock_guard lock(mutex_);
    plan_ = std::move(plan);
    operations_ = 0;
    faults_ = 0;
    by_kind_ = {};
    by_path_.clear();
}
void FaultFileSystem::limit(std::optional<std::uint64_t> capacity_bytes) {
    std::lock_guard lock(mutex_);
    capacity_bytes_ = capacity_bytes;
}
void FaultFileSystem::power_off() {
    std::lock_guard lock(mutex_);
    is_off_ = true;
}
std::uint64_t FaultFileSystem::used_bytes() {
    std::lock_guard lock(mutex_);
    return disk_.used_bytes();
}
std::uint64_t FaultFileSystem::operations() {
    std::lock_guard lock(mutex_);
    return operations_;
}
std::uint64_t FaultFileSystem::faults() {
    std::lock_guard lock(mutex_);
    return faults_;
}
std::array<std::uint64_t, operation_count> FaultFileSystem::operations_by_kind() {
    std::lock_guard lock(mutex_);
    return by_kind_;
}

void FaultFileSystem::restart_after_cut(Loss loss, Random& random) {
    follow({});
    std::lock_guard lock(mutex_);
    disk_.cut(loss, random);
    is_off_ = false;
}
void FaultFileSystem::restart_after_kill() {
    follow({});
    std::lock_guard lock(mutex_);
    disk_.settle();
    is_off_ = false;
}

Ruling FaultFileSystem::ask(Operation operation, std::string const& path, std::uint64_t bytes) {
    std::lock_guard lock(mutex_);
    auto refuse = [&](char const* why, std::uint64_t done) {
        return Ruling{failed(path, why), false, operation == Operation::write ? done : 0};
    };
    if (is_off_) return refuse("the power is off", 0);
    ++operations_;
    ++by_kind_[static_cast<std::size_t>(operation)];
    Step const step{operation, path, operations_, ++by_path_[path], bytes};
    Fault const fault = plan_ ? plan_(step) : Fault::none;
    if (fault != Fault::none) ++faults_;
    // How much of a torn write is done follows from what it is, so that a plan needs no chance of its own.
    std::uint64_t const torn = bytes == 0 ? 0 : (step.number_in_file * 2'654'435'761U) % bytes;
    switch (fault) {
    case Fault::none: break;
    case Fault::io_error: return refuse("Input/output error", 0);
    case Fault::torn: return refuse("Input/output error", torn);
    case Fault::no_space: return {IOStatus::NoSpace(path, "No space left on device"), false, operation == Operation::write ? torn : 0};
    case Fault::power_off: is_off_ = true; return refuse("the power is off", torn);
    case Fault::lie: return {IOStatus::OK(), true, bytes, true};
    }
    if (capacity_bytes_ && (operation == Operation::write || operation == Operation::make)) {
        std::uint64_t const free = *capacity_bytes_ - std::min(*capacity_bytes_, disk_.used_bytes());
        if (free == 0 || free < bytes) {
            ++faults_;
            return {IOStatus::NoSpace(path, "No space left on device"), false, operation == Operation::write ? free : 0};
        }
    }
    return {IOStatus::OK(), true, bytes};
}

IOStatus FaultFileSystem::NewSequentialFile(std::string const& path, rocksdb::FileOptions const& options,
                                            std::unique_ptr<rocksdb::FSSequentialFile>* file, Debug* debug) {
    if (auto const ruling = ask(Operation::open, path); !ruling.is_done) return ruling.status;
    std::unique_ptr<rocksdb::FSSequentialFile> target;
    auto status = FileSystemWrapper::NewSequentialFile(path, options, &target, debug);
    if (status.ok()) *file = std::make_unique<SequentialFile>(std::move(target), *this, path);
    return status;
}
IOStatus FaultFileSystem::NewRandomAccessFile(std::string const& path, rocksdb::FileOptions const& options,
                                              std::unique_ptr<rocksdb::FSRandomAccessFile>* file, Debug* debug) {
    if (auto const ruling = ask(Operation::open, path); !ruling.is_done) return ruling.status;
    std::unique_ptr<rocksdb::FSRandomAccessFile> target;
    auto status = FileSystemWrapper::NewRandomAccessFile(path, options, &target, debug);
    if (status.ok()) *file = std::make_unique<RandomAccessFile>(std::move(target), *this, path);
    return status;
}
IOStatus FaultFileSystem::NewWritableFile(std::string const& path, rocksdb::FileOptions const& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* file, Debug* debug) {
    if (auto const ruling = ask(Operation::make, path); !ruling.is_done) return ruling.status;
    // A new file under an old name, not the old one emptied: that one may be what a power cut leaves.
    static_cast<void>(FileSystemWrapper::DeleteFile(path, {}, debug));
    std::unique_ptr<rocksdb::FSWritableFile> target;
    auto status = FileSystemWrapper::NewWritableFile(path, options, &target, debug);
    if (!status.ok()) return status;
    Disk::Handle handle;
    with_disk([&](Disk& disk) {
        if (disk.holds(path)) handle = disk.made(path);
    });
    *file = std::make_unique<WritableFile>(std::move(target), *this, path, std::move(handle));
    return status;
}
IOStatus FaultFileSystem::ReopenWritableFile(std::string const& path, rocksdb::FileOptions const& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* file, Debug* debug) {
    if (auto const ruling = ask(Operation::make, path); !ruling.is_done) return ruling.status;
    std::unique_ptr<rocksdb::FSWritableFile> target;
    auto status = FileSystemWrapper::ReopenWritableFile(path, options, &target, debug);
    if (!status.ok()) return status;
    Disk::Handle handle;
    with_disk([&](Disk& disk) { handle = disk.known(path); });
    *file = std::make_unique<WritableFile>(std::move(target), *this, path, std::move(handle));
    return status;
}
IOStatus FaultFileSystem::NewDirectory(std::string const& path, Options const&, std::unique_ptr<rocksdb::FSDirectory>* directory,
                                       Debug*) {
    if (auto const ruling = ask(Operation::open_directory, path); !ruling.is_done) return ruling.status;
    *directory = std::make_unique<Directory>(*this, path);
    return IOStatus::OK();
}
IOStatus FaultFileSystem::FileExists(std::string const& path, Options const& options, Debug* debug) {
    auto const ruling = ask(Operation::look, path);
    return ruling.is_done ? FileSystemWrapper::FileExists(path, options, debug) : ruling.status;
}
IOStatus FaultFileSystem::GetChildren(std::string const& path, Options const& options, std::vector<std::string>* names,
                                      Debug* debug) {
    auto const ruling = ask(Operation::list, path);
    return ruling.is_done ? FileSystemWrapper::GetChildren(path, options, names, debug) : ruling.status;
}
IOStatus FaultFileSystem::DeleteFile(std::string const& path, Options const& options, Debug* debug) {
    if (auto const ruling = ask(Operation::remove, path); !ruling.is_done) return ruling.status;
    auto status = FileSystemWrapper::DeleteFile(path, options, debug);
    if (status.ok()) with_disk([&](Disk& disk) { disk.removed(path); });
    return status;
}
IOStatus FaultFileSystem::Truncate(std::string const& path, std::size_t bytes, Options const& options, Debug* debug) {
    if (auto const ruling = ask(Operation::shorten, path); !ruling.is_done) return ruling.status;
    auto status = FileSystemWrapper::Truncate(path, bytes, options, debug);
    with_disk([&](Disk& disk) {
        if (auto const file = disk.known(path); file && status.ok()) Disk::cut_to(*file, bytes);
    });
    return status;
}
IOStatus FaultFileSystem::CreateDir(std::string const& path, Options const& options, Debug* debug) {
    auto const ruling = ask(Operation::make_directory, path);
    return ruling.is_done ? FileSystemWrapper::CreateDir(path, options, debug) : ruling.status;
}
IOStatus FaultFileSystem::CreateDirIfMissing(std::string const& path, Options const& options, Debug* debug) {
    auto const ruling = ask(Operation::make_directory, path);
    return ruling.is_done ? FileSystemWrapper::CreateDirIfMissing(path, options, debug) : ruling.status;
}
IOStatus FaultFileSystem::GetFileSize(std::string const& path, Options const& options, std::uint64_t* bytes, Debug* debug) {
    auto const ruling = ask(Operation::look, path);
    return ruling.is_done ? FileSystemWrapper::GetFileSize(path, options, bytes, debug) : ruling.status;
}
IOStatus FaultFileSystem::GetFileModificationTime(std::string const& path, Options const& options, std::uint64_t* time,
                                                  Debug* debug) {
    auto const ruling = ask(Operation::look, path);
    return ruling.is_done ? FileSystemWrapper::GetFileModificationTime(path, options, time, debug) : ruling.status;
}
IOStatus FaultFileSystem::RenameFile(std::string const& from, std::string const& to, Options const& options, Debug* debug) {
    if (auto const ruling = ask(Operation::rename, to); !ruling.is_done) return ruling.status;
    auto status = FileSystemWrapper::RenameFile(from, to, options, debug);
    if (status.ok()) with_disk([&](Disk& disk) { disk.renamed(from, to); });
    return status;
}
IOStatus FaultFileSystem::LinkFile(std::string const& from, std::string const& to, Options const& options, Debug* debug) {
    if (auto const ruling = ask(Operation::link, to); !ruling.is_done) return ruling.status;
    auto status = FileSystemWrapper::LinkFile(from, to, options, debug);
    if (status.ok()) with_disk([&](Disk& disk) { disk.linked(from, to); });
    return status;
}
IOStatus FaultFileSystem::LockFile(std::string const& path, Options const& options, rocksdb::FileLock** lock, Debug* debug) {
    auto const ruling = ask(Operation::lock, path);
    return ruling.is_done ? FileSystemWrapper::LockFile(path, options, lock, debug) : ruling.status;
}
IOStatus FaultFileSystem::GetFreeSpace(std::string const& path, Options const& options, std::uint64_t* bytes, Debug* debug) {
    {
        std::lock_guard lock(mutex_);
        if (capacity_bytes_) {
            *bytes = *capacity_bytes_ - std::min(*capacity_bytes_, disk_.used_bytes());
            return IOStatus::OK();
        }
    }
    return FileSystemWrapper::GetFreeSpace(path, options, bytes, debug);
}
IOStatus FaultFileSystem::NewLogger(std::string const&, Options const&, std::shared_ptr<rocksdb::Logger>* logger, Debug*) {
    *logger = std::make_shared<SilentLogger>();
    return IOStatus::OK();
}

Faulty::Faulty(std::filesystem::path const& folder)
    : files_(std::make_shared<FaultFileSystem>(folder)), environment_(rocksdb::NewCompositeEnv(files_)) {
    store::use_environment(environment_.get());
}
Faulty::~Faulty() { store::use_environment(nullptr); }

} // namespace plimsoll::faults
