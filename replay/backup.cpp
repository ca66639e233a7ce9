#include "replay/backup.hpp"

#include "ledger/store/tiles.hpp"
#include "ledger/store/witness.hpp"
#include "replay/catch_up.hpp"
#include "replay/moment.hpp"

#include <sys/file.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <system_error>

namespace plimsoll::replay {
namespace {

namespace fs = std::filesystem;

/// A segment is closed once it has so many bytes of batches.
constexpr std::size_t segment_bytes = std::size_t{64} << 20;
/// A tree that grows meanwhile takes its last tiles away: looked at again so often.
constexpr int tree_attempts = 20;

[[nodiscard]] std::string number(std::uint64_t sequence) { return "#" + std::to_string(sequence); }

[[nodiscard]] std::string segment_path(std::uint64_t first, std::uint64_t last) {
    auto const padded = [](std::uint64_t sequence) {
        std::string const text = std::to_string(sequence);
        return std::string(20 - text.size(), '0') + text; // sorted as text they are in order
    };
    return "log/" + padded(first) + "-" + padded(last);
}

/// Held while a backup is written: two at once would take each other's files away.
class FolderLock {
public:
    explicit FolderLock(fs::path const& folder) : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {}
    ~FolderLock() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    FolderLock(FolderLock const&) = delete;
    FolderLock& operator=(FolderLock const&) = delete;
    [[nodiscard]] bool take() const { return descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0; }

private:
    int descriptor_;
};

class BackingUp {
public:
    BackingUp(fs::path const& directory, fs::path const& to, Progressing const& progress)
        : directory_(directory), to_(to), progress_(progress) {}

    [[nodiscard]] result<BackupReport> run() {
        PLIMSOLL_TRY(before, earlier());
        // What is bound to the log comes first: the log that is read afterwards reaches at least as far.
        PLIMSOLL_TRYV(take_signed());
        PLIMSOLL_TRYV(take_tiles());
        PLIMSOLL_TRY(store, store::Store::open_reader(directory_));
        PLIMSOLL_TRY(end, durable_end(*store));
        manifest().ledger = store->marker().id;
        manifest().witness = store->marker().witness;
        manifest().witness.file.clear(); // a restored ledger must not write over the witness of the one that lives
        if (before) {
            PLIMSOLL_TRYV(check_earlier(*store, *before, end));
            PLIMSOLL_TRYV(take_over(*before));
            report_.events_before = before->events;
        }
        PLIMSOLL_TRYV(take_log(*store, before ? store::LogHead{before->events, before->log_root} : store::LogHead{}, end));
        PLIMSOLL_TRYV(take_state());
        if (tree_size_ > manifest().events) leave_out_tiles();
        PLIMSOLL_TRYV(sync_folder(to_));
        PLIMSOLL_TRYV(put_file(to_ / manifest_name, manifest().encode()));
        remove_superseded();
        return report_;
    }

private:
    [[nodiscard]] BackupManifest& manifest() { return report_.manifest; }

    /// The backup that lies there already, if one does.
    [[nodiscard]] result<std::optional<BackupManifest>> earlier() {
        std::error_code error;
        if (fs::exists(to_ / manifest_name, error)) {
            PLIMSOLL_TRY(read, read_manifest(to_));
            return std::optional(std::move(read));
        }
        for (fs::directory_iterator each(to_, error), end; !error && each != end; each.increment(error)) {
            if (each->path().filename() != "files") return fail(store::Errc::directory_not_empty, to_.string()); // else: one cut short
        }
        fs::create_directories(to_ / "files", error);
        if (error) return fail(store::Errc::cannot_create, to_.string() + ": " + error.message());
        return std::optional<BackupManifest>{};
    }

    /// Keeps bytes under their hash, and names them in the manifest.
    [[nodiscard]] result<void> keep(std::string const& path, std::string_view bytes) {
        BackupFile file{path, bytes.size(), sha256(bytes_of(bytes))};
        fs::path const place = stored_at(to_, file.hash);
        std::error_code error;
        if (!fs::exists(place, error) || fs::file_size(place, error) != bytes.size()) {
            fs::path const fresh = to_ / "files" / "new";
            std::FILE* const out = std::fopen(fresh.c_str(), "wb");
            bool ok = out != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), out) == bytes.size();
            if (out != nullptr) ok = std::fclose(out) == 0 && ok;
            if (ok) fs::rename(fresh, place, error);
            if (!ok || error) return fail(store::Errc::disk_failed, "writing " + place.string());
            count_new(bytes.size());
        }
        manifest().files[path] = std::move(file);
        return outcome::success();
    }
    void count_new(std::uint64_t bytes) {
        ++report_.new_files;
        report_.new_bytes += bytes;
    }

    [[nodiscard]] result<void> take_signed() {
        std::vector<std::string> names;
        std::error_code error;
        for (fs::directory_iterator each(directory_ / "signed", error), end; !error && each != end; each.increment(error)) {
            std::string name = each->path().filename().string();
            bool const is_size = std::ranges::all_of(name, [](char letter) { return letter >= '0' && letter <= '9'; });
            if (is_size) names.push_back(std::move(name)); // nothing else belongs there
        }
        std::ranges::sort(names);
        for (std::string const& name : names) {
            PLIMSOLL_TRY(text, file_text(directory_ / "signed" / name));
            PLIMSOLL_TRYV(keep("signed/" + name, text));
            ++report_.signed_checkpoints;
        }
        return outcome::success();
    }

    [[nodiscard]] result<void> take_tiles() {
        for (int attempt = 1;; ++attempt) {
            std::error_code error;
            if (!fs::exists(directory_ / "tiles" / "head", error)) return outcome::success();
            auto const taken = take_tiles_once();
            if (taken || attempt == tree_attempts) return taken;
            forget_tiles();
        }
    }
    [[nodiscard]] result<void> take_tiles_once() {
        fs::path const folder = directory_ / "tiles";
        PLIMSOLL_TRY(head_text, file_text(folder / "head"));
        PLIMSOLL_TRY(head, store::read_tree_head(folder));
        if (!head) return fail(store::Errc::tiles_damaged, folder.string());
        PLIMSOLL_TRYV(keep("tiles/head", head_text));
        tree_size_ = head->size;
        for (unsigned level = 0; level * store::tile_height < 64 && head->size >> (level * store::tile_height) != 0; ++level) {
            std::uint64_t const hashes = head->size >> (level * store::tile_height);
            for (std::uint64_t index = 0; index * store::tile_width < hashes; ++index) {
                std::uint64_t const width = std::min(store::tile_width, hashes - index * store::tile_width);
                std::string const path = store::tile_path(level, index, width);
                PLIMSOLL_TRY(bytes, file_text(folder / path));
                PLIMSOLL_TRYV(keep("tiles/" + path, bytes));
                ++report_.tiles;
            }
        }
        std::error_code error;
        if (!fs::exists(folder / "checkpoint", error)) return outcome::success();
        PLIMSOLL_TRY(note, file_text(folder / "checkpoint"));
        return keep("tiles/checkpoint", note);
    }
    void forget_tiles() {
        std::erase_if(manifest().files, [](auto const& file) { return file.first.starts_with("tiles/"); });
        report_.tiles = 0;
        tree_size_ = 0;
    }
    void leave_out_tiles() {
        report_.note = "the event tree's tiles are left out: they reach event " + number(tree_size_) +
                       ", which was never acknowledged; plimsoll tree DIR makes them again";
        forget_tiles();
    }

    /// How far the log is promised: what a writer has not synced yet is seen by a reader, and may be gone after a power cut.
    [[nodiscard]] result<store::LogHead> durable_end(store::Store const& store) {
        PLIMSOLL_TRY(head, store.head());
        if (store.marker().witness.mode == store::WitnessMode::none) {
            std::error_code error; // nobody promises, so it is synced here
            for (fs::directory_iterator each(directory_ / "db", error), end; !error && each != end; each.increment(error)) {
                if (each->path().extension() == ".log" && !store::sync_path(each->path()) && fs::exists(each->path(), error)) {
                    return fail(store::Errc::disk_failed, "syncing " + each->path().string());
                }
            }
            return head;
        }
        PLIMSOLL_TRY(promise, store::Witness::read(store::witness_file(directory_, store.marker().witness)));
        if (promise.sequence >= head.sequence) return head;
        return store::LogHead{promise.sequence, promise.log_root};
    }

    [[nodiscard]] result<void> check_earlier(store::Store const& store, BackupManifest const& before, store::LogHead const& end) {
        if (before.events > end.sequence) {
            return fail(Errc::backup_of_another, directory_.string() + " has " + number(end.sequence) + ", the backup in " + to_.string() +
                                                     " " + number(before.events));
        }
        if (before.events == 0) return outcome::success();
        AlignedBytes bytes;
        PLIMSOLL_TRY(found, store.batch_of(before.events, bytes));
        Hash const is = found ? sha256(bytes.view()) : Hash{};
        if (is != before.log_root) {
            return fail(Errc::backup_of_another, "the batch that ends at " + number(before.events) + " has SHA-256 " + to_hex(is) + " in " +
                                                     directory_.string() + ", " + to_hex(before.log_root) + " in " + to_.string());
        }
        return outcome::success();
    }

    /// The segments that are there already. Their bytes are for restore --check to read; that they are there is seen here.
    [[nodiscard]] result<void> take_over(BackupManifest const& before) {
        for (auto const& [path, file] : before.files) {
            if (!path.starts_with("log/")) continue;
            fs::path const place = stored_at(to_, file.hash);
            std::error_code error;
            if (fs::file_size(place, error) != file.bytes || error) {
                return fail(Errc::backup_damaged, place.string() + " (" + path + "): is missing or cut");
            }
            manifest().files.emplace(path, file);
        }
        return outcome::success();
    }

    [[nodiscard]] result<void> take_log(store::Store const& store, store::LogHead at, store::LogHead const& end) {
        std::optional<store::SegmentWriter> segment;
        fs::path const fresh = to_ / "files" / "new";
        std::uint64_t segment_first = 0;
        std::size_t written = 0;
        auto const close = [&]() -> result<void> {
            PLIMSOLL_TRYV(segment->finish());
            segment.reset();
            PLIMSOLL_TRY(bytes, file_text(fresh));
            BackupFile file{segment_path(segment_first, at.sequence), bytes.size(), sha256(bytes_of(std::string_view(bytes)))};
            std::error_code error;
            fs::rename(fresh, stored_at(to_, file.hash), error);
            if (error) return fail(store::Errc::disk_failed, "writing " + stored_at(to_, file.hash).string());
            count_new(bytes.size());
            std::string path = file.path;
            manifest().files[std::move(path)] = std::move(file);
            return outcome::success();
        };
        AlignedBytes bytes;
        auto scan = store.scan(at.sequence + 1);
        if (!scan->done() && scan->first_sequence() <= at.sequence) scan->next(); // the scan begins with the batch before
        for (; !scan->done() && at.sequence < end.sequence; scan->next()) {
            bytes.assign(scan->bytes());
            auto const batch = BatchView::open(bytes.view());
            std::string const place = "the batch at " + number(scan->first_sequence());
            if (!batch) return outcome::failure(batch.error().at(place));
            auto const chained = check_chain(batch.value(), &at.root, at.sequence + 1);
            if (!chained) return outcome::failure(chained.error().at(place));
            if (!segment) {
                PLIMSOLL_TRY(opened, store::SegmentWriter::open(fresh));
                segment.emplace(std::move(opened));
                segment_first = at.sequence + 1;
                written = 0;
            }
            PLIMSOLL_TRYV(segment->add(at.sequence + 1, bytes.view()));
            written += bytes.view().size();
            at = {batch.value().last_sequence(), sha256(bytes.view())};
            if (written >= segment_bytes) {
                PLIMSOLL_TRYV(close());
            }
            if (progress_) progress_(at.sequence, end.sequence);
        }
        PLIMSOLL_TRYV(scan->verdict());
        if (segment) {
            PLIMSOLL_TRYV(close());
        }
        if (at.sequence != end.sequence || at.root != end.root) {
            return fail(Errc::sequence_gap, "the log ends at " + number(at.sequence) + ", expected " + number(end.sequence));
        }
        manifest().events = at.sequence;
        manifest().log_root = at.root;
        return outcome::success();
    }

    [[nodiscard]] result<void> take_state() {
        PLIMSOLL_TRY(reader, Reader::open(directory_));
        PLIMSOLL_TRY(moment, reader->at(manifest().events));
        manifest().time = moment.book.time();
        manifest().state_root = moment.basis.state_root;
        return outcome::success();
    }

    /// What only the backup before needed.
    void remove_superseded() const {
        std::set<fs::path> needed;
        for (auto const& [path, file] : report_.manifest.files) needed.insert(stored_at(to_, file.hash));
        std::error_code ignored;
        std::vector<fs::path> superseded;
        for (auto const& each : fs::directory_iterator(to_ / "files", ignored)) {
            if (!needed.contains(each.path())) superseded.push_back(each.path());
        }
        for (fs::path const& file : superseded) fs::remove(file, ignored);
    }

    fs::path directory_;
    fs::path to_;
    Progressing progress_;
    BackupReport report_;
    std::uint64_t tree_size_ = 0;
};

} // namespace

result<BackupReport> back_up(fs::path const& directory, fs::path const& to, Progressing const& progress) {
    PLIMSOLL_TRYV(store::read_marker(directory));
    std::error_code error;
    if (fs::exists(to, error) && !fs::is_directory(to, error)) return fail(store::Errc::directory_not_empty, to.string());
    fs::create_directories(to, error);
    if (error) return fail(store::Errc::cannot_create, to.string() + ": " + error.message());
    FolderLock const lock(to);
    if (!lock.take()) return fail(Errc::backup_busy, to.string());
    return BackingUp(directory, to, progress).run();
}

result<BackupManifest> check_backup(fs::path const& backup, Progressing const& progress) {
    PLIMSOLL_TRY(manifest, read_manifest(backup));
    PLIMSOLL_TRYV(check_files(backup, manifest, progress));
    return manifest;
}

} // namespace plimsoll::replay
