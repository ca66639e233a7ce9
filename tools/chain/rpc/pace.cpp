#include "tools/chain/rpc/pace.hpp"

#include <algorithm>
#include <thread>

namespace plimsoll::tools::chain::rpc {

Clock real_clock() {
    return {[] { return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()); },
            [](std::chrono::nanoseconds wait) { std::this_thread::sleep_for(wait); }};
}

std::chrono::milliseconds wait_after_failure(unsigned failures, std::optional<std::chrono::seconds> asked_for) {
    using namespace std::chrono_literals;
    if (asked_for) return std::clamp<std::chrono::milliseconds>(*asked_for, 0s, 60s);
    std::chrono::milliseconds wait = 250ms;
    for (unsigned failure = 1; failure < failures && wait < 8s; ++failure) wait *= 2;
    return wait;
}

void RateLimit::take(std::uint64_t calls) {
    if (calls_per_second_ == 0) return;
    std::chrono::nanoseconds now = clock_.now();
    if (free_at_ > now) {
        clock_.sleep(free_at_ - now);
        now = free_at_;
    }
    // Rounded up, in the node's favour.
    std::uint64_t const cost = (calls * 1'000'000'000 + calls_per_second_ - 1) / calls_per_second_;
    free_at_ = now + std::chrono::nanoseconds(cost);
}

} // namespace plimsoll::tools::chain::rpc
