#include "replay/sample.hpp"

#include "ledger/book/invariants.hpp"
#include "ledger/book/postings.hpp"
#include "ledger/event/entry.hpp"
#include "ledger/store/audit.hpp"
#include "ledger/store/checkpoint.hpp"
#include "ledger/store/tiles.hpp"
#include "replay/catch_up.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace plimsoll::replay {
namespace {

using store::Family;

/// Pages drawn from one checkpoint before another is drawn: reading its manifest costs more than they do.
constexpr std::uint64_t pages_a_checkpoint = 16;

/// SplitMix64 (Steele, Lea, Flood 2014): the same draws on every machine.
class Draws {
public:
    explicit Draws(std::uint64_t seed) : state_(seed) {}
    /// From 0 to limit - 1.
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) {
        state_ += 0x9E37'79B9'7F4A'7C15U;
        std::uint64_t word = state_;
        word = (word ^ (word >> 30)) * 0xBF58'476D'1CE4'E5B9U;
        word = (word ^ (word >> 27)) * 0x94D0'49BB'1331'11EBU;
        return (word ^ (word >> 31)) % limit;
    }

private:
    std::uint64_t state_;
};

[[nodiscard]] std::string number(std::uint64_t sequence) { return "#" + std::to_string(sequence); }

class Sampler {
public:
    Sampler(store::Store const& store, std::uint64_t seed) : store_(store), draws_(seed) {
        report_.seed = seed;
        book::Book().for_tables([&](book::TableId id, auto const& table) {
            row_bytes_[static_cast<std::size_t>(id)] = sizeof(table.rows().front());
        });
    }

    [[nodiscard]] result<SampleReport> run(std::uint64_t count, std::function<void(std::uint64_t, std::uint64_t)> const& progress) {
        PLIMSOLL_TRY(head, store_.head());
        report_.events = head.sequence;
        report_.log_root = head.root;
        open_tree();
        for (std::uint64_t i = 0; i < count && head.sequence != 0; ++i) {
            look_at_event(1 + draws_.below(head.sequence));
            progress(i + 1, 2 * count);
        }
        look_at_checkpoints(count, [&](std::uint64_t done) { progress(count + done, 2 * count); });
        PLIMSOLL_TRY(caught, catch_up(store_, head.sequence));
        if (auto const balance = book::check_balance(caught.book); !balance) find(balance.error(), "the end of the log");
        report_.state_root = root_of(caught);
        return report_;
    }

private:
    void find(std::string what, std::string where) { report_.findings.push_back({std::move(what), std::move(where)}); }
    void find(Error const& error, std::string const& where) { report_.findings.push_back(finding_of(error, where)); }

    void open_tree() {
        auto const folder = store_.directory() / "tiles";
        auto const head = store::read_tree_head(folder);
        if (!head) return find(head.error(), "the event tree");
        if (!head.value()) return;
        tree_ = *head.value();
        report_.tree_size = tree_.size;
        tiles_.emplace(folder, tree_.size);
        if (tree_.size > report_.events) find("the event tree goes past the log", number(tree_.size));
    }

    void look_at_event(std::uint64_t sequence) {
        AlignedBytes bytes;
        auto const found = store_.batch_of(sequence, bytes);
        std::string const place = "the batch of event " + number(sequence);
        if (!found) return find(found.error(), place);
        auto const batch = BatchView::open(bytes.view());
        if (!batch) return find(batch.error(), place);
        if (sequence < batch.value().header().first_sequence || sequence > batch.value().last_sequence()) {
            return find("a batch does not follow the one before", place);
        }
        look_at_leaf(bytes.view(), batch.value().header().first_sequence, sequence);
        if (!seen_.insert(batch.value().header().first_sequence).second) return;
        ++report_.sampled_batches;
        report_.sampled_events += batch.value().size();
        look_at_links(batch.value(), sha256(bytes.view()));
        look_at_indexes(batch.value());
        batch.value().for_each([&](std::uint64_t at, Origin const&, auto const& fact) {
            legs_.clear();
            book::post(fact, legs_);
            if (!legs_.are_zero()) find("the legs of an event do not sum to zero", "event " + number(at));
        });
    }

    /// The batch before is named by this one, and this one by the batch after.
    void look_at_links(BatchView const& batch, Hash const& hash) {
        std::uint64_t const first = batch.header().first_sequence;
        std::string const place = "the batch at " + number(first);
        Hash previous{};
        if (first > 1) {
            AlignedBytes before;
            auto const found = store_.batch_of(first - 1, before);
            if (!found) return find(found.error(), place);
            previous = sha256(before.view());
        }
        if (auto const chained = check_chain(batch, &previous, first); !chained) find(chained.error(), place);
        Hash named = report_.log_root; // of the last batch
        if (batch.last_sequence() < report_.events) {
            AlignedBytes after;
            auto const found = store_.batch_of(batch.last_sequence() + 1, after);
            if (!found) return find(found.error(), place);
            auto const next = BatchView::open(after.view());
            if (!next) return find(next.error(), "the batch after event " + number(batch.last_sequence()));
            named = next.value().header().previous;
        }
        if (named != hash) find("a batch is not the one that the batch after it names by its hash", place);
    }

    void look_at_indexes(BatchView const& batch) {
        std::uint64_t const first = batch.header().first_sequence;
        expect(Family::times, store::time_key(batch.header().time, first), "", "the time index, " + number(first));
        std::set<std::uint16_t> sources;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            Origin const origin = batch.origin(i);
            if (origin.source == 0 || origin.cursor == Cursor{} || !sources.insert(origin.source).second) continue;
            expect(Family::records, store::record_key(origin.source, origin.cursor), store::sequence_key(first),
                   "the record index, " + number(first));
        }
    }
    void expect(Family family, std::string const& key, std::string const& value, std::string const& where) {
        auto const stored = store::entry(store_, family, key);
        ++report_.index_entries;
        if (!stored) return find(stored.error(), where);
        if (!stored.value() || *stored.value() != value) find("an index differs from the log", where);
    }

    void look_at_leaf(Bytes batch, std::uint64_t first, std::uint64_t sequence) {
        if (!tiles_ || sequence > tree_.size) return;
        ++report_.sampled_leaves;
        std::string const place = "event " + number(sequence) + " in the event tree";
        EntryWalk walk(batch);
        for (std::uint64_t at = first; at != sequence; ++at) static_cast<void>(walk.next());
        auto const path = merkle::inclusion_path(sequence - 1, tree_.size, tiles_->source());
        if (!path) return find(path.error(), place);
        auto const verdict = merkle::check_inclusion(sequence - 1, tree_.size, walk.next().leaf_hash(), path.value(), tree_.root);
        if (!verdict) find(verdict.error(), place);
    }

    template <class F> void look_at_checkpoints(std::uint64_t count, F&& progress) {
        auto const all = store::checkpoint_sequences(store_);
        if (!all) return find(all.error(), "the checkpoints");
        report_.checkpoints = all.value().size();
        std::set<std::uint64_t> drawn;
        for (std::uint64_t left = count; left != 0 && !all.value().empty();) {
            std::uint64_t const now = std::min(left, pages_a_checkpoint);
            std::uint64_t const sequence = all.value()[draws_.below(all.value().size())];
            drawn.insert(sequence);
            look_at_checkpoint(sequence, now);
            left -= now;
            progress(count - left);
        }
        report_.sampled_checkpoints = drawn.size();
    }
    void look_at_checkpoint(std::uint64_t sequence, std::uint64_t pages) {
        std::string const place = "checkpoint " + number(sequence);
        auto const manifest = store::checkpoint_before(store_, sequence);
        if (!manifest) return find(manifest.error(), place);
        AlignedBytes bytes;
        auto const found = store_.batch_of(sequence, bytes);
        if (!found) return find(found.error(), place);
        if (sha256(bytes.view()) != manifest.value()->log_root) find("a checkpoint differs from what the log adds up to", place);
        std::uint64_t all = 0;
        for (auto const& table : manifest.value()->tables) all += table.pages.size();
        for (; pages != 0 && all != 0; --pages) {
            std::uint64_t at = draws_.below(all);
            std::size_t table = 0;
            while (at >= manifest.value()->tables[table].pages.size()) at -= manifest.value()->tables[table++].pages.size();
            ++report_.sampled_pages;
            auto const page = store::load_page(store_, *manifest.value(), static_cast<book::TableId>(table), static_cast<std::uint32_t>(at));
            if (!page) {
                find(page.error(), place);
            } else if (book::page_hash(bytes_of(std::string_view(page.value())), row_bytes_[table]) !=
                       manifest.value()->tables[table].pages[at].hash) {
                find("a stored page differs", place + ", table " + std::to_string(table) + ", page " + std::to_string(at));
            }
        }
    }

    store::Store const& store_;
    Draws draws_;
    SampleReport report_;
    store::TreeHead tree_;
    std::optional<store::TileReader> tiles_;
    std::set<std::uint64_t> seen_;
    book::LegSums legs_;
    std::array<std::size_t, book::table_count + 1> row_bytes_{};
};

} // namespace

result<SampleReport> sample(std::filesystem::path const& directory, std::uint64_t count, std::uint64_t seed,
                            std::function<void(std::uint64_t, std::uint64_t)> const& progress) {
    PLIMSOLL_TRY(store, store::Store::open_reader(directory));
    return Sampler(*store, seed).run(count, progress);
}

} // namespace plimsoll::replay
