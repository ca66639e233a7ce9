/// Which accounts belong to one owner: those of the same owner's name, and those with their parents.
#pragma once

#include "ledger/book/book.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace plimsoll::risk {

/// Whether an account of this kind has an owner who may draw, vouch and answer for others: customer, subaccount, liquidator. A
/// vault stands for itself alone, a pool's money is its depositors'; funds, markets, fees and modules are the house's.
[[nodiscard]] bool can_have_credit(wire::AccountKind kind);

/// Accounts in groups; a group is named by its first account. Two that stood apart may be joined by a third.
class Owners {
public:
    /// Two groups that have become one: `joined` is no longer a holder.
    struct Joined {
        AccountId holder;
        AccountId joined;
    };

    /// In the order of their numbers. Gives what it joined besides the account itself.
    std::vector<Joined> open(AccountId account, AccountOpened const& fact);

    /// The first account of its owner's; none where it can have no credit, or is unknown.
    [[nodiscard]] AccountId holder(AccountId account) const;
    /// Ascending. Nothing where it has no holder.
    [[nodiscard]] std::vector<AccountId> accounts_of(AccountId account) const;
    [[nodiscard]] bool are_one(AccountId a, AccountId b) const { return holder(a).is_some() && holder(a) == holder(b); }

private:
    void join(AccountId a, AccountId b, std::vector<Joined>& joined);

    // By account number; 0 where there is no owner.
    std::vector<std::uint32_t> above_; ///< towards the holder
    std::vector<std::uint32_t> next_;  ///< the group as a ring
    std::unordered_map<std::string, std::uint32_t> by_name_;
};

} // namespace plimsoll::risk
