#include "replay/account_view.hpp"

#include "ledger/store/checkpoint.hpp"
#include "ledger/store/history.hpp"
#include "replay/account_applier.hpp"
#include "replay/mentions.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <variant>

namespace plimsoll::replay {
namespace {

using book::Book;
using store::EntityKind;

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

/// Calls f(sequence, ledger time, fact) for single events, batch by batch. `sequences` ascending.
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
            walk.next([&](Origin const&, auto const& fact) { f(sequences[i], time, fact); });
        }
    }
    return outcome::success();
}

/// The last price or index of each kind and subject that the tail says.
class TailMarket {
public:
    template <class Fact> void keep(std::uint64_t sequence, TimeNs time, Fact const& fact) {
        if constexpr (is_market_fact<Fact>) {
            last_[{std::is_same_v<Fact, Observed>, static_cast<unsigned>(fact.kind), fact.subject}] = {sequence, time, fact};
        }
    }
    void apply_to(AccountApplier& applier) const {
        std::map<std::uint64_t, Said const*> in_order;
        for (auto const& [what, said] : last_) in_order[said.sequence] = &said;
        for (auto const& [sequence, said] : in_order) {
            std::visit([&](auto const& fact) { applier.value(said->time, fact); }, said->fact);
        }
    }

private:
    struct Said {
        std::uint64_t sequence = 0;
        TimeNs time = 0;
        std::variant<Observed, IndexRecorded> fact;
    };
    std::map<std::tuple<bool, unsigned, std::uint32_t>, Said> last_;
};

/// The tail that no index covers: every event is looked at. What it says of the market is kept for
/// later: only at its end is it known what the account holds.
[[nodiscard]] result<void> scan_tail(store::LogScan& scan, Range range, AccountApplier& applier, TailMarket& market) {
    if (range.first > range.last) return outcome::success();
    AlignedBytes bytes;
    TimeNs time = 0;
    for (scan.seek(range.first); !scan.done() && scan.first_sequence() <= range.last; scan.next()) {
        bytes.assign(scan.bytes());
        PLIMSOLL_TRY(batch, BatchView::open(bytes.view()));
        time = std::max(time, batch.header().time);
        BatchView::Walk walk(batch);
        while (!walk.done()) {
            std::uint64_t const sequence = batch.header().first_sequence + walk.index();
            if (sequence > range.last) break;
            walk.next([&](Origin const& origin, auto const& fact) {
                time = std::max(time, origin.source_time);
                if (sequence < range.first) return;
                applier.define(sequence, fact);
                market.keep(sequence, time, fact);
                applier.touch(fact);
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

/// What the account is valued by: the marks, funding indices and settlement prices of what it holds,
/// the prices and indices of all assets, and the spot markets of the assets that it holds.
[[nodiscard]] std::set<std::uint32_t> market_entities(Book const& small) {
    std::set<std::uint32_t> entities;
    std::set<AssetId> held;
    for (book::BalanceRow const& balance : small.balances.rows()) held.insert(balance.asset);
    for (book::PositionRow const& position : small.positions.rows()) {
        std::uint32_t const instrument = position.instrument.number();
        for (EntityKind const kind : {EntityKind::mark, EntityKind::funding, EntityKind::settlement}) {
            entities.insert(store::entity(kind, instrument));
        }
        held.insert(small.instrument(position.instrument).settle);
    }
    for (std::uint32_t id = 1; id <= small.instruments.size(); ++id) {
        book::InstrumentRow const& row = small.instruments[id];
        bool const is_held = held.contains(row.base) || held.contains(row.quote);
        if (row.kind == wire::InstrumentKind::spot && is_held) entities.insert(store::entity(EntityKind::mark, id));
    }
    for (std::uint32_t id = 1; id <= small.assets.size(); ++id) {
        for (EntityKind const kind : {EntityKind::asset, EntityKind::supply_index, EntityKind::borrow_index, EntityKind::loss_index}) {
            entities.insert(store::entity(kind, id));
        }
    }
    return entities;
}

/// The market as it stood at the end of the indexed range.
[[nodiscard]] result<void> read_market(store::Store const& store, store::LogScan& scan, Book const& small, Range range,
                                       AccountApplier& applier) {
    std::vector<std::uint64_t> sequences;
    for (std::uint32_t const entity : market_entities(small)) {
        PLIMSOLL_TRY(sequence, last_mention(store, entity, range));
        if (sequence != 0) sequences.push_back(sequence);
    }
    std::sort(sequences.begin(), sequences.end());
    return read_events(scan, sequences, [&](std::uint64_t, TimeNs time, auto const& fact) { applier.value(time, fact); });
}

/// What the index says of the range: definitions, then the account's own events.
[[nodiscard]] result<void> read_own(store::Store const& store, store::LogScan& scan, AccountId real, Range range,
                                    AccountApplier& applier) {
    PLIMSOLL_TRY(defined, mentions_in(store, store::entity(EntityKind::definition, 0), range));
    PLIMSOLL_TRYV(read_events(scan, defined, [&](std::uint64_t sequence, TimeNs, auto const& fact) {
        applier.define(sequence, fact);
    }));
    PLIMSOLL_TRY(named, mentions_in(store, store::entity(EntityKind::account, real.number()), range));
    return read_events(scan, named, [&](std::uint64_t, TimeNs, auto const& fact) { applier.touch(fact); });
}

} // namespace

result<Book> view_account(store::Store const& store, store::Manifest const& manifest, std::uint32_t indexed_epochs,
                          std::string_view name, std::uint64_t sequence) {
    auto unknown = [&] { return fail(book::Errc::unknown_account, "'" + std::string(name) + "'"); };
    PLIMSOLL_TRY(number, store.account_by_name(name));
    if (!number) return unknown();
    AccountId const real{*number};

    Book small;
    PageReader pages(store, manifest);
    PLIMSOLL_TRYV(load_account(pages, real, small));
    AccountApplier applier(small, real, static_cast<std::uint32_t>(pages.rows(book::TableId::accounts)));
    auto scan = store.scan(manifest.sequence + 1);
    // An account opened after the checkpoint is found by reading on from there.
    std::uint64_t const indexed_end = small.has(alone) ? std::min(indexed_epochs * store::epoch_events, sequence) : 0;
    Range const indexed{manifest.sequence + 1, indexed_end};
    PLIMSOLL_TRYV(read_own(store, *scan, real, indexed, applier));
    TailMarket tail;
    PLIMSOLL_TRYV(scan_tail(*scan, {std::max(indexed_end, manifest.sequence) + 1, sequence}, applier, tail));
    if (!small.has(alone)) return unknown();
    PLIMSOLL_TRYV(read_market(store, *scan, small, indexed, applier));
    tail.apply_to(applier);
    if (!applier.ok()) return fail(book::Errc::rows_disagree, std::string(name));
    // Market accounts are numbered as in the whole book: here only the one account has a number.
    for (std::uint32_t id = 1; id <= small.instruments.size(); ++id) {
        AccountId& market = small.instruments.write(id).market_account;
        market = market == real ? alone : AccountId{};
    }
    small.accounts.write(1).parent = AccountId{};
    PLIMSOLL_TRY(time, time_at(store, sequence));
    small.head.write(1).sequence = sequence;
    small.head.write(1).time = time;
    return small;
}

} // namespace plimsoll::replay
