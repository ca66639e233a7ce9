#include "replay/catch_up.hpp"

#include "ledger/book/apply.hpp"
#include "replay/pipe.hpp"

#include <algorithm>
#include <optional>
#include <thread>

namespace plimsoll::replay {
namespace {

/// A tail shorter than this is replayed on one thread: starting another costs more.
constexpr std::uint64_t second_thread_events = 50'000;
/// A book of fewer balances and positions is loaded on one thread.
constexpr std::uint64_t second_thread_rows = 50'000;

/// A batch on its way from the reading to the reducing thread.
struct ReadBatch {
    AlignedBytes bytes;
    std::optional<BatchView> view;
};

/// The reading half: copies each batch out, verifies it, and checks the chain.
class TailReader {
public:
    TailReader(store::Store const& store, std::uint64_t after, std::uint64_t last, Hash const* previous)
        : scan_(store.scan(after + 1)), last_(last), has_previous_(previous != nullptr) {
        if (has_previous_) previous_ = *previous;
        if (after == 0) has_previous_ = true; // the first batch names a hash of zeros
    }
    [[nodiscard]] bool done() const { return scan_->done() || scan_->first_sequence() > last_; }

    [[nodiscard]] result<BatchView> read(AlignedBytes& bytes) {
        bytes.assign(scan_->bytes());
        std::string const place = "the batch at #" + std::to_string(scan_->first_sequence());
        auto batch = BatchView::open(bytes.view());
        if (!batch) return outcome::failure(batch.error().at(place));
        std::uint64_t const expected = next_ == 0 ? batch.value().header().first_sequence : next_;
        auto const verdict = check_chain(batch.value(), has_previous_ ? &previous_ : nullptr, expected);
        if (!verdict) return outcome::failure(verdict.error().at(place));
        previous_ = sha256(bytes.view());
        has_previous_ = true;
        next_ = batch.value().last_sequence() + 1;
        scan_->next();
        return batch;
    }
    [[nodiscard]] result<void> verdict() const { return scan_->verdict(); }

private:
    std::unique_ptr<store::LogScan> scan_;
    std::uint64_t last_;
    std::uint64_t next_ = 0;
    Hash previous_{};
    bool has_previous_;
};

/// Applies what of a batch lies after the book and up to `last`.
[[nodiscard]] result<void> reduce(book::Book& book, BatchView const& batch, std::uint64_t last) {
    std::uint64_t const first = batch.header().first_sequence;
    if (batch.last_sequence() <= book.sequence()) return outcome::success();
    if (first > book.sequence() + 1) return fail(Errc::sequence_gap, "#" + std::to_string(book.sequence() + 1) + " is missing");
    auto const begin = static_cast<std::size_t>(book.sequence() + 1 - first);
    auto const end = static_cast<std::size_t>(std::min(last, batch.last_sequence()) + 1 - first);
    return book::apply_range(book, batch, begin, end);
}

[[nodiscard]] result<void> replay_on_one(TailReader& reader, book::Book& book, std::uint64_t last) {
    AlignedBytes bytes;
    while (!reader.done()) {
        PLIMSOLL_TRY(batch, reader.read(bytes));
        PLIMSOLL_TRYV(reduce(book, batch, last));
    }
    return reader.verdict();
}

[[nodiscard]] result<void> replay_on_two(TailReader& reader, book::Book& book, std::uint64_t last) {
    Pipe<ReadBatch> pipe;
    result<void> read_verdict = outcome::success();
    std::thread reading([&] {
        while (!reader.done()) {
            ReadBatch* slot = pipe.to_fill();
            if (slot == nullptr) break;
            auto batch = reader.read(slot->bytes);
            if (!batch) {
                read_verdict = outcome::failure(batch.error());
                break;
            }
            slot->view = batch.value();
            pipe.filled();
        }
        if (read_verdict) read_verdict = reader.verdict();
        pipe.end();
    });
    result<void> verdict = outcome::success();
    while (ReadBatch* slot = pipe.to_take()) {
        verdict = reduce(book, *slot->view, last);
        if (!verdict) {
            pipe.stop();
            break;
        }
        pipe.taken();
    }
    reading.join();
    return verdict ? read_verdict : verdict;
}

} // namespace

result<void> check_chain(BatchView const& batch, Hash const* previous, std::uint64_t expected_first) {
    if (batch.header().first_sequence != expected_first) {
        return fail(Errc::sequence_gap, "expected #" + std::to_string(expected_first));
    }
    if (previous != nullptr && batch.header().previous != *previous) {
        return fail(Errc::chain_broken, "it names " + to_hex(batch.header().previous) + ", the one before is " +
                                            to_hex(*previous));
    }
    return outcome::success();
}

result<book::Book> load_book(store::Store const& store, store::Manifest const& manifest) {
    book::Book book;
    book.for_tables([&](book::TableId id, auto& table) {
        table.reset(manifest.tables.at(static_cast<std::size_t>(id)).rows);
    });
    // Positions are about half of a large book: they are loaded and indexed beside the rest.
    auto const is_position = [](book::TableId id) { return id == book::TableId::positions; };
    auto const load = [&](bool positions) {
        return store::load_pages(
            store, manifest,
            [&](std::uint8_t number, std::uint32_t page, Bytes bytes) {
                bool fits = false;
                book.for_tables([&](book::TableId id, auto& table) {
                    if (static_cast<std::uint8_t>(id) == number) fits = table.load_page(page, bytes);
                });
                return fits;
            },
            [&](book::TableId id, std::uint32_t) { return is_position(id) == positions; });
    };
    bool const is_large = book.positions.size() + book.balances.size() > second_thread_rows;
    result<void> beside = outcome::success();
    std::thread other;
    auto const load_positions = [&] {
        beside = load(true);
        if (beside) book.index_positions();
    };
    if (is_large) {
        other = std::thread(load_positions);
    } else {
        load_positions();
    }
    auto const rest = load(false);
    if (rest) book.index_all_but_positions();
    if (is_large) other.join();
    PLIMSOLL_TRYV(rest);
    PLIMSOLL_TRYV(beside);
    if (!book.rows_are_sound() || book.sequence() != manifest.sequence) {
        return fail(store::Errc::damaged, "checkpoint #" + std::to_string(manifest.sequence) +
                                              ": its rows contradict each other");
    }
    return book;
}

result<void> replay_log(store::Store const& store, book::Book& book, std::uint64_t last, Hash const* previous,
                        ReplayOptions const& options) {
    if (book.sequence() >= last) return outcome::success();
    std::uint64_t const count = last - book.sequence();
    TailReader reader(store, book.sequence(), last, previous);
    if (options.second_thread && count >= second_thread_events) {
        PLIMSOLL_TRYV(replay_on_two(reader, book, last));
    } else {
        PLIMSOLL_TRYV(replay_on_one(reader, book, last));
    }
    if (book.sequence() != last) {
        return fail(Errc::sequence_gap, "the log ends at #" + std::to_string(book.sequence()) + " before #" +
                                            std::to_string(last));
    }
    return outcome::success();
}

result<Caught> catch_up(store::Store const& store, std::uint64_t sequence) {
    Caught caught;
    PLIMSOLL_TRY(manifest, store::checkpoint_before(store, sequence));
    if (manifest) {
        PLIMSOLL_TRY(book, load_book(store, *manifest));
        caught.book = std::move(book);
        caught.manifest = std::move(*manifest);
    }
    Hash const* previous = caught.manifest.sequence == 0 ? nullptr : &caught.manifest.log_root;
    PLIMSOLL_TRYV(replay_log(store, caught.book, sequence, previous));
    return caught;
}

book::PageHashes hashes_of(store::Manifest const& manifest) {
    book::PageHashes hashes;
    for (std::size_t id = 1; id <= book::table_count; ++id) {
        auto& table = hashes.of(static_cast<book::TableId>(id));
        for (auto const& page : manifest.tables[id].pages) table.pages.push_back(page.hash);
    }
    return hashes;
}

Hash root_of(Caught const& caught) { return hashes_of(caught.manifest).update(caught.book); }

} // namespace plimsoll::replay
