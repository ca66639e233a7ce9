/// What may be asked about credit: each is decided on the book and on what the log says of the owner.
#pragma once

#include "ledger/event/event.hpp"

namespace plimsoll::risk {

/// Lends the account money of the credit pool, within its owner's limit.
struct DrawCredit {
    AccountId account;
    Amount amount; ///< positive, of the credit asset
};

/// Pays back what the account's owner has drawn, the oldest first.
struct RepayCredit {
    AccountId account; ///< who pays
    Amount amount;     ///< 0: all that is drawn
};

/// Stakes money for another owner: the first to lose it.
struct Vouch {
    AccountId account; ///< the voucher
    AccountId borrower;
    Amount amount; ///< positive
};

/// Takes a stake back, as far as what is drawn does not need it.
struct Unvouch {
    AccountId account;
    AccountId borrower;
    Amount amount; ///< 0: all
};

/// Works the owner's score and limit out anew; books them where they have changed.
struct AssessCredit {
    AccountId account;
};

/// Collects what an owner in default owes out of all its accounts; vouchers pay the rest, then the pool.
struct DeclareDefault {
    AccountId account;
    AccountId liquidator; ///< who takes positions over; none: the ledger's first of its kind
};

} // namespace plimsoll::risk
