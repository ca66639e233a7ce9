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

[[nodiscard]] bool is_tracked(fs::path const& path) { return path.filename() != "LOCK"; }

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

Disk::Handle Disk::made(std::string const& path) { return now_[path] = new_file(path, 0); }

Disk::Handle Disk::known(std::string const& path) const {
    auto const at = now_.find(path);
    return at == now_.end() ? nullptr : at->second;
}

void Disk::removed(std::string const& path) { now_.erase(path); }

void Disk::renamed(std::string const& from, std::string const& to) {
    auto const at = now_.find(from);
    if (at == now_.end()) return;
    now_[to] = at->second;
    now_.erase(from);
}

void Disk::linked(std::string const& from, std::string const& to) {
    if (auto const file = known(from)) now_[to] = file;
}

void Disk::directory_synced(std::string const& path) {
    std::string const folder = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
    std::erase_if(kept_, [&](auto const& entry) { return folder_of(entry.first) == folder; });
    for (auto const& [name, file] : now_) {
        if (folder_of(name) == folder) kept_[name] = file;
    }
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
        // Each name by itself, whatever the order of the changes: harsher than a journal.
        Names all = now_;
        all.insert(kept_.begin(), kept_.end());
        for (auto const& [name, file] : all) {
            Handle const newer = known(name);
            if (auto const old = kept_.find(name); (old != kept_.end() && old->second == newer) || random.chance(2)) continue;
            if (newer) after[name] = newer;
            else after.erase(name);
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
    for (auto const& [name, file] : now_) {
        file->is_dropping = false;
        file->synced_bytes = file->bytes;
    }
}

} // namespace plimsoll::faults
