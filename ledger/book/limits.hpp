/// The limits of number.hpp over one event: no leg, and no row that it leads to, may leave them.
#pragma once

#include "ledger/book/book.hpp"
#include "ledger/book/postings.hpp"

#include <algorithm>

namespace plimsoll::book {

/// Whether a change is one that an event may carry, and the row that it leads to one that may be.
[[nodiscard]] inline bool has_room(Int128 change, Int128 before) {
    return within(change, event_limit_units) && within(before + change, row_limit_units);
}

/// Looks at each leg of an event that names only what there is.
class LimitSink {
public:
    explicit LimitSink(Book const& book) : book_(book) {}
    [[nodiscard]] bool ok() const { return ok_; }

    void cash(AccountId account, AssetId asset, Amount amount) {
        BalanceRow const* row = book_.balance(account, asset);
        keep(amount.units(), row == nullptr ? 0 : row->amount.units());
    }
    void quote(AccountId account, InstrumentId instrument, AssetId, Amount amount) {
        PositionRow const* row = book_.position(account, instrument);
        keep(amount.units(), row == nullptr ? 0 : row->quote.units());
    }
    void size(AccountId account, InstrumentId instrument, Quantity quantity) {
        PositionRow const* row = book_.position(account, instrument);
        Int128 const before = row == nullptr ? 0 : row->size.units();
        keep(quantity.units(), before);
        if (!ok_) return;
        Int128 const opened = std::max<Int128>(before + quantity.units(), 0) - std::max<Int128>(before, 0);
        keep(opened, book_.instrument(instrument).open_interest.units());
    }
    void stand(AccountId, std::uint32_t, IndexKind, Index index) { keep(index.units(), 0); }

private:
    void keep(Int128 change, Int128 before) { ok_ = ok_ && has_room(change, before); }
    Book const& book_;
    bool ok_ = true;
};

template <class Fact> [[nodiscard]] result<void> check_limits(Book const& book, Fact const& fact) {
    LimitSink sink(book);
    post(fact, sink);
    if (!sink.ok()) return fail(Errc::amount_overflow);
    return outcome::success();
}

} // namespace plimsoll::book
