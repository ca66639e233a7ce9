#include "replay/engine.hpp"

#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/store/store.hpp"
#include "replay/background.hpp"
#include "replay/catch_up.hpp"
#include "replay/committer.hpp"
#include "replay/mentions.hpp"
#include "replay/record_finder.hpp"

#include <deque>
#include <optional>

namespace plimsoll::replay {
namespace {

/// How often, in batches, the policy asks whether a checkpoint is due.
constexpr std::size_t checkpoint_ask_batches = 32;
/// A checkpoint is due once its pages are no larger than this many times the log written since the last
/// one. Pages compress better than events: at 2 they take about as much disk again as the log.
constexpr std::size_t page_bytes_per_log_byte = 2;
/// The same in hundredths while the last checkpoint is still being made: from there on whoever appends waits.
constexpr std::size_t overdue_page_percent = 140;

/// Mentions of the epoch that the log is in: those of events that are on disk already, then new ones.
class EpochCollector {
public:
    /// Reads what earlier runs left unindexed. Whole epochs go to `f`.
    template <class F> [[nodiscard]] result<void> restore(store::Store const& store, std::uint64_t log_size, F&& f) {
        PLIMSOLL_TRY(first, store::first_missing_epoch(store));
        epoch_ = first;
        std::uint64_t const begin = first * store::epoch_events + 1;
        AlignedBytes bytes;
        for (auto scan = store.scan(begin); !scan->done() && scan->first_sequence() <= log_size; scan->next()) {
            bytes.assign(scan->bytes());
            PLIMSOLL_TRY(batch, BatchView::open(bytes.view()));
            batch.for_each([&](std::uint64_t sequence, Origin const&, auto const& fact) {
                if (sequence >= begin) add(sequence, fact, f);
            });
        }
        return outcome::success();
    }
    template <class Fact, class F> void add(std::uint64_t sequence, Fact const& fact, F&& f) {
        std::uint32_t const epoch = store::epoch_of(sequence);
        if (epoch != epoch_) {
            f(EpochJob{epoch_, std::move(mentions_)});
            mentions_ = {};
            mentions_.reserve(store::epoch_events * 3);
            epoch_ = epoch;
        }
        for_entities(fact, [&](std::uint32_t entity) { mentions_.push_back(store::mention(entity, sequence)); });
    }

private:
    std::uint32_t epoch_ = 0;
    std::vector<store::Mention> mentions_;
};

} // namespace

struct Engine::Parts {
    Watch applied_event; ///< who watches
    Watch coming_event;
    EngineOptions options;
    std::unique_ptr<store::Store> store;
    book::Book book;
    std::optional<Committer> committer;
    std::optional<Background> background;
    std::optional<RecordFinder> records;
    EpochCollector epochs;
    std::vector<EpochJob> whole_epochs; ///< of events that are not durable yet

    Sealing open;               ///< the batch being filled
    std::deque<Sealing> held;   ///< sealed, waiting for commit()
    std::size_t held_events = 0;
    std::size_t hold_limit_events = 0;
    bool is_holding = false;

    std::vector<Event> decided; ///< of the group at hand
    std::size_t log_bytes_since_checkpoint = 0;
    std::size_t batches_since_asked = 0;
    bool is_broken = false; ///< a rebuild failed: nothing more is accepted
    std::uint64_t durable_at_end = 0; ///< of the committer that a rebuild ended

    [[nodiscard]] result<void> load();
    [[nodiscard]] result<std::optional<Receipt>> known_record(std::span<Event const> group);
    [[nodiscard]] result<void> decide_group(std::span<Event const> group);
    void take(Event const& event, std::uint64_t sequence, TimeNs time_before);
    [[nodiscard]] result<void> seal();
    [[nodiscard]] result<void> dispatch();
    [[nodiscard]] result<void> commit();
    [[nodiscard]] result<void> checkpoint_when_due();
    [[nodiscard]] result<void> push_checkpoint();
    void note_checkpoint();
    [[nodiscard]] result<void> rebuild(std::vector<Sealing> keep);
};

result<void> Engine::Parts::load() {
    PLIMSOLL_TRY(head, store->head());
    // A checkpoint is stored after the events that it covers: a log that ends before it has lost some.
    PLIMSOLL_TRY(newest, store::checkpoint_before(*store, ~std::uint64_t{0}));
    if (newest && newest->sequence > head.sequence) {
        return fail(store::Errc::damaged, "the log ends at #" + std::to_string(head.sequence) + " before checkpoint #" +
                                              std::to_string(newest->sequence));
    }
    PLIMSOLL_TRY(caught, catch_up(*store, head.sequence));
    book = std::move(caught.book);
    committer.emplace(*store, head, options.group_batches);
    background.emplace(*store, std::move(caught.manifest));
    records.emplace(*store);
    epochs = {};
    whole_epochs.clear();
    if (options.history) {
        PLIMSOLL_TRYV(epochs.restore(*store, head.sequence, [&](EpochJob job) { background->push(std::move(job)); }));
    }
    return outcome::success();
}

/// Nothing where the group's record is new; a receipt where it is there with equal content.
result<std::optional<Receipt>> Engine::Parts::known_record(std::span<Event const> group) {
    Origin const& origin = group.front().origin;
    if (origin.source == 0 || origin.cursor == Cursor{} || !book.sources.has(origin.source) ||
        origin.cursor > book.sources[origin.source].cursor) {
        return std::optional<Receipt>{};
    }
    std::string const place = std::string(book.sources[origin.source].name.view()) + " " +
                              std::to_string(origin.cursor.major) + ":" + std::to_string(origin.cursor.minor);
    PLIMSOLL_TRYV(committer->drain()); // what was handed over is on disk before it is looked for there
    PLIMSOLL_TRY(stored, records->find(origin.source, origin.cursor));
    auto look = [&](Sealing const& batch) {
        if (!stored && !batch.events.empty()) stored = find_in(batch, origin.source, origin.cursor);
    };
    for (Sealing const& batch : held) look(batch);
    look(open);
    if (!stored) return fail(Errc::record_late, place);
    if (!same_content(*stored, group)) {
        return fail(Errc::record_conflicts, place + " is event #" + std::to_string(stored->first_sequence) +
                                                "; see both with: plimsoll log DIR --from #" +
                                                std::to_string(stored->first_sequence));
    }
    return std::optional(Receipt{true, stored->first_sequence, stored->events.size()});
}

/// Decides and applies event by event: each sees the ones before it. Fills `decided`.
result<void> Engine::Parts::decide_group(std::span<Event const> group) {
    decided.clear();
    std::size_t applied = 0;
    for (Event const& ask : group) {
        PLIMSOLL_TRYV(book::decide(book, ask, decided));
        for (; applied < decided.size(); ++applied) {
            if (coming_event) coming_event(decided[applied], book);
            auto const verdict = book::apply(book, decided[applied]);
            PLIMSOLL_ASSERT(verdict); // decide has checked everything that apply needs
            if (applied_event) applied_event(decided[applied], book);
        }
    }
    return outcome::success();
}

/// Puts one decided event into the open batch.
void Engine::Parts::take(Event const& event, std::uint64_t sequence, TimeNs time_before) {
    if (open.events.empty()) {
        open.header.first_sequence = sequence;
        open.header.time = time_before;
    }
    Origin const& origin = event.origin;
    if (origin.source != 0 && origin.cursor != Cursor{}) {
        bool is_new = true;
        for (auto const& [source, cursor] : open.records) is_new = is_new && source != origin.source;
        if (is_new) open.records.emplace_back(origin.source, origin.cursor);
    }
    visit_body(event.body, [&](auto const& fact) {
        if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, AccountOpened>) {
            open.names.emplace_back(fact.name, book.find_account(fact.name)->number());
        }
        if (options.history) {
            epochs.add(sequence, fact, [&](EpochJob job) { whole_epochs.push_back(std::move(job)); });
        }
    });
    open.events.add(origin, event.body);
}

result<void> Engine::Parts::seal() {
    if (open.events.empty()) return outcome::success();
    log_bytes_since_checkpoint += open.events.size_bytes();
    held_events += open.events.size();
    held.push_back(std::move(open));
    open = Sealing{};
    if (is_holding && held_events <= hold_limit_events) return outcome::success();
    is_holding = false;
    return dispatch();
}

/// Hands everything sealed to the committer.
result<void> Engine::Parts::dispatch() {
    for (; !held.empty(); held.pop_front()) {
        PLIMSOLL_TRYV(committer->push(std::move(held.front())));
    }
    held_events = 0;
    if (++batches_since_asked >= checkpoint_ask_batches) {
        batches_since_asked = 0;
        return checkpoint_when_due();
    }
    return outcome::success();
}

result<void> Engine::Parts::commit() {
    PLIMSOLL_TRYV(seal());
    is_holding = false;
    PLIMSOLL_TRYV(dispatch());
    PLIMSOLL_TRYV(committer->drain());
    for (EpochJob& job : whole_epochs) background->push(std::move(job));
    whole_epochs.clear();
    return outcome::success();
}

result<void> Engine::Parts::checkpoint_when_due() {
    if (options.checkpoint_log_bytes == 0 || log_bytes_since_checkpoint < options.checkpoint_log_bytes) {
        return outcome::success();
    }
    std::size_t const page_bytes = dirty_bytes(book);
    if (page_bytes > page_bytes_per_log_byte * log_bytes_since_checkpoint) return outcome::success();
    if (background->has_checkpoint()) {
        // The last one is still being made: let it be, unless this one is long overdue. Then whoever
        // appends waits, so that no moment is far from a checkpoint however busy the machine is.
        if (page_bytes > log_bytes_since_checkpoint * overdue_page_percent / 100) return outcome::success();
        PLIMSOLL_TRYV(background->drain());
    }
    return push_checkpoint();
}

/// Only what is durable is ever checkpointed, so the queue is drained first.
result<void> Engine::Parts::push_checkpoint() {
    PLIMSOLL_TRYV(commit());
    if (!background->has_checkpoint()) note_checkpoint();
    background->push(take_dirty_pages(book));
    log_bytes_since_checkpoint = 0;
    return outcome::success();
}

/// Once the background is idle: what it made last, for the witness to say.
void Engine::Parts::note_checkpoint() {
    committer->note_checkpoint(background->manifest().sequence, background->manifest().state_root);
}

/// Back to what is on disk, then forward through the batches to keep.
result<void> Engine::Parts::rebuild(std::vector<Sealing> keep) {
    if (is_broken) return fail(Errc::engine_stopped);
    is_broken = true;
    static_cast<void>(committer->drain());
    static_cast<void>(background->drain());
    durable_at_end = committer->durable_sequence();
    committer.reset();
    background.reset();
    held.clear();
    held_events = 0;
    open = Sealing{};
    PLIMSOLL_TRYV(load());
    for (Sealing& batch : keep) {
        if (batch.events.empty()) continue; // nothing was waiting in the open one
        AlignedBytes const bytes(bytes_of(std::string_view(batch.events.finish(batch.header))));
        PLIMSOLL_TRY(view, BatchView::open(bytes.view()));
        for (Event const& event : view.events()) {
            TimeNs const time_before = book.time();
            PLIMSOLL_TRYV(book::apply(book, event));
            take(event, book.sequence(), time_before);
        }
        if (open.events.size() >= options.batch_events) {
            PLIMSOLL_TRYV(seal());
        }
    }
    is_broken = false;
    return outcome::success();
}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

result<void> Engine::create(std::filesystem::path const& directory, store::WitnessSetting const& witness) {
    return store::Store::create(directory, witness);
}

result<std::unique_ptr<Engine>> Engine::open(std::filesystem::path const& directory, EngineOptions const& options) {
    auto parts = std::make_unique<Parts>();
    parts->options = options;
    PLIMSOLL_TRY(store, store::Store::open_writer(directory));
    parts->store = std::move(store);
    PLIMSOLL_TRYV(parts->load());
    return std::unique_ptr<Engine>(new Engine(std::move(parts)));
}

std::string const& Engine::opening_notes() const { return parts_->store->notes(); }
book::Book const& Engine::book() const { return parts_->book; }
void Engine::watch(Watch applied, Watch coming) {
    parts_->applied_event = std::move(applied);
    parts_->coming_event = std::move(coming);
}
std::uint64_t Engine::durable_sequence() const {
    return parts_->committer ? parts_->committer->durable_sequence() : parts_->durable_at_end;
}

result<Receipt> Engine::submit(std::span<Event const> group) {
    Parts& parts = *parts_;
    if (parts.is_broken) return fail(Errc::engine_stopped);
    if (group.empty()) return fail(Errc::group_empty);
    PLIMSOLL_TRY(known, parts.known_record(group));
    if (known) return *known;

    std::uint64_t const before = parts.book.sequence();
    TimeNs time_before = parts.book.time();
    auto const verdict = parts.decide_group(group);
    if (!verdict) {
        if (parts.book.sequence() != before) {
            std::vector<Sealing> keep(std::make_move_iterator(parts.held.begin()),
                                      std::make_move_iterator(parts.held.end()));
            keep.push_back(std::move(parts.open));
            PLIMSOLL_TRYV(parts.rebuild(std::move(keep)));
        }
        return outcome::failure(verdict.error());
    }
    std::uint64_t sequence = before;
    for (Event const& event : parts.decided) {
        parts.take(event, ++sequence, time_before);
        time_before = std::max(time_before, event.origin.source_time);
    }
    if (parts.open.events.size() >= parts.options.batch_events) {
        PLIMSOLL_TRYV(parts.seal());
    }
    return Receipt{false, before + 1, parts.decided.size()};
}

result<std::optional<Receipt>> Engine::known(Event const& event) {
    if (parts_->is_broken) return fail(Errc::engine_stopped);
    return parts_->known_record(std::span(&event, 1));
}

result<Receipt> Engine::submit_each(std::span<Event const> records) {
    book::Book const& book = parts_->book;
    Receipt all{true, book.sequence() + 1, 0};
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (i + book::fetch_slots_ahead < records.size()) {
            book::fetch_slots(book, records[i + book::fetch_slots_ahead].body);
        }
        if (i + book::fetch_rows_ahead < records.size()) book::fetch_rows(book, records[i + book::fetch_rows_ahead].body);
        PLIMSOLL_TRY(receipt, submit(records.subspan(i, 1)));
        all.is_duplicate = all.is_duplicate && receipt.is_duplicate;
        all.count += receipt.is_duplicate ? 0 : receipt.count;
    }
    return all;
}

void Engine::hold(std::size_t events) {
    parts_->hold_limit_events = events;
    parts_->is_holding = events != 0;
}

result<void> Engine::abandon() { return parts_->rebuild({}); }

result<void> Engine::commit() {
    if (parts_->is_broken) return fail(Errc::engine_stopped);
    return parts_->commit();
}

result<void> Engine::checkpoint() {
    if (parts_->is_broken) return fail(Errc::engine_stopped);
    PLIMSOLL_TRYV(parts_->commit());
    PLIMSOLL_TRYV(parts_->background->drain());
    if (parts_->background->manifest().sequence == parts_->book.sequence()) return outcome::success();
    PLIMSOLL_TRYV(parts_->push_checkpoint());
    PLIMSOLL_TRYV(parts_->background->drain());
    parts_->note_checkpoint();
    return outcome::success();
}

Hash Engine::state_root() {
    // Where the background has failed or is gone, its page hashes are old.
    if (!parts_->background || !parts_->background->drain()) return book::state_root(parts_->book);
    return hashes_of(parts_->background->manifest()).update(parts_->book);
}

result<void> Engine::close() {
    PLIMSOLL_TRYV(commit());
    PLIMSOLL_TRYV(parts_->background->drain());
    parts_->note_checkpoint();
    return parts_->store->settle();
}

} // namespace plimsoll::replay
