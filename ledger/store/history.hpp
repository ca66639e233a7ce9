/// The history index: for each epoch of the log, where each account, instrument and asset is named.
/// Derived from the log, written behind it, deletable.
#pragma once

#include "ledger/store/store.hpp"

namespace plimsoll::store {

/// Events an epoch: the tail that is not indexed yet is never longer.
inline constexpr std::uint64_t epoch_events = std::uint64_t{1} << 16;

/// The epoch of a sequence: sequences 1 .. epoch_events are epoch 0.
[[nodiscard]] constexpr std::uint32_t epoch_of(std::uint64_t sequence) {
    return static_cast<std::uint32_t>((sequence - 1) / epoch_events);
}

/// What can be named; all share one number space. An instrument's `mark` price, `funding` index and
/// `settlement` price; an `asset`'s price and its indices: each is one column of a row, so that the
/// last mention says its value. `definition`, with id 0, is what defines an asset or instrument.
enum class EntityKind : std::uint32_t {
    account = 0,
    mark = 0x8000'0000U,
    funding = 0xA000'0000U,
    settlement = 0xB000'0000U,
    asset = 0xC000'0000U,
    supply_index = 0xD000'0000U,
    borrow_index = 0xD400'0000U,
    loss_index = 0xD800'0000U,
    definition = 0xE000'0000U,
};
[[nodiscard]] constexpr std::uint32_t entity(EntityKind kind, std::uint32_t id) {
    return static_cast<std::uint32_t>(kind) | id;
}

/// One mention: entity in the high half, offset of the event in its epoch in the low half.
using Mention = std::uint64_t;
[[nodiscard]] constexpr Mention mention(std::uint32_t entity, std::uint64_t sequence) {
    return (std::uint64_t{entity} << 32) | ((sequence - 1) % epoch_events);
}

/// Writes a whole epoch. `mentions` in any order, repeats allowed; sorted in place.
[[nodiscard]] result<void> write_epoch(Store& store, std::uint32_t epoch, std::vector<Mention>& mentions);

/// The first epoch that is not indexed: all before it are.
[[nodiscard]] result<std::uint32_t> first_missing_epoch(Store const& store);

/// Sequences of an epoch's events that name the entity, ascending. Errors: Errc::damaged.
[[nodiscard]] result<std::vector<std::uint64_t>> mentions_of(Store const& store, std::uint32_t epoch,
                                                             std::uint32_t entity);

/// The whole index of an epoch as one text, to compare with one made anew.
[[nodiscard]] result<std::string> epoch_text(Store const& store, std::uint32_t epoch);
/// What epoch_text gives for these mentions once written.
[[nodiscard]] std::string epoch_text_of(std::vector<Mention>& mentions);

} // namespace plimsoll::store
