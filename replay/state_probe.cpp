#include "replay/state_probe.hpp"

#include "ledger/book/apply.hpp"
#include "replay/catch_up.hpp"

#include <algorithm>

namespace plimsoll::replay {

struct StateProbe::Impl {
    /// A book and its page hashes, so that only pages written since are hashed again.
    struct Kept {
        book::Book book;
        book::PageHashes hashes;
        Hash root{};
    };

    std::unique_ptr<store::Store> store;
    store::LogHead head;
    Reduce reduce;
    std::vector<std::unique_ptr<Kept>> kept; ///< ascending

    [[nodiscard]] result<Kept const*> at(std::uint64_t sequence);
    [[nodiscard]] result<void> advance(book::Book& book, std::uint64_t last) const;
};

namespace {

[[nodiscard]] result<void> reduce_tail(store::Store const& store, Reduce const& reduce, book::Book& book, std::uint64_t last) {
    AlignedBytes bytes;
    auto scan = store.scan(book.sequence() + 1);
    for (; !scan->done() && book.sequence() < last; scan->next()) {
        bytes.assign(scan->bytes());
        PLIMSOLL_TRY(batch, BatchView::open(bytes.view()));
        std::uint64_t const first = batch.header().first_sequence;
        if (first > book.sequence() + 1) return fail(Errc::sequence_gap, "#" + std::to_string(book.sequence() + 1) + " is missing");
        PLIMSOLL_TRYV(reduce(book, batch, book.sequence() + 1 - first, std::min(last, batch.last_sequence()) + 1 - first));
    }
    return scan->verdict();
}

} // namespace

result<void> StateProbe::Impl::advance(book::Book& book, std::uint64_t last) const {
    if (reduce) {
        PLIMSOLL_TRYV(reduce_tail(*store, reduce, book, last));
    } else {
        PLIMSOLL_TRYV(replay_log(*store, book, last, nullptr));
    }
    if (book.sequence() != last) return fail(Errc::sequence_gap, "the log ends before #" + std::to_string(last));
    return outcome::success();
}

result<StateProbe::Impl::Kept const*> StateProbe::Impl::at(std::uint64_t sequence) {
    if (sequence > head.sequence) {
        return fail(Errc::moment_in_the_future, "#" + std::to_string(sequence) + ", the last event is #" + std::to_string(head.sequence));
    }
    while (!kept.empty() && kept.back()->book.sequence() > sequence) kept.pop_back();
    if (!kept.empty() && kept.back()->book.sequence() == sequence) return kept.back().get();
    auto next = kept.empty() ? std::make_unique<Kept>() : std::make_unique<Kept>(*kept.back());
    PLIMSOLL_TRYV(advance(next->book, sequence));
    next->root = next->hashes.update(next->book);
    next->book.for_tables([](book::TableId, auto& table) { table.clean(); });
    if (kept.size() == 2) kept.erase(kept.begin());
    kept.push_back(std::move(next));
    return kept.back().get();
}

StateProbe::StateProbe(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StateProbe::~StateProbe() = default;
StateProbe::StateProbe(StateProbe&&) noexcept = default;
StateProbe& StateProbe::operator=(StateProbe&&) noexcept = default;

result<StateProbe> StateProbe::open(std::filesystem::path const& directory, Reduce reduce) {
    auto impl = std::make_unique<Impl>();
    PLIMSOLL_TRY(store, store::Store::open_reader(directory));
    impl->store = std::move(store);
    PLIMSOLL_TRY(head, impl->store->head());
    impl->head = head;
    impl->reduce = std::move(reduce);
    return StateProbe(std::move(impl));
}

std::uint64_t StateProbe::log_size() const { return impl_->head.sequence; }
Hash StateProbe::log_root() const { return impl_->head.root; }

result<void> StateProbe::batch_of(std::uint64_t sequence, AlignedBytes& bytes) const {
    PLIMSOLL_TRY(found, impl_->store->batch_of(sequence, bytes));
    if (!found) return fail(store::Errc::damaged, "no batch holds event #" + std::to_string(sequence));
    return outcome::success();
}

result<void> StateProbe::for_batches(std::function<result<void>(Bytes)> const& f) const {
    auto scan = impl_->store->scan(1);
    for (; !scan->done(); scan->next()) {
        if (scan->first_sequence() > impl_->head.sequence) break; // came while we read
        PLIMSOLL_TRYV(f(scan->bytes()));
    }
    return scan->done() ? scan->verdict() : outcome::success();
}

result<book::Book const*> StateProbe::book_at(std::uint64_t sequence) {
    PLIMSOLL_TRY(kept, impl_->at(sequence));
    return &kept->book;
}

result<Hash> StateProbe::root_at(std::uint64_t sequence) {
    PLIMSOLL_TRY(kept, impl_->at(sequence));
    return kept->root;
}

result<std::vector<StoredState>> StateProbe::checkpoints() const {
    PLIMSOLL_TRY(sequences, store::checkpoint_sequences(*impl_->store));
    std::vector<StoredState> states;
    for (std::uint64_t const sequence : sequences) {
        PLIMSOLL_TRY(manifest, store::checkpoint_before(*impl_->store, sequence));
        if (manifest) states.push_back({manifest->sequence, manifest->root_of_pages()});
    }
    return states;
}

result<book::Book> StateProbe::stored_book(std::uint64_t sequence) const {
    PLIMSOLL_TRY(manifest, store::checkpoint_before(*impl_->store, sequence));
    if (!manifest || manifest->sequence != sequence) return fail(store::Errc::damaged, "no checkpoint at #" + std::to_string(sequence));
    return load_book(*impl_->store, *manifest);
}

} // namespace plimsoll::replay
