/// What commands of credit consist of, in JSON.
#pragma once

#include "risk/credit/commands.hpp"
#include "tools/text/field_reader.hpp"

namespace plimsoll::tools {

inline void fields_of(FieldReader& v, risk::DrawCredit& ask) {
    v.account("account", ask.account);
    v.decimal("amount", ask.amount);
}

inline void fields_of(FieldReader& v, risk::RepayCredit& ask) {
    v.account("account", ask.account);
    v.decimal("amount", ask.amount, Need::maybe);
}

inline void fields_of(FieldReader& v, risk::Vouch& ask) {
    v.account("account", ask.account);
    v.account("borrower", ask.borrower);
    v.decimal("amount", ask.amount);
}

inline void fields_of(FieldReader& v, risk::Unvouch& ask) {
    v.account("account", ask.account);
    v.account("borrower", ask.borrower);
    v.decimal("amount", ask.amount, Need::maybe);
}

inline void fields_of(FieldReader& v, risk::AssessCredit& ask) { v.account("account", ask.account); }

inline void fields_of(FieldReader& v, risk::DeclareDefault& ask) {
    v.account("account", ask.account);
    v.account("liquidator", ask.liquidator, Need::maybe);
}

} // namespace plimsoll::tools
