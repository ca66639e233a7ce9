/// How fast a node is asked, and how long to wait before it is asked again. No randomness: the bounds are exact.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace plimsoll::tools::chain::rpc {

/// Time that a test can bend.
struct Clock {
    std::function<std::chrono::nanoseconds()> now;
    std::function<void(std::chrono::nanoseconds)> sleep;
};

/// A steady clock, and real sleep.
[[nodiscard]] Clock real_clock();

/// The wait after the n-th failure in a row (from 1): 1/4 s, doubled each time, at most 8 s. What the node itself
/// asks for goes before that, up to a minute.
[[nodiscard]] std::chrono::milliseconds wait_after_failure(unsigned failures,
                                                           std::optional<std::chrono::seconds> asked_for = {});

/// So many calls a second at most, evenly spread; 0: as fast as the node answers.
class RateLimit {
public:
    RateLimit(std::uint32_t calls_per_second, Clock clock) : calls_per_second_(calls_per_second), clock_(std::move(clock)) {}
    /// Returns when that many calls may be sent at once.
    void take(std::uint64_t calls);

private:
    std::uint32_t calls_per_second_;
    Clock clock_;
    std::chrono::nanoseconds free_at_{0};
};

} // namespace plimsoll::tools::chain::rpc
