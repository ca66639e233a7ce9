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

/// Every balance that these rows could have begun from.
[[nodiscard]] std::set<Amount> possible_starts(Rows rows, Amount change) {
    std::set<Amount> starts;
    for (BitmexRow const* row : rows) {
        Amount const start = sum(row->balance, -row->change);
        if (states(rows, sum(start, change))) starts.insert(start);
    }
    return starts;
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

[[nodiscard]] auto breaks(Rows rows, std::optional<Amount> before, Amount change) {
    BitmexRow const& row = *rows.back();
    auto text = [&](Amount amount) { return format_decimal(amount, row.currency->decimals); };
    std::string const stated = fmt::format("line {} states {}", row.line, text(row.balance));
    if (!before) return fail(Errc::balance_breaks, fmt::format("{}, which its own amounts do not allow", stated));
    return fail(Errc::balance_breaks,
                fmt::format("{} {} before and {} in {} row{} of this time give {}, but {}", row.currency->asset,
                            text(*before), text(change), rows.size(), rows.size() == 1 ? "" : "s",
                            text(sum(*before, change)), stated));
}

} // namespace

result<std::optional<Amount>> RunningBalance::follow(Rows rows, std::optional<Amount> expected) {
    std::string_view const code = rows.front()->currency->code;
    PLIMSOLL_TRY(change, total(rows));
    std::optional<Amount> before = last(*rows.front()->currency);
    if (!before) {
        auto const starts = possible_starts(rows, change);
        if (starts.empty()) return breaks(rows, {}, change);
        if (expected && starts.contains(*expected)) before = expected;
        if (!before && starts.size() == 1) before = *starts.begin();
    } else if (!states(rows, sum(*before, change))) {
        return breaks(rows, before, change);
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
