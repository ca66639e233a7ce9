#include "risk/credit/credit_line.hpp"

#include "ledger/book/errc.hpp"
#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "risk/valuation.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] Int128 size_of(Int128 units) { return units < 0 ? -units : units; }

/// Days since, 10^-18, rounded down.
[[nodiscard]] Int128 days_since(TimeNs then, TimeNs now) {
    if (now <= then) return 0;
    return Int128{now - then} * one_units / credit_day_ns;
}

[[nodiscard]] ScoreValues values_of(CreditHistory const& history, CreditLine const& line, book::Book const& book) {
    OwnerRecord const& record = history.record(line.holder);
    ScoreValues values{};
    auto of = [&](ScoreComponent component) -> Int128& { return values[static_cast<std::size_t>(component)]; };
    of(ScoreComponent::age) = record.opened == 0 ? 0 : days_since(record.opened, line.now);
    of(ScoreComponent::volume) = record.volume;
    of(ScoreComponent::repaid) = record.repaid;
    of(ScoreComponent::liquidations) = Int128{record.liquidations} * one_units;
    of(ScoreComponent::late) = record.late + line.overdue;
    of(ScoreComponent::concentration) = concentration_of(book, line.accounts, line.asset);
    return values;
}

void add_figure(std::string& text, std::string_view name, Int128 units) {
    text.append(text.empty() ? "" : " ").append(name).append("=").append(format_decimal(units));
}

/// "age=12.5 volume=100 ... default_probability=0.3 tier=... bound_by=pool".
[[nodiscard]] std::string figures_of(CreditLine const& line) {
    std::string text;
    for (ScorePart const& part : line.score.parts) add_figure(text, word(part.component), part.value);
    add_figure(text, "logit", line.score.logit);
    add_figure(text, "default_probability", line.score.default_probability);
    add_figure(text, "tier", line.limit.tier);
    add_figure(text, "median_equity", line.limit_values.median_equity);
    add_figure(text, "equity", line.limit.equity);
    add_figure(text, "pool_total", line.limit_values.pool_total);
    add_figure(text, "pool", line.limit.pool);
    add_figure(text, "staked", line.limit_values.staked);
    add_figure(text, "vouched", line.limit.vouched);
    add_figure(text, "drawn", line.drawn);
    add_figure(text, "ratio_asked", line.ratio_asked);
    return text + " bound_by=" + std::string(word(line.limit.bound_by));
}

} // namespace

std::string credit_pool_name(std::string_view asset) { return "credit:" + std::string(asset); }

Int128 credit_lot(book::Book const& book, AssetId asset) {
    Int128 lot = one_units;
    for (std::uint32_t i = 0; i < book.asset(asset).decimals; ++i) lot /= 10;
    return lot;
}

result<Int128> CreditLine::asked_for(Int128 drawn_then) const {
    auto const asked = multiply_divide(drawn_then, ratio_asked, one_units, Rounding::ceiling);
    if (!asked) return fail(Errc::arithmetic_overflow, "collateral asked");
    return *asked;
}

Int128 CreditLine::drawable() const {
    if (overdue > 0 || !is_complete || !pool.is_some()) return 0;
    auto const asked = asked_for(drawn);
    if (!asked || collateral <= asked.value()) return 0;
    // collateral + x >= ratio * (drawn + x)
    auto const room = multiply_divide(collateral - asked.value(), one_units, ratio_asked - one_units, Rounding::floor);
    Int128 const within_ratio = room ? *room : row_limit_units;
    return std::max<Int128>(0, std::min({limit.limit - drawn, within_ratio, pool_cash}));
}

std::optional<Int128> CreditLine::ratio() const {
    if (drawn == 0) return std::nullopt;
    return multiply_divide(collateral, one_units, drawn, Rounding::floor);
}

Int128 concentration_of(book::Book const& book, std::span<AccountId const> accounts, AssetId in) {
    auto const valuation = Valuation::of(book, in);
    PLIMSOLL_ASSERT(valuation.has_value());
    std::map<InstrumentId, book::PositionRow> net;
    std::map<AssetId, Int128> cash;
    for (AccountId const account : accounts) {
        book.for_positions(account, [&](book::PositionRow const& row) {
            book::PositionRow& sum = net.try_emplace(row.instrument, row).first->second;
            Int128 size = sum.account == row.account ? 0 : sum.size.units(); // else it is the first's
            add_clamped(size, row.size.units());
            sum.size = Quantity{size};
        });
        book.for_balances(account, [&](book::BalanceRow const& row) {
            if (row.asset != in) add_clamped(cash[row.asset], row.amount.units());
        });
    }
    std::map<AssetId, Int128> exposures;
    for (auto const& [instrument, row] : net) {
        PositionValue const value = valuation.value().settled(row);
        BalanceValue const worth = valuation.value().balance(book.instrument(instrument).settle, value.value);
        add_clamped(exposures[book.instrument(instrument).base], size_of(worth.worth.units()));
    }
    for (auto const& [asset, units] : cash) {
        add_clamped(exposures[asset], size_of(valuation.value().balance(asset, Amount{units}).worth.units()));
    }
    Int128 largest = 0;
    Int128 sum = 0;
    for (auto const& [asset, size] : exposures) {
        largest = std::max(largest, size);
        add_clamped(sum, size);
    }
    if (sum == 0) return 0;
    auto const share = multiply_divide(largest, one_units, sum, Rounding::ceiling);
    PLIMSOLL_ASSERT(share.has_value()); // at most one
    return *share;
}

result<CreditLine> credit_line(CreditHistory const& history, book::Book const& book, AccountId holder, TimeNs now) {
    if (!history.preset()) return fail(Errc::no_credit_rule, history.unreadable());
    CreditPreset const& preset = *history.preset();
    CreditLine line;
    line.holder = holder;
    line.accounts = history.owners().accounts_of(holder);
    line.now = now;
    auto const asset = history.asset();
    if (!asset) return fail(book::Errc::unknown_asset, "the ledger has none to lend");
    PLIMSOLL_ASSERT(!line.accounts.empty());
    line.asset = *asset;
    auto const pool = book.find_account(credit_pool_name(book.asset(*asset).name.view()));
    if (pool && book.account(*pool).kind == wire::AccountKind::pool) line.pool = *pool;
    line.drawn = history.drawn(holder);
    line.overdue = history.overdue(holder, now);
    for (Loan const& loan : history.loans(holder)) line.first_due = line.first_due == 0 ? loan.due : std::min(line.first_due, loan.due);

    PLIMSOLL_TRY(valuation, Valuation::of(book, *asset));
    Equity collateral;
    for (AccountId const account : line.accounts) {
        Equity const equity = valuation.account(account);
        collateral.add(equity.amount, Unpriced::none);
        collateral.unpriced_rows += equity.unpriced_rows;
    }
    line.collateral = collateral.amount.units();
    line.is_complete = collateral.complete();

    line.score = score_of(preset, values_of(history, line, book));
    line.ratio_asked = preset.ratio_of(line.score.score);
    LimitValues& values = line.limit_values;
    values.median_equity = std::max<Int128>(0, history.median_equity(holder, preset.equity_days, now, line.collateral - line.drawn, book.time()));
    book::BalanceRow const* const cash = line.pool.is_some() ? book.balance(line.pool, *asset) : nullptr;
    line.pool_cash = cash == nullptr ? 0 : std::max<Int128>(0, cash->amount.units());
    values.pool_total = std::min(row_limit_units, line.pool_cash + history.lent(line.pool));
    for (Stake const& stake : history.stakes(holder)) values.staked = std::min(row_limit_units, values.staked + stake.amount);
    values.is_closed = history.record(holder).collected > 0;
    line.limit = limit_of(preset, line.score.score, values);
    line.limit.limit -= line.limit.limit % credit_lot(book, *asset); // as draws are; so roundings of 10^-18 give nobody more
    return line;
}

book::CreditRow const* credit_row(book::Book const& book, AccountId account, AssetId asset) {
    for (book::CreditRow const& row : book.credits.rows()) {
        if (row.account == account && row.asset == asset) return &row;
    }
    return nullptr;
}

std::optional<CreditChanged> credit_change(CreditLine const& line, book::Book const& book, bool is_asked) {
    book::CreditRow const* const known = credit_row(book, line.holder, line.asset);
    Int128 const limit = std::min(line.limit.limit, event_limit_units);
    bool const is_same = known != nullptr && known->limit.units() == limit && (!is_asked || known->score.units() == line.score.score);
    if (is_same) return std::nullopt;
    CreditChanged fact;
    fact.account = line.holder.number();
    fact.asset = line.asset.number();
    fact.limit = to_wire(limit);
    fact.score = to_wire(line.score.score);
    fact.reason = figures_of(line);
    return fact;
}

} // namespace plimsoll::risk
