#include "risk/credit/owners.hpp"

#include <algorithm>
#include <utility>

namespace plimsoll::risk {

bool can_have_credit(wire::AccountKind kind) {
    return kind == wire::AccountKind::customer || kind == wire::AccountKind::subaccount || kind == wire::AccountKind::liquidator;
}

AccountId Owners::holder(AccountId account) const {
    std::uint32_t id = account.number();
    if (id >= above_.size() || above_[id] == 0) return {};
    while (above_[id] != id) id = above_[id];
    return AccountId{id};
}

std::vector<AccountId> Owners::accounts_of(AccountId account) const {
    std::vector<AccountId> accounts;
    AccountId const first = holder(account);
    if (!first.is_some()) return accounts;
    std::uint32_t id = first.number();
    do {
        accounts.push_back(AccountId{id});
        id = next_[id];
    } while (id != first.number());
    std::ranges::sort(accounts);
    return accounts;
}

std::vector<Owners::Joined> Owners::open(AccountId account, AccountOpened const& fact) {
    std::vector<Joined> joined;
    std::uint32_t const id = account.number();
    above_.resize(std::max<std::size_t>(above_.size(), id + 1));
    next_.resize(above_.size());
    if (!can_have_credit(fact.kind)) return joined;
    above_[id] = id;
    next_[id] = id;
    if (holder(AccountId{fact.parent}).is_some()) join(account, AccountId{fact.parent}, joined);
    if (fact.owner.empty()) return joined;
    auto const [known, is_new] = by_name_.try_emplace(fact.owner, id);
    if (!is_new) join(account, AccountId{known->second}, joined);
    return joined;
}

void Owners::join(AccountId a, AccountId b, std::vector<Joined>& joined) {
    std::uint32_t low = holder(a).number();
    std::uint32_t high = holder(b).number();
    if (low == high) return;
    if (low > high) std::swap(low, high);
    above_[high] = low;
    std::swap(next_[low], next_[high]); // two rings become one
    joined.push_back({AccountId{low}, AccountId{high}});
}

} // namespace plimsoll::risk
