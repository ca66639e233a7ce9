#include "replay/bridge_recall.hpp"

#include "replay/adopted_preset.hpp"

namespace plimsoll::replay {

result<void> recall_bridges(Reader const& reader, book::Book const& book, risk::Bridges& bridges) {
    bridges.forget();
    for (book::ParameterRow const& row : book.parameters.rows()) {
        if (!risk::BridgeBoard::is_needed(row)) continue;
        PLIMSOLL_TRYV(reader.for_events(row.sequence, row.sequence, [&](std::uint64_t sequence, Event const& event) {
            visit_body(event.body, [&](auto const& fact) {
                if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, ParameterSet>) bridges.follow(fact, sequence);
            });
            return false;
        }));
    }
    return outcome::success();
}

result<std::optional<risk::BridgePreset>> bridge_preset_in_force(Reader const& reader, book::Book const& book) {
    PLIMSOLL_TRY(adopted, adopted_preset(reader, book, risk::bridge_scope));
    if (!adopted) return std::nullopt;
    PLIMSOLL_TRY(preset, risk::BridgePreset::parse(adopted->body, adopted->place()));
    return std::optional(std::move(preset));
}

} // namespace plimsoll::replay
