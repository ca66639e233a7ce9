/// What commands of option pools consist of, in JSON.
#pragma once

#include "risk/pool/pool_commands.hpp"
#include "tools/text/field_reader.hpp"

namespace plimsoll::tools {

inline void fields_of(FieldReader& v, risk::PoolList& ask) {
    v.account("pool", ask.pool);
    v.instrument("instrument", ask.instrument);
    v.decimal("base_volatility", ask.base_volatility, Need::maybe);
    v.decimal("skew", ask.skew, Need::maybe);
}

inline void fields_of(FieldReader& v, risk::PoolTrade& ask) {
    v.account("pool", ask.pool);
    v.account("account", ask.account);
    v.instrument("instrument", ask.instrument);
    if (auto const side = v.string("side", Need::always)) {
        ask.side = *side == "buy" ? Taker::buyer : *side == "sell" ? Taker::seller : Taker::unknown;
        if (ask.side == Taker::unknown) v.refuse("side", fail(Errc::field_malformed, FieldReader::quoted(*side) + " is neither buy nor sell"));
    }
    v.decimal("size", ask.size);
    v.decimal("limit", ask.limit, Need::maybe);
}

inline void fields_of(FieldReader& v, risk::PoolDeposit& ask) {
    v.account("pool", ask.pool);
    v.account("account", ask.account);
    v.asset("asset", ask.asset);
    v.amount("amount", ask.amount, ask.asset);
}

inline void fields_of(FieldReader& v, risk::PoolWithdraw& ask) {
    v.account("pool", ask.pool);
    v.account("account", ask.account);
    v.decimal("shares", ask.shares);
}

inline void fields_of(FieldReader& v, risk::PoolProcess& ask) {
    v.account("pool", ask.pool);
    v.count("most", ask.most);
}

inline void fields_of(FieldReader& v, risk::PoolHedge& ask) {
    v.account("pool", ask.pool);
    v.decimal("price", ask.price, Need::maybe);
}

} // namespace plimsoll::tools
