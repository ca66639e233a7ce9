#include "risk/clearing/clearing.hpp"

#include "ledger/book/decide.hpp"
#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "risk/clearing/expiry.hpp"
#include "risk/clearing/rows_after.hpp"

#include <tuple>

namespace plimsoll::risk {
namespace {

[[nodiscard]] result<void> need_positive(Amount amount) {
    if (amount.units() <= 0) return fail(book::Errc::amount_must_be_positive);
    return outcome::success();
}

/// Of those that move cash or contracts between accounts: none of them is a vault.
[[nodiscard]] result<void> names_no_vault(book::Book const& book, Command const& command) {
    AccountId one;
    AccountId other;
    if (auto const* in = std::get_if<Deposit>(&command)) one = in->account;
    if (auto const* out = std::get_if<Withdraw>(&command)) one = out->account;
    if (auto const* paid = std::get_if<Transfer>(&command)) std::tie(one, other) = std::pair(paid->from, paid->to);
    if (auto const* trade = std::get_if<Trade>(&command)) std::tie(one, other) = std::pair(trade->buyer, trade->seller);
    PLIMSOLL_TRYV(must_be_no_vault(book, one));
    return must_be_no_vault(book, other);
}

} // namespace

result<AccountId> account_of_kind(book::Book const& book, AccountId named, wire::AccountKind kind) {
    if (named.is_some()) return named;
    for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
        bool const is_for_one = kind == wire::AccountKind::staked_module && book.accounts[id].parent.is_some(); // what is vouched for a borrower
        if (book.accounts[id].kind == kind && !is_for_one) return AccountId{id};
    }
    return fail(Errc::no_account_of_kind, wire::EnumNameAccountKind(kind));
}

Int128 balance_of(book::Book const& book, AccountId account, AssetId asset) {
    book::BalanceRow const* const row = book.balance(account, asset);
    return row == nullptr ? 0 : row->amount.units();
}

result<Amount> quote_of(book::InstrumentRow const& instrument, Quantity size, Price price) {
    Int128 const numerator = book::multiplier(instrument.multiplier_numerator);
    Int128 const denominator = book::multiplier(instrument.multiplier_denominator);
    bool const is_inverse = instrument.payoff == wire::Payoff::inverse && instrument.kind != wire::InstrumentKind::option;
    std::optional<Int128> quote;
    if (!is_inverse) {
        quote = scaled_product(size.units(), price.units(), numerator, denominator, Rounding::floor);
    } else if (price.units() > 0) {
        auto const contracts = Fraction::of(-one_units, numerator, price.units(), denominator);
        if (contracts) quote = contracts->floor_of(size.units());
    }
    if (!quote) return fail(Errc::arithmetic_overflow, std::string(instrument.name.view()));
    return Amount{*quote};
}

result<Traded> trade_of(book::Book const& book, InstrumentId instrument, AccountId buyer, AccountId seller, Quantity size,
                        Price price) {
    if (!book.has(instrument)) return fail(book::Errc::unknown_instrument);
    book::InstrumentRow const& row = book.instrument(instrument);
    bool const is_spot = row.kind == wire::InstrumentKind::spot;
    PLIMSOLL_TRY(quote, quote_of(row, size, price));
    Traded trade;
    trade.buyer = buyer;
    trade.seller = seller;
    trade.instrument = instrument;
    trade.asset = is_spot ? row.quote : row.settle;
    trade.base = is_spot ? row.base : AssetId{};
    trade.booking = is_spot                                    ? Booking::spot
                    : row.kind == wire::InstrumentKind::option ? Booking::premium
                                                               : Booking::variation;
    trade.kind = TradeKind::order_book;
    trade.size = size;
    trade.price = price;
    trade.quote = quote;
    return trade;
}

result<void> Clearing::decide(Command const& command, Origin const& origin, Decision& decision) {
    decision.clear();
    if (desk_ != nullptr) desk_->move_to(origin.source_time);
    PLIMSOLL_TRYV(names_no_vault(*book_, command));
    return std::visit([&](auto const& ask) { return decide_one(ask, origin, decision); }, command);
}

/// What the bookkeeping rules would make of a fact.
result<std::span<Event const>> Clearing::foresee(Origin const& origin, Body const& body) {
    foreseen_.clear();
    PLIMSOLL_TRYV(book::decide(*book_, Event{origin, body}, foreseen_));
    return std::span<Event const>(foreseen_);
}

result<void> Clearing::decide_one(Deposit const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRYV(need_positive(ask.amount));
    PLIMSOLL_TRY(outside, account_of_kind(*book_, ask.outside, wire::AccountKind::outside));
    decision.add(origin, transferred(TransferType::deposit, ask.account, outside, ask.asset, ask.amount.units()));
    return outcome::success();
}

/// Nobody pays out more than he has; with margin positions, not more than margin leaves.
result<void> Clearing::pay(Body const& payment, AccountId payer, AssetId asset, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(decided, foresee(origin, payment));
    if (desk_ != nullptr) {
        PLIMSOLL_TRYV(acceptance_->payment(payer, asset, decided, decision));
    } else if (is_margined(*book_, payer)) {
        AccountRows rows;
        rows_after(*book_, payer, decided, rows);
        for (book::BalanceRow const& row : rows.balances) {
            if (row.asset != asset) continue;
            decision.say("balance_after", payer, row.amount.units());
            if (row.amount.is_negative()) {
                return fail(Errc::balance_insufficient, std::string(book_->account(payer).name.view()));
            }
        }
    }
    decision.add(origin, payment);
    return outcome::success();
}

result<void> Clearing::decide_one(Withdraw const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRYV(need_positive(ask.amount));
    PLIMSOLL_TRY(outside, account_of_kind(*book_, ask.outside, wire::AccountKind::outside));
    Transferred const paid = transferred(TransferType::withdrawal, ask.account, outside, ask.asset, -ask.amount.units());
    return pay(paid, ask.account, ask.asset, origin, decision);
}

result<void> Clearing::decide_one(Transfer const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRYV(need_positive(ask.amount));
    Transferred const paid = transferred(TransferType::transfer, ask.to, ask.from, ask.asset, ask.amount.units());
    return pay(paid, ask.from, ask.asset, origin, decision);
}

/// A rate of the quote, rounded up, and no less than the least; who was not named as taker made the price.
result<void> Clearing::charge(Traded& trade, TradeTerms const& terms) const {
    Int128 const quote = trade.quote.is_negative() ? -trade.quote.units() : trade.quote.units();
    auto fee = [&](Int128 rate) -> result<Amount> {
        if (rate == 0) return Amount{};
        auto const part = multiply_divide(quote, rate, one_units, Rounding::ceiling);
        if (!part) return fail(Errc::arithmetic_overflow, "a fee");
        return Amount{std::max(*part, terms.least_fee)};
    };
    PLIMSOLL_TRY(buyer, fee(trade.taker == Taker::buyer ? terms.taker_fee : terms.maker_fee));
    PLIMSOLL_TRY(seller, fee(trade.taker == Taker::seller ? terms.taker_fee : terms.maker_fee));
    trade.buyer_fee = buyer;
    trade.seller_fee = seller;
    return outcome::success();
}

/// Open interest may always fall, and may not grow beyond the cap.
result<void> Clearing::keep_cap(Traded const& trade, TradeTerms const& terms, std::span<Event const> decided, Decision& decision) {
    if (trade.booking == Booking::spot) return outcome::success();
    rows_after(*book_, trade.buyer, decided, rows_);
    Int128 const before = book_->instrument(trade.instrument).open_interest.units();
    Int128 after = before;
    for (auto const& each : rows_.open_interests) after = each.instrument == trade.instrument ? each.contracts.units() : after;
    if (after <= before || after <= terms.open_interest_cap) return outcome::success();
    decision.say("open_interest", {}, before);
    decision.say("open_interest_after", {}, after);
    decision.say("open_interest_cap", {}, terms.open_interest_cap);
    return fail(Errc::open_interest_capped, std::string(book_->instrument(trade.instrument).name.view()) + ": " + format_decimal(after) + " of at most " +
                                                format_decimal(terms.open_interest_cap));
}

result<void> Clearing::decide_one(Trade const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(trade, trade_of(*book_, ask.instrument, ask.buyer, ask.seller, ask.size, ask.price));
    PLIMSOLL_TRYV(must_stay_covered(*book_, ask.seller, ask.instrument, ask.size));
    trade.taker = ask.taker;
    trade.buyer_fee = ask.buyer_fee.value_or(Amount{});
    trade.seller_fee = ask.seller_fee.value_or(Amount{});
    TradeTerms terms;
    if (book_->parameters.size() != 0) {
        PLIMSOLL_TRY(in_force, trade_terms_of(*book_, ask.instrument));
        terms = in_force;
        if (!ask.buyer_fee && !ask.seller_fee) {
            PLIMSOLL_TRYV(charge(trade, terms));
        }
    }
    if (!trade.buyer_fee.is_zero() || !trade.seller_fee.is_zero()) {
        PLIMSOLL_TRY(fees, account_of_kind(*book_, ask.fee_account, wire::AccountKind::fees));
        trade.fee_account = fees;
    }
    if (desk_ == nullptr && terms.open_interest_cap == 0) {
        decision.add(origin, trade);
        return outcome::success();
    }
    PLIMSOLL_TRY(decided, foresee(origin, trade));
    if (terms.open_interest_cap != 0) {
        PLIMSOLL_TRYV(keep_cap(trade, terms, decided, decision));
    }
    if (desk_ != nullptr) {
        desk_->expect(ask.buyer, ask.seller);
        for (AccountId const side : {ask.buyer, ask.seller}) {
            PLIMSOLL_TRYV(acceptance_->trade(side, ask.instrument, decided, decision));
        }
    }
    decision.add(origin, trade);
    return outcome::success();
}

result<void> Clearing::decide_one(Observe const& ask, Origin const& origin, Decision& decision) {
    InstrumentId const subject{ask.observed.subject};
    if (ask.observed.kind == Observation::settlement_price && book_->has(subject)) {
        PLIMSOLL_TRYV(must_be_unsettled(book_->instrument(subject)));
    }
    decision.add(origin, ask.observed);
    return outcome::success();
}

result<void> Clearing::decide_one(Fund const& ask, Origin const& origin, Decision& decision) {
    if (!book_->has(ask.instrument)) return fail(book::Errc::unknown_instrument);
    Index index = book_->instrument(ask.instrument).funding_index;
    if (!index.add(ask.step)) return fail(book::Errc::amount_overflow);
    IndexRecorded step;
    step.subject = ask.instrument.number();
    step.kind = IndexKind::funding;
    step.value = index;
    step.rate = ask.step;
    decision.add(origin, step);
    return outcome::success();
}

result<void> Clearing::decide_one(SettleExpiry const& ask, Origin const& origin, Decision& decision) {
    return settle_expiry(*book_, ask, origin, decision);
}

result<void> Clearing::decide_one(Check const& ask, Origin const& origin, Decision& decision) {
    if (desk_ == nullptr) return fail(Errc::no_margin_rule);
    if (!book_->has(ask.account)) return fail(book::Errc::unknown_account);
    if (is_option_vault(*book_, ask.account)) {
        PLIMSOLL_TRY(stand, vault_of(*book_, ask.account));
        PLIMSOLL_TRYV(vaults_.check(stand, origin, decision));
        return outcome::success();
    }
    PLIMSOLL_TRY(levels, desk_->levels(ask.account));
    decision.say("mark_to_market", ask.account, levels.mark_to_market);
    decision.say("initial_excess", ask.account, levels.initial_excess);
    decision.say("maintenance_excess", ask.account, levels.maintenance_excess);
    return outcome::success();
}

} // namespace plimsoll::risk
