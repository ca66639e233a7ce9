#include "replay/verify.hpp"

#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/book/invariants.hpp"
#include "ledger/store/audit.hpp"
#include "ledger/store/checkpoint.hpp"
#include "ledger/store/history.hpp"
#include "replay/catch_up.hpp"
#include "replay/log_side.hpp"
#include "replay/mentions.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace plimsoll::replay {
namespace {

using store::Family;

/// After this many differences the report has enough to go by.
constexpr std::size_t finding_limit = 100;

class Verifier {
public:
    Verifier(store::Store const& store, std::span<std::uint64_t const> stops)
        : store_(store), stops_(stops), log_(store, stops), time_index_(store, Family::times) {}

    [[nodiscard]] result<VerifyReport> run(std::function<void(std::uint64_t, std::uint64_t)> const& progress) {
        result<void> checksums = outcome::success();
        std::thread summing([&] { checksums = store::verify_checksums(store_); });
        auto const head = store_.head(); // where its last batch is damaged, read_log meets it again
        checkpoints_ = value_or_find(store::checkpoint_sequences(store_));
        epochs_ = value_or_find(store::first_missing_epoch(store_));
        read_log(head ? head.value() : store::LogHead{}, progress);
        summing.join();
        // Damage of a file explains what else is found, so it stands first.
        if (!checksums) report_.findings.insert(report_.findings.begin(), finding_of(checksums.error()));
        for (Finding const& difference : log_.tile_findings()) find(difference.what, difference.where);
        report_.tiles = log_.tiles();
        if (next_checkpoint_ < checkpoints_.size()) {
            find("a checkpoint lies past the log or inside a batch", "#" + std::to_string(checkpoints_[next_checkpoint_]));
        }
        count_index(Family::times, times_);
        count_index(Family::records, records_);
        check_names();
        if (epochs_ > report_.history_epochs) find("the history index goes past the log", std::to_string(epochs_) + " epochs");
        if (auto const balance = book::check_balance(book_); !balance) find(balance.error(), "the end of the log");
        if (auto const promise = store_.check_promise(); !promise) find(promise.error());
        report_.events = book_.sequence();
        report_.log_root = log_root_;
        report_.state_root = book::state_root(book_);
        return report_;
    }

private:
    void find(std::string what, std::string where) {
        if (report_.findings.size() < finding_limit) report_.findings.push_back({std::move(what), std::move(where)});
    }
    void find(Error const& error, std::string const& where = "") {
        Finding finding = finding_of(error, where);
        find(std::move(finding.what), std::move(finding.where));
    }

    /// What cannot be read is a finding, and then stands for nothing.
    template <class T> [[nodiscard]] T value_or_find(result<T> const& read) {
        if (read) return read.value();
        find(read.error());
        return T{};
    }

    void read_log(store::LogHead const& head, std::function<void(std::uint64_t, std::uint64_t)> const& progress) {
        if (!stops_.empty() && stops_.front() == 0) stop_here();
        log_.start();
        while (LogSide::Batch* const batch = log_.next()) {
            if (!read_batch(*batch->view, "the batch at #" + std::to_string(batch->view->header().first_sequence))) {
                log_.stop(); // nothing after it can be rebuilt
                break;
            }
            log_root_ = batch->hash;
            ++report_.batches;
            compare_checkpoint();
            progress(book_.sequence(), head.sequence);
            log_.done_with_it();
        }
        log_.join();
        if (log_.failure()) find(log_.failure()->what, log_.failure()->where);
        for (VerifyStop& stop : report_.stops) stop.tree_root = log_.tree_root_at(stop.sequence);
    }

    /// Every event asked again, as if it came now: the rules hold, and decide would decide the same.
    [[nodiscard]] bool read_batch(BatchView const& batch, std::string const& place) {
        if (batch.header().time != book_.time()) find("a batch begins at another ledger time", place);
        check_batch_indexes(batch);
        for (Event const& event : batch.events()) {
            std::uint64_t const sequence = book_.sequence() + 1;
            decided_.clear();
            auto const verdict = book::decide(book_, event, decided_);
            if (!verdict) find(verdict.error(), place_of(sequence));
            if (verdict && decided_.size() != 1) find("an event lacks what the rules decide before it", place_of(sequence));
            auto const applied = book::apply(book_, event);
            if (!applied) {
                find(applied.error(), place_of(sequence));
                return false;
            }
            visit_body(event.body, [&](auto const& fact) {
                mention(sequence, fact);
                leg_sums_.clear();
                book::post(fact, leg_sums_);
                if (!leg_sums_.are_zero()) find("the legs of an event do not sum to zero", place_of(sequence));
            });
            if (report_.stops.size() < stops_.size() && stops_[report_.stops.size()] == sequence) stop_here();
        }
        return true;
    }

    void stop_here() {
        report_.stops.push_back({book_.sequence(), book_.time(), hashes_.update(book_), {}});
        book_.for_tables([](book::TableId, auto& table) { table.clean(); });
    }
    [[nodiscard]] static std::string place_of(std::uint64_t sequence) { return "event #" + std::to_string(sequence); }

    void check_batch_indexes(BatchView const& batch) {
        std::uint64_t const first = batch.header().first_sequence;
        expect(time_index_, store::time_key(batch.header().time, first), "", [&] { return "the time index, #" + std::to_string(first); });
        ++times_;
        std::vector<std::uint16_t> seen;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            Origin const origin = batch.origin(i);
            if (origin.source == 0 || origin.cursor == Cursor{}) continue;
            if (std::find(seen.begin(), seen.end(), origin.source) != seen.end()) continue;
            seen.push_back(origin.source);
            auto const index = record_indexes_.try_emplace(origin.source, store_, Family::records).first; // each source's cursors grow
            expect(index->second, store::record_key(origin.source, origin.cursor), store::sequence_key(first),
                   [&] { return "the record index, #" + std::to_string(first); });
            ++records_;
        }
    }

    template <class Where>
    void expect(store::EntriesInOrder& index, std::string const& key, std::string const& value, Where const& where) {
        auto const stored = index.has(key, value);
        ++report_.index_entries;
        if (!stored) {
            find(stored.error());
        } else if (!stored.value()) {
            find("an index differs from the log", where());
        }
    }

    /// Every account under its name, and no other name.
    void check_names() {
        std::uint64_t count = 0;
        auto const verdict = store::for_entries(store_, Family::names, [&](std::string_view name, std::string_view value) {
            ++count;
            auto const id = book_.find_account(name);
            if (id && value == store::KeyWriter{}.put(id->number()).take()) {
                ++report_.index_entries;
            } else if (id) {
                find("an index differs from the log", "account " + std::string(name));
            }
            return true;
        });
        if (!verdict) find(verdict.error());
        if (count == book_.accounts.size()) return;
        for (auto const& account : book_.accounts.rows()) { // which one is missing
            if (count > book_.accounts.size()) break;
            auto const stored = store::entry(store_, Family::names, account.name.view());
            if (stored && !stored.value()) find("an index differs from the log", "account " + std::string(account.name.view()));
        }
        tell_count(Family::names, count, book_.accounts.size());
    }

    template <class Fact> void mention(std::uint64_t sequence, Fact const& fact) {
        for_entities(fact, [&](std::uint32_t entity) { mentions_.push_back(store::mention(entity, sequence)); });
        if (sequence % store::epoch_events != 0) return;
        std::uint32_t const epoch = store::epoch_of(sequence);
        if (epoch < epochs_) {
            auto const stored = store::epoch_text(store_, epoch);
            if (!stored) {
                find(stored.error());
            } else if (stored.value() != store::epoch_text_of(mentions_)) {
                find("the history index differs from the log", "epoch " + std::to_string(epoch));
            }
            ++report_.history_epochs;
        }
        mentions_.clear();
    }

    /// At a checkpoint's sequence: its root, and each page that it names, against the replayed rows.
    void compare_checkpoint() {
        if (next_checkpoint_ == checkpoints_.size() || checkpoints_[next_checkpoint_] != book_.sequence()) return;
        ++next_checkpoint_;
        std::string const where = "checkpoint #" + std::to_string(book_.sequence());
        auto const read = store::checkpoint_before(store_, book_.sequence());
        if (!read) {
            find(read.error(), where);
            return;
        }
        store::Manifest const& manifest = *read.value();
        ++report_.checkpoints;
        if (auto const balance = book::check_balance(book_); !balance) find(balance.error(), where);
        Hash const root = hashes_.update(book_);
        book_.for_tables([](book::TableId, auto& table) { table.clean(); });
        bool const is_same = manifest.sequence == book_.sequence() && manifest.time == book_.time() &&
                             manifest.log_root == log_root_ && manifest.state_root == root;
        if (!is_same) {
            find("a checkpoint differs from what the log adds up to", where);
        }
        std::uint64_t pages = 0;
        auto const loaded = store::load_pages(store_, manifest, [&](std::uint8_t number, std::uint32_t page, Bytes bytes) {
            ++pages;
            book_.for_tables([&](book::TableId id, auto const& table) {
                if (static_cast<std::uint8_t>(id) != number) return;
                bool const same = page < table.page_count() && std::ranges::equal(table.page(page), bytes);
                if (!same) find("a stored page differs", where + ", table " + std::to_string(number) + ", page " + std::to_string(page));
            });
            return true;
        });
        if (!loaded) find(loaded.error(), where);
        report_.pages += pages;
    }

    void count_index(Family family, std::uint64_t expected) {
        std::uint64_t count = 0;
        auto const verdict = store::for_entries(store_, family, [&](std::string_view, std::string_view) {
            ++count;
            return true;
        });
        if (!verdict) find(verdict.error());
        if (count != expected) tell_count(family, count, expected);
    }
    void tell_count(Family family, std::uint64_t count, std::uint64_t expected) {
        find("an index has entries that the log does not explain",
             std::string(store::family_names.at(static_cast<std::size_t>(family))) + ": " + std::to_string(count) + " entries, expected " +
                 std::to_string(expected));
    }

    store::Store const& store_;
    std::span<std::uint64_t const> stops_;
    LogSide log_;
    VerifyReport report_;
    book::Book book_;
    book::PageHashes hashes_;
    Hash log_root_{};
    std::vector<Event> decided_;
    book::LegSums leg_sums_;
    std::vector<std::uint64_t> checkpoints_;
    std::size_t next_checkpoint_ = 0;
    std::uint32_t epochs_ = 0;
    store::EntriesInOrder time_index_;
    std::map<std::uint16_t, store::EntriesInOrder> record_indexes_;
    std::uint64_t times_ = 0;
    std::uint64_t records_ = 0;
    std::vector<store::Mention> mentions_;
};

} // namespace

result<VerifyReport> verify(std::filesystem::path const& directory,
                            std::function<void(std::uint64_t, std::uint64_t)> const& progress, std::span<std::uint64_t const> stops) {
    PLIMSOLL_TRY(store, store::Store::open_reader(directory, store::Trust::unchecked));
    return Verifier(*store, stops).run(progress);
}

} // namespace plimsoll::replay
