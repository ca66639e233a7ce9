#include "tools/golden/bisect.hpp"

#include "ledger/event/entry.hpp"

#include <algorithm>
#include <optional>

namespace plimsoll::tools {
namespace {

/// A log's entries one after the other, from any.
class EntryReader {
public:
    EntryReader(replay::StateProbe const& probe, std::uint64_t first) : probe_(probe), next_(first) {}

    /// Nothing at the log's end.
    [[nodiscard]] result<std::optional<std::string>> next() {
        if (next_ > probe_.log_size()) return std::optional<std::string>{};
        if (!walk_ || walk_->done()) {
            PLIMSOLL_TRYV(probe_.batch_of(next_, bytes_));
            PLIMSOLL_TRY(batch, BatchView::open(bytes_.view()));
            walk_.emplace(bytes_.view());
            for (std::uint64_t at = batch.header().first_sequence; at < next_; ++at) static_cast<void>(walk_->next());
        }
        ++next_;
        return std::optional<std::string>(walk_->next().bytes());
    }

private:
    replay::StateProbe const& probe_;
    std::uint64_t next_;
    AlignedBytes bytes_;
    std::optional<EntryWalk> walk_;
};

[[nodiscard]] result<std::uint64_t> stream(replay::StateProbe const& a, replay::StateProbe const& b, std::uint64_t first) {
    EntryReader left(a, first);
    EntryReader right(b, first);
    for (std::uint64_t sequence = first;; ++sequence) {
        PLIMSOLL_TRY(x, left.next());
        PLIMSOLL_TRY(y, right.next());
        if (!x && !y) return std::uint64_t{0};
        if (x != y) return sequence;
    }
}

/// How many entries from their beginnings two batches share.
[[nodiscard]] std::uint64_t shared_entries(Bytes a, Bytes b) {
    std::uint64_t count = 0;
    for (EntryWalk x(a), y(b); !x.done() && !y.done(); ++count) {
        if (x.next().leaf_hash() != y.next().leaf_hash()) break;
    }
    return count;
}

} // namespace

result<Parting> part_logs(replay::StateProbe const& a, replay::StateProbe const& b) {
    std::uint64_t const common = std::min(a.log_size(), b.log_size());
    Parting found;
    std::uint64_t& equal = found.equal;
    std::uint64_t parted = common + 1;
    bool is_sure = false; // that event #parted differs, and not only a batch's head
    AlignedBytes left;
    AlignedBytes right;
    while (equal + 1 < parted) {
        std::uint64_t const middle = equal + (parted - equal) / 2;
        ++found.probes;
        PLIMSOLL_TRYV(a.batch_of(middle, left));
        PLIMSOLL_TRYV(b.batch_of(middle, right));
        PLIMSOLL_TRY(x, BatchView::open(left.view()));
        PLIMSOLL_TRY(y, BatchView::open(right.view()));
        std::uint64_t const first = x.header().first_sequence;
        if (first != y.header().first_sequence) break; // cut otherwise: the chain says nothing
        if (x.header().previous != y.header().previous) {
            parted = first - 1;
            continue;
        }
        std::uint64_t const shared = shared_entries(left.view(), right.view());
        equal = std::max(equal, std::min(first - 1 + shared, common));
        if (shared < x.size() && shared < y.size()) {
            parted = first + shared;
            is_sure = true;
        }
    }
    if (!is_sure) {
        PLIMSOLL_TRY(sequence, stream(a, b, equal + 1));
        parted = sequence;
        if (sequence == 0) equal = common;
    }
    found.parted = parted;
    if (parted != 0) equal = parted - 1;
    return found;
}

result<Parting> part_from_golden(replay::StateProbe const& a, Golden const& golden) {
    Parting found;
    EntryReader reader(a, 1);
    AlignedBytes bytes;
    for (std::string const& each : golden.batches) {
        bytes.assign(bytes_of(std::string_view(each)));
        PLIMSOLL_TRYV(BatchView::open(bytes.view()));
        for (EntryWalk walk(bytes.view()); !walk.done(); ++found.equal) {
            PLIMSOLL_TRY(mine, reader.next());
            if (mine && *mine == walk.next().bytes()) continue;
            found.parted = found.equal + 1;
            return found;
        }
    }
    return found;
}

result<Parting> part_builds(replay::StateProbe& a, OtherBuild& other, std::function<void(std::uint64_t)> const& progress) {
    Parting found;
    std::uint64_t parted = a.log_size() + 1; // as if event #size + 1 always differed
    while (found.equal + 1 < parted) {
        std::uint64_t const middle = found.equal + (parted - found.equal) / 2;
        ++found.probes;
        PLIMSOLL_TRYV(other.ask_root(middle));
        PLIMSOLL_TRY(mine, a.root_at(middle));
        PLIMSOLL_TRY(its, other.root());
        (its == to_hex(mine) ? found.equal : parted) = middle;
        if (progress) progress(found.probes);
    }
    if (parted > a.log_size()) return found;
    found.parted = parted;
    PLIMSOLL_TRY(book, a.book_at(parted));
    PageTable const mine = pages_of(*book);
    PLIMSOLL_TRY(its, other.pages(parted));
    for (std::size_t table = 2; table <= mine.size() && !found.row; ++table) {
        std::size_t const id = table == mine.size() ? 1 : table; // the head last: it says least
        for (std::size_t page = 0; page < std::max(mine[id].size(), its[id].size()) && !found.row; ++page) {
            if (page < mine[id].size() && page < its[id].size() && mine[id][page] == its[id][page]) continue;
            PLIMSOLL_TRY(bytes, other.page(parted, static_cast<std::uint8_t>(id), static_cast<std::uint32_t>(page)));
            Bytes own;
            book->for_tables([&](book::TableId each, auto const& rows) {
                if (static_cast<std::size_t>(each) == id && page < rows.page_count()) own = rows.page(page);
            });
            found.row = first_row_difference(*book, static_cast<book::TableId>(id), static_cast<std::uint32_t>(page), own, bytes);
        }
    }
    return found;
}

result<Parting> part_states(replay::StateProbe& a, std::vector<GoldenState> const& states) {
    Parting found;
    std::size_t equal = 0; // how many states are known to be equal
    std::size_t parted = states.size() + 1;
    while (equal + 1 < parted) {
        std::size_t const middle = equal + (parted - equal) / 2;
        ++found.probes;
        PLIMSOLL_TRY(root, a.root_at(states[middle - 1].sequence));
        (root == states[middle - 1].root ? equal : parted) = middle;
    }
    if (equal != 0) found.equal = states[equal - 1].sequence;
    if (parted <= states.size()) found.parted = states[parted - 1].sequence;
    return found;
}

} // namespace plimsoll::tools
