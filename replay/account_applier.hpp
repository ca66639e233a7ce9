/// Applies events to a small book as far as they concern one account, or what it is valued by.
#pragma once

#include "ledger/book/apply.hpp"
#include "ledger/book/postings.hpp"
#include "ledger/book/row_sink.hpp"
#include "replay/account_pages.hpp"

#include <algorithm>
#include <type_traits>

namespace plimsoll::replay {

/// Passes on only the legs of one account.
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

/// Whether a fact says what accounts are valued by: a price, or an index.
template <class Fact>
inline constexpr bool is_market_fact = std::is_same_v<Fact, Observed> || std::is_same_v<Fact, IndexRecorded>;

class AccountApplier {
public:
    AccountApplier(book::Book& small, AccountId real, std::uint32_t accounts_opened)
        : small_(small), real_(real), accounts_opened_(accounts_opened), rows_(small) {}

    /// Assets and instruments, and the account itself where this is its opening.
    template <class Fact> void define(std::uint64_t sequence, Fact const& fact) {
        if constexpr (std::is_same_v<Fact, AssetDefined> || std::is_same_v<Fact, InstrumentDefined>) {
            apply_whole(0, rare(fact));
        }
        if constexpr (std::is_same_v<Fact, AccountOpened>) {
            if (++accounts_opened_ != real_.number()) return;
            apply_whole(0, rare(fact));
            small_.accounts.write(alone.number()).opened_sequence = sequence;
        }
    }
    /// The account's legs, and what else its row says.
    template <class Fact> void touch(Fact const& fact) {
        book::post(fact, AloneSink{rows_, real_});
        if constexpr (std::is_same_v<Fact, LiquidationStarted>) {
            if (fact.account == real_.number()) mark_liquidation(fact.liquidation, 1);
        }
        if constexpr (std::is_same_v<Fact, LiquidationEnded>) {
            if (fact.account == real_.number()) mark_liquidation(small_.account(alone).liquidation, 0);
        }
    }
    /// Prices and indices; in the order of the log, because `time` dates the marks.
    template <class Fact> void value(TimeNs time, Fact const& fact) {
        if constexpr (is_market_fact<Fact>) apply_whole(time, fact);
    }
    [[nodiscard]] bool ok() const { return ok_ && rows_.ok(); }

private:
    void apply_whole(TimeNs time, Body body) {
        Origin origin;
        origin.source_time = time;
        ok_ = ok_ && static_cast<bool>(book::apply(small_, Event{origin, std::move(body)}));
    }
    void mark_liquidation(std::uint64_t liquidation, std::uint8_t in_liquidation) {
        ok_ = ok_ && small_.has(alone);
        if (!ok_) return;
        book::AccountRow& row = small_.accounts.write(alone.number());
        row.liquidation = liquidation;
        row.in_liquidation = in_liquidation;
    }

    book::Book& small_;
    AccountId real_;
    std::uint32_t accounts_opened_; ///< in the whole ledger, up to the event at hand
    book::RowSink rows_;
    bool ok_ = true;
};

} // namespace plimsoll::replay
