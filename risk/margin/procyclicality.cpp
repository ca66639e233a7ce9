#include "risk/margin/procyclicality.hpp"

#include "risk/margin/tally.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr std::array<std::string_view, 4> procyclical_words{"none", "buffer", "stressed", "floor"};

} // namespace

std::string_view word(ProcyclicalTool tool) { return procyclical_words[static_cast<std::size_t>(tool)]; }

std::optional<ProcyclicalTool> find_procyclical_tool(std::string_view word) {
    for (std::size_t i = 0; i < procyclical_words.size(); ++i) {
        if (procyclical_words[i] == word) return static_cast<ProcyclicalTool>(i);
    }
    return std::nullopt;
}

result<Int128> ProcyclicalMargin::next(MarginEstimates const& day) {
    Tally on;
    Int128 asked = day.now;
    switch (rule_.tool) {
    case ProcyclicalTool::none: break;
    case ProcyclicalTool::buffer: {
        Int128 const full = on.product_up(day.now, on.add(one_units, rule_.buffer));
        asked = before_ ? std::clamp(*before_, day.now, std::max(full, day.now)) : full;
        break;
    }
    case ProcyclicalTool::stressed:
        asked = on.add(on.product_up(day.now, on.subtract(one_units, rule_.stressed_weight)), on.product_up(day.stressed, rule_.stressed_weight));
        break;
    case ProcyclicalTool::floor: asked = std::max(day.now, day.long_run); break;
    }
    if (rule_.step_limit && before_) asked = std::min(asked, on.product_up(*before_, on.add(one_units, *rule_.step_limit)));
    PLIMSOLL_TRYV(on.settle("a margin"));
    before_ = asked;
    return asked;
}

} // namespace plimsoll::risk
