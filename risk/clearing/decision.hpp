/// What a command leads to: events to append as one group, and the figures that decided.
#pragma once

#include "ledger/event/event.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::risk {

/// In the quote asset of the margin rule, unless its name says otherwise.
struct Figure {
    std::string_view name; ///< "initial_excess_after"
    AccountId account;     ///< whose; none: the command's own
    Int128 units = 0;
};

/// `units` of an asset from counter to account; below 0 the other way.
[[nodiscard]] inline Transferred transferred(TransferType type, AccountId account, AccountId counter, AssetId asset, Int128 units) {
    Transferred fact;
    fact.account = account;
    fact.counter = counter;
    fact.asset = asset;
    fact.type = type;
    fact.amount = Amount{units};
    return fact;
}

/// Kept by the caller, so that its memory is: a refusal fills the figures too.
struct Decision {
    std::vector<Event> events;
    std::vector<Figure> figures;

    void clear() {
        events.clear();
        figures.clear();
    }
    void add(Origin const& origin, Body body) { events.push_back({origin, std::move(body)}); }
    /// `units` from one account to another; nothing where there are none.
    void pay(AccountId from, AccountId to, AssetId asset, Int128 units, TransferType type, Origin const& origin) {
        if (units != 0) add(origin, transferred(type, to, from, asset, units));
    }
    void say(std::string_view name, AccountId account, Int128 units) { figures.push_back({name, account, units}); }
};

} // namespace plimsoll::risk
