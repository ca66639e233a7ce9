/// Circuit breakers: rules as data over metrics of the log; each trip and release is an event with its figure.
#pragma once

#include "ledger/event/event.hpp"
#include "risk/errc.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace plimsoll::risk {

/// What a breaker allows while it is tripped: a set, not one switch.
enum class Operation : std::uint8_t {
    deposit,
    withdraw,
    transfer,
    open, ///< more risk
    reduce,
    borrow,
    repay,
    liquidate,
    deleverage,
    settle,
};
inline constexpr std::size_t operation_count = 10;

/// Operations as bits, as BreakerTripped.allowed holds them.
using Operations = std::uint32_t;
[[nodiscard]] constexpr Operations bit(Operation operation) { return Operations{1} << static_cast<unsigned>(operation); }
inline constexpr Operations all_operations = (Operations{1} << operation_count) - 1;

/// What is measured, 10^-18. Shares are of one.
enum class Metric : std::uint8_t {
    oracle_age,        ///< seconds since the subject was last observed
    oracle_confidence, ///< of its last observation: trips below
    price_move,        ///< |price / oldest in the window - 1|
    volatility_move,   ///< |volatility - oldest in the window|
    free_liquidity,    ///< free cash over what customers are owed: trips below
    withdrawal_share,  ///< withdrawn in the window over what was held before
    fund_drawdown,     ///< 1 - fund / its largest balance in the window
    outage,            ///< seconds between two events
};
inline constexpr std::size_t metric_count = 8;

[[nodiscard]] std::string_view word(Operation operation);
[[nodiscard]] std::string_view word(Metric metric);
[[nodiscard]] std::optional<Operation> find_operation(std::string_view word);
[[nodiscard]] std::optional<Metric> find_metric(std::string_view word);
/// Whether small values trip.
[[nodiscard]] bool trips_below(Metric metric);

struct BreakerRule {
    std::string name;
    Metric metric{};
    TimeNs window = 0;           ///< of metrics that look back
    Int128 trip_at = 0;          ///< strictly beyond it trips
    Int128 release_at = 0;       ///< at it or on its good side, it may release
    TimeNs minimum_duration = 0; ///< it stays tripped at least so long
    TimeNs grace = 0;            ///< after its release nobody is liquidated for so long
    Operations allowed = 0;      ///< while tripped
};

/// Why a rule can never release, or makes no sense; nothing where it can.
[[nodiscard]] std::optional<std::string> broken_rule(BreakerRule const& rule);

/// Where one rule stands in one scope.
struct BreakerState {
    bool is_tripped = false;
    TimeNs tripped = 0;
    std::optional<TimeNs> released;
};

enum class BreakerMove : std::uint8_t { none, trip, release };

/// What a value does to a rule at a moment.
[[nodiscard]] BreakerMove move_of(BreakerRule const& rule, BreakerState const& state, Int128 value, TimeNs now);

/// Rules and where each stands. What it says comes from values and times alone, so that a log gives it again.
class BreakerBoard {
public:
    explicit BreakerBoard(std::vector<BreakerRule> rules) : rules_(std::move(rules)) {}

    [[nodiscard]] std::span<BreakerRule const> rules() const { return rules_; }

    /// Asks one rule in that scope, and steps; the event says what moved.
    [[nodiscard]] std::optional<Body> observe(std::size_t rule, std::string const& scope, Int128 value, TimeNs now);
    /// The same of every rule of a metric, in order: for metrics without a window.
    [[nodiscard]] std::vector<Body> observe(Metric metric, std::string const& scope, Int128 value, TimeNs now);

    /// Takes over a recorded trip or release. False where no rule has that name.
    bool take(BreakerTripped const& fact, TimeNs now);
    bool take(BreakerReleased const& fact, TimeNs now);

    /// What every tripped rule allows, less liquidation while a grace runs.
    [[nodiscard]] Operations allowed(TimeNs now) const;
    [[nodiscard]] bool allows(Operation operation, TimeNs now) const { return (allowed(now) & bit(operation)) != 0; }
    [[nodiscard]] BreakerState const* state(std::string_view name, std::string const& scope) const;

private:
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

    std::vector<BreakerRule> rules_;
    std::map<std::pair<std::size_t, std::string>, BreakerState> states_; ///< by rule and scope
};

} // namespace plimsoll::risk
