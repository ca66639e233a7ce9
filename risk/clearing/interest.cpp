#include "risk/clearing/interest.hpp"

#include "ledger/book/interest.hpp"
#include "ledger/book/postings.hpp"
#include "risk/clearing/clearing.hpp"
#include "risk/clearing/loss_cover.hpp"
#include "risk/clearing/terms.hpp"

#include <algorithm>
#include <set>

namespace plimsoll::risk {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;

[[nodiscard]] Int128 held(Int128 balance) { return std::max<Int128>(balance, 0); }
[[nodiscard]] Int128 owed(Int128 balance) { return std::max<Int128>(-balance, 0); }

[[nodiscard]] IndexRecorded recorded(AssetId asset, IndexKind kind, Int128 index, Int128 total) {
    IndexRecorded fact;
    fact.subject = asset.number();
    fact.kind = kind;
    fact.value = Index{index};
    fact.rate = Index{total};
    return fact;
}

/// Who has the share of interest that covers losses: nobody where there is neither.
[[nodiscard]] AccountId security_of(book::Book const& book) {
    auto const module = account_of_kind(book, {}, wire::AccountKind::staked_module);
    return module ? module.value() : shared_fund(book);
}

/// Cash printed for profits less cash burnt for losses: what markets have paid, on balance.
[[nodiscard]] Int128 settled_cash(book::Book const& book, AssetId asset) {
    std::set<AccountId> seen;
    Int128 paid = 0;
    for (book::InstrumentRow const& row : book.instruments.rows()) {
        if (row.settle != asset || !row.market_account.is_some() || !seen.insert(row.market_account).second) continue;
        if (book::BalanceRow const* const balance = book.balance(row.market_account, asset)) paid -= balance->amount.units();
    }
    return paid;
}

[[nodiscard]] bool fits(Int256 const& value) { return value.fits_128() && within(value.to_128(), event_limit_units); }

} // namespace

void Interest::follow(Event const& event, book::Book const& after) {
    if (auto const* index = std::get_if<IndexRecorded>(&event.body)) {
        if (index->kind == IndexKind::supply_interest) {
            totals_[AssetId{index->subject}] = {index->rate.units(), totals_[AssetId{index->subject}].borrow, event.origin.source_time};
        } else if (index->kind == IndexKind::borrow_interest) {
            totals_[AssetId{index->subject}].borrow = index->rate.units();
        }
        return;
    }
    if (totals_.empty()) return;
    auto const* const met = std::get_if<IndexMet>(&event.body);
    if (met != nullptr && book::is_interest(met->kind)) return; // it was counted when it accrued
    book::InterestChanges changes(after);
    visit_body(event.body, [&](auto const& fact) { book::post(fact, changes); });
    for (book::InterestChanges::Change const& change : changes.all()) {
        book::BalanceRow const* const row = after.balance(change.account, change.asset);
        Int128 const now = row->amount.units();
        Int128 const before = now - change.units;
        InterestTotals& totals = totals_[change.asset];
        totals.supply += held(now) - held(before);
        totals.borrow += owed(now) - owed(before);
    }
}

bool Interest::has_begun() const {
    return std::ranges::any_of(book_->assets.rows(), [](book::AssetRow const& row) { return book::has_interest(row); });
}

bool Interest::has_begun(AssetId asset) const { return book::has_interest(book_->asset(asset)) && book::interest_account(*book_, asset); }

bool Interest::is_due(AssetId asset, TimeNs now) const {
    return has_begun(asset) && now / second_ns > totals(asset).accrued / second_ns;
}

InterestTotals Interest::totals(AssetId asset) const {
    auto const known = totals_.find(asset);
    return known == totals_.end() ? InterestTotals{} : known->second;
}

result<void> Interest::begin(AssetId asset, AccountId payer, Origin const& origin, Decision& decision) const {
    Int128 supply = 0;
    Int128 borrow = 0;
    std::vector<IndexMet> stands;
    for (book::BalanceRow const& row : book_->balances.rows()) {
        if (row.asset != asset || !book::bears_interest(book_->account(row.account).kind)) continue;
        supply += held(row.amount.units());
        borrow += owed(row.amount.units());
        IndexMet met = book::interest_met(*book_, row.account, asset, row.amount.is_negative(), payer, {});
        met.index = Index{one_units}; // as it will be, once this group is booked
        stands.push_back(met);
    }
    decision.add(origin, recorded(asset, IndexKind::supply_interest, one_units, supply));
    decision.add(origin, recorded(asset, IndexKind::borrow_interest, one_units, borrow));
    for (IndexMet const& met : stands) decision.add(origin, met);
    decision.say("total_supply", {}, supply);
    decision.say("total_borrow", {}, borrow);
    return outcome::success();
}

result<void> Interest::meet(AccountId account, Origin const& origin, Decision& decision) const {
    std::vector<book::BalanceRow> rows; // by asset
    book_->for_balances(account, [&](book::BalanceRow const& row) { rows.push_back(row); });
    std::ranges::sort(rows, {}, &book::BalanceRow::asset);
    for (book::BalanceRow const& row : rows) {
        PLIMSOLL_TRY(pending, book::pending_interest(*book_, row));
        auto const payer = book::interest_account(*book_, row.asset);
        if (pending.is_zero() || !payer) continue;
        decision.add(origin, book::interest_met(*book_, account, row.asset, row.amount.is_negative(), *payer, pending));
    }
    return outcome::success();
}

result<void> Interest::accrue(AssetId asset, Origin const& origin, Decision& decision) const {
    if (!book_->has(asset)) return fail(book::Errc::unknown_asset, "#" + std::to_string(asset.number()));
    book::AssetRow const& row = book_->asset(asset);
    std::string const name(row.name.view());
    auto const payer = book::interest_account(*book_, asset);
    if (!payer) return fail(Errc::no_interest_account, book::interest_account_name(name));
    PLIMSOLL_TRY(terms, interest_terms_of(*book_, asset));
    if (!book::has_interest(row)) return begin(asset, *payer, origin, decision);
    if (!is_due(asset, origin.source_time)) return outcome::success();

    InterestTotals const before = totals(asset);
    derive::CashLedger cash;
    cash.total_supply = before.supply;
    cash.total_borrow = before.borrow;
    cash.supply_index = row.supply_index.units();
    cash.borrow_index = row.borrow_index.units();
    cash.security_fee_rate = terms.security_share;
    cash.net_settled_cash = settled_cash(*book_, asset);
    cash.last_accrual_seconds = before.accrued / second_ns;
    Checked on;
    derive::CashOperation operation(on, cash, terms.model, fixed_decimals, origin.source_time / second_ns);
    derive::InterestRate const rate = before.supply > 0 ? operation.rate() : derive::InterestRate{};
    if (before.supply > 0) operation.accrue();
    PLIMSOLL_TRYV(on.settle(0));
    bool const is_sound = fits(cash.total_supply) && fits(cash.total_borrow) && fits(cash.supply_index) && fits(cash.borrow_index);
    if (!is_sound) return fail(Errc::arithmetic_overflow, "interest on " + name);

    Int128 const interest = cash.total_borrow.to_128() - before.borrow;
    Int128 const share = interest - (cash.total_supply.to_128() - before.supply);
    decision.add(origin, recorded(asset, IndexKind::supply_interest, cash.supply_index.to_128(), cash.total_supply.to_128()));
    decision.add(origin, recorded(asset, IndexKind::borrow_interest, cash.borrow_index.to_128(), cash.total_borrow.to_128()));
    AccountId const security = security_of(*book_);
    if (share > 0 && security.is_some()) {
        Transferred const paid = transferred(TransferType::interest, security, *payer, asset, share);
        Origin by_rule = origin;
        by_rule.cause = Cause::pending_interest;
        decision.add(by_rule, paid);
    }
    decision.say("utilisation", {}, rate.utilisation.to_128());
    decision.say("borrow_rate", {}, rate.a_year.to_128());
    decision.say("interest", {}, interest);
    decision.say("security_share", {}, share);
    decision.say("total_supply", {}, cash.total_supply.to_128());
    decision.say("total_borrow", {}, cash.total_borrow.to_128());
    return outcome::success();
}

result<std::vector<InterestStanding>> interest_standings(book::Book const& book) {
    std::vector<InterestStanding> standings;
    for (std::uint32_t id = 1; id <= book.assets.size(); ++id) {
        AssetId const asset{id};
        auto const payer = book::interest_account(book, asset);
        if (!payer || !book::has_interest(book.assets[id])) continue;
        InterestStanding standing;
        standing.asset = asset;
        standing.payer = *payer;
        for (book::BalanceRow const& row : book.balances.rows()) {
            if (row.asset != asset || !book::bears_interest(book.account(row.account).kind)) continue;
            PLIMSOLL_TRY(pending, book::pending_interest(book, row));
            Int128 const balance = row.amount.units() + pending.units();
            standing.unmet += pending.units();
            standing.supply += held(balance);
            standing.borrow += owed(balance);
        }
        if (standing.supply > 0) {
            PLIMSOLL_TRY(terms, interest_terms_of(book, asset));
            derive::CashLedger cash;
            cash.total_supply = standing.supply;
            cash.total_borrow = standing.borrow;
            cash.net_settled_cash = settled_cash(book, asset);
            Checked on;
            derive::InterestRate const rate = derive::CashOperation(on, cash, terms.model, fixed_decimals, 0).rate();
            Int256 const paid = on.times(rate.a_year, on.subtract(one_wei, terms.security_share));
            Int256 const earned = on.unsigned_fraction(paid, cash.total_borrow, cash.total_supply);
            PLIMSOLL_TRYV(on.settle(0));
            standing.utilisation = rate.utilisation.to_128();
            standing.borrow_rate = rate.a_year.to_128();
            if (!fits(earned)) return fail(Errc::arithmetic_overflow, "interest");
            standing.supply_rate = earned.to_128();
        }
        standings.push_back(standing);
    }
    return standings;
}

} // namespace plimsoll::risk
