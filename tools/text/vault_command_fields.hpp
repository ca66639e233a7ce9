/// What commands of vaults and of perpetual pools consist of, in JSON.
#pragma once

#include "risk/clearing/perpetual_pool_commands.hpp"
#include "risk/clearing/vault_commands.hpp"
#include "tools/text/field_reader.hpp"

namespace plimsoll::tools {

inline void fields_of(FieldReader& v, risk::OpenVault& ask) {
    v.account("owner", ask.owner);
    auto const text = v.string("vault", Need::always);
    if (!text) return;
    if (auto const name = Name::from(*text)) {
        ask.name = name.value();
    } else {
        v.refuse("vault", name.as_failure());
    }
}

/// An asset and an amount, or an instrument and a size: which of them, the rule says.
inline void fields_of_what(FieldReader& v, auto& ask) {
    v.asset("asset", ask.asset, Need::maybe);
    v.amount("amount", ask.amount, ask.asset, Need::maybe);
    v.instrument("instrument", ask.instrument, Need::maybe);
    v.decimal("size", ask.size, Need::maybe);
}

inline void fields_of(FieldReader& v, risk::LockInVault& ask) {
    v.account("vault", ask.vault);
    v.account("from", ask.from, Need::maybe);
    fields_of_what(v, ask);
}

inline void fields_of(FieldReader& v, risk::UnlockFromVault& ask) {
    v.account("vault", ask.vault);
    v.account("to", ask.to, Need::maybe);
    fields_of_what(v, ask);
}

inline void fields_of(FieldReader& v, risk::MintOption& ask) {
    v.account("vault", ask.vault);
    v.account("to", ask.to, Need::maybe);
    v.instrument("instrument", ask.instrument);
    v.decimal("size", ask.size);
}

inline void fields_of(FieldReader& v, risk::BurnOption& ask) {
    v.account("vault", ask.vault);
    v.account("from", ask.from, Need::maybe);
    v.decimal("size", ask.size);
}

inline void fields_of(FieldReader& v, risk::ExerciseOption& ask) {
    v.account("vault", ask.vault);
    v.account("holder", ask.holder);
    v.decimal("size", ask.size, Need::maybe);
}

inline void fields_of(FieldReader& v, risk::SettleVault& ask) {
    v.account("vault", ask.vault);
    v.account("to", ask.to, Need::maybe);
}

inline void fields_of(FieldReader& v, risk::TradeWithPool& ask) {
    v.account("account", ask.account);
    v.account("pool", ask.pool, Need::maybe);
    v.instrument("instrument", ask.instrument);
    v.decimal("size", ask.size);
    v.decimal("limit", ask.limit, Need::maybe);
}

inline void fields_of(FieldReader& v, risk::AccruePoolFunding& ask) {
    v.account("pool", ask.pool, Need::maybe);
    v.instrument("instrument", ask.instrument);
}

inline void fields_of(FieldReader& v, risk::DeleveragePool& ask) {
    v.account("pool", ask.pool, Need::maybe);
    v.instrument("instrument", ask.instrument);
}

} // namespace plimsoll::tools
