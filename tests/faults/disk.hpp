/// What a disk would hold after a power cut: which bytes of which files were synced, and under which names.
#pragma once

#include "tests/ledger/event/random.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace plimsoll::faults {

using testing_aid::Random;

/// What becomes of bytes that were written and not synced, and of names whose directory was not.
enum class Loss {
    everything, ///< gone, all of them
    some,       ///< of each file a random first part stays, of what was done to the names of a directory a
                ///< random first part, as a journal keeps it
    zeros,      ///< as some; the length of a file may have reached the disk where its last bytes did not
    shuffled,   ///< as some; and sectors of the rest may be there where earlier ones are not
};

/// Files below one folder. Written ones are real files there, so that whoever reads past the file system sees them;
/// each has a second name in a hidden folder beside it, by which it outlives its removal until that is synced.
/// Called with a lock held by the file system that owns it.
class Disk {
public:
    /// What lies below `folder` already counts as synced.
    explicit Disk(std::filesystem::path const& folder);
    ~Disk();
    Disk(Disk const&) = delete;
    Disk& operator=(Disk const&) = delete;

    struct File;
    using Handle = std::shared_ptr<File>;

    [[nodiscard]] bool holds(std::string const& path) const;
    /// A new, empty file was made at `path`.
    [[nodiscard]] Handle made(std::string const& path);
    /// A file was opened again to be written on; nothing where it is not known.
    [[nodiscard]] Handle known(std::string const& path) const;
    void removed(std::string const& path);
    void renamed(std::string const& from, std::string const& to);
    void linked(std::string const& from, std::string const& to);
    void directory_synced(std::string const& path);

    static void wrote(File& file, std::uint64_t bytes);
    static void cut_to(File& file, std::uint64_t bytes);
    static void synced(File& file);
    /// A sync that failed: the system has dropped those bytes, and no later sync brings them back.
    static void sync_failed(File& file);

    /// Bytes of all files, and of removed ones that are still in use.
    [[nodiscard]] std::uint64_t used_bytes() const { return *used_; }

    /// The power goes and comes back: the folder is what a disk would hold. Nothing may be open.
    void cut(Loss loss, Random& random);
    /// A process was killed: everything written is there, and will be written back.
    void settle();

private:
    using Names = std::map<std::string, Handle>;
    [[nodiscard]] Handle new_file(std::filesystem::path const& real, std::uint64_t bytes);
    void lose(File& file, Loss loss, Random& random) const;

    std::filesystem::path folder_;
    std::filesystem::path hidden_;
    std::shared_ptr<std::uint64_t> used_ = std::make_shared<std::uint64_t>(0);
    std::uint64_t last_id_ = 0;
    Names now_;
    /// What was done to the names of a directory since it was synced; null: gone.
    struct Change {
        std::string folder;
        std::vector<std::pair<std::string, Handle>> names;
    };
    std::vector<Change> changes_;
    Names kept_; ///< after a power cut that loses everything it can
};

} // namespace plimsoll::faults
