#include "risk/clearing/expiry.hpp"

#include "risk/clearing/vault.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] Int128 intrinsic(book::InstrumentRow const& instrument, Int128 price) {
    Int128 const strike = instrument.strike.units();
    bool const is_call = instrument.side == wire::OptionSide::call;
    return std::max<Int128>(is_call ? price - strike : strike - price, 0);
}

} // namespace

std::optional<Fraction> expiry_value(book::InstrumentRow const& instrument, Price price) {
    Int128 const numerator = book::multiplier(instrument.multiplier_numerator);
    Int128 const denominator = book::multiplier(instrument.multiplier_denominator);
    bool const is_option = instrument.kind == wire::InstrumentKind::option;
    if (instrument.payoff != wire::Payoff::inverse) {
        Int128 const value = is_option ? intrinsic(instrument, price.units()) : price.units();
        return Fraction::of(value, numerator, one_units, denominator);
    }
    Int128 const value = is_option ? intrinsic(instrument, price.units()) : -one_units;
    return Fraction::of(value, numerator, price.units(), denominator);
}

result<void> settle_expiry(book::Book const& book, SettleExpiry const& ask, Origin const& origin, Decision& decision) {
    if (!book.has(ask.instrument)) return fail(book::Errc::unknown_instrument);
    book::InstrumentRow const& instrument = book.instrument(ask.instrument);
    std::string const name(instrument.name.view());
    if (instrument.expiry == 0) return fail(Errc::instrument_never_expires, name);
    if (std::max(book.time(), origin.source_time) < instrument.expiry) return fail(Errc::instrument_not_expired, name);
    if (!instrument.market_account.is_some() && !is_between_peers(instrument)) return fail(Errc::no_market_account, name);
    PLIMSOLL_TRYV(must_be_unsettled(instrument));
    if (ask.price.is_negative()) return fail(book::Errc::price_must_be_positive);
    auto const value = expiry_value(instrument, ask.price);
    if (!value) return fail(Errc::arithmetic_overflow, name);
    Observed price;
    price.subject = ask.instrument.number();
    price.kind = Observation::settlement_price;
    price.value = ask.price;
    decision.add(origin, price);
    if (is_between_peers(instrument)) return outcome::success(); // each vault settles with who exercises against it
    Origin by_rule = origin;
    by_rule.cause = Cause::expiry;
    by_rule.cause_sequence = book.sequence() + 1;
    for (book::PositionRow const& row : book.positions.rows()) {
        bool const is_held = row.instrument == ask.instrument && !(row.size.is_zero() && row.quote.is_zero());
        if (!is_held || row.account == instrument.market_account) continue;
        auto const worth = value->floor_of(row.size.units());
        if (!worth) return fail(Errc::arithmetic_overflow, name);
        PositionSettled settled;
        settled.account = row.account;
        settled.counter = instrument.market_account;
        settled.instrument = ask.instrument;
        settled.asset = instrument.settle;
        settled.type = SettlementType::expiry;
        settled.size = row.size;
        settled.quote = row.quote;
        settled.amount = Amount{*worth + row.quote.units()}; // each within a row's 2^126
        settled.price = ask.price;
        decision.add(by_rule, settled);
    }
    return outcome::success();
}

} // namespace plimsoll::risk
