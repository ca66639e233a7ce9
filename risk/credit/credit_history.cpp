#include "risk/credit/credit_history.hpp"

#include "ledger/event/wide.hpp"
#include "risk/valuation.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr std::size_t days_kept = 400; // more than any preset asks for

[[nodiscard]] std::int64_t day_of(TimeNs time) { return time / credit_day_ns - (time % credit_day_ns < 0 ? 1 : 0); }

/// What a trade came to, in the valuation asset; nothing where its asset has no price.
[[nodiscard]] Int128 turnover(Traded const& fact, AssetId in, book::Book const& book) {
    Int128 const quote = fact.quote.is_negative() ? -fact.quote.units() : fact.quote.units();
    if (fact.asset == in) return std::min(quote, row_limit_units);
    auto const worth = multiply_divide(std::min(quote, row_limit_units), book.asset(fact.asset).price.value.units(), one_units, Rounding::floor);
    return worth ? std::min(*worth, row_limit_units) : 0;
}

} // namespace

void CreditHistory::track(std::span<AccountId const> accounts) {
    for (AccountId const account : accounts) days_.try_emplace(account);
}

std::vector<AccountId> CreditHistory::tracked() const {
    std::vector<AccountId> accounts;
    for (auto const& [account, days] : days_) accounts.push_back(account);
    return accounts;
}

bool CreditHistory::is_tracked(AccountId holder) const {
    return std::ranges::all_of(owners_.accounts_of(holder), [&](AccountId account) { return days_.contains(account); });
}

void CreditHistory::follow(Event const& event, book::Book const& after) {
    if (auto const* const trade = std::get_if<Traded>(&event.body)) {
        take(*trade, after);
    } else if (auto const* const transfer = std::get_if<Transferred>(&event.body)) {
        take_transfer(*transfer, event.origin, after);
    } else if (auto const* const fact = std::get_if<RareFact>(&event.body)) {
        visit_rare(**fact, [&](auto const& rare) {
            using Fact = std::decay_t<decltype(rare)>;
            if constexpr (std::is_same_v<Fact, AccountOpened>) take(rare, after);
            if constexpr (std::is_same_v<Fact, LiquidationStarted> || std::is_same_v<Fact, PresetAdopted>) take(rare);
            if constexpr (std::is_same_v<Fact, AssetDefined> || std::is_same_v<Fact, InstrumentDefined>) take_definition(after);
        });
    }
    if (after.time() == 0) return;
    for (AccountId const account : unborn_) {
        TimeNs& opened = records_[owners_.holder(account).number()].opened;
        opened = opened == 0 ? after.time() : std::min(opened, after.time());
    }
    unborn_.clear();
}

void CreditHistory::take(AccountOpened const& fact, book::Book const& after) {
    AccountId const account{after.accounts.size()};
    auto const joined = owners_.open(account, fact);
    records_.resize(account.number() + 1);
    if (can_have_credit(fact.kind)) {
        records_.back().opened = after.time();
        if (after.time() == 0) unborn_.push_back(account);
    }
    for (Owners::Joined const& each : joined) join(each);
    auto const siblings = owners_.accounts_of(account);
    // what it had before it was opened is nothing, so it may be tracked from here on
    if (std::ranges::any_of(siblings, [&](AccountId each) { return days_.contains(each); })) days_.try_emplace(account);
    bool const is_module = fact.kind == wire::AccountKind::staked_module && owners_.holder(AccountId{fact.parent}).is_some();
    if (is_module) modules_.try_emplace(AccountId{fact.parent}, account);
}

void CreditHistory::join(Owners::Joined const& joined) {
    OwnerRecord& kept = records_[joined.holder.number()];
    OwnerRecord& gone = records_[joined.joined.number()];
    if (kept.opened == 0 || (gone.opened != 0 && gone.opened < kept.opened)) kept.opened = gone.opened;
    add_clamped(kept.volume, gone.volume);
    add_clamped(kept.repaid, gone.repaid);
    add_clamped(kept.late, gone.late);
    add_clamped(kept.collected, gone.collected);
    kept.liquidations += gone.liquidations;
    gone = {};
    auto const moved = loans_.find(joined.joined);
    if (moved == loans_.end()) return;
    std::deque<Loan>& loans = loans_[joined.holder];
    loans.insert(loans.end(), moved->second.begin(), moved->second.end());
    std::ranges::stable_sort(loans, {}, &Loan::drawn);
    loans_.erase(moved);
}

void CreditHistory::take(Traded const& fact, book::Book const& after) {
    bool const is_own_will = fact.kind == TradeKind::order_book || fact.kind == TradeKind::amm || fact.kind == TradeKind::block;
    auto const is_vault = [&](AccountId account) { return after.account(account).kind == wire::AccountKind::vault; };
    if (!is_own_will || !asset_ || owners_.are_one(fact.buyer, fact.seller) || is_vault(fact.buyer) || is_vault(fact.seller)) return;
    for (AccountId const side : {fact.buyer, fact.seller}) {
        AccountId const holder = owners_.holder(side);
        if (holder.is_some()) add_clamped(records_[holder.number()].volume, turnover(fact, *asset_, after));
    }
}

void CreditHistory::take(LiquidationStarted const& fact) {
    AccountId const holder = owners_.holder(AccountId{fact.account});
    if (holder.is_some()) ++records_[holder.number()].liquidations;
}

void CreditHistory::take(PresetAdopted const& fact) {
    if (is_asked_ || fact.scope != credit_scope) return;
    auto read = CreditPreset::parse(fact.body, "the ledger's credit preset " + fact.name);
    unreadable_ = read ? "" : read.error().message();
    preset_.reset();
    if (read) preset_ = std::move(read).value();
}

void CreditHistory::take_definition(book::Book const& after) {
    if (!is_asset_fixed_) asset_ = default_valuation_asset(after);
}

void CreditHistory::take_transfer(Transferred const& fact, Origin const& origin, book::Book const& after) {
    if (fact.asset != asset_) return;
    bool const is_stake = fact.type == TransferType::stake || fact.type == TransferType::unstake || fact.type == TransferType::slash;
    if (is_stake) return take_stake(fact, after);
    if (fact.type != TransferType::credit_drawn && fact.type != TransferType::credit_repaid) return;
    bool const pool_gives = after.account(fact.counter).kind == wire::AccountKind::pool;
    AccountId const pool = pool_gives ? fact.counter : fact.account;
    AccountId const account = pool_gives ? fact.account : fact.counter;
    AccountId const holder = owners_.holder(account);
    if (after.account(pool).kind != wire::AccountKind::pool || !holder.is_some()) return;
    Int128 const received = pool_gives ? fact.amount.units() : -fact.amount.units();
    if (received < 0) return repay(holder, -received, origin.cause == Cause::liquidation, after.time());
    if (received == 0) return;
    is_asset_fixed_ = true;
    TimeNs const term = preset_ ? preset_->term : 0;
    loans_[holder].push_back({account, pool, after.time(), after.time() + term, term, received});
    add_clamped(lent_[pool], received);
}

void CreditHistory::repay(AccountId holder, Int128 amount, bool is_collected, TimeNs now) {
    auto const found = loans_.find(holder);
    if (found == loans_.end()) return;
    OwnerRecord& record = records_[holder.number()];
    std::deque<Loan>& loans = found->second;
    while (amount > 0 && !loans.empty()) {
        Loan& oldest = loans.front();
        Int128 const part = std::min(amount, oldest.left);
        amount -= part;
        oldest.left -= part;
        add_clamped(lent_[oldest.pool], -part);
        if (is_collected || now > oldest.due) {
            add_clamped(record.late, part);
            if (is_collected) add_clamped(record.collected, part);
        } else if (oldest.term > 0) {
            TimeNs const held = std::clamp<TimeNs>(now - oldest.drawn, 0, oldest.term);
            auto const weighed = multiply_divide(part, held, oldest.term, Rounding::floor);
            if (weighed) add_clamped(record.repaid, *weighed);
        }
        if (oldest.left == 0) loans.pop_front();
    }
    if (loans.empty()) loans_.erase(found);
}

void CreditHistory::take_stake(Transferred const& fact, book::Book const& after) {
    auto const is_module = [&](AccountId account) {
        book::AccountRow const& row = after.account(account);
        return row.kind == wire::AccountKind::staked_module && owners_.holder(row.parent).is_some();
    };
    bool const has_module_first = is_module(fact.account);
    AccountId const module = has_module_first ? fact.account : fact.counter;
    AccountId const voucher = has_module_first ? fact.counter : fact.account;
    if (!is_module(module) || !owners_.holder(voucher).is_some()) return;
    is_asset_fixed_ = true;
    Int128& stake = stakes_[{module, voucher}];
    add_clamped(stake, has_module_first ? fact.amount.units() : -fact.amount.units());
    if (stake <= 0) stakes_.erase({module, voucher});
}

void CreditHistory::precede(Event const& event, book::Book const& before) {
    TimeNs const now = std::max(before.time(), event.origin.source_time);
    if (before.time() == 0 || day_of(now) == day_of(before.time()) || days_.empty() || !asset_) return;
    auto const valuation = Valuation::of(before, *asset_);
    PLIMSOLL_ASSERT(valuation.has_value()); // it is the book's own asset
    std::map<AccountId, Int128> drawn;
    for (auto const& [holder, loans] : loans_) {
        for (Loan const& loan : loans) drawn[loan.account] += loan.left;
    }
    for (auto& [account, days] : days_) {
        if (!before.has(account)) continue;
        days.push_back({day_of(before.time()), valuation.value().account(account).amount.units(), drawn[account]});
        if (days.size() > days_kept) days.pop_front();
    }
}

std::deque<Loan> const& CreditHistory::loans(AccountId holder) const {
    static std::deque<Loan> const none;
    auto const found = loans_.find(holder);
    return found == loans_.end() ? none : found->second;
}

Int128 CreditHistory::drawn(AccountId holder) const {
    Int128 sum = 0;
    for (Loan const& loan : loans(holder)) add_clamped(sum, loan.left);
    return sum;
}

Int128 CreditHistory::overdue(AccountId holder, TimeNs now) const {
    Int128 sum = 0;
    for (Loan const& loan : loans(holder)) add_clamped(sum, loan.due < now ? loan.left : 0);
    return sum;
}

std::vector<Stake> CreditHistory::stakes(AccountId holder) const {
    std::vector<Stake> out;
    for (AccountId const account : owners_.accounts_of(holder)) {
        auto const module = modules_.find(account);
        if (module == modules_.end()) continue;
        for (auto each = stakes_.lower_bound({module->second, AccountId{}}); each != stakes_.end() && each->first.first == module->second; ++each) {
            AccountId const voucher = each->first.second;
            if (!owners_.are_one(voucher, holder)) out.push_back({module->second, voucher, each->second});
        }
    }
    return out;
}

AccountId CreditHistory::module_of(AccountId holder) const {
    for (AccountId const account : owners_.accounts_of(holder)) {
        auto const module = modules_.find(account);
        if (module != modules_.end()) return module->second;
    }
    return {};
}

Int128 CreditHistory::lent(AccountId pool) const {
    auto const found = lent_.find(pool);
    return found == lent_.end() ? 0 : found->second;
}

std::vector<AccountId> CreditHistory::with_credit() const {
    std::vector<AccountId> holders;
    for (auto const& [holder, loans] : loans_) holders.push_back(holder);
    for (auto const& [borrower, module] : modules_) holders.push_back(owners_.holder(borrower));
    std::ranges::sort(holders);
    holders.erase(std::unique(holders.begin(), holders.end()), holders.end());
    return holders;
}

Int128 CreditHistory::median_equity(AccountId holder, std::uint32_t days, TimeNs now, Int128 standing, TimeNs last_event) const {
    PLIMSOLL_ASSERT(days > 0 && is_tracked(holder));
    std::int64_t const today = day_of(now);
    std::vector<Int128> worth(days);
    for (AccountId const account : owners_.accounts_of(holder)) {
        std::deque<DayEquity> const& samples = days_.at(account);
        auto next = samples.begin();
        Int128 ended = 0;
        for (std::uint32_t i = 0; i < days; ++i) {
            for (; next != samples.end() && next->day <= today - days + i; ++next) ended = next->equity - next->drawn;
            add_clamped(worth[i], ended);
        }
    }
    for (std::uint32_t i = 0; i < days; ++i) {
        if (last_event != 0 && today - days + i >= day_of(last_event)) worth[i] = standing;
    }
    auto const middle = worth.begin() + (days - 1) / 2;
    std::ranges::nth_element(worth, middle);
    return *middle;
}

} // namespace plimsoll::risk
