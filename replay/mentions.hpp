/// Which entities an event names: what the history index is made of.
#pragma once

#include "ledger/book/postings.hpp"
#include "ledger/store/history.hpp"

namespace plimsoll::replay {

/// Calls f(entity) for each; one may come more than once.
template <class Fact, class F> void for_entities(Fact const& fact, F&& f) {
    using store::EntityKind;
    book::NamedAccounts::of(fact, [&](AccountId account) {
        if (account.is_some()) f(store::entity(EntityKind::account, account.number()));
    });
    if constexpr (std::is_same_v<Fact, Observed>) {
        if (fact.kind == Observation::mark_price) f(store::entity(EntityKind::mark, fact.subject));
        if (fact.kind == Observation::settlement_price) f(store::entity(EntityKind::settlement, fact.subject));
        if (fact.kind == Observation::asset_price) f(store::entity(EntityKind::asset, fact.subject));
    }
    if constexpr (std::is_same_v<Fact, AssetDefined> || std::is_same_v<Fact, InstrumentDefined>) {
        f(store::entity(EntityKind::definition, 0));
    }
    if constexpr (std::is_same_v<Fact, IndexRecorded>) {
        switch (fact.kind) {
        case IndexKind::funding: f(store::entity(EntityKind::funding, fact.subject)); break;
        case IndexKind::supply_interest: f(store::entity(EntityKind::supply_index, fact.subject)); break;
        case IndexKind::borrow_interest: f(store::entity(EntityKind::borrow_index, fact.subject)); break;
        case IndexKind::socialised_loss: f(store::entity(EntityKind::loss_index, fact.subject)); break;
        }
    }
}

} // namespace plimsoll::replay
