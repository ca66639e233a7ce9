#include "ledger/book/apply.hpp"

#include "ledger/book/postings.hpp"
#include "ledger/book/row_sink.hpp"

#include <algorithm>

namespace plimsoll::book {
namespace {

[[nodiscard]] Name name_of(std::string const& text) {
    auto name = Name::from(text);
    return name ? name.value() : Name{}; // decide refuses empty names; an optional scope may be empty
}

[[nodiscard]] std::array<std::uint64_t, 2> halves(wire::Int128 const& value) {
    return {value.low(), static_cast<std::uint64_t>(value.high())};
}

[[nodiscard]] Hash hash_of(wire::Digest const& digest) {
    Hash hash;
    std::memcpy(hash.data(), &digest, sizeof(hash));
    return hash;
}

[[nodiscard]] std::uint64_t fingerprint(std::string const& text) {
    Hash const hash = sha256(bytes_of(std::string_view(text)));
    std::uint64_t first = 0;
    std::memcpy(&first, hash.data(), sizeof(first));
    return first;
}

// ---- what facts change besides their legs: one function a kind; the default changes nothing ----

template <class Fact> bool change(Book&, Fact const&) { return true; }

bool change(Book& book, Observed const& fact) {
    if (fact.kind == Observation::asset_price) {
        if (!book.assets.has(fact.subject)) return false;
        book.assets.write(fact.subject).price = {fact.value, fact.confidence, book.time()};
        return true;
    }
    if (!book.instruments.has(fact.subject)) return false;
    InstrumentRow& row = book.instruments.write(fact.subject);
    Reading const seen{fact.value, fact.confidence, book.time()};
    switch (fact.kind) {
    case Observation::mark_price: row.mark = seen; break;
    case Observation::index_price: row.index_price = seen; break;
    case Observation::forward: row.forward = seen; break;
    case Observation::forward_settled: row.forward_settled = seen; break;
    case Observation::volatility: row.volatility = seen; break;
    case Observation::rate: row.rate = seen; break;
    case Observation::settlement_price: row.settlement = seen; break;
    case Observation::open_interest:
    case Observation::asset_price: break; // informative; and handled above
    }
    return true;
}

bool change(Book& book, IndexRecorded const& fact) {
    if (fact.kind == IndexKind::funding) {
        if (!book.instruments.has(fact.subject)) return false;
        book.instruments.write(fact.subject).funding_index = fact.value;
        return true;
    }
    if (!book.assets.has(fact.subject)) return false;
    AssetRow& row = book.assets.write(fact.subject);
    switch (fact.kind) {
    case IndexKind::supply_interest: row.supply_index = fact.value; break;
    case IndexKind::borrow_interest: row.borrow_index = fact.value; break;
    case IndexKind::socialised_loss: row.loss_index = fact.value; break;
    case IndexKind::funding: break; // handled above
    }
    return true;
}

bool change(Book& book, AssetDefined const& fact) {
    AssetRow row;
    row.name = name_of(fact.name);
    row.decimals = fact.decimals;
    row.kind = static_cast<std::uint32_t>(fact.kind);
    book.assets.add(row);
    return true;
}

bool change(Book& book, InstrumentDefined const& fact) {
    bool const known = book.assets.has(fact.base) && book.assets.has(fact.quote) && book.assets.has(fact.settle);
    if (!known) return false;
    InstrumentRow row;
    row.name = name_of(fact.name);
    row.base = AssetId{fact.base};
    row.quote = AssetId{fact.quote};
    row.settle = AssetId{fact.settle};
    row.market_account = AccountId{fact.market_account};
    row.kind = fact.kind;
    row.payoff = fact.payoff;
    row.side = fact.side;
    row.exercise = fact.exercise;
    row.multiplier_numerator = halves(fact.multiplier_numerator);
    row.multiplier_denominator = halves(fact.multiplier_denominator);
    row.strike = Price{units(fact.strike)};
    row.expiry = fact.expiry;
    std::uint32_t const id = book.instruments.add(row);
    book.instruments_by_name.insert(Book::name_key(fact.name), id);
    return true;
}

bool change(Book& book, SourceDefined const& fact) {
    SourceRow row;
    row.name = name_of(fact.name);
    row.kind = static_cast<std::uint64_t>(fact.kind);
    book.sources.add(row);
    return true;
}

bool change(Book& book, FeedDefined const& fact) {
    book.feeds.add({name_of(fact.name)});
    return true;
}

bool change(Book& book, ChainDefined const& fact) {
    ChainRow row;
    row.name = name_of(fact.name);
    row.chain_id = fact.chain_id;
    row.account = fact.account;
    book.chains.add(row);
    return true;
}

bool change(Book& book, BlockRecorded const& fact) {
    for (std::uint32_t id = 1; id <= book.chains.size(); ++id) {
        if (book.chains[id].name.view() != fact.chain) continue;
        ChainRow& row = book.chains.write(id);
        row.block = fact.number;
        row.block_time = fact.time;
        row.block_hash = hash_of(fact.hash);
        return true;
    }
    return false;
}

bool change(Book& book, AccountOpened const& fact) {
    AccountRow row;
    row.name = name_of(fact.name);
    row.parent = AccountId{fact.parent};
    row.kind = fact.kind;
    row.opened_sequence = book.sequence();
    std::uint32_t const id = book.accounts.add(row);
    book.accounts_by_name.insert(Book::name_key(fact.name), id);
    return true;
}

bool change(Book& book, Corrected const&) {
    ++book.head.write(1).corrections;
    return true;
}

bool change(Book& book, Reversed const&) {
    ++book.head.write(1).corrections;
    return true;
}

[[nodiscard]] LiquidationRow* find_liquidation(Book& book, std::uint64_t number) {
    std::uint32_t const row = book.liquidations_by_number.find(number);
    return row == 0 ? nullptr : &book.liquidations.write(row);
}

bool change(Book& book, LiquidationStarted const& fact) {
    if (!book.accounts.has(fact.account)) return false;
    LiquidationRow row;
    row.id = fact.liquidation;
    row.account = AccountId{fact.account};
    row.asset = AssetId{fact.asset};
    row.started_sequence = book.sequence();
    row.equity_at_start = Amount{units(fact.equity)};
    row.requirement_at_start = Amount{units(fact.requirement)};
    book.liquidations_by_number.insert(row.id, book.liquidations.add(row));
    AccountRow& account = book.accounts.write(fact.account);
    account.in_liquidation = 1;
    account.liquidation = fact.liquidation;
    return true;
}

bool change(Book& book, LiquidationBid const& fact) {
    LiquidationRow* row = find_liquidation(book, fact.liquidation);
    if (row == nullptr) return false;
    ++row->bids;
    return true;
}

bool change(Book& book, LiquidationEnded const& fact) {
    LiquidationRow* row = find_liquidation(book, fact.liquidation);
    if (row == nullptr || !book.accounts.has(fact.account)) return false;
    row->ended_sequence = book.sequence();
    row->penalty = Amount{units(fact.penalty)};
    row->outcome = static_cast<std::uint64_t>(fact.outcome);
    book.accounts.write(fact.account).in_liquidation = 0;
    return true;
}

[[nodiscard]] LossRow* find_loss(Book& book, std::uint64_t number) {
    std::uint32_t const row = book.losses_by_number.find(number);
    return row == 0 ? nullptr : &book.losses.write(row);
}

bool change(Book& book, BadDebtRecognised const& fact) {
    if (!book.assets.has(fact.asset)) return false;
    Amount const amount{units(fact.amount)};
    LossRow row;
    row.id = fact.loss;
    row.account = AccountId{fact.account};
    row.asset = AssetId{fact.asset};
    row.recognised = amount;
    book.losses_by_number.insert(row.id, book.losses.add(row));
    return book.assets.write(fact.asset).bad_debt.add(amount);
}

bool change(Book& book, WaterfallPaid const& fact) {
    LossRow* row = find_loss(book, fact.loss);
    auto const layer = static_cast<std::size_t>(fact.layer);
    if (row == nullptr || layer >= row->paid.size() || !book.assets.has(fact.asset)) return false;
    Amount const amount{units(fact.amount)};
    return row->paid[layer].add(amount) && book.assets.write(fact.asset).bad_debt.add(-amount);
}

bool change(Book& book, BreakerTripped const& fact) {
    BreakerRow row;
    row.name = name_of(fact.breaker);
    row.scope = name_of(fact.scope);
    row.value = Price{units(fact.value)};
    row.threshold = Price{units(fact.threshold)};
    row.allowed = fact.allowed;
    row.tripped = 1;
    row.sequence = book.sequence();
    for (std::uint32_t id = 1; id <= book.breakers.size(); ++id) {
        if (book.breakers[id].name == row.name && book.breakers[id].scope == row.scope) {
            book.breakers.write(id) = row;
            return true;
        }
    }
    book.breakers.add(row);
    return true;
}

bool change(Book& book, BreakerReleased const& fact) {
    Name const name = name_of(fact.breaker);
    Name const scope = name_of(fact.scope);
    for (std::uint32_t id = 1; id <= book.breakers.size(); ++id) {
        if (!(book.breakers[id].name == name && book.breakers[id].scope == scope)) continue;
        BreakerRow& row = book.breakers.write(id);
        row.tripped = 0;
        row.value = Price{units(fact.value)};
        row.sequence = book.sequence();
        return true;
    }
    return false;
}

bool change(Book& book, ParameterSet const& fact) {
    ParameterRow row{name_of(fact.scope), name_of(fact.name), Ratio{units(fact.value)}, fingerprint(fact.text),
                     book.sequence()};
    for (std::uint32_t id = 1; id <= book.parameters.size(); ++id) {
        if (book.parameters[id].scope == row.scope && book.parameters[id].name == row.name) {
            book.parameters.write(id) = row;
            return true;
        }
    }
    book.parameters.add(row);
    return true;
}

bool change(Book& book, PresetAdopted const& fact) {
    PresetRow row{name_of(fact.scope), name_of(fact.name), name_of(fact.version), hash_of(fact.digest), book.sequence()};
    for (std::uint32_t id = 1; id <= book.presets.size(); ++id) {
        if (book.presets[id].scope == row.scope) {
            book.presets.write(id) = row;
            return true;
        }
    }
    book.presets.add(row);
    return true;
}

bool change(Book& book, CreditChanged const& fact) {
    CreditRow const row{AccountId{fact.account}, AssetId{fact.asset}, Amount{units(fact.limit)}, Ratio{units(fact.score)}};
    for (std::uint32_t id = 1; id <= book.credits.size(); ++id) {
        if (book.credits[id].account == row.account && book.credits[id].asset == row.asset) {
            book.credits.write(id) = row;
            return true;
        }
    }
    book.credits.add(row);
    return true;
}

/// Head and source: where the book and the record's source now stand.
[[nodiscard]] bool advance(Book& book, Origin const& origin) {
    HeadRow& head = book.head.write(1);
    ++head.sequence;
    head.time = std::max(head.time, origin.source_time);
    if (origin.source == 0) return true;
    if (!book.sources.has(origin.source)) return false;
    SourceRow& source = book.sources.write(origin.source);
    source.cursor = std::max(source.cursor, origin.cursor);
    source.time = std::max(source.time, origin.source_time);
    ++source.events;
    return true;
}

template <class Fact> [[nodiscard]] bool apply_fact(Book& book, Origin const& origin, Fact const& fact) {
    // A source's definition stands before its records: it has no cursor and counts for no source.
    if constexpr (std::is_same_v<Fact, SourceDefined>) {
        ++book.head.write(1).sequence;
        book.head.write(1).time = std::max(book.time(), origin.source_time);
        return change(book, fact);
    } else {
        if (!advance(book, origin)) return false;
        if constexpr (std::is_same_v<Fact, Quarantined>) {
            ++book.head.write(1).quarantined;
            if (origin.source != 0) ++book.sources.write(origin.source).quarantined;
        }
        RowSink sink(book);
        post(fact, sink);
        return sink.ok() && change(book, fact);
    }
}

// ---- fetching ahead ----

struct SlotFetch {
    Book const& book;
    void cash(AccountId account, AssetId asset, Amount) const {
        book.balances_by_key.prefetch(Book::key(account, asset.number()));
    }
    void quote(AccountId, InstrumentId, AssetId, Amount) const {}
    void size(AccountId account, InstrumentId instrument, Quantity) const {
        book.positions_by_key.prefetch(Book::key(account, instrument.number()));
    }
    void stand(AccountId, std::uint32_t, IndexKind, Index) const {}
};

class RowFetch {
public:
    explicit RowFetch(Book const& at) : book(at) {}
    void cash(AccountId account, AssetId asset, Amount) const {
        std::uint32_t const row = book.balances_by_key.find(Book::key(account, asset.number()));
        fetch(book.balances, row, account);
    }
    void quote(AccountId, InstrumentId, AssetId, Amount) const {}
    void size(AccountId account, InstrumentId instrument, Quantity) const {
        std::uint32_t const row = book.positions_by_key.find(Book::key(account, instrument.number()));
        fetch(book.positions, row, account);
    }
    void stand(AccountId, std::uint32_t, IndexKind, Index) const {}

private:
    /// A row to be opened will be linked into its account's.
    template <class Row> void fetch(Table<Row> const& table, std::uint32_t row, AccountId account) const {
        if (row != 0) {
            table.prefetch(row);
        } else if (book.has(account)) {
            book.accounts.prefetch(account.number());
        }
    }
    Book const& book;
};

} // namespace

result<void> apply(Book& book, Event const& event) {
    bool ok = true;
    visit_body(event.body, [&](auto const& fact) { ok = apply_fact(book, event.origin, fact); });
    if (!ok) return fail(Errc::rows_disagree, "event #" + std::to_string(book.sequence()));
    return outcome::success();
}

result<void> apply_range(Book& book, BatchView const& batch, std::size_t begin, std::size_t end) {
    BatchView::Walk slots(batch);
    BatchView::Walk rows(batch);
    BatchView::Walk now(batch);
    while (slots.index() < begin) slots.next_hot([](auto const&) {});
    rows = slots;
    now = slots;
    auto next_slots = [&] { slots.next_hot([&](auto const& fact) { post(fact, SlotFetch{book}); }); };
    auto next_rows = [&] { rows.next_hot([&](auto const& fact) { post(fact, RowFetch{book}); }); };
    while (slots.index() < std::min(begin + fetch_slots_ahead, end)) next_slots();
    while (rows.index() < std::min(begin + fetch_rows_ahead, end)) next_rows();
    bool ok = true;
    while (now.index() < end) {
        if (slots.index() < end) next_slots();
        if (rows.index() < end) next_rows();
        now.next([&](Origin const& origin, auto const& fact) { ok = apply_fact(book, origin, fact); });
        if (!ok) return fail(Errc::rows_disagree, "event #" + std::to_string(book.sequence()));
    }
    return outcome::success();
}

result<void> apply(Book& book, BatchView const& batch) { return apply_range(book, batch, 0, batch.size()); }

namespace {

/// Rare facts are not worth fetching for.
template <class Sink> void post_hot(Body const& body, Sink&& sink) {
    std::visit(
        [&](auto const& fact) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(fact)>, RareFact>) post(fact, sink);
        },
        body);
}

} // namespace

void fetch_slots(Book const& book, Body const& body) { post_hot(body, SlotFetch{book}); }
void fetch_rows(Book const& book, Body const& body) { post_hot(body, RowFetch{book}); }

} // namespace plimsoll::book
