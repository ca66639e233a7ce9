#include "tools/import/event_group.hpp"

#include "tools/import/definitions.hpp"
#include "tools/import/known_definition.hpp"

namespace plimsoll::tools {
namespace {

template <class Fact>
concept NamesSequence = std::is_same_v<Fact, Corrected> || std::is_same_v<Fact, Reversed> ||
                        std::is_same_v<Fact, CheckpointTaken>;

[[nodiscard]] Body translated(Body body, SequenceMap const& map) {
    auto const* known = std::get_if<RareFact>(&body);
    if (known == nullptr) return body;
    Body changed = body;
    visit_rare(**known, [&]<class Fact>(Fact const& fact) {
        if constexpr (NamesSequence<Fact>) {
            Fact moved = fact;
            moved.sequence = map.translate(fact.sequence);
            changed = rare(std::move(moved));
        }
    });
    return changed;
}

} // namespace

void EventGroup::fill_records() {
    if (!lacks_record || key.source.empty()) return;
    std::string text;
    for (Line const& line : lines) text.append(line.text).push_back('\n');
    text.pop_back(); // the end of the last line is not part of the record
    std::uint64_t const record = record_fingerprint(text);
    for (Event& event : events) {
        if (event.origin.source != 0 && event.origin.record == 0) event.origin.record = record;
    }
}

void EventGroup::record_sequences(SequenceMap& map, std::uint64_t first_sequence) const {
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        if (sequences[i] != 0) map.record(sequences[i], first_sequence + i);
    }
}

void EventGroup::translate_sequences(SequenceMap const& map) {
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (sequences[i] == 0) continue;
        Event& event = events[i];
        if (event.origin.cause_sequence != 0) event.origin.cause_sequence = map.translate(event.origin.cause_sequence);
        if (event.body.index() == std::variant_size_v<Body> - 1) event.body = translated(event.body, map);
    }
}

result<void> EventGroup::drop_known_definitions(book::Book const& book) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
        PLIMSOLL_TRY(is_known, is_known_definition(book, events[i]));
        if (is_known) continue;
        if (kept != i) {
            events[kept] = std::move(events[i]);
            sequences[kept] = sequences[i];
        }
        ++kept;
    }
    events.resize(kept);
    sequences.resize(kept);
    return outcome::success();
}

} // namespace plimsoll::tools
