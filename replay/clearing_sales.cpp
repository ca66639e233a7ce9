#include "replay/clearing_house.hpp"

#include "replay/moment.hpp"

#include <algorithm>

namespace plimsoll::replay {

risk::Sale* ClearingHouse::sale_of(AccountId account) {
    if (risk::is_option_vault(book(), account)) return &*vault_sale_;
    auto const known = open_.find(account);
    bool const is_new = known == open_.end();
    risk::Procedure const chosen = clearing_preset_ ? clearing_preset_->procedure : risk::Procedure::by_kernel;
    switch (is_new ? chosen : known->second.procedure) {
    case risk::Procedure::collateral_auction: return &*collateral_sale_;
    case risk::Procedure::ramped_auction: return &*ramped_sale_;
    case risk::Procedure::by_kernel: break;
    }
    return nullptr;
}

/// What it paid, was paid, traded or settled, or what was entered for it: not what prices and indices did to it.
result<TimeNs> ClearingHouse::last_deed_of(AccountId account) {
    PLIMSOLL_TRYV(engine_->commit());
    PLIMSOLL_TRY(reader, Reader::open(directory_));
    TimeNs last = 0;
    PLIMSOLL_TRYV(reader->for_account_events(account, 1, book().sequence(), [&](std::uint64_t, Event const& event) {
        visit_body(event.body, [&](auto const& fact) {
            using Fact = std::decay_t<decltype(fact)>;
            constexpr bool is_deed = std::is_same_v<Fact, Transferred> || std::is_same_v<Fact, Traded> || std::is_same_v<Fact, PositionSettled> ||
                                     std::is_same_v<Fact, OpeningEntered> || std::is_same_v<Fact, Corrected> || std::is_same_v<Fact, Reversed>;
            if constexpr (is_deed) last = std::max(last, event.origin.source_time);
        });
        return true;
    }));
    return last;
}

/// Starts an auction of the preset's procedure, or goes on with one.
result<void> ClearingHouse::sell(risk::Sale& sale, risk::Liquidate const& ask, Origin& origin, Answer& answer) {
    PLIMSOLL_TRYV(meet_interest(ask.account));
    auto const known = open_.find(ask.account);
    if (known == open_.end()) {
        PLIMSOLL_TRY(open, sale.start(ask, open_, origin, decision_));
        PLIMSOLL_TRYV(book_group(answer));
        if (!open.is_over) open_.emplace(ask.account, open);
    } else {
        origin.cause = Cause::liquidation;
        origin.cause_sequence = known->second.started_sequence;
        auto const keeper = risk::account_of_kind(book(), ask.liquidator, wire::AccountKind::liquidator);
        risk::OpenLiquidation next = known->second; // kept only once it is booked
        PLIMSOLL_TRY(is_over, sale.look_again(next, keeper ? keeper.value() : AccountId{}, origin, decision_));
        PLIMSOLL_TRYV(book_group(answer));
        known->second = std::move(next);
        if (is_over) open_.erase(known);
    }
    ++origin.cursor.minor;
    decision_.events.clear();
    return outcome::success();
}

} // namespace plimsoll::replay
