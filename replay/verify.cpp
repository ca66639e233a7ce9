#include "replay/verify.hpp"

#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/book/invariants.hpp"
#include "ledger/store/audit.hpp"
#include "ledger/store/checkpoint.hpp"
#include "ledger/store/history.hpp"
#include "replay/catch_up.hpp"
#include "replay/log_side.hpp"
#include "replay/page_side.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>

namespace plimsoll::replay {
namespace {

using store::Family;

/// After this many differences the report has enough to go by.
constexpr std::size_t finding_limit = 100;

[[nodiscard]] bool same_bytes(Bytes one, Bytes other) {
    return one.size() == other.size() && std::memcmp(one.data(), other.data(), one.size()) == 0;
}

class Verifier {
public:
    Verifier(store::Store const& store, std::span<std::uint64_t const> stops)
        : store_(store), stops_(stops), pages_(store), time_index_(store, Family::times) {}

    [[nodiscard]] result<VerifyReport> run(std::function<void(std::uint64_t, std::uint64_t)> const& progress) {
        result<void> checksums = outcome::success();
        std::thread summing([&] { checksums = store::verify_checksums(store_); });
        auto const head = store_.head(); // where its last batch is damaged, read_log meets it again
        checkpoints_ = value_or_find(store::checkpoint_sequences(store_));
        epochs_ = value_or_find(store::first_missing_epoch(store_));
        pages_.start(checkpoints_);
        read_log(head ? head.value() : store::LogHead{}, progress);
        summing.join();
        // Damage of a file explains what else is found, so it stands first.
        if (!checksums) report_.findings.insert(report_.findings.begin(), finding_of(checksums.error()));
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
    void find(Finding finding) { find(std::move(finding.what), std::move(finding.where)); }
    void find(Error const& error, std::string const& where = "") { find(finding_of(error, where)); }

    /// What cannot be read is a finding, and then stands for nothing.
    template <class T> [[nodiscard]] T value_or_find(result<T> const& read) {
        if (read) return read.value();
        find(read.error());
        return T{};
    }

    void read_log(store::LogHead const& head, std::function<void(std::uint64_t, std::uint64_t)> const& progress) {
        if (!stops_.empty() && stops_.front() == 0) stop_here();
        LogSide log(store_, stops_, epochs_);
        log.start();
        while (LogSide::Batch* const batch = log.next()) {
            if (!read_batch(*batch)) {
                log.stop(); // nothing after it can be rebuilt
                break;
            }
            log_root_ = batch->hash;
            ++report_.batches;
            compare_checkpoint();
            progress(book_.sequence(), head.sequence);
            log.done_with_it();
        }
        log.join();
        if (log.failure()) find(*log.failure());
        for (VerifyStop& stop : report_.stops) stop.tree_root = log.tree_root_at(stop.sequence);
        for (Finding const& difference : log.tile_findings()) find(difference);
        report_.tiles = log.tiles();
        report_.history_epochs = log.epochs_compared();
    }

    /// Every event asked again, as if it came now: the rules hold, and decide would decide the same.
    [[nodiscard]] bool read_batch(LogSide::Batch const& batch) {
        BatchView const& view = *batch.view;
        if (view.header().time != book_.time()) {
            find("a batch begins at another ledger time", "the batch at #" + std::to_string(view.header().first_sequence));
        }
        check_batch_indexes(view);
        for (Finding const& finding : batch.findings) find(finding);
        std::span<Event const> const events = batch.events;
        for (std::size_t i = 0; i < events.size(); ++i) {
            if (i + book::fetch_slots_ahead < events.size()) book::fetch_slots(book_, events[i + book::fetch_slots_ahead].body);
            if (i + book::fetch_rows_ahead < events.size()) book::fetch_rows(book_, events[i + book::fetch_rows_ahead].body);
            std::uint64_t const sequence = book_.sequence() + 1;
            decided_.clear();
            auto const verdict = book::decide(book_, events[i], decided_);
            if (!verdict) find(verdict.error(), place_of(sequence));
            if (verdict && decided_.size() != 1) find("an event lacks what the rules decide before it", place_of(sequence));
            auto const applied = book::apply(book_, events[i]);
            if (!applied) {
                find(applied.error(), place_of(sequence));
                return false;
            }
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

    /// At a checkpoint's sequence: what it says, and the pages that it wrote, against the replayed rows.
    void compare_checkpoint() {
        if (next_checkpoint_ == checkpoints_.size() || checkpoints_[next_checkpoint_] != book_.sequence()) return;
        ++next_checkpoint_;
        std::string const where = "checkpoint #" + std::to_string(book_.sequence());
        bool are_same = true;
        bool is_last = false;
        while (!is_last) {
            PageSide::Part* const part = pages_.next();
            PLIMSOLL_ASSERT(part != nullptr); // each checkpoint has its parts
            are_same = compare_pages(*part, where) && are_same;
            if (part->failure) find(*part->failure, where);
            if (part->manifest) compare_manifest(*part->manifest, are_same && !part->failure, where);
            is_last = part->is_last;
            pages_.done_with_it();
        }
    }

    [[nodiscard]] bool compare_pages(PageSide::Part const& part, std::string const& where) {
        bool are_same = part.are_as_hashed;
        for (PageSide::Page const& page : part.pages) {
            ++report_.pages;
            book_.for_tables([&](book::TableId id, auto const& table) {
                if (static_cast<std::uint8_t>(id) != page.table) return;
                if (page.number < table.page_count() && same_bytes(table.page(page.number), part.of(page))) return;
                are_same = false;
                find("a stored page differs", where + ", table " + std::to_string(page.table) + ", page " + std::to_string(page.number));
            });
        }
        return are_same;
    }

    /// Where every page that it wrote is the replayed one, and has the hash that the manifest gives, the replayed root is the
    /// manifest's, which was worked out from its hashes when it was read. Else the book is hashed to see which is right.
    void compare_manifest(store::Manifest const& manifest, bool are_pages_same, std::string const& where) {
        ++report_.checkpoints;
        if (auto const balance = book::check_balance(book_); !balance) find(balance.error(), where);
        bool is_same = are_pages_same && names_each_change(manifest);
        if (is_same) {
            hashes_ = hashes_of(manifest);
        } else {
            is_same = hashes_.update(book_) == manifest.state_root;
        }
        book_.for_tables([](book::TableId, auto& table) { table.clean(); });
        is_same = is_same && manifest.sequence == book_.sequence() && manifest.time == book_.time() && manifest.log_root == log_root_;
        if (!is_same) find("a checkpoint differs from what the log adds up to", where);
    }

    /// Whether it has the book's pages, and a version of its own, or the hash, of each that has changed since the last one.
    [[nodiscard]] bool names_each_change(store::Manifest const& manifest) const {
        bool names_each = true;
        book_.for_tables([&](book::TableId id, auto const& table) {
            auto const& said = manifest.tables.at(static_cast<std::size_t>(id));
            names_each = names_each && said.rows == table.size() && said.pages.size() == table.page_count();
            for (std::size_t page = 0; names_each && page < table.page_count(); ++page) {
                if (!table.is_dirty(page) || said.pages[page].sequence == manifest.sequence) continue;
                names_each = book::page_hash(table.page(page), sizeof(table.rows().front())) == said.pages[page].hash;
            }
        });
        return names_each;
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
    VerifyReport report_;
    book::Book book_;
    book::PageHashes hashes_;
    Hash log_root_{};
    std::vector<Event> decided_;
    std::vector<std::uint64_t> checkpoints_;
    std::size_t next_checkpoint_ = 0;
    PageSide pages_;
    std::uint32_t epochs_ = 0;
    store::EntriesInOrder time_index_;
    std::map<std::uint16_t, store::EntriesInOrder> record_indexes_;
    std::uint64_t times_ = 0;
    std::uint64_t records_ = 0;
};

} // namespace

Finding finding_of(Error const& error, std::string const& where) {
    return {std::string(error.rule().sentence), where.empty() ? error.detail() : where + ": " + error.detail()};
}

result<VerifyReport> verify(std::filesystem::path const& directory,
                            std::function<void(std::uint64_t, std::uint64_t)> const& progress, std::span<std::uint64_t const> stops) {
    PLIMSOLL_TRY(store, store::Store::open_reader(directory, store::Trust::unchecked));
    return Verifier(*store, stops).run(progress);
}

} // namespace plimsoll::replay
