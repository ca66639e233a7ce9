/// The benchmarks' stream of facts: the mix of performance figures elsewhere, 60 % trades, 20 % oracle
/// ticks, 10 % deposits and withdrawals, 9 % liquidation trades, few funding steps.
#pragma once

#include "ledger/event/event.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace plimsoll::bench {

class Workload {
public:
    explicit Workload(std::uint32_t accounts, std::uint32_t instruments = 64) : accounts_(accounts), instruments_(instruments) {}

    /// Assets, accounts, instruments: the first events of the log.
    [[nodiscard]] std::vector<Event> definitions() const;
    /// Facts without end; equal for equal arguments.
    [[nodiscard]] Event next();

    static constexpr std::uint32_t outside = 1;
    static constexpr std::uint32_t fees = 2;
    static constexpr std::uint32_t market = 3;
    static constexpr std::uint32_t first_customer = 4;

private:
    [[nodiscard]] std::uint64_t random();
    /// Half of the picks hit 1 % of the accounts.
    [[nodiscard]] AccountId pick();
    /// An account has two instruments that it trades, mostly the first.
    [[nodiscard]] AccountId pick_trader(std::uint32_t instrument);
    [[nodiscard]] Traded trade(TradeKind kind);

    std::uint32_t accounts_;
    std::uint32_t instruments_;
    std::uint64_t state_ = 42;
    std::uint64_t record_ = 0;
    TimeNs time_ = 1'768'435'200'000'000'000; // 2026-01-15
    std::vector<std::int64_t> funding_ = std::vector<std::int64_t>(65, 0);
};

} // namespace plimsoll::bench
