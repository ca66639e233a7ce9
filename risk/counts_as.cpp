#include "risk/counts_as.hpp"

#include "ledger/event/wide.hpp"

namespace plimsoll::risk {

std::vector<CountsAs> what_counts_as(book::Book const& book) {
    std::vector<CountsAs> rules;
    for (book::ParameterRow const& row : book.parameters.rows()) {
        std::string_view const scope = row.scope.view();
        if (!scope.starts_with(counts_as_scope) || row.value.units() <= 0) continue;
        auto const whole = book.find_asset(scope.substr(counts_as_scope.size()));
        auto const part = book.find_asset(row.name.view());
        if (!whole || !part || *whole == *part) continue;
        rules.resize(book.assets.size() + 1);
        rules[part->number()] = {*whole, std::min(row.value.units(), one_units)};
    }
    return rules;
}

Int128 counted(CountsAs const& rule, Int128 amount) {
    if (amount <= 0) return amount;
    auto const kept = multiply_divide(amount, rule.kept, one_units, Rounding::floor);
    PLIMSOLL_ASSERT(kept.has_value()); // a share is at most one
    return *kept;
}

} // namespace plimsoll::risk
