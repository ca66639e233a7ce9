/// Keeps a margin from rising just when everybody is short of cash: the three tools of EMIR, and a limit to each step.
#pragma once

#include "ledger/event/number.hpp"
#include "risk/errc.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace plimsoll::risk {

/// Source: Regulation (EU) No 153/2013, article 28 (1) (a) to (c).
enum class ProcyclicalTool : std::uint8_t {
    none,
    buffer,   ///< a quarter on top, which may be used up while margins rise
    stressed, ///< a quarter of the weight on what stressed times would ask
    floor,    ///< never below what a long look-back would ask
};
inline constexpr std::array procyclical_tools{ProcyclicalTool::none, ProcyclicalTool::buffer, ProcyclicalTool::stressed, ProcyclicalTool::floor};
[[nodiscard]] std::string_view word(ProcyclicalTool tool);
[[nodiscard]] std::optional<ProcyclicalTool> find_procyclical_tool(std::string_view word);

/// Shares count 10^-18.
struct ProcyclicalRule {
    ProcyclicalTool tool{};
    Int128 buffer = one_units / 4;
    Int128 stressed_weight = one_units / 4;
    std::optional<Int128> step_limit; ///< the most that a margin may rise from one day to the next, as a share of it
};

/// What one day's estimates would ask, as shares of the notional.
struct MarginEstimates {
    Int128 now = 0;      ///< by the volatility forecast
    Int128 stressed = 0; ///< by that of the worst times looked back at
    Int128 long_run = 0; ///< by that of the whole look-back
};

/// A margin from day to day. Everything rounds up, in the house's favour.
///
///     buffer     what was asked before, but no less than now and no more than now * (1 + buffer)
///     stressed   now * (1 - weight) + stressed * weight
///     floor      max(now, long_run)
///
/// With a step limit, at most what was asked the day before times one and the limit.
class ProcyclicalMargin {
public:
    explicit ProcyclicalMargin(ProcyclicalRule const& rule) : rule_(rule) {}

    /// Errors: Errc::arithmetic_overflow.
    [[nodiscard]] result<Int128> next(MarginEstimates const& day);

private:
    ProcyclicalRule rule_;
    std::optional<Int128> before_;
};

} // namespace plimsoll::risk
