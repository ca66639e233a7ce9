#include "risk/clearing/safeguards.hpp"

#include "ledger/event/decimal.hpp"
#include "risk/clearing/acceptance.hpp"
#include "risk/clearing/loss_cover.hpp"
#include "risk/clearing/vault.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] bool moves_with_time(BreakerRule const& rule) {
    return rule.metric == Metric::oracle_age || rule.metric == Metric::oracle_confidence || rule.metric == Metric::free_liquidity;
}

[[nodiscard]] std::string list_of(Operations operations) {
    std::string list;
    for (std::size_t i = 0; i < operation_count; ++i) {
        auto const operation = static_cast<Operation>(i);
        if ((operations & bit(operation)) != 0) list.append(list.empty() ? "" : ", ").append(word(operation));
    }
    return list.empty() ? "nothing" : list;
}

[[nodiscard]] Operations needed_by_pool(PoolCommand const& command) {
    if (std::holds_alternative<PoolTrade>(command.ask)) return bit(Operation::open);
    if (std::holds_alternative<PoolDeposit>(command.ask)) return bit(Operation::deposit);
    if (std::holds_alternative<PoolWithdraw>(command.ask) || std::holds_alternative<PoolProcess>(command.ask)) return bit(Operation::withdraw);
    return 0;
}

} // namespace

Safeguards::Safeguards(book::Book const& book, ClearingPreset const& preset, AssetId quote)
    : book_(&book), preset_(&preset), quote_(quote), is_looking_(std::ranges::any_of(preset.breakers, moves_with_time)),
      board_(preset.breakers), capacities_(book, preset.withdrawal_limits), liquidated_(preset.liquidation_limits) {
    forget();
}

TimeNs Safeguards::memory_ns() const {
    TimeNs longest = std::max(preset_->withdrawals.after, preset_->liquidation_limits.window);
    for (BreakerRule const& rule : preset_->breakers) longest = std::max(longest, rule.window);
    return longest;
}

void Safeguards::forget() {
    board_ = BreakerBoard(preset_->breakers);
    watch_.emplace(board_, shared_fund(*book_), quote_);
    holes_.clear();
    capacities_.forget();
    liquidated_.forget();
    steps_.clear();
    looked_ = -1;
}

void Safeguards::forget_board() {
    board_ = BreakerBoard(preset_->breakers);
    steps_.clear();
}

void Safeguards::recall(BreakerTripped const& fact, TimeNs time) {
    static_cast<void>(board_.take(fact, time)); // another preset's breaker binds nobody
}
void Safeguards::recall(BreakerReleased const& fact, TimeNs time) { static_cast<void>(board_.take(fact, time)); }

void Safeguards::follow(Event const& event, book::Book const& after) {
    for (Body& body : watch_->follow(event, after)) steps_.push_back({std::move(body), after.sequence()});
    if (!std::holds_alternative<RareFact>(event.body)) return;
    liquidated_.follow(event, after);
    visit_rare(*std::get<RareFact>(event.body), [&](auto const& fact) {
        using Fact = std::decay_t<decltype(fact)>;
        if constexpr (std::is_same_v<Fact, BadDebtRecognised> || std::is_same_v<Fact, WaterfallPaid>) {
            // What a vault's holders go without is a hole in nobody else's claim.
            bool const is_between_peers = is_option_vault(after, AccountId{fact.account});
            if (preset_->withdrawals.while_hole && !is_between_peers) holes_[AssetId{fact.asset}] = after.time();
        } else if constexpr (std::is_same_v<Fact, ParameterSet>) {
            capacities_.recall(fact);
        }
    });
}

result<void> Safeguards::look(TimeNs now) {
    if (!is_looking_ || now == looked_ || !book_->has(quote_)) return outcome::success();
    looked_ = now;
    PLIMSOLL_TRY(valuation, Valuation::of(*book_, quote_));
    for (Body& body : watch_->look(valuation, now)) steps_.push_back({std::move(body), 0});
    return outcome::success();
}

std::vector<BreakerStep> Safeguards::take_steps() {
    std::vector<BreakerStep> steps;
    std::swap(steps, steps_);
    return steps;
}

/// Minting opens, burning reduces; what is locked or unlocked only changes its place.
Operations Safeguards::needed(VaultCommand const& command) {
    if (std::holds_alternative<OpenVault>(command.ask)) return 0;
    if (std::holds_alternative<MintOption>(command.ask)) return bit(Operation::open);
    if (std::holds_alternative<BurnOption>(command.ask)) return bit(Operation::reduce);
    bool const settles = std::holds_alternative<ExerciseOption>(command.ask) || std::holds_alternative<SettleVault>(command.ask);
    return bit(settles ? Operation::settle : Operation::transfer);
}

Operations Safeguards::needed(PerpetualPoolCommand const& command) const {
    if (std::holds_alternative<DeleveragePool>(command.ask)) return bit(Operation::deleverage);
    auto const* const trade = std::get_if<TradeWithPool>(&command.ask);
    if (trade == nullptr || !book_->has(trade->account) || !book_->has(trade->instrument)) return 0;
    book::PositionRow const* const held = book_->position(trade->account, trade->instrument);
    Int128 const before = held == nullptr ? 0 : held->size.units();
    return bit(SizeChange{before, before + trade->size.units()}.only_reduces() ? Operation::reduce : Operation::open);
}

/// A trade needs more risk to be allowed unless it only reduces both sides; who has no margin has no side.
Operations Safeguards::needed(Command const& command) const {
    if (std::holds_alternative<Deposit>(command)) return bit(Operation::deposit);
    if (std::holds_alternative<Withdraw>(command)) return bit(Operation::withdraw);
    if (std::holds_alternative<Transfer>(command)) return bit(Operation::transfer);
    if (std::holds_alternative<SettleExpiry>(command)) return bit(Operation::settle);
    bool const liquidates = std::holds_alternative<Liquidate>(command) || std::holds_alternative<LiquidateAll>(command) ||
                            std::holds_alternative<Bid>(command);
    if (liquidates || std::holds_alternative<DeclareDefault>(command)) return bit(Operation::liquidate);
    if (std::holds_alternative<DrawCredit>(command)) return bit(Operation::borrow);
    if (std::holds_alternative<RepayCredit>(command)) return bit(Operation::repay);
    if (std::holds_alternative<Vouch>(command)) return bit(Operation::transfer);
    if (std::holds_alternative<Unvouch>(command)) return bit(Operation::withdraw);
    if (auto const* const pool = std::get_if<PoolCommand>(&command)) return needed_by_pool(*pool);
    if (auto const* const vault = std::get_if<VaultCommand>(&command)) return needed(*vault);
    if (auto const* const pooled = std::get_if<PerpetualPoolCommand>(&command)) return needed(*pooled);
    auto const* const trade = std::get_if<Trade>(&command);
    if (trade == nullptr) return 0;
    for (AccountId const side : {trade->buyer, trade->seller}) {
        if (!book_->has(side) || !is_margined(*book_, side) || !book_->has(trade->instrument)) continue;
        book::PositionRow const* const held = book_->position(side, trade->instrument);
        Int128 const before = held == nullptr ? 0 : held->size.units();
        Int128 const after = before + (side == trade->buyer ? trade->size.units() : -trade->size.units());
        if (!SizeChange{before, after}.only_reduces()) return bit(Operation::open);
    }
    return bit(Operation::reduce);
}

result<void> Safeguards::refuse(Operation operation, Decision& decision) const {
    for (book::BreakerRow const& row : book_->breakers.rows()) {
        auto const is_ours = [&](BreakerRule const& rule) { return rule.name == row.name.view(); };
        if (row.tripped == 0 || (row.allowed & bit(operation)) != 0 || !std::ranges::any_of(board_.rules(), is_ours)) continue;
        decision.say("breaker_value", {}, row.value.units());
        decision.say("breaker_threshold", {}, row.threshold.units());
        std::string const scope = row.scope.view().empty() ? "" : " of " + std::string(row.scope.view());
        return fail(Errc::breaker_tripped, std::string(word(operation)) + " by " + std::string(row.name.view()) + scope + ": " +
                                               format_decimal(row.value) + " beyond " + format_decimal(row.threshold) + "; until it releases: " +
                                               list_of(row.allowed));
    }
    return fail(Errc::liquidation_grace);
}

result<void> Safeguards::admit_withdrawal(AssetId asset, TimeNs now, Decision& decision) const {
    Int128 const hole = book_->asset(asset).bad_debt.units();
    auto const seen = holes_.find(asset);
    auto const last = seen == holes_.end() ? std::nullopt : std::optional(seen->second);
    if (!preset_->withdrawals.is_closed(hole, last, now)) return outcome::success();
    decision.say("hole", {}, hole);
    std::string const name(book_->asset(asset).name.view());
    if (hole > 0) return fail(Errc::withdrawals_wait, "bad debt of " + format_decimal(hole) + " " + name + " is open");
    return fail(Errc::withdrawals_wait, "bad debt in " + name + " was last seen at " + format_time(*last) + "; withdrawals go on at " +
                                            format_time(*last + preset_->withdrawals.after));
}

result<void> Safeguards::admit(Command const& command, TimeNs now, Decision& decision) const {
    Operations const allowed = board_.allowed(now);
    if (allowed != all_operations) {
        Operations const missing = needed(command) & ~allowed;
        for (std::size_t i = 0; i < operation_count; ++i) {
            auto const operation = static_cast<Operation>(i);
            if ((missing & bit(operation)) != 0) return refuse(operation, decision);
        }
    }
    auto const* const ask = std::get_if<Withdraw>(&command);
    if (ask == nullptr || !book_->has(ask->asset)) return outcome::success(); // an unknown asset is said by who looks for it
    PLIMSOLL_TRYV(admit_withdrawal(ask->asset, now, decision));
    return capacities_.admit(ask->asset, ask->amount, now, decision);
}

void Safeguards::note(Command const& command, Origin const& origin, Decision& decision) const {
    if (auto const* const in = std::get_if<Deposit>(&command)) capacities_.note(in->asset, in->amount, origin, decision);
    if (auto const* const out = std::get_if<Withdraw>(&command)) capacities_.note(out->asset, -out->amount, origin, decision);
}

} // namespace plimsoll::risk
