// A store and its witness: what was promised against what is there.

#include "ledger/store/database.hpp"
#include "ledger/store/store.hpp"
#include "ledger/store/witness.hpp"

#include <chrono>
#include <system_error>
#include <thread>

namespace plimsoll::store {
namespace {

namespace fs = std::filesystem;

[[nodiscard]] std::string number(std::uint64_t sequence) { return "#" + std::to_string(sequence); }

/// How far a log is whole from its first event on: batches that follow each other.
[[nodiscard]] result<LogHead> whole_part(LogScan& scan) {
    LogHead head;
    for (AlignedBytes bytes; !scan.done(); scan.next()) {
        bytes.assign(scan.bytes());
        auto const batch = BatchView::open(bytes.view());
        if (!batch || batch.value().header().first_sequence != head.sequence + 1 || batch.value().header().previous != head.root) {
            return head;
        }
        head.sequence = batch.value().last_sequence();
        head.root = sha256(bytes.view());
    }
    PLIMSOLL_TRYV(scan.verdict());
    return head;
}

/// Copies the write-ahead files of a database to a new directory under DIR/cut, which it returns.
[[nodiscard]] result<fs::path> keep_write_ahead(fs::path const& directory) {
    std::error_code error;
    fs::path kept;
    for (int n = 1; kept.empty() || fs::exists(kept, error); ++n) kept = directory / "cut" / std::to_string(n);
    fs::create_directories(kept, error);
    for (auto const& entry : fs::directory_iterator(directory / "db", error)) {
        if (entry.path().extension() != ".log") continue;
        fs::copy_file(entry.path(), kept / entry.path().filename(), error);
        if (error || !sync_path(kept / entry.path().filename())) break;
    }
    if (error || !sync_path(kept)) return fail(Errc::disk_failed, "keeping the write-ahead log in " + kept.string());
    return kept;
}

} // namespace

fs::path Store::witness_path() const { return witness_file(directory_, marker_.witness); }

result<void> Store::promise(LogHead const& head, std::uint64_t checkpoint, Hash const& state_root, bool synced) {
    if (!witness_) return outcome::success();
    Promise next;
    next.ledger = marker_.id;
    next.sequence = head.sequence;
    next.log_root = head.root;
    next.checkpoint = checkpoint;
    next.state_root = state_root;
    PLIMSOLL_TRYV(witness_->write(next));
    if (!synced) return outcome::success();
    return witness_->sync();
}

result<void> Store::sync_promises() { return witness_ ? witness_->sync() : result<void>(outcome::success()); }

result<void> Store::check_promise() const {
    if (marker_.witness.mode == WitnessMode::none) return outcome::success();
    if (!promise_found_) {
        PLIMSOLL_TRY(promise, Witness::read(witness_path()));
        return compare(promise, SIZE_MAX);
    }
    return compare(*promise_found_, SIZE_MAX);
}

result<void> Store::compare(Promise const& promise, std::size_t limit_batches) const {
    std::string const file = witness_path().string();
    if (promise.ledger != marker_.id) {
        return fail(Errc::witness_of_another, file + " is of ledger " + id_text(promise.ledger) + ", " + directory_.string() +
                                                  " is ledger " + id_text(marker_.id));
    }
    PLIMSOLL_TRY(head, head());
    if (head.sequence < promise.sequence) {
        return fail(Errc::history_missing, directory_.string() + ": have " + number(head.sequence) + ", promised " +
                                               number(promise.sequence) + " (by " + file + ")");
    }
    auto scan = this->scan(promise.sequence == 0 ? 1 : promise.sequence);
    if (promise.sequence != 0) {
        bool const is_there = !scan->done() && sha256(scan->bytes()) == promise.log_root;
        if (!is_there) {
            return fail(Errc::history_differs, directory_.string() + ": the batch that ends at " + number(promise.sequence) + " has hash " +
                                                   (scan->done() ? "none" : to_hex(sha256(scan->bytes()))) + ", promised " +
                                                   to_hex(promise.log_root) + " (by " + file + ")");
        }
        scan->next();
    }
    if (limit_batches == SIZE_MAX) return outcome::success();
    std::size_t batches = 0;
    for (; !scan->done() && batches <= limit_batches; scan->next()) ++batches;
    PLIMSOLL_TRYV(scan->verdict());
    if (batches > limit_batches) {
        return fail(Errc::witness_behind, directory_.string() + ": have " + number(head.sequence) + ", promised " +
                                              number(promise.sequence) + " (by " + file + ")");
    }
    return outcome::success();
}

result<LogHead> Store::whole_log(Error const& damage, std::string const& promised) {
    auto const refused = [&](std::string const& because) { return outcome::failure(damage.at(because + ", " + promised)); };
    auto probe = Database::open(directory_ / "db", Access::read, false, Recovery::point_in_time);
    if (!probe) return refused("nothing of the log can be read");
    database_ = std::move(probe.value());
    auto const whole = whole_part(*scan(1));
    if (!whole) return refused("the log cannot be read");
    PLIMSOLL_TRY(end, head());
    if (end.sequence != whole.value().sequence) return refused("the log has a gap after " + number(whole.value().sequence));
    return whole;
}

result<void> Store::open_to_read(Promise const& promise) {
    for (int attempt = 1;; ++attempt) {
        Listing const before = listing_of(directory_ / "db");
        auto const verdict = open_once(promise);
        bool const is_final = verdict || attempt == reader_attempts || listing_of(directory_ / "db") == before;
        if (is_final) return verdict;
        database_.reset();
        damage_.reset();
        notes_.clear();
        std::this_thread::sleep_for(std::chrono::milliseconds(5 * attempt));
    }
}

result<void> Store::open_once(Promise const& promise) {
    auto database = Database::open(directory_ / "db", Access::read, false);
    if (database) {
        database_ = std::move(database.value());
    } else if (database.error().is(Errc::damaged)) {
        damage_ = database.error();
        std::string const promised = "promised " + number(promise.sequence) + " (by " + witness_path().string() + ")";
        PLIMSOLL_TRY(whole, whole_log(*damage_, promised));
        if (whole.sequence < promise.sequence) {
            return fail(Errc::history_missing, directory_.string() + ": have " + number(whole.sequence) + " before the damage, " +
                                                   promised + "; " + damage_->detail());
        }
        notes_ = "the write-ahead log is damaged after event " + number(whole.sequence) +
                 (marker_.witness.mode == WitnessMode::batched
                      ? "; of what was acknowledged, only what the last " + std::to_string(marker_.witness.window_ms) +
                            " ms added can have been there"
                      : " and nothing after it had been acknowledged") +
                 " (" + promised + ")";
    } else {
        return outcome::failure(database.error());
    }
    return compare(promise, SIZE_MAX);
}

result<void> Store::open_to_write() {
    PLIMSOLL_TRY(before, head());
    database_.reset();
    std::string kept_in;
    if (damage_) {
        PLIMSOLL_TRY(kept, keep_write_ahead(directory_));
        kept_in = kept.string();
    }
    PLIMSOLL_TRY(database, Database::open(directory_ / "db", Access::write, false, damage_ ? Recovery::point_in_time : Recovery::strict));
    database_ = std::move(database);
    if (!damage_) return outcome::success();
    PLIMSOLL_TRY(now, head());
    if (now.sequence != before.sequence || now.root != before.root) {
        return outcome::failure(damage_->at("the log changed while it was being opened"));
    }
    notes_ += "; it was cut there, and its files are kept in " + kept_in + " (" + damage_->detail() + ")";
    return outcome::success();
}

} // namespace plimsoll::store
