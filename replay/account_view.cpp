#include "replay/account_view.hpp"

#include "ledger/book/apply.hpp"
#include "ledger/book/postings.hpp"
#include "ledger/book/row_sink.hpp"
#include "ledger/store/checkpoint.hpp"
#include "ledger/store/history.hpp"
#include "replay/mentions.hpp"

#include <algorithm>
#include <map>

namespace plimsoll::replay {
namespace {

using book::Book;
using store::EntityKind;

constexpr AccountId alone{1};

/// Rows of a checkpoint, page by page as they are asked for.
class PageReader {
public:
    PageReader(store::Store const& store, store::Manifest const& manifest) : store_(store), manifest_(manifest) {}

    [[nodiscard]] std::uint64_t rows(book::TableId table) const {
        return manifest_.tables[static_cast<std::size_t>(table)].rows;
    }
    template <class Row> [[nodiscard]] result<Row> row(book::TableId table, std::uint32_t id) {
        constexpr std::size_t per_page = book::Table<Row>::rows_per_page;
        auto const page = static_cast<std::uint32_t>((id - 1) / per_page);
        auto const key = std::pair(static_cast<std::uint8_t>(table), page);
        auto found = pages_.find(key);
        if (found == pages_.end()) {
            PLIMSOLL_TRY(bytes, store::load_page(store_, manifest_, table, page));
            found = pages_.emplace(key, std::move(bytes)).first;
        }
        std::size_t const at = (id - 1) % per_page * sizeof(Row);
        if (id == 0 || at + sizeof(Row) > found->second.size()) return fail(store::Errc::damaged, "a page is too short");
        Row row;
        std::memcpy(static_cast<void*>(&row), found->second.data() + at, sizeof(Row));
        return row;
    }

private:
    store::Store const& store_;
    store::Manifest const& manifest_;
    std::map<std::pair<std::uint8_t, std::uint32_t>, std::string> pages_;
};

/// A table as the checkpoint has it, whole.
template <class Row>
[[nodiscard]] result<void> load_table(PageReader& pages, book::TableId id, book::Table<Row>& table) {
    auto const rows = static_cast<std::uint32_t>(pages.rows(id));
    table.reset(0);
    for (std::uint32_t row = 1; row <= rows; ++row) {
        PLIMSOLL_TRY(loaded, pages.row<Row>(id, row));
        table.add(loaded);
    }
    return outcome::success();
}

/// The account's own rows, renumbered from 1.
[[nodiscard]] result<void> load_account(PageReader& pages, AccountId real, Book& small) {
    PLIMSOLL_TRY(account, pages.row<book::AccountRow>(book::TableId::accounts, real.number()));
    std::uint32_t next_balance = std::exchange(account.first_balance, 0);
    std::uint32_t next_position = std::exchange(account.first_position, 0);
    small.accounts.add(account);
    std::vector<book::BalanceRow> balances;
    std::vector<book::PositionRow> positions;
    while (next_balance != 0) {
        PLIMSOLL_TRY(row, pages.row<book::BalanceRow>(book::TableId::balances, next_balance));
        if (row.next >= next_balance) return fail(store::Errc::damaged, "a chain of balances does not end");
        next_balance = row.next;
        balances.push_back(row);
    }
    while (next_position != 0) {
        PLIMSOLL_TRY(row, pages.row<book::PositionRow>(book::TableId::positions, next_position));
        if (row.next >= next_position) return fail(store::Errc::damaged, "a chain of positions does not end");
        next_position = row.next;
        positions.push_back(row);
    }
    auto relink = [&](auto& rows, auto& table, std::uint32_t& first) {
        std::reverse(rows.begin(), rows.end()); // oldest first, as they were opened
        for (auto& row : rows) {
            row.account = alone;
            row.next = first;
            first = table.add(row);
        }
    };
    relink(balances, small.balances, small.accounts.write(1).first_balance);
    relink(positions, small.positions, small.accounts.write(1).first_position);
    return outcome::success();
}

/// Passes on only the legs of one account, which is number 1 in the small book.
struct AloneSink {
    book::RowSink& rows;
    AccountId real;
    void cash(AccountId account, AssetId asset, Amount amount) {
        if (account == real) rows.cash(alone, asset, amount);
    }
    void quote(AccountId account, InstrumentId instrument, AssetId asset, Amount amount) {
        if (account == real) rows.quote(alone, instrument, asset, amount);
    }
    void size(AccountId account, InstrumentId instrument, Quantity quantity) {
        if (account == real) rows.size(alone, instrument, quantity);
    }
    void stand(AccountId account, std::uint32_t subject, IndexKind kind, Index index) {
        if (account == real) rows.stand(alone, subject, kind, index);
    }
};

/// Applies events to the small book as far as they concern the account or what it is valued by.
class Applier {
public:
    Applier(Book& small, AccountId real) : small_(small), real_(real), rows_(small) {}

    template <class Fact> void legs(Fact const& fact) { book::post(fact, AloneSink{rows_, real_}); }

    template <class Fact> void definitions(Origin const& origin, Fact const& fact) {
        if constexpr (std::is_same_v<Fact, AssetDefined> || std::is_same_v<Fact, InstrumentDefined>) {
            whole(origin, fact);
        }
        if constexpr (std::is_same_v<Fact, AccountOpened>) {
            ++accounts_seen;
            if (accounts_seen == real_.number()) whole(origin, fact);
        }
    }
    template <class Fact> void market(Fact const& fact) {
        if constexpr (std::is_same_v<Fact, Observed> || std::is_same_v<Fact, IndexRecorded>) {
            Origin none;
            none.source_time = time;
            whole(none, fact);
        }
    }
    [[nodiscard]] bool ok() const { return ok_ && rows_.ok(); }

    TimeNs time = 0;
    std::uint32_t accounts_seen = 0;

private:
    template <class Fact> void whole(Origin origin, Fact const& fact) {
        origin.source = 0;
        if constexpr (std::is_trivially_copyable_v<Fact>) {
            ok_ = ok_ && static_cast<bool>(book::apply(small_, Event{origin, fact}));
        } else {
            ok_ = ok_ && static_cast<bool>(book::apply(small_, Event{origin, rare(fact)}));
        }
    }

    Book& small_;
    AccountId real_;
    book::RowSink rows_;
    bool ok_ = true;
};

/// Where the events to read are: by the index for whole epochs, then the rest.
struct Range {
    std::uint64_t first;
    std::uint64_t last;
};

/// The indexed mentions of an entity in a range, ascending.
[[nodiscard]] result<std::vector<std::uint64_t>> mentions_in(store::Store const& store, std::uint32_t entity,
                                                             Range range) {
    std::vector<std::uint64_t> all;
    if (range.first > range.last) return all;
    for (std::uint32_t epoch = store::epoch_of(range.first); epoch <= store::epoch_of(range.last); ++epoch) {
        PLIMSOLL_TRY(some, store::mentions_of(store, epoch, entity));
        for (std::uint64_t const sequence : some) {
            if (sequence >= range.first && sequence <= range.last) all.push_back(sequence);
        }
    }
    return all;
}

/// The last indexed mention in a range, looking from its end.
[[nodiscard]] result<std::uint64_t> last_mention(store::Store const& store, std::uint32_t entity, Range range) {
    if (range.first > range.last) return std::uint64_t{0};
    for (std::uint32_t epoch = store::epoch_of(range.last) + 1; epoch-- > store::epoch_of(range.first);) {
        PLIMSOLL_TRY(some, store::mentions_of(store, epoch, entity));
        while (!some.empty() && some.back() > range.last) some.pop_back();
        if (!some.empty() && some.back() >= range.first) return some.back();
    }
    return std::uint64_t{0};
}

/// Ledger time after the first `count` events of a batch.
[[nodiscard]] TimeNs time_after(BatchView const& batch, std::size_t count) {
    TimeNs time = batch.header().time;
    for (std::size_t i = 0; i < count; ++i) time = std::max(time, batch.origin(i).source_time);
    return time;
}

/// Calls f(ledger time, origin, fact) for single events, batch by batch. `sequences` ascending.
template <class F>
[[nodiscard]] result<void> read_events(store::LogScan& scan, std::vector<std::uint64_t> const& sequences, F&& f) {
    AlignedBytes bytes;
    for (std::size_t i = 0; i < sequences.size();) {
        scan.seek(sequences[i]);
        if (scan.done()) return fail(store::Errc::damaged, "the history index points past the log");
        bytes.assign(scan.bytes());
        PLIMSOLL_TRY(batch, BatchView::open(bytes.view()));
        std::uint64_t const first = batch.header().first_sequence;
        if (sequences[i] < first || sequences[i] > batch.last_sequence()) {
            return fail(store::Errc::damaged, "the history index points past the log");
        }
        BatchView::Walk walk(batch);
        for (; i < sequences.size() && sequences[i] <= batch.last_sequence(); ++i) {
            if (first + walk.index() > sequences[i]) continue; // a repeat
            while (first + walk.index() < sequences[i]) walk.next_hot([](auto const&) {});
            TimeNs const time = time_after(batch, walk.index() + 1);
            walk.next([&](Origin const& origin, auto const& fact) { f(time, origin, fact); });
        }
    }
    return outcome::success();
}

/// The tail that no index covers: every event is looked at.
[[nodiscard]] result<void> scan_tail(store::LogScan& scan, Range range, Applier& applier) {
    if (range.first > range.last) return outcome::success();
    AlignedBytes bytes;
    for (scan.seek(range.first); !scan.done() && scan.first_sequence() <= range.last; scan.next()) {
        bytes.assign(scan.bytes());
        PLIMSOLL_TRY(batch, BatchView::open(bytes.view()));
        applier.time = std::max(applier.time, batch.header().time);
        BatchView::Walk walk(batch);
        while (!walk.done()) {
            std::uint64_t const sequence = batch.header().first_sequence + walk.index();
            if (sequence > range.last) break;
            walk.next([&](Origin const& origin, auto const& fact) {
                if (sequence < range.first) return;
                applier.time = std::max(applier.time, origin.source_time);
                applier.definitions(origin, fact);
                applier.market(fact);
                applier.legs(fact);
            });
        }
    }
    return scan.verdict();
}

/// Ledger time after `sequence` events.
[[nodiscard]] result<TimeNs> time_at(store::Store const& store, std::uint64_t sequence) {
    AlignedBytes bytes;
    PLIMSOLL_TRY(found, store.batch_of(sequence, bytes));
    if (!found || sequence == 0) return TimeNs{0};
    PLIMSOLL_TRY(batch, BatchView::open(bytes.view()));
    return time_after(batch, static_cast<std::size_t>(sequence + 1 - batch.header().first_sequence));
}

/// Marks, funding indices and prices of what the account holds, as they stood at the end of the
/// indexed range.
[[nodiscard]] result<void> read_market(store::Store const& store, store::LogScan& scan, Book const& small, Range range,
                                       Applier& applier) {
    std::vector<std::uint64_t> sequences;
    auto want = [&](std::uint32_t entity) -> result<void> {
        PLIMSOLL_TRY(sequence, last_mention(store, entity, range));
        if (sequence != 0) sequences.push_back(sequence);
        return outcome::success();
    };
    for (book::PositionRow const& position : small.positions.rows()) {
        PLIMSOLL_TRYV(want(store::entity(EntityKind::mark, position.instrument.number())));
        PLIMSOLL_TRY(fundings, mentions_in(store, store::entity(EntityKind::funding, position.instrument.number()), range));
        // The last few say it all: one of each kind; a settlement price comes once, near the end.
        std::size_t const from = fundings.size() > 8 ? fundings.size() - 8 : 0;
        sequences.insert(sequences.end(), fundings.begin() + static_cast<std::ptrdiff_t>(from), fundings.end());
    }
    for (book::BalanceRow const& balance : small.balances.rows()) {
        PLIMSOLL_TRYV(want(store::entity(EntityKind::asset, balance.asset.number())));
    }
    std::sort(sequences.begin(), sequences.end());
    return read_events(scan, sequences, [&](TimeNs time, Origin const&, auto const& fact) {
        applier.time = time;
        applier.market(fact);
    });
}

} // namespace

result<Book> view_account(store::Store const& store, std::uint32_t indexed_epochs, std::string_view name,
                          std::uint64_t sequence) {
    auto unknown = [&] { return fail(book::Errc::unknown_account, "'" + std::string(name) + "'"); };
    PLIMSOLL_TRY(number, store.account_by_name(name));
    if (!number) return unknown();
    AccountId const real{*number};
    PLIMSOLL_TRY(found, store::checkpoint_before(store, sequence));
    store::Manifest const manifest = found ? std::move(*found) : store::Manifest{};

    Book small;
    PageReader pages(store, manifest);
    PLIMSOLL_TRYV(load_table(pages, book::TableId::assets, small.assets));
    PLIMSOLL_TRYV(load_table(pages, book::TableId::instruments, small.instruments));
    bool const is_in_checkpoint = real.number() <= pages.rows(book::TableId::accounts);
    if (is_in_checkpoint) {
        PLIMSOLL_TRYV(load_account(pages, real, small));
    }
    if (!small.rebuild_indexes()) return fail(store::Errc::damaged, "an account's rows contradict each other");

    Applier applier(small, real);
    applier.time = manifest.time;
    // The small book's head counts for nothing, but its time dates the marks.
    applier.accounts_seen = static_cast<std::uint32_t>(pages.rows(book::TableId::accounts));
    auto scan = store.scan(manifest.sequence + 1);
    std::uint64_t const indexed_end = std::min(indexed_epochs * store::epoch_events, sequence);
    // An account opened after the checkpoint is found by reading on; definitions are rare there.
    Range const indexed{manifest.sequence + 1, is_in_checkpoint ? indexed_end : manifest.sequence};
    PLIMSOLL_TRY(defined, mentions_in(store, store::entity(EntityKind::definition, 0), indexed));
    PLIMSOLL_TRYV(read_events(*scan, defined, [&](TimeNs, Origin const& origin, auto const& fact) {
        applier.definitions(origin, fact);
    }));
    PLIMSOLL_TRY(named, mentions_in(store, store::entity(EntityKind::account, real.number()), indexed));
    PLIMSOLL_TRYV(read_events(*scan, named, [&](TimeNs, Origin const&, auto const& fact) { applier.legs(fact); }));
    PLIMSOLL_TRYV(read_market(store, *scan, small, indexed, applier));
    PLIMSOLL_TRYV(scan_tail(*scan, {std::max(indexed.last, manifest.sequence) + 1, sequence}, applier));
    if (!applier.ok()) return fail(book::Errc::rows_disagree, std::string(name));
    if (small.accounts.size() == 0) return unknown();
    PLIMSOLL_TRY(time, time_at(store, sequence));
    small.head.write(1).sequence = sequence;
    small.head.write(1).time = time;
    return small;
}

} // namespace plimsoll::replay
