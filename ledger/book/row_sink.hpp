/// Where legs become rows: the one place that changes balances and positions.
#pragma once

#include "ledger/book/interest.hpp"

#include <algorithm>

namespace plimsoll::book {

/// Changes the rows that legs name, opening them where they are new.
class RowSink {
public:
    explicit RowSink(Book& book) : book_(book) {}
    [[nodiscard]] bool ok() const { return ok_; }

    void cash(AccountId account, AssetId asset, Amount amount) {
        if (BalanceRow* row = balance(account, asset)) keep(row->amount.add(amount));
    }
    void quote(AccountId account, InstrumentId instrument, AssetId, Amount amount) {
        if (PositionRow* row = position(account, instrument)) keep(row->quote.add(amount));
    }
    void size(AccountId account, InstrumentId instrument, Quantity quantity) {
        PositionRow* row = position(account, instrument);
        if (row == nullptr) return;
        Int128 const before = std::max<Int128>(row->size.units(), 0);
        keep(row->size.add(quantity));
        Int128 const after = std::max<Int128>(row->size.units(), 0);
        if (after != before) {
            keep(book_.instruments.write(instrument.number()).open_interest.add(Quantity{after - before}));
        }
    }
    void stand(AccountId account, std::uint32_t subject, IndexKind kind, Index index) {
        if (kind == IndexKind::funding) {
            if (PositionRow* row = position(account, InstrumentId{subject})) row->index = index;
        } else if (BalanceRow* row = balance(account, AssetId{subject})) {
            stand_at(*row, kind, index);
        }
    }

private:
    void keep(bool ok) { ok_ = ok_ && ok; }

    /// Legs of one position follow each other: the last look-up often answers the next.
    [[nodiscard]] PositionRow* position(AccountId account, InstrumentId instrument) {
        std::uint64_t const key = Book::key(account, instrument.number());
        if (key == last_position_key_ && last_position_ != 0) return &book_.positions.write(last_position_);
        std::uint32_t row = book_.positions_by_key.find(key);
        if (row == 0) {
            if (!book_.has(account) || !book_.has(instrument)) return refuse<PositionRow>();
            AccountRow& owner = book_.accounts.write(account.number());
            row = book_.positions.add({account, instrument, owner.first_position, 0, {}, {}, {}});
            owner.first_position = row;
            book_.positions_by_key.insert(key, row);
        }
        last_position_key_ = key;
        last_position_ = row;
        return &book_.positions.write(row);
    }
    [[nodiscard]] BalanceRow* balance(AccountId account, AssetId asset) {
        std::uint64_t const key = Book::key(account, asset.number());
        std::uint32_t row = book_.balances_by_key.find(key);
        if (row == 0) {
            if (!book_.has(account) || !book_.has(asset)) return refuse<BalanceRow>();
            AccountRow& owner = book_.accounts.write(account.number());
            row = book_.balances.add({account, asset, owner.first_balance, 0, {}, {}, {}});
            owner.first_balance = row;
            book_.balances_by_key.insert(key, row);
        }
        return &book_.balances.write(row);
    }
    template <class Row> [[nodiscard]] Row* refuse() {
        ok_ = false;
        return nullptr;
    }

    Book& book_;
    bool ok_ = true;
    std::uint64_t last_position_key_ = 0;
    std::uint32_t last_position_ = 0;
};

} // namespace plimsoll::book
