/// Everything that one event moves, leg by leg, as book/postings.hpp posts it.
#pragma once

#include "ledger/event/event.hpp"

#include <string_view>
#include <vector>

namespace plimsoll::tools {

struct MovedLeg {
    AccountId account;
    LegKind kind = LegKind::cash;
    AssetId asset;           ///< cash and quote
    InstrumentId instrument; ///< quote and size
    Int128 units = 0;
    bool is_fee = false;
};

/// Fills `legs`, zeros left out: per asset, and per instrument's size, they sum to zero.
void list_legs(Event const& event, std::vector<MovedLeg>& legs);

/// The schema's word for what sort of its kind an event is, "" where its kind has no sorts.
[[nodiscard]] std::string_view type_of(Event const& event);
[[nodiscard]] std::string_view kind_of_event(Event const& event);

} // namespace plimsoll::tools
