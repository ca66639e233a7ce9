#include "risk/valuation.hpp"

#include "ledger/book/decide.hpp"
#include "ledger/book/interest.hpp"

namespace plimsoll::risk {
namespace {

using book::Book;
using book::InstrumentRow;
using book::PositionRow;

/// As book::pending_funding, which decides it: the same number (a test compares them), in a form that
/// a sweep over millions of positions can afford.
[[nodiscard]] std::optional<Int128> funding_of(InstrumentRow const& instrument,
                                               PositionRow const& row) {
    Int128 step = 0;
    Int128 divisor = 0;
    if (__builtin_sub_overflow(instrument.funding_index.units(), row.index.units(), &step) ||
        __builtin_mul_overflow(step, book::multiplier(instrument.multiplier_numerator), &step) ||
        __builtin_mul_overflow(one_units, book::multiplier(instrument.multiplier_denominator),
                               &divisor)) {
        auto const slow = book::pending_funding(instrument, row);
        if (!slow) return std::nullopt;
        return slow.value().units();
    }
    return floor_quotient(-row.size.units(), step, divisor);
}

/// Sums and values stay within what rows may hold.
[[nodiscard]] bool add_within(Amount& sum, std::optional<Int128> units) {
    if (!units || !within(*units, row_limit_units)) return false;
    Int128 const total = sum.units() + *units; // both within 2^126
    if (!within(total, row_limit_units)) return false;
    sum = Amount{total};
    return true;
}

} // namespace

void Equity::add(Amount worth, Unpriced unpriced) {
    if (unpriced != Unpriced::none || !add_within(amount, worth.units())) ++unpriced_rows;
}

std::optional<AssetId> default_valuation_asset(Book const& book) {
    if (book.assets.size() == 0) return std::nullopt;
    std::vector<std::uint32_t> settled(book.assets.size() + 1);
    for (InstrumentRow const& row : book.instruments.rows()) ++settled[row.settle.number()];
    std::uint32_t best = 1;
    for (std::uint32_t id = 2; id <= book.assets.size(); ++id) {
        if (settled[id] > settled[best]) best = id;
    }
    return AssetId{best};
}

result<Valuation> Valuation::of(Book const& book, AssetId in) {
    if (!book.has(in)) return fail(book::Errc::unknown_asset, "#" + std::to_string(in.number()));
    Valuation valuation(book, in);
    valuation.rates_.resize(book.assets.size() + 1);
    for (std::uint32_t id = 1; id <= book.assets.size(); ++id) {
        valuation.rates_[id] = valuation.rate_of(AssetId{id});
    }
    valuation.add_spot_rates();
    valuation.counts_as_ = what_counts_as(book);
    for (std::size_t id = 1; id < valuation.counts_as_.size(); ++id) {
        AssetId const whole = valuation.counts_as_[id].whole;
        Rate& rate = valuation.rates_[id];
        if (!whole.is_some() || rate.source != RateSource::none || valuation.rates_[whole.number()].source == RateSource::none) continue;
        rate = {valuation.rates_[whole.number()].fraction, RateSource::counted_as};
    }
    valuation.marks_.resize(book.instruments.size() + 1);
    for (std::uint32_t id = 1; id <= book.instruments.size(); ++id) {
        valuation.marks_[id] = mark_of(book.instruments[id]);
    }
    return valuation;
}

Valuation::Rate Valuation::rate_of(AssetId asset) const {
    if (asset == in_) return {Fraction::one(), RateSource::itself};
    Int128 const price = book_->asset(asset).price.value.units();
    if (price <= 0) return {};
    Int128 const unit = book_->asset(in_).price.value.units();
    auto const fraction = Fraction::of(price, 1, unit > 0 ? unit : one_units, 1);
    if (!fraction) return {};
    return {*fraction, RateSource::observed_price};
}

/// Fills in what no price was observed for. A market quoted in the valuation asset goes before one
/// that is based on it; of equals, the one defined first.
void Valuation::add_spot_rates() {
    auto fill = [&](AssetId asset, Int128 numerator, Int128 denominator, RateSource source) {
        Rate& rate = rates_[asset.number()];
        if (rate.source != RateSource::none) return;
        auto const fraction = Fraction::of(numerator, 1, denominator, 1);
        if (fraction) rate = {*fraction, source};
    };
    for (bool const inverted : {false, true}) {
        for (InstrumentRow const& row : book_->instruments.rows()) {
            if (row.kind != wire::InstrumentKind::spot || row.mark.value.units() <= 0) continue;
            if (!inverted && row.quote == in_) {
                fill(row.base, row.mark.value.units(), one_units, RateSource::spot_mark);
            }
            if (inverted && row.base == in_) {
                fill(row.quote, one_units, row.mark.value.units(), RateSource::spot_mark_inverted);
            }
        }
    }
}

Valuation::Mark Valuation::mark_of(InstrumentRow const& row) {
    Int128 const mark = row.mark.value.units();
    Int128 const numerator = book::multiplier(row.multiplier_numerator);
    Int128 const denominator = book::multiplier(row.multiplier_denominator);
    bool const inverse =
        row.payoff == wire::Payoff::inverse && row.kind != wire::InstrumentKind::option;
    bool const was_marked = mark != 0 || (row.mark.is_some() && !inverse);
    if (!was_marked) return {};
    auto const fraction = inverse ? Fraction::of(-one_units, numerator, mark, denominator)
                                  : Fraction::of(mark, numerator, one_units, denominator);
    if (!fraction) return {{}, Unpriced::too_large};
    return {*fraction, Unpriced::none};
}

BalanceValue Valuation::balance(AssetId asset, Amount amount) const {
    if (amount.is_zero()) return {};
    Rate const& rate = rates_[asset.number()];
    if (rate.source == RateSource::none) return {{}, Unpriced::no_rate};
    BalanceValue value;
    if (!add_within(value.worth, rate.fraction.floor_of(amount.units()))) {
        return {{}, Unpriced::too_large};
    }
    return value;
}

BalanceValue Valuation::balance(book::BalanceRow const& row) const {
    auto const interest = book::pending_interest(*book_, row);
    if (!interest) return {{}, Unpriced::too_large};
    return balance(row.asset, Amount{row.amount.units() + interest.value().units()});
}

PositionValue Valuation::settled(PositionRow const& row) const {
    PositionValue value;
    value.quote = row.quote;
    if (row.size.is_zero()) {
        value.total = row.quote;
        return value;
    }
    Mark const& mark = marks_[row.instrument.number()];
    if (mark.unpriced != Unpriced::none) return {{}, {}, {}, {}, {}, mark.unpriced};
    InstrumentRow const& instrument = book_->instrument(row.instrument);
    bool ok = add_within(value.value, mark.fraction.floor_of(row.size.units()));
    bool const pays_itself = row.account == instrument.market_account;
    if (row.index != instrument.funding_index && !pays_itself) {
        ok = ok && add_within(value.funding, funding_of(instrument, row));
    }
    for (Amount const part : {value.value, value.quote, value.funding}) {
        ok = ok && add_within(value.total, part.units());
    }
    if (!ok) return {{}, {}, {}, {}, {}, Unpriced::too_large};
    return value;
}

PositionValue Valuation::position(PositionRow const& row) const {
    PositionValue value = settled(row);
    if (value.unpriced != Unpriced::none) return value;
    BalanceValue const converted = balance(book_->instrument(row.instrument).settle, value.total);
    value.worth = converted.worth;
    value.unpriced = converted.unpriced;
    return value;
}

Equity Valuation::account(AccountId account) const {
    Equity equity;
    book_->for_balances(account, [&](book::BalanceRow const& row) {
        BalanceValue const value = balance(row);
        equity.add(value.worth, value.unpriced);
    });
    book_->for_positions(account, [&](PositionRow const& row) {
        PositionValue const value = position(row);
        equity.add(value.worth, value.unpriced);
    });
    return equity;
}

std::vector<Equity> Valuation::sweep() const {
    std::vector<Equity> equities(book_->accounts.size() + 1);
    for (book::BalanceRow const& row : book_->balances.rows()) {
        BalanceValue const value = balance(row);
        equities[row.account.number()].add(value.worth, value.unpriced);
    }
    for (PositionRow const& row : book_->positions.rows()) {
        PositionValue const value = position(row);
        equities[row.account.number()].add(value.worth, value.unpriced);
    }
    return equities;
}

} // namespace plimsoll::risk
