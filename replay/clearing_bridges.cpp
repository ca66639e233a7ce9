#include "replay/clearing_house.hpp"
#include "risk/clearing/liquidation.hpp"

#include <algorithm>

namespace plimsoll::replay {

/// Who else has a say in what leaves is asked as of a plain withdrawal; after a reversal the account's margin is told.
result<void> ClearingHouse::bridge(risk::BridgeCommand const& ask, Origin const& origin, Answer& answer) {
    if (!bridges_) return fail(risk::Errc::no_bridge_preset);
    auto const plain = bridges_->as_withdrawal(ask);
    if (plain && safeguards_) {
        PLIMSOLL_TRYV(safeguards_->admit(*plain, moment_, decision_));
    }
    PLIMSOLL_TRYV(bridges_->decide(ask, *clearing_, origin, decision_));
    if (plain && credit_ && credit_->has_loans()) {
        PLIMSOLL_TRYV(keep_credit(*plain));
    }
    if (plain && safeguards_) safeguards_->note(*plain, origin, decision_);
    PLIMSOLL_TRYV(book_group(answer));
    auto const taken_back = std::ranges::find(decision_.figures, "taken_back", &risk::Figure::name);
    if (taken_back == decision_.figures.end() || !desk_ || !risk::is_margined(book(), taken_back->account)) return outcome::success();
    AccountId const account = taken_back->account;
    auto const levels = desk_->levels(account);
    if (levels) risk::say_levels(account, levels.value(), decision_);
    return outcome::success();
}

/// What stands on a bridged chain comes and goes by its bridge alone.
result<void> ClearingHouse::check_way(risk::Command const& command) const {
    if (!bridges_) return outcome::success();
    AssetId asset;
    if (auto const* const in = std::get_if<risk::Deposit>(&command)) asset = in->asset;
    if (auto const* const out = std::get_if<risk::Withdraw>(&command)) asset = out->asset;
    if (!asset.is_some() || !bridges_->governs(asset)) return outcome::success();
    return fail(risk::Errc::moves_by_bridge, std::string(book().asset(asset).name.view()));
}

/// Before an account below maintenance is liquidated: every procedure then finds what it has in the assets that it owes.
result<void> ClearingHouse::gather_from_chains(AccountId account) {
    if (!bridges_ || !book().has(account)) return outcome::success();
    auto const levels = desk_->levels(account);
    if (!levels || levels.value().maintenance_excess >= 0) return outcome::success();
    Origin origin;
    origin.source_time = std::max(moment_, book().time());
    origin.cause = Cause::liquidation;
    risk::Decision gathered;
    PLIMSOLL_TRYV(bridges_->gather(account, origin, gathered));
    if (gathered.events.empty()) return outcome::success();
    PLIMSOLL_TRYV(book_all(gathered.events));
    return outcome::success();
}

} // namespace plimsoll::replay
