#include "replay/adopted_preset.hpp"
#include "replay/clearing_house.hpp"
#include "replay/pool_recall.hpp"

#include <algorithm>

namespace plimsoll::replay {

result<void> ClearingHouse::open_pools(Reader const& reader) {
    PLIMSOLL_TRY(adopted, adopted_pools(reader, book()));
    for (AdoptedPool& each : adopted) pools_.emplace(each.account, risk::pool::PoolDesk(book(), each.account, std::move(each.preset)));
    return outcome::success();
}

/// What pools have seen of the log, once more.
result<void> ClearingHouse::recall_pools(Reader const& reader) {
    if (pools_.empty()) return outcome::success();
    for (auto& [account, desk] : pools_) desk.forget();
    return for_pool_events(reader, book(), book().sequence(), [&](std::uint64_t sequence, Event const& event) {
        for (auto& [account, desk] : pools_) desk.follow(sequence, event);
    });
}

result<void> ClearingHouse::pool(risk::PoolCommand const& ask, Origin origin, Answer& answer) {
    AccountId const account = std::visit([](auto const& each) { return each.pool; }, ask.ask);
    auto const found = pools_.find(account);
    if (found == pools_.end()) return fail(risk::Errc::pool_unknown, book().has(account) ? std::string(book().account(account).name.view()) : "");
    PLIMSOLL_TRYV(meet_interest(account)); // what it has earned is its shareholders'
    origin.source_time = moment_; // what a pool remembers is dated by the ledger's time
    PLIMSOLL_TRYV(found->second.decide(ask, origin, desk_.get(), decision_));
    if (decision_.events.empty()) return outcome::success();
    if (credit_ && credit_->has_loans()) {
        PLIMSOLL_TRYV(keep_credit(ask));
    }
    return book_group(answer);
}

/// A pool's cash and contracts move by its own rules, no margin is asked of it; what is paid to it by others is its profit.
result<void> ClearingHouse::keep_from_pools(risk::Command const& command) const {
    AccountId one;
    AccountId other;
    AccountId payee; // what is paid to a queue otherwise than through it would stay there
    if (auto const* out = std::get_if<risk::Withdraw>(&command)) one = out->account;
    if (auto const* in = std::get_if<risk::Deposit>(&command)) payee = in->account;
    if (auto const* paid = std::get_if<risk::Transfer>(&command)) {
        one = paid->from;
        payee = paid->to;
    }
    if (auto const* closed = std::get_if<risk::Liquidate>(&command)) one = closed->account;
    if (auto const* trade = std::get_if<risk::Trade>(&command)) {
        one = trade->buyer;
        other = trade->seller;
    }
    for (auto const& [account, desk] : pools_) {
        AccountId const queue = risk::pool::pool_names(book(), account).queue;
        for (AccountId const named : {one, other, payee}) {
            if (named.is_some() && ((named == account && named != payee) || named == queue)) {
                return fail(risk::Errc::account_is_a_pool, std::string(book().account(named).name.view()));
            }
        }
    }
    return outcome::success();
}

} // namespace plimsoll::replay
