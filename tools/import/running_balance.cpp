#include "tools/import/running_balance.hpp"

#include "ledger/event/decimal.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>

namespace plimsoll::tools {
namespace {

using Rows = std::span<BitmexRow const* const>;

[[nodiscard]] bool states(Rows rows, Amount balance) {
    return std::ranges::any_of(rows, [&](BitmexRow const* row) { return row->balance == balance; });
}

/// Rows hold amounts within event_limit_units, so two of them cannot leave 128 bits.
[[nodiscard]] Amount sum(Amount a, Amount b) { return Amount{a.units() + b.units()}; }

/// Where the balance stood before rows that come first, as far as they tell. Each row states either
/// the end of its time or a step on the way to it, so a start fits where some row states its end;
/// of several that do, where also some row states its first step.
[[nodiscard]] std::set<Amount> possible_starts(Rows rows, Amount change) {
    std::set<Amount> fit;
    std::set<Amount> fit_twice;
    for (BitmexRow const* row : rows) fit.insert(sum(row->balance, -change));
    for (BitmexRow const* row : rows) {
        Amount const start = sum(row->balance, -row->change);
        if (fit.contains(start)) fit_twice.insert(start);
    }
    return fit_twice.size() == 1 ? fit_twice : fit;
}

[[nodiscard]] result<Amount> total(Rows rows) {
    Amount change;
    for (BitmexRow const* row : rows) {
        if (!change.add(row->change) || !within(change.units(), event_limit_units)) {
            return fail(event::Errc::number_overflow, fmt::format("line {}", row->line));
        }
    }
    return change;
}

[[nodiscard]] auto breaks(Rows rows, Amount before, Amount change) {
    BitmexRow const& row = *rows.back();
    auto text = [&](Amount amount) { return format_decimal(amount, row.currency->decimals); };
    return fail(
        Errc::balance_breaks,
        fmt::format("{} {} before and {} in {} row{} of this time give {}, but line {} states {}",
                    row.currency->asset, text(before), text(change), rows.size(),
                    rows.size() == 1 ? "" : "s", text(sum(before, change)), row.line,
                    text(row.balance)));
}

} // namespace

result<std::optional<Amount>> RunningBalance::follow(Rows rows, std::optional<Amount> expected) {
    std::string_view const code = rows.front()->currency->code;
    PLIMSOLL_TRY(change, total(rows));
    std::optional<Amount> before = last(*rows.front()->currency);
    if (!before) {
        auto const starts = possible_starts(rows, change);
        if (starts.size() == 1) before = *starts.begin();
        if (expected && states(rows, sum(*expected, change))) before = expected;
    } else if (!states(rows, sum(*before, change))) {
        return breaks(rows, *before, change);
    }
    ++batches_;
    if (before) last_[code] = sum(*before, change);
    return before;
}

std::optional<Amount> RunningBalance::last(BitmexCurrency const& currency) const {
    auto const found = last_.find(currency.code);
    if (found == last_.end()) return std::nullopt;
    return found->second;
}

} // namespace plimsoll::tools
