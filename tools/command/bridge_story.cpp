#include "tools/command/bridge_story.hpp"

#include <algorithm>
#include <map>

namespace plimsoll::tools {
namespace {

[[nodiscard]] bool goes_before(BridgeStory::In const& a, BridgeStory::In const& b) {
    if (a.chain != b.chain) return a.chain < b.chain;
    if (a.transfer.place() != b.transfer.place()) return a.transfer.place() < b.transfer.place();
    return a.transfer.sequence < b.transfer.sequence;
}

[[nodiscard]] bool comes_first(BridgeStory::Out const& a, BridgeStory::Out const& b) {
    return a.chain != b.chain ? a.chain < b.chain : a.withdrawal.number < b.withdrawal.number;
}

} // namespace

result<std::unique_ptr<BridgeStory>> BridgeStory::of(replay::Reader const& reader, replay::Moment const& moment, bool all) {
    std::unique_ptr<BridgeStory> story(new BridgeStory);
    PLIMSOLL_TRY(preset, replay::bridge_preset_in_force(reader, moment.book));
    if (!preset) return story;
    story->preset_ = std::move(preset);
    story->bridges_ = std::make_unique<risk::Bridges>(moment.book, *story->preset_, nullptr);
    PLIMSOLL_TRYV(replay::recall_bridges(reader, moment.book, *story->bridges_));
    if (all) {
        PLIMSOLL_TRYV(story->read_all(reader, moment.book));
    } else {
        for (auto const& [chain, lane] : story->bridges_->board().lanes()) {
            for (auto const& [slot, transfer] : lane.in) story->in.push_back({chain, transfer});
            for (auto const& [slot, withdrawal] : lane.out) story->out.push_back({chain, withdrawal});
        }
    }
    std::ranges::sort(story->in, goes_before);
    std::ranges::sort(story->out, comes_first);
    return story;
}

/// A place on the board tells one transfer after another: each ends before the next begins.
result<void> BridgeStory::read_all(replay::Reader const& reader, book::Book const& book) {
    std::map<std::pair<std::string, std::string>, std::size_t> at_in;  ///< chain and place: which of `in` stands there
    std::map<std::pair<std::string, std::string>, std::size_t> at_out;
    return reader.for_events(1, book.sequence(), [&](std::uint64_t sequence, Event const& event) {
        auto const* const told = std::get_if<RareFact>(&event.body);
        if (told == nullptr || (*told)->type != wire::Rare::ParameterSet) return true;
        ParameterSet const& fact = *(*told)->AsParameterSet();
        if (!fact.scope.starts_with(risk::bridge_events_scope)) return true;
        std::pair const place(fact.scope.substr(risk::bridge_events_scope.size()), fact.name);
        if (auto transfer = risk::transfer_of(book, fact)) {
            auto const known = at_in.try_emplace(place, in.size());
            if (known.second) in.push_back({place.first, {}});
            transfer->sequence = sequence;
            bool const is_over = units(fact.value) == 0;
            in[known.first->second].transfer = std::move(*transfer);
            if (is_over) at_in.erase(known.first);
        } else if (auto withdrawal = risk::withdrawal_of(book, fact)) {
            auto const known = at_out.try_emplace(place, out.size());
            if (known.second) out.push_back({place.first, {}});
            withdrawal->sequence = sequence;
            out[known.first->second].withdrawal = *withdrawal;
            if (units(fact.value) == 0) at_out.erase(known.first);
        }
        return true;
    });
}

std::optional<Int128> BridgeStory::haircut(book::Book const& book, risk::BridgeTransfer const& transfer) const {
    risk::BridgedAsset const* const asset = preset_ ? preset_->asset(book.asset(transfer.asset).name.view()) : nullptr;
    if (asset == nullptr || transfer.state == risk::BridgeState::reversed) return std::nullopt;
    return preset_->haircut(*asset, transfer.state);
}

} // namespace plimsoll::tools
