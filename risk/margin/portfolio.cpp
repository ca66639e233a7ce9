#include "risk/margin/portfolio.hpp"

#include "ledger/book/interest.hpp"
#include "ledger/event/wide.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

using book::InstrumentRow;
using book::PositionRow;

[[nodiscard]] std::string name_of(InstrumentRow const& row) { return std::string(row.name.view()); }

/// Coins of so many contracts, rounded toward zero; nothing where they leave 127 bits.
[[nodiscard]] std::optional<Int128> coins_of(Int128 contracts, Int128 numerator, Int128 denominator) {
    if (numerator == denominator) return contracts;
    return multiply_divide(contracts, numerator, denominator, Rounding::toward_zero);
}

/// What they are worth at a price, rounded up; `contracts` is not negative.
[[nodiscard]] std::optional<Int128> notional_of(Int128 contracts, Int128 price, Int128 numerator, Int128 denominator) {
    if (numerator != denominator) return scaled_product(contracts, price, numerator, denominator, Rounding::ceiling);
    auto const below = floor_quotient(-contracts, price, one_units); // the same, several times faster
    if (!below) return std::nullopt;
    return -*below;
}

[[nodiscard]] auto too_large(InstrumentRow const& row) { return fail(Errc::arithmetic_overflow, name_of(row)); }

} // namespace

void Portfolio::clear() {
    cash = 0;
    assets.clear();
    perpetuals.clear();
    options.clear();
}

result<void> PortfolioView::read(AccountId account, Portfolio& portfolio) const {
    portfolio.clear();
    portfolio.account = account;
    result<void> done = outcome::success();
    book::Book const& book = market_->book();
    book.for_balances(account, [&](book::BalanceRow const& row) {
        if (done) done = add_balance(row, portfolio);
    });
    book.for_positions(account, [&](PositionRow const& row) {
        if (done) done = add_position(row, portfolio);
    });
    sort(portfolio);
    return done;
}

result<void> PortfolioView::read(AccountRows const& rows, Portfolio& portfolio) const {
    portfolio.clear();
    portfolio.account = rows.account;
    for (book::BalanceRow const& row : rows.balances) {
        PLIMSOLL_TRYV(add_balance(row, portfolio));
    }
    for (PositionRow const& row : rows.positions) {
        PLIMSOLL_TRYV(add_position(row, portfolio));
    }
    for (auto const& [instrument, contracts] : rows.open_interests) {
        for (PerpetualHolding& held : portfolio.perpetuals) {
            if (held.instrument == instrument) held.open_interest = contracts;
        }
    }
    sort(portfolio);
    return outcome::success();
}

void PortfolioView::sort(Portfolio& portfolio) {
    std::ranges::sort(portfolio.assets, {}, &AssetHolding::asset);
    std::ranges::sort(portfolio.perpetuals, {}, &PerpetualHolding::instrument);
    std::ranges::sort(portfolio.options, {}, &OptionHolding::option);
}

result<void> PortfolioView::add_balance(book::BalanceRow const& row, Portfolio& portfolio) const {
    if (row.amount.is_zero()) return outcome::success();
    PLIMSOLL_TRY(interest, book::pending_interest(market_->book(), row));
    return add_cash(row.asset, row.amount.units() + interest.units(), portfolio);
}

result<void> PortfolioView::add_position(PositionRow const& row, Portfolio& portfolio) const {
    if (row.size.is_zero() && row.quote.is_zero()) return outcome::success();
    auto const option = market_->option_of(row.instrument);
    bool const is_plain = option && market_->is_plain(*option);
    if (is_plain && row.quote.is_zero()) {
        portfolio.options.push_back({*option, row.size.units()});
        return outcome::success();
    }
    InstrumentRow const& instrument = market_->book().instrument(row.instrument);
    if (!is_plain && instrument.quote != market_->quote()) {
        return fail(Errc::quoted_in_another_asset,
                    name_of(instrument) + " in " + std::string(market_->book().asset(instrument.quote).name.view()));
    }
    return option ? add_option(*option, row, portfolio) : add_perpetual(row, portfolio);
}

result<void> PortfolioView::add_cash(AssetId asset, Int128 amount, Portfolio& portfolio) const {
    if (CountsAs const* const rule = valuation_->counts_as(asset)) {
        amount = counted(*rule, amount);
        asset = rule->whole;
    }
    if (asset == market_->quote()) {
        if (__builtin_add_overflow(portfolio.cash, amount, &portfolio.cash)) {
            return fail(Errc::arithmetic_overflow, std::string(market_->book().asset(asset).name.view()));
        }
        return outcome::success();
    }
    auto const same = std::ranges::find(portfolio.assets, asset, &AssetHolding::asset);
    if (same == portfolio.assets.end()) {
        portfolio.assets.push_back({asset, amount});
    } else {
        same->amount += amount; // rows hold at most 2^126
    }
    return outcome::success();
}

result<void> PortfolioView::add_option(std::uint32_t option, PositionRow const& row, Portfolio& portfolio) const {
    InstrumentRow const& instrument = market_->book().instrument(row.instrument);
    if (!row.quote.is_zero()) {
        PLIMSOLL_TRYV(add_cash(instrument.settle, row.quote.units(), portfolio));
    }
    if (row.size.is_zero()) return outcome::success();
    auto const amount = coins_of(row.size.units(), book::multiplier(instrument.multiplier_numerator),
                                 book::multiplier(instrument.multiplier_denominator));
    if (!amount) return too_large(instrument);
    portfolio.options.push_back({option, *amount});
    return outcome::success();
}

result<void> PortfolioView::add_perpetual(PositionRow const& row, Portfolio& portfolio) const {
    InstrumentRow const& instrument = market_->book().instrument(row.instrument);
    PositionValue const value = valuation_->position(row);
    if (value.unpriced == Unpriced::no_mark) return fail(Errc::mark_missing, name_of(instrument));
    if (value.unpriced == Unpriced::no_rate) {
        return fail(Errc::price_missing, std::string(market_->book().asset(instrument.settle).name.view()));
    }
    if (value.unpriced != Unpriced::none) return too_large(instrument);
    Int128 const numerator = book::multiplier(instrument.multiplier_numerator);
    Int128 const denominator = book::multiplier(instrument.multiplier_denominator);
    Int128 const mark = instrument.mark.value.units();
    PerpetualHolding holding{row.instrument, instrument.base, 0, 0, value.worth.units(), instrument.open_interest};
    // The value of a linear position is its notional; an inverse one is worth its contracts.
    bool const is_linear = instrument.payoff == wire::Payoff::linear;
    auto const contracts = coins_of(row.size.units(), numerator, denominator);
    if (!contracts) return too_large(instrument);
    if (is_linear) {
        auto const notional =
            notional_of(row.size.units() < 0 ? -row.size.units() : row.size.units(), mark, numerator, denominator);
        if (!notional) return too_large(instrument);
        holding.size = *contracts;
        holding.notional = *notional;
    } else if (instrument.payoff == wire::Payoff::inverse) {
        holding.notional = *contracts < 0 ? -*contracts : *contracts;
        auto const coins = multiply_divide(*contracts, one_units, mark, Rounding::toward_zero);
        if (!coins) return too_large(instrument);
        holding.size = *coins;
    } else {
        BalanceValue const worth = valuation_->balance(instrument.settle, value.value);
        if (worth.unpriced != Unpriced::none) return too_large(instrument);
        holding.notional = worth.worth.units() < 0 ? -worth.worth.units() : worth.worth.units();
        auto const coins = multiply_divide(worth.worth.units(), one_units, mark, Rounding::toward_zero);
        if (!coins) return too_large(instrument);
        holding.size = *coins;
    }
    portfolio.perpetuals.push_back(holding);
    return outcome::success();
}

} // namespace plimsoll::risk
