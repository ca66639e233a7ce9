#include "risk/clearing/rows_after.hpp"

#include "ledger/book/decide.hpp"
#include "ledger/book/interest.hpp"
#include "ledger/book/postings.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

/// Sizes of whoever trades, so that open interest is known after each leg.
struct RunningSize {
    AccountId account;
    InstrumentId instrument;
    Int128 units = 0;
};

/// Decide has checked the limits of every leg: sums of rows do not wrap.
class AfterSink {
public:
    AfterSink(book::Book const& book, AccountRows& rows) : book_(book), rows_(rows) {}

    void cash(AccountId account, AssetId asset, Amount amount) {
        if (account != rows_.account) return;
        add(balance(asset).amount, amount);
    }
    void quote(AccountId account, InstrumentId instrument, AssetId, Amount amount) {
        if (account != rows_.account) return;
        add(position(instrument).quote, amount);
    }
    void size(AccountId account, InstrumentId instrument, Quantity quantity) {
        RunningSize& running = size_of(account, instrument);
        Int128 const before = std::max<Int128>(running.units, 0);
        running.units += quantity.units();
        Int128 const opened = std::max<Int128>(running.units, 0) - before;
        if (opened != 0) add(open_interest(instrument), Quantity{opened});
        if (account == rows_.account) add(position(instrument).size, quantity);
    }
    void stand(AccountId account, std::uint32_t subject, IndexKind kind, Index index) {
        if (account != rows_.account) return;
        if (kind == IndexKind::funding) {
            position(InstrumentId{subject}).index = index;
        } else {
            book::stand_at(balance(AssetId{subject}), kind, index);
        }
    }

private:
    template <class Number> static void add(Number& value, Number change) {
        bool const ok = value.add(change);
        PLIMSOLL_ASSERT(ok);
    }
    [[nodiscard]] book::BalanceRow& balance(AssetId asset) {
        auto const found = std::ranges::find(rows_.balances, asset, &book::BalanceRow::asset);
        if (found != rows_.balances.end()) return *found;
        book::BalanceRow& row = rows_.balances.emplace_back();
        row.account = rows_.account;
        row.asset = asset;
        return row;
    }
    [[nodiscard]] book::PositionRow& position(InstrumentId instrument) {
        auto const found = std::ranges::find(rows_.positions, instrument, &book::PositionRow::instrument);
        if (found != rows_.positions.end()) return *found;
        book::PositionRow& row = rows_.positions.emplace_back();
        row.account = rows_.account;
        row.instrument = instrument;
        return row;
    }
    [[nodiscard]] RunningSize& size_of(AccountId account, InstrumentId instrument) {
        for (RunningSize& each : sizes_) {
            if (each.account == account && each.instrument == instrument) return each;
        }
        book::PositionRow const* row = book_.position(account, instrument);
        return sizes_.emplace_back(RunningSize{account, instrument, row == nullptr ? 0 : row->size.units()});
    }
    [[nodiscard]] Quantity& open_interest(InstrumentId instrument) {
        for (auto& each : rows_.open_interests) {
            if (each.instrument == instrument) return each.contracts;
        }
        rows_.open_interests.push_back({instrument, book_.instrument(instrument).open_interest});
        return rows_.open_interests.back().contracts;
    }

    book::Book const& book_;
    AccountRows& rows_;
    std::vector<RunningSize> sizes_;
};

} // namespace

result<void> Foresight::add(Event const& fact) { return book::decide(*book_, fact, decided_, 0); }

result<void> Foresight::add(std::span<Event const> facts) {
    for (Event const& fact : facts) {
        PLIMSOLL_TRYV(add(fact));
    }
    return outcome::success();
}

void rows_after(book::Book const& book, AccountId account, std::span<Event const> decided, AccountRows& rows) {
    rows.account = account;
    rows.balances.clear();
    rows.positions.clear();
    rows.open_interests.clear();
    book.for_balances(account, [&](book::BalanceRow const& row) { rows.balances.push_back(row); });
    book.for_positions(account, [&](book::PositionRow const& row) { rows.positions.push_back(row); });
    AfterSink sink(book, rows);
    for (Event const& event : decided) {
        visit_body(event.body, [&](auto const& fact) { book::post(fact, sink); });
    }
}

} // namespace plimsoll::risk
