#include "replay/moment.hpp"

#include "ledger/book/postings.hpp"
#include "ledger/store/history.hpp"
#include "ledger/store/store.hpp"
#include "replay/account_view.hpp"
#include "replay/catch_up.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

namespace plimsoll::replay {

struct Reader::Impl {
    std::unique_ptr<store::Store> store;
    store::LogHead head;
    std::uint32_t indexed_epochs = 0; ///< history epochs [0, this) are built

    /// The newest checkpoint at or before a sequence. Kept once read: a manifest of a large book has
    /// megabytes, and its hashes are checked on reading.
    [[nodiscard]] result<std::shared_ptr<store::Manifest const>> manifest_before(std::uint64_t sequence) const;

private:
    mutable std::mutex mutex_;
    mutable std::optional<std::vector<std::uint64_t>> checkpoints_;
    mutable std::map<std::uint64_t, std::shared_ptr<store::Manifest const>> manifests_;
};

result<std::shared_ptr<store::Manifest const>> Reader::Impl::manifest_before(std::uint64_t sequence) const {
    std::lock_guard lock(mutex_);
    if (!checkpoints_) {
        PLIMSOLL_TRY(sequences, store::checkpoint_sequences(*store));
        checkpoints_ = std::move(sequences);
    }
    auto const after = std::upper_bound(checkpoints_->begin(), checkpoints_->end(), sequence);
    std::uint64_t const at = after == checkpoints_->begin() ? 0 : *(after - 1);
    auto const known = manifests_.find(at);
    if (known != manifests_.end()) return known->second;
    auto manifest = std::make_shared<store::Manifest>();
    if (at != 0) {
        PLIMSOLL_TRY(read, store::checkpoint_before(*store, at));
        if (read) *manifest = std::move(*read);
    }
    constexpr std::size_t manifests_kept = 64;
    if (manifests_.size() >= manifests_kept) manifests_.clear();
    manifests_.emplace(at, manifest);
    return std::shared_ptr<store::Manifest const>(manifest);
}

namespace {

[[nodiscard]] result<std::uint64_t> parse_sequence(std::string_view text, std::string_view whole) {
    std::uint64_t sequence = 0;
    bool ok = text.size() > 1 && text.size() < 20 && text.front() == '#';
    for (std::size_t i = 1; ok && i < text.size(); ++i) {
        ok = text[i] >= '0' && text[i] <= '9';
        sequence = sequence * 10 + static_cast<std::uint64_t>(text[i] - '0');
    }
    if (!ok) return fail(Errc::not_a_moment, "'" + std::string(whole) + "'");
    return sequence;
}

[[nodiscard]] auto in_the_future(std::string_view moment, std::uint64_t log_size) {
    return fail(Errc::moment_in_the_future,
                std::string(moment) + ", the last event is #" + std::to_string(log_size));
}

/// Walks batches, handing out events as values.
[[nodiscard]] result<bool> visit_batch(BatchView const& batch, std::uint64_t first, std::uint64_t last,
                                       Reader::Visit const& visit) {
    std::uint64_t sequence = batch.header().first_sequence;
    for (Event const& event : batch.events()) {
        if (sequence > last) return false;
        if (sequence >= first && !visit(sequence, event)) return false;
        ++sequence;
    }
    return true;
}

[[nodiscard]] auto index_past_log(std::uint64_t sequence) {
    return fail(store::Errc::damaged, "the history index names #" + std::to_string(sequence) + ", which is not in the log");
}

[[nodiscard]] bool names_account(Event const& event, AccountId account) {
    bool named = false;
    visit_body(event.body, [&](auto const& fact) {
        book::NamedAccounts::of(fact, [&](AccountId one) { named = named || one == account; });
    });
    return named;
}

} // namespace

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reader::~Reader() = default;

result<std::unique_ptr<Reader>> Reader::open(std::filesystem::path const& directory) {
    auto impl = std::make_unique<Impl>();
    PLIMSOLL_TRY(store, store::Store::open_reader(directory));
    impl->store = std::move(store);
    PLIMSOLL_TRY(head, impl->store->head());
    impl->head = head;
    PLIMSOLL_TRY(epochs, store::first_missing_epoch(*impl->store));
    impl->indexed_epochs = epochs;
    return std::unique_ptr<Reader>(new Reader(std::move(impl)));
}

std::uint64_t Reader::log_size() const { return impl_->head.sequence; }
Hash Reader::log_root() const { return impl_->head.root; }

result<std::uint64_t> Reader::resolve(std::string_view moment) const {
    if (moment.empty() || moment == "latest") return log_size();
    constexpr std::string_view before = "before:";
    bool const is_before = moment.starts_with(before);
    std::string_view const rest = is_before ? moment.substr(before.size()) : moment;
    if (!rest.starts_with('#')) {
        if (is_before || rest.empty() || rest.front() < '0' || rest.front() > '9') {
            return fail(Errc::not_a_moment, "'" + std::string(moment) + "'");
        }
        PLIMSOLL_TRY(time, parse_time(rest));
        return sequence_at(time);
    }
    PLIMSOLL_TRY(sequence, parse_sequence(rest, moment));
    if (sequence > log_size() || (is_before && sequence == 0)) {
        return in_the_future(moment, log_size());
    }
    return is_before ? sequence - 1 : sequence;
}

result<std::uint64_t> Reader::sequence_at(TimeNs time) const {
    if (log_size() == 0) return std::uint64_t{0};
    PLIMSOLL_TRY(first, impl_->store->batch_by_time(time));
    AlignedBytes bytes;
    PLIMSOLL_TRY(found, impl_->store->batch_of(first, bytes));
    if (!found) return std::uint64_t{0};
    PLIMSOLL_TRY(batch, BatchView::open(bytes.view()));
    std::uint64_t sequence = batch.header().first_sequence - 1;
    TimeNs ledger_time = batch.header().time;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        ledger_time = std::max(ledger_time, batch.origin(i).source_time);
        if (ledger_time > time) break;
        ++sequence;
    }
    return std::min(sequence, log_size());
}

result<Moment> Reader::at(std::uint64_t sequence) const {
    if (sequence > log_size()) return in_the_future("#" + std::to_string(sequence), log_size());
    PLIMSOLL_TRY(caught, catch_up(*impl_->store, sequence));
    Moment moment;
    moment.basis = {sequence, caught.book.time(), root_of(caught), log_root(), log_size()};
    moment.book = std::move(caught.book);
    return moment;
}

result<Moment> Reader::account_at(std::string_view name, std::uint64_t sequence) const {
    if (sequence > log_size()) return in_the_future("#" + std::to_string(sequence), log_size());
    PLIMSOLL_TRY(manifest, impl_->manifest_before(sequence));
    PLIMSOLL_TRY(book, view_account(*impl_->store, *manifest, impl_->indexed_epochs, name, sequence));
    Moment moment;
    moment.basis = {sequence, book.time(), Hash{}, log_root(), log_size()};
    moment.book = std::move(book);
    return moment;
}

result<void> Reader::for_events(std::uint64_t first, std::uint64_t last, Visit const& visit) const {
    AlignedBytes bytes;
    auto scan = impl_->store->scan(std::max<std::uint64_t>(first, 1));
    for (; !scan->done() && scan->first_sequence() <= last; scan->next()) {
        bytes.assign(scan->bytes());
        auto batch = BatchView::open(bytes.view());
        if (!batch) return outcome::failure(batch.error().at("the batch at #" + std::to_string(scan->first_sequence())));
        PLIMSOLL_TRY(go_on, visit_batch(batch.value(), first, last, visit));
        if (!go_on) return outcome::success();
    }
    return scan->verdict();
}

result<void> Reader::for_account_events(AccountId account, std::uint64_t first, std::uint64_t last,
                                        Visit const& visit) const {
    first = std::max<std::uint64_t>(first, 1);
    if (first > last) return outcome::success();
    std::uint32_t const entity = store::entity(store::EntityKind::account, account.number());
    AlignedBytes bytes;
    auto scan = impl_->store->scan(first);
    std::vector<Event> events;
    std::uint64_t batch_first = 0;
    for (std::uint32_t epoch = store::epoch_of(first);
         epoch <= store::epoch_of(last) && epoch < impl_->indexed_epochs; ++epoch) {
        PLIMSOLL_TRY(sequences, store::mentions_of(*impl_->store, epoch, entity));
        for (std::uint64_t const sequence : sequences) {
            if (sequence < first || sequence > last) continue;
            if (events.empty() || sequence < batch_first || sequence >= batch_first + events.size()) {
                scan->seek(sequence);
                if (scan->done()) return index_past_log(sequence);
                bytes.assign(scan->bytes());
                PLIMSOLL_TRY(batch, BatchView::open(bytes.view()));
                events = batch.events();
                batch_first = batch.header().first_sequence;
                if (sequence - batch_first >= events.size()) return index_past_log(sequence);
            }
            if (!visit(sequence, events.at(sequence - batch_first))) return outcome::success();
        }
    }
    std::uint64_t const unindexed = impl_->indexed_epochs * store::epoch_events + 1;
    if (unindexed > last) return outcome::success();
    return for_events(std::max(first, unindexed), last, [&](std::uint64_t sequence, Event const& event) {
        return !names_account(event, account) || visit(sequence, event);
    });
}

result<void> Reader::walk(book::Book& book, std::span<std::uint64_t const> stops, Step const& step) const {
    for (std::uint64_t const stop : stops) {
        PLIMSOLL_TRYV(replay_log(*impl_->store, book, stop, nullptr));
        step(book, stop);
    }
    return outcome::success();
}

} // namespace plimsoll::replay
