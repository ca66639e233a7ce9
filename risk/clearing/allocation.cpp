#include "risk/clearing/allocation.hpp"

#include "ledger/event/wide.hpp"

#include <algorithm>
#include <numeric>

namespace plimsoll::risk {
namespace {

[[nodiscard]] result<Int128> sum_of(std::span<Int128 const> weights) {
    Int128 sum = 0;
    for (Int128 const weight : weights) {
        PLIMSOLL_ASSERT(weight >= 0);
        if (__builtin_add_overflow(sum, weight, &sum) || sum > row_limit_units) return fail(Errc::arithmetic_overflow, "weights");
    }
    return sum;
}

/// total * weight / sum, rounded down. Never more than total, so it cannot overflow.
[[nodiscard]] Int128 share_of(Int128 total, Int128 weight, Int128 sum) {
    auto const share = multiply_divide(total, weight, sum, Rounding::floor);
    PLIMSOLL_ASSERT(share.has_value());
    return *share;
}

/// What share_of rounded away, in units of 1/sum. It lies in [0, sum), so products may wrap on the way.
[[nodiscard]] Uint128 remainder_of(Int128 total, Int128 weight, Int128 sum, Int128 share) {
    return static_cast<Uint128>(total) * static_cast<Uint128>(weight) - static_cast<Uint128>(share) * static_cast<Uint128>(sum);
}

void assert_whole(Int128 total, Split const& split) {
    PLIMSOLL_ASSERT(std::accumulate(split.parts.begin(), split.parts.end(), split.left) == total);
}

} // namespace

result<Split> split_pro_rata(Int128 total, std::span<Int128 const> weights, Int128 lot) {
    PLIMSOLL_ASSERT(total >= 0 && lot >= 1);
    PLIMSOLL_TRY(sum, sum_of(weights));
    Split split{std::vector<Int128>(weights.size()), total};
    if (sum == 0) return split;
    Int128 const lots = total / lot;
    Int128 left = lots;
    std::vector<Uint128> remainders(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        split.parts[i] = share_of(lots, weights[i], sum);
        remainders[i] = remainder_of(lots, weights[i], sum, split.parts[i]);
        left -= split.parts[i];
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
    for (std::size_t i = 0; left > 0; ++i, --left) ++split.parts[order[i]]; // fewer are left than have a remainder
    for (Int128& part : split.parts) {
        part *= lot;
        split.left -= part;
    }
    assert_whole(total, split);
    return split;
}

result<Split> split_down(Int128 total, std::span<Int128 const> weights) {
    PLIMSOLL_ASSERT(total >= 0);
    PLIMSOLL_TRY(sum, sum_of(weights));
    Split split{std::vector<Int128>(weights.size()), total};
    for (std::size_t i = 0; i < weights.size() && sum != 0; ++i) {
        split.parts[i] = share_of(total, weights[i], sum);
        split.left -= split.parts[i];
    }
    assert_whole(total, split);
    return split;
}

result<Split> split_capped(Int128 total, std::span<Sharer const> sharers) {
    PLIMSOLL_ASSERT(total >= 0);
    std::vector<Int128> weights;
    for (Sharer const& sharer : sharers) {
        PLIMSOLL_ASSERT(sharer.capacity >= 0);
        weights.push_back(sharer.weight);
    }
    Split split{std::vector<Int128>(sharers.size()), total};
    for (bool filled = true; filled;) {
        filled = false;
        PLIMSOLL_TRY(sum, sum_of(weights));
        if (sum == 0) break;
        Int128 const level = split.left; // the same for all of one round, so that order has no say
        for (std::size_t i = 0; i < sharers.size(); ++i) {
            if (weights[i] == 0 || share_of(level, weights[i], sum) < sharers[i].capacity) continue;
            split.parts[i] = sharers[i].capacity;
            split.left -= sharers[i].capacity;
            weights[i] = 0;
            filled = true;
        }
    }
    // Everybody still in the water stays below its capacity by at least the unit that a remainder may add.
    PLIMSOLL_TRY(rest, split_pro_rata(split.left, weights));
    for (std::size_t i = 0; i < sharers.size(); ++i) split.parts[i] += rest.parts[i];
    split.left = rest.left;
    assert_whole(total, split);
    return split;
}

Split split_in_order(Int128 total, std::span<Int128 const> capacities) {
    PLIMSOLL_ASSERT(total >= 0);
    Split split{{}, total};
    for (Int128 const capacity : capacities) {
        split.parts.push_back(std::clamp<Int128>(capacity, 0, split.left));
        split.left -= split.parts.back();
    }
    assert_whole(total, split);
    return split;
}

} // namespace plimsoll::risk
