/// The lines of one record on their way into the ledger: events, and what lines say besides.
#pragma once

#include "tools/import/sequence_map.hpp"
#include "tools/text/event_reader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace plimsoll::tools {

struct EventGroup {
    struct Line {
        std::uint64_t number = 0;
        std::string text;
    };
    /// Which record the lines are of. Without a source or at cursor 0:0: of none.
    struct Key {
        std::string source;
        Cursor cursor;
        [[nodiscard]] bool is_record() const { return !source.empty() && cursor != Cursor{}; }
        friend bool operator==(Key const&, Key const&) = default;
    };

    Key key;
    std::vector<Line> lines;
    std::vector<Event> events;            ///< ready to be submitted; may begin with the source
    std::vector<std::uint64_t> sequences; ///< each event's in the file, 0: not said
    bool is_definition = false;           ///< of its one line
    bool lacks_record = false;            ///< a line does not say its record's fingerprint
    std::optional<Error> bad;             ///< why a line could not be read

    [[nodiscard]] bool empty() const { return lines.empty(); }
    void add(Event event, std::uint64_t sequence) {
        events.push_back(std::move(event));
        sequences.push_back(sequence);
    }

    /// Where lines do not say, a record's fingerprint is that of all its lines.
    void fill_records();
    /// Tells the map where the events come to lie when the first of them gets `first_sequence`.
    void record_sequences(SequenceMap& map, std::uint64_t first_sequence) const;
    /// Causes and corrections name events of the file: from now on they name events of the ledger.
    void translate_sequences(SequenceMap const& map);
    /// Leaves out definitions that the book has. Errors: Errc::definition_differs.
    [[nodiscard]] result<void> drop_known_definitions(book::Book const& book);
};

} // namespace plimsoll::tools
