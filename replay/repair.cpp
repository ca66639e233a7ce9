#include "replay/repair.hpp"

#include "ledger/store/tiles.hpp"
#include "replay/event_tree.hpp"

#include <algorithm>
#include <system_error>

namespace plimsoll::replay {
namespace {

namespace fs = std::filesystem;

[[nodiscard]] std::string number(std::uint64_t sequence) { return "#" + std::to_string(sequence); }

class Repairing {
public:
    Repairing(fs::path const& directory, fs::path const& backup, bool give_up, Progressing const& progress)
        : directory_(directory), backup_(backup), give_up_(give_up), progress_(progress) {}

    [[nodiscard]] result<RepairReport> run() {
        PLIMSOLL_TRYV(identify());
        PLIMSOLL_TRY(lock, store::DatabaseLock::take(directory_ / "db"));
        static_cast<void>(lock); // held until all is in place
        read_promise();
        ours_.add_database(directory_ / "db");
        if (!backup_.empty()) theirs_ = batches_of(backup_, manifest_);
        PLIMSOLL_TRY(rebuild, Rebuild::begin(directory_));
        PLIMSOLL_TRYV(put_together(rebuild));
        report_.damage = ours_.damage();
        PLIMSOLL_TRYV(check_promise(rebuild));
        PLIMSOLL_TRY(built, rebuild.finish());
        report_.built = built;
        PLIMSOLL_TRYV(take_along(rebuild.folder()));
        choose_aside();
        PLIMSOLL_TRYV(rebuild.put_in_place(marker_, report_.kept_aside));
        PLIMSOLL_TRYV(promise_anew());
        return report_;
    }

private:
    /// Which ledger it is: by its marker; where that is gone, by the backup's.
    [[nodiscard]] result<void> identify() {
        if (!backup_.empty()) {
            PLIMSOLL_TRY(manifest, check_backup(backup_, {}));
            manifest_ = std::move(manifest);
        }
        auto marker = store::read_marker(directory_);
        std::error_code error;
        bool const is_there = fs::is_directory(directory_ / "db", error);
        if (marker) {
            marker_ = std::move(marker.value());
        } else if (backup_.empty() || !is_there) {
            return outcome::failure(marker.error());
        } else {
            ours_note_ = marker.error().message();
            marker_.id = manifest_.ledger;
            marker_.witness = manifest_.witness;
        }
        return outcome::success();
    }

    void read_promise() {
        if (marker_.witness.mode == store::WitnessMode::none) {
            report_.witness = "the ledger has no witness: how far it was acknowledged is not known";
            return;
        }
        witness_file_ = store::witness_file(directory_, marker_.witness);
        auto promise = store::Witness::read(witness_file_);
        if (!promise) {
            report_.witness = "how far it was acknowledged is not known: " + promise.error().detail();
        } else if (promise.value().ledger != marker_.id) {
            report_.witness = "how far it was acknowledged is not known: " + witness_file_.string() + " is another ledger's";
        } else {
            report_.witness = witness_file_.string();
            report_.promise = promise.value();
        }
    }

    [[nodiscard]] result<void> put_together(Rebuild& rebuild) {
        std::uint64_t const expected = std::max(manifest_.events, report_.promise ? report_.promise->sequence : 0);
        while (true) {
            std::uint64_t const next = rebuild.sequence() + 1;
            auto own = first_that_fits(rebuild, ours_.find(next));
            auto other = theirs_ ? first_that_fits(rebuild, theirs_->find(next)) : std::nullopt;
            if (!own && !other) return outcome::success();
            if (own && other && *own != *other) {
                return fail(Errc::histories_part, "from event " + number(next) + " on: SHA-256 " + hash_text(*own) + " in " +
                                                      directory_.string() + ", " + hash_text(*other) + " in " + backup_.string());
            }
            bool const from_backup = !own;
            bool const is_common = own && other;
            PLIMSOLL_TRYV(rebuild.append(std::move(own ? *own : *other)));
            if (is_common) report_.common_events += rebuild.sequence() + 1 - next;
            if (report_.runs.empty() || report_.runs.back().is_from_backup != from_backup) report_.runs.push_back({from_backup, next, 0});
            report_.runs.back().last = rebuild.sequence();
            if (progress_) progress_(rebuild.sequence(), std::max(expected, rebuild.sequence()));
        }
    }
    [[nodiscard]] static std::string hash_text(std::string const& batch) { return to_hex(sha256(bytes_of(std::string_view(batch)))); }
    [[nodiscard]] static std::optional<std::string> first_that_fits(Rebuild const& rebuild, std::vector<std::string> found) {
        for (std::string& batch : found) {
            if (rebuild.fits(bytes_of(std::string_view(batch)))) return std::move(batch);
        }
        return std::nullopt;
    }

    /// Nothing that was acknowledged is given up in silence.
    [[nodiscard]] result<void> check_promise(Rebuild const& rebuild) {
        if (!report_.damage.empty() && !report_.promise && rebuild.sequence() == 0 && !give_up_) {
            return fail(store::Errc::history_missing, "nothing of " + directory_.string() + " can be read; " + report_.damage.front());
        }
        if (!report_.promise) return outcome::success();
        std::string const by = " (by " + witness_file_.string() + ")";
        if (rebuild.sequence() < report_.promise->sequence) {
            report_.given_up = report_.promise->sequence - rebuild.sequence();
            if (give_up_) return outcome::success();
            return fail(store::Errc::history_missing, "of " + directory_.string() + (backup_.empty() ? "" : " and the backup together") +
                                                          ", have " + number(rebuild.sequence()) + ", promised " +
                                                          number(report_.promise->sequence) + by + "; a newer backup, or --give-up");
        }
        auto const root = rebuild.root_at(report_.promise->sequence);
        if (root == report_.promise->log_root || give_up_) return outcome::success();
        return fail(store::Errc::history_differs, "the batch that ends at " + number(report_.promise->sequence) + " has hash " +
                                                      (root ? to_hex(*root) : "none") + ", promised " +
                                                      to_hex(report_.promise->log_root) + by);
    }

    /// Signed checkpoints of both; the tree is derived, and made again if there was one.
    [[nodiscard]] result<void> take_along(fs::path const& folder) {
        std::error_code error;
        bool const had_tiles = fs::exists(directory_ / "tiles", error);
        if (!backup_.empty()) {
            PLIMSOLL_TRY(copied, copy_files(backup_, manifest_, "signed/", folder));
            report_.signed_checkpoints = copied;
        }
        for (fs::directory_iterator each(directory_ / "signed", error), end; !error && each != end; each.increment(error)) {
            fs::path const target = folder / "signed" / each->path().filename();
            if (!each->is_regular_file() || fs::exists(target)) continue;
            fs::create_directories(target.parent_path(), error);
            fs::copy_file(each->path(), target, error);
            if (error) return fail(store::Errc::disk_failed, "writing " + target.string() + ": " + error.message());
            ++report_.signed_checkpoints;
        }
        bool const backup_has_tiles = manifest_.files.contains("tiles/head");
        if (had_tiles || backup_has_tiles) {
            PLIMSOLL_TRY(tree, EventTree::open(folder));
            PLIMSOLL_TRYV(tree.grow());
            report_.has_tiles = true;
            fs::path const note = directory_ / "tiles" / "checkpoint";
            if (fs::exists(note, error)) fs::copy_file(note, folder / "tiles" / "checkpoint", error);
        }
        return sync_folder(folder);
    }

    void choose_aside() {
        std::error_code error;
        fs::path place = fs::absolute(directory_).lexically_normal();
        if (!place.has_filename()) place = place.parent_path();
        for (int n = 1; report_.kept_aside.empty() || fs::exists(report_.kept_aside, error); ++n) {
            report_.kept_aside = place.string() + ".damaged-" + std::to_string(n);
        }
    }

    /// The id stays, so until now the old promise held; and it is kept beside what was kept aside.
    [[nodiscard]] result<void> promise_anew() {
        if (marker_.witness.mode == store::WitnessMode::none) return outcome::success();
        std::error_code ignored; // there may be none
        fs::copy_file(witness_file_, report_.kept_aside.string() + ".witness", ignored);
        store::Promise promise;
        promise.ledger = marker_.id;
        promise.sequence = report_.built.events;
        promise.log_root = report_.built.log_root;
        promise.checkpoint = report_.built.events;
        promise.state_root = report_.built.state_root;
        return store::Witness::create(witness_file_, promise);
    }

    fs::path directory_;
    fs::path backup_;
    bool give_up_;
    Progressing progress_;
    RepairReport report_;
    BackupManifest manifest_;
    store::Marker marker_;
    std::string ours_note_;
    fs::path witness_file_;
    store::BatchFiles ours_;
    std::optional<store::BatchFiles> theirs_;
};

} // namespace

result<RepairReport> repair(fs::path const& directory, fs::path const& backup, bool give_up, Progressing const& progress) {
    return Repairing(directory, backup, give_up, progress).run();
}

} // namespace plimsoll::replay
