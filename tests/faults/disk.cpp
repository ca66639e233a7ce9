#include "tests/faults/disk.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

namespace plimsoll::faults {

namespace fs = std::filesystem;

struct Disk::File {
    fs::path hidden;
    std::uint64_t bytes = 0;
    std::uint64_t synced_bytes = 0;
    bool is_dropping = false; ///< a sync has failed
    std::shared_ptr<std::uint64_t> used;

    ~File() {
        *used -= bytes;
        std::error_code ignored;
        fs::remove(hidden, ignored);
    }
};

namespace {

constexpr std::uint64_t sector_bytes = 512;

/// Not the lock, and not RocksDB's diary (LOG, LOG.old.*): that holds no data, and what goes into it hangs on time and threads.
[[nodiscard]] bool is_tracked(fs::path const& path) {
    std::string const name = path.filename().string();
    return name != "LOCK" && !name.starts_with("LOG");
}

[[nodiscard]] std::string folder_of(std::string const& path) { return fs::path(path).parent_path().string(); }

} // namespace

Disk::Disk(fs::path const& folder) : folder_(folder), hidden_(folder.string() + ".hidden") {
    fs::create_directories(hidden_);
    for (auto const& entry : fs::recursive_directory_iterator(folder_)) {
        if (!entry.is_regular_file() || !is_tracked(entry.path())) continue;
        now_[entry.path().string()] = new_file(entry.path(), entry.file_size());
    }
    settle();
}

Disk::~Disk() {
    now_.clear();
    kept_.clear();
    std::error_code ignored;
    fs::remove_all(hidden_, ignored);
}

Disk::Handle Disk::new_file(fs::path const& real, std::uint64_t bytes) {
    auto file = std::make_shared<File>();
    file->used = used_;
    file->hidden = hidden_ / std::to_string(++last_id_);
    file->bytes = bytes;
    *used_ += bytes;
    fs::create_hard_link(real, file->hidden);
    return file;
}

bool Disk::holds(std::string const& path) const { return path.starts_with(folder_.string() + "/") && is_tracked(path); }

Disk::Handle Disk::made(std::string const& path) {
    Handle const file = new_file(path, 0);
    now_[path] = file;
    changes_.push_back({folder_of(path), {{path, file}}});
    return file;
}

Disk::Handle Disk::known(std::string const& path) const {
    auto const at = now_.find(path);
    return at == now_.end() ? nullptr : at->second;
}

void Disk::removed(std::string const& path) {
    if (now_.erase(path) == 0) return; // it was not tracked
    changes_.push_back({folder_of(path), {{path, nullptr}}});
}

void Disk::renamed(std::string const& from, std::string const& to) {
    auto const at = now_.find(from);
    if (at == now_.end()) return;
    Handle const file = at->second;
    now_.erase(at);
    now_[to] = file;
    changes_.push_back({folder_of(to), {{from, nullptr}, {to, file}}}); // both at once
}

void Disk::linked(std::string const& from, std::string const& to) {
    auto const file = known(from);
    if (!file) return;
    now_[to] = file;
    changes_.push_back({folder_of(to), {{to, file}}});
}

void Disk::directory_synced(std::string const& path) {
    std::string const folder = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
    std::erase_if(kept_, [&](auto const& entry) { return folder_of(entry.first) == folder; });
    for (auto const& [name, file] : now_) {
        if (folder_of(name) == folder) kept_[name] = file;
    }
    std::erase_if(changes_, [&](Change const& change) { return change.folder == folder; });
}

void Disk::wrote(File& file, std::uint64_t bytes) {
    file.bytes += bytes;
    *file.used += bytes;
}

void Disk::cut_to(File& file, std::uint64_t bytes) {
    *file.used += bytes - file.bytes;
    file.bytes = bytes;
    file.synced_bytes = std::min(file.synced_bytes, bytes);
}

void Disk::synced(File& file) {
    if (!file.is_dropping) file.synced_bytes = file.bytes;
}

void Disk::sync_failed(File& file) { file.is_dropping = true; }

void Disk::lose(File& file, Loss loss, Random& random) const {
    std::uint64_t const loose = file.bytes - file.synced_bytes;
    std::uint64_t stays = file.synced_bytes;
    if (loss != Loss::everything && loose != 0) stays += random.below(loose + 1);
    if (loss == Loss::zeros && random.chance(2)) {
        std::uint64_t const length = stays + random.below(file.bytes - stays + 1);
        fs::resize_file(file.hidden, stays);
        stays = length; // what is grown reads as zeros
    } else if (loss == Loss::shuffled && random.chance(2)) {
        std::fstream bytes(file.hidden, std::ios::binary | std::ios::in | std::ios::out);
        for (std::uint64_t at = stays / sector_bytes * sector_bytes + sector_bytes; at < file.bytes; at += sector_bytes) {
            if (random.chance(2)) continue;
            std::string const hole(std::min(sector_bytes, file.bytes - at), '\0');
            bytes.seekp(static_cast<std::streamoff>(at));
            bytes.write(hole.data(), static_cast<std::streamsize>(hole.size()));
        }
        stays = file.bytes;
    }
    fs::resize_file(file.hidden, stays);
    cut_to(file, stays);
    file.is_dropping = false;
}

void Disk::cut(Loss loss, Random& random) {
    Names after = kept_;
    if (loss != Loss::everything) {
        // In order within a directory, as file systems with a journal keep it. Each name by itself is more than RocksDB 7.8
        // bears: it syncs the directory once for the new MANIFEST and the CURRENT that names it.
        std::map<std::string, std::vector<Change const*>> by_folder;
        for (Change const& change : changes_) by_folder[change.folder].push_back(&change);
        for (auto const& [folder, changes] : by_folder) {
            std::uint64_t const kept = random.below(changes.size() + 1);
            for (std::uint64_t i = 0; i < kept; ++i) {
                for (auto const& [name, file] : changes[i]->names) {
                    if (file) after[name] = file;
                    else after.erase(name);
                }
            }
        }
    }
    for (Names const* names : {&now_, &kept_}) {
        for (auto const& [name, file] : *names) fs::remove(name);
    }
    std::vector<File const*> seen;
    for (auto const& [name, file] : after) {
        if (std::ranges::find(seen, file.get()) == seen.end()) lose(*file, loss, random);
        seen.push_back(file.get());
        fs::create_hard_link(file->hidden, name);
    }
    now_ = std::move(after);
    settle();
}

void Disk::settle() {
    kept_ = now_;
    changes_.clear();
    for (auto const& [name, file] : now_) {
        file->is_dropping = false;
        file->synced_bytes = file->bytes;
    }
}

} // namespace plimsoll::faults
