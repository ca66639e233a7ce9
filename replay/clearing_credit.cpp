#include "replay/clearing_house.hpp"
#include "replay/credit_view.hpp"
#include "risk/credit/credit_default.hpp"

#include <algorithm>

namespace plimsoll::replay {
namespace {

/// Whose money a command moves away. What is forced on an account, and what pays in, leaves nobody's choice to refuse.
[[nodiscard]] std::vector<AccountId> payers_of(risk::Command const& command, book::Book const& book) {
    if (auto const* const out = std::get_if<risk::Withdraw>(&command)) return {out->account};
    if (auto const* const paid = std::get_if<risk::Transfer>(&command)) return {paid->from};
    if (auto const* const trade = std::get_if<risk::Trade>(&command)) return {trade->buyer, trade->seller};
    if (auto const* const of_vault = std::get_if<risk::VaultCommand>(&command)) {
        auto const* const lock = std::get_if<risk::LockInVault>(&of_vault->ask);
        if (lock == nullptr || !book.has(lock->vault)) return {};
        return {lock->from.is_some() ? lock->from : AccountId{book.account(lock->vault).parent}};
    }
    if (auto const* const of_pool = std::get_if<risk::PoolCommand>(&command)) {
        if (auto const* const trade = std::get_if<risk::PoolTrade>(&of_pool->ask)) return {trade->account};
        if (auto const* const deposit = std::get_if<risk::PoolDeposit>(&of_pool->ask)) return {deposit->account};
    }
    if (auto const* const pooled = std::get_if<risk::PerpetualPoolCommand>(&command)) {
        if (auto const* const trade = std::get_if<risk::TradeWithPool>(&pooled->ask)) return {trade->account};
    }
    return {};
}

} // namespace

/// The whole log once more: every score is a fold of it. It takes as long as a replay, when a ledger is opened and when an owner
/// first asks for credit; who is known to have some is known from then on.
result<void> ClearingHouse::recall_credit(Reader const& reader, std::vector<AccountId> of) {
    std::ranges::copy(known_borrowers(book()), std::back_inserter(of));
    PLIMSOLL_TRY(history, credit_history_at(reader, book(), of));
    credit_ = std::make_unique<risk::CreditHistory>(std::move(history));
    return outcome::success();
}

result<AccountId> ClearingHouse::know_owner(AccountId account) {
    PLIMSOLL_TRY(holder, risk::CreditDesk(book(), *credit_, nullptr).holder_of(account));
    if (credit_->is_tracked(holder)) return holder;
    std::vector<AccountId> of = credit_->tracked();
    of.push_back(holder);
    PLIMSOLL_TRYV(engine_->commit());
    PLIMSOLL_TRY(reader, Reader::open(directory_));
    PLIMSOLL_TRYV(recall_credit(*reader, std::move(of)));
    return holder;
}

result<void> ClearingHouse::keep_credit(risk::Command const& command) {
    for (AccountId const payer : payers_of(command, book())) {
        AccountId const holder = credit_->owners().holder(payer);
        if (!holder.is_some() || credit_->loans(holder).empty()) continue;
        PLIMSOLL_TRYV(know_owner(payer));
        PLIMSOLL_TRYV(risk::CreditDesk(book(), *credit_, desk_.get()).keep_collateral(payer, decision_.events, moment_, decision_));
    }
    return outcome::success();
}

/// What is collected and lost is one record; the limit that is left is the next.
result<void> ClearingHouse::declare_default(risk::DeclareDefault const& ask, Origin const& origin, Answer& answer) {
    AccountId const holder = credit_->owners().holder(ask.account);
    std::vector<AccountId> concerned = credit_->owners().accounts_of(holder);
    for (risk::Stake const& stake : credit_->stakes(holder)) concerned.push_back(stake.voucher);
    for (AccountId const account : concerned) {
        PLIMSOLL_TRYV(meet_interest(account));
    }
    PLIMSOLL_TRY(line, risk::credit_line(*credit_, book(), holder, moment_));
    risk::CreditDesk(book(), *credit_, desk_.get()).say(line, decision_);
    PLIMSOLL_TRYV(risk::collect_default(book(), *credit_, line, ask.liquidator, origin, decision_));
    return book_group(answer);
}

result<void> ClearingHouse::credit(risk::Command const& command, Origin origin, Answer& answer) {
    if (!credit_) return fail(risk::Errc::no_credit_rule);
    AccountId holder; // whose line it is
    bool is_asked = false;
    auto decide = [&](auto const& ask) -> result<void> {
        using Ask = std::decay_t<decltype(ask)>;
        bool constexpr vouches = std::is_same_v<Ask, risk::Vouch> || std::is_same_v<Ask, risk::Unvouch>;
        if constexpr (risk::is_credit_ask<Ask>) {
            PLIMSOLL_TRY(owner, risk::CreditDesk(book(), *credit_, nullptr).holder_of(ask.account));
            bool const is_judged = !vouches || !credit_->loans(owner).empty(); // who only vouches needs no score
            if (is_judged) {
                PLIMSOLL_TRYV(know_owner(owner));
            }
            holder = owner;
            if constexpr (vouches) {
                PLIMSOLL_TRY(borrower, know_owner(ask.borrower));
                holder = borrower;
            }
        }
        risk::CreditDesk desk(book(), *credit_, desk_.get());
        if constexpr (std::is_same_v<Ask, risk::DrawCredit>) return desk.draw(ask, origin, decision_);
        if constexpr (std::is_same_v<Ask, risk::RepayCredit>) return desk.repay(ask, origin, decision_);
        if constexpr (std::is_same_v<Ask, risk::Vouch>) return desk.vouch(ask, origin, decision_);
        if constexpr (std::is_same_v<Ask, risk::Unvouch>) return desk.unvouch(ask, origin, decision_);
        if constexpr (std::is_same_v<Ask, risk::DeclareDefault>) return declare_default(ask, origin, answer);
        is_asked = true; // the assessment is all that is left of it
        return outcome::success();
    };
    PLIMSOLL_TRYV(std::visit(decide, command));
    if (!decision_.events.empty() && answer.first_sequence == 0) {
        PLIMSOLL_TRYV(book_group(answer));
    }
    if (answer.first_sequence != 0) {
        ++origin.cursor.minor;
        origin.cause_sequence = answer.first_sequence;
    }
    decision_.events.clear();
    PLIMSOLL_TRYV(risk::CreditDesk(book(), *credit_, nullptr).assess(holder, is_asked, origin, decision_));
    return decision_.events.empty() ? result<void>(outcome::success()) : book_group(answer);
}

} // namespace plimsoll::replay
