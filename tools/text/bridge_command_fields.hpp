/// What commands of bridges consist of, in JSON.
#pragma once

#include "risk/bridge/bridge_state.hpp"
#include "tools/text/field_reader.hpp"

#include <limits>

namespace plimsoll::tools {

inline void place_of(FieldReader& v, risk::BridgePlace& place) {
    v.text("chain", place.chain, Need::always);
    v.text("transaction", place.transaction, Need::always);
    v.count("log_index", place.log_index);
}

inline void fields_of(FieldReader& v, risk::BridgeObserve& ask) {
    place_of(v, ask.place);
    v.count("block", ask.block, Need::always);
    v.text("block_hash", ask.block_hash);
    v.account("account", ask.account);
    v.asset("asset", ask.asset);
    v.amount("amount", ask.amount, ask.asset);
}

inline void fields_of(FieldReader& v, risk::BridgeAdvance& ask) {
    place_of(v, ask.place);
    if (auto const state = v.string("state", Need::always)) {
        auto const found = risk::find_bridge_state(*state);
        bool const is_ahead = found && *found != risk::BridgeState::observed && *found != risk::BridgeState::reversed;
        if (is_ahead) ask.state = *found;
        if (!is_ahead) v.refuse("state", fail(Errc::field_malformed, FieldReader::quoted(*state) + " is none of attested, confirmed, final"));
    }
    v.decimal("stake", ask.stake, Need::maybe);
    constexpr std::uint64_t unsaid = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t confirmations = unsaid;
    v.count("confirmations", confirmations);
    if (confirmations != unsaid) ask.confirmations = confirmations;
}

inline void fields_of(FieldReader& v, risk::BridgeReverse& ask) {
    place_of(v, ask.place);
    v.text("reason", ask.reason);
}

inline void fields_of(FieldReader& v, risk::BridgeWithdraw& ask) {
    v.account("account", ask.account);
    v.asset("asset", ask.asset);
    v.amount("amount", ask.amount, ask.asset);
}

inline void fields_of(FieldReader& v, risk::BridgeRelease& ask) {
    v.text("chain", ask.chain, Need::always);
    v.count("withdrawal", ask.withdrawal, Need::always);
}

inline void fields_of(FieldReader& v, risk::BridgeDispute& ask) {
    v.text("chain", ask.chain, Need::always);
    v.count("withdrawal", ask.withdrawal, Need::always);
    v.text("reason", ask.reason);
}

} // namespace plimsoll::tools
