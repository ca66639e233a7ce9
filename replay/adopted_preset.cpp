#include "replay/adopted_preset.hpp"

#include <algorithm>

namespace plimsoll::replay {

result<std::optional<AdoptedPreset>> adopted_preset(Reader const& reader, book::Book const& book, std::string_view scope) {
    auto const& rows = book.presets.rows();
    auto const row = std::ranges::find_if(rows, [&](auto const& each) { return each.scope.view() == scope; });
    if (row == rows.end()) return std::nullopt;
    AdoptedPreset adopted{{}, row->sequence};
    PLIMSOLL_TRYV(reader.for_events(row->sequence, row->sequence, [&](std::uint64_t, Event const& event) {
        visit_body(event.body, [&](auto const& fact) {
            if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, PresetAdopted>) adopted.body = fact.body;
        });
        return false;
    }));
    return std::optional(std::move(adopted));
}

} // namespace plimsoll::replay
