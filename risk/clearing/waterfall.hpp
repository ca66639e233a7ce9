/// Who pays a loss that an account's collateral did not cover: layers in order, each a row of data.
#pragma once

#include "ledger/event/event.hpp"
#include "risk/clearing/allocation.hpp"

#include <optional>

namespace plimsoll::risk {

/// Which way a loss shared by an index is rounded: down leaves a remainder to pay, up collects too much.
/// Who pays the one and has the other is named.
enum class SharedRounding : std::uint8_t { down, up };
enum class ShareRule : std::uint8_t { none, index, pro_rata };

/// One layer. Amounts are of the loss's asset, 10^-18.
struct LossLayer {
    wire::Layer layer{};
    Int128 floor = 0;                    ///< it keeps this much
    std::optional<Int128> cap_per_loss;  ///< it pays at most this much of one loss
    Int128 claim_share = one_units;      ///< it pays at most this share of its balance for one loss, rounded down
    TimeNs unstake_delay = 0;            ///< of a staked module: what was asked back stays liable so long
    ShareRule sharing = ShareRule::none; ///< of a socialised layer
    SharedRounding rounding = SharedRounding::down;
    std::optional<wire::Layer> remainder_to; ///< who pays or has the remainder; none: the last who shares
};

/// What a layer that has `balance` would pay of any loss: never negative.
[[nodiscard]] Int128 capacity_of(LossLayer const& layer, Int128 balance);

/// sum of draws + residual = loss.
struct LossPayment {
    std::vector<Int128> draws; ///< by layer, in order
    Int128 residual = 0;       ///< what no layer pays: an open hole

    [[nodiscard]] Int128 covered() const;
};

/// Each layer pays what it can of what the earlier ones left. A layer pays only where all before it have
/// nothing more to give: they are at their floor, or at the most that one loss may claim of them.
/// loss is not negative; one balance a layer.
[[nodiscard]] LossPayment pay(Int128 loss, std::span<LossLayer const> layers, std::span<Int128 const> balances);

/// Both identities of a payment; pay() asserts it, and whoever reads one from elsewhere may ask.
[[nodiscard]] bool is_sound(Int128 loss, std::span<LossLayer const> layers, std::span<Int128 const> balances,
                            LossPayment const& payment);

/// A loss spread over a base that meets an index later: step per unit of base. A remainder above zero is what
/// the index will not bring in, below zero what it brings in too much.
struct IndexStep {
    Int128 step = 0;      ///< 10^-18
    Int128 remainder = 0; ///< loss - step * base, where that is rounded up to whole units
};

/// Errors: Errc::division_by_zero where the base is not positive; arithmetic_overflow.
[[nodiscard]] result<IndexStep> socialise_by_index(Int128 loss, Int128 base, SharedRounding rounding);

/// When withdrawals wait: while a loss is not covered, and for a while after one was last seen.
struct WithdrawalHold {
    bool while_hole = false;
    TimeNs after = 0;

    [[nodiscard]] bool is_closed(Int128 hole, std::optional<TimeNs> last_hole, TimeNs now) const;
};

} // namespace plimsoll::risk
