#include "tools/text/event_reader.hpp"

#include "tools/text/event_fields.hpp"
#include "tools/text/field_reader.hpp"
#include "tools/text/number_text.hpp"

#include <cstring>

namespace plimsoll::tools {
namespace {

void read_cursor(FieldReader& reader, EventLine& line) {
    auto const text = reader.string("cursor", Need::maybe);
    if (!text) return;
    Cursor& cursor = line.event.origin.cursor;
    auto const colon = text->find(':');
    auto const major = colon == std::string_view::npos ? std::nullopt : read_unsigned(text->substr(0, colon));
    auto const minor = major ? read_unsigned(text->substr(colon + 1)) : std::nullopt;
    line.has_cursor = minor.has_value();
    if (line.has_cursor) {
        cursor = {*major, *minor};
    } else {
        reader.refuse("cursor", fail(Errc::field_malformed, FieldReader::quoted(*text) + " is not MAJOR:MINOR"));
    }
}

void read_origin(FieldReader& reader, Names const& names, EventLine& line) {
    Origin& origin = line.event.origin;
    if (auto const source = reader.string("source", Need::maybe)) {
        line.source = *source;
        origin.source = names.source(*source).value_or(0);
    }
    read_cursor(reader, line);
    if (line.source.empty() && origin.cursor != Cursor{}) {
        reader.refuse("source", fail(Errc::field_missing, "a cursor counts within a source"));
    }
    reader.time("time", origin.source_time, line.is_definition ? Need::maybe : Need::always);
    std::array<std::uint8_t, sizeof(origin.record)> record{};
    line.has_record = reader.hex("record", record.data(), record.size(), Need::maybe);
    std::memcpy(&origin.record, record.data(), record.size());
    reader.choice("cause", origin.cause, Need::maybe);
    reader.amounts_come_from_a_rule(origin.cause != Cause::outside_record && origin.cause != Cause::command);
    reader.count("cause_sequence", origin.cause_sequence);
}

/// Reads a line whose kind is known.
template <class Fact> void read_line(FieldReader& reader, Names const& names, EventLine& line) {
    line.is_definition = is_definition<Fact>;
    read_origin(reader, names, line);
    Fact fact;
    fields_of(reader, fact);
    if constexpr (std::is_constructible_v<Body, Fact>) {
        line.event.body = fact;
    } else {
        line.event.body = rare(std::move(fact));
    }
}

using ReadLine = void (*)(FieldReader&, Names const&, EventLine&);

/// How to read a kind; null where there is no such kind. Those that come often come first.
[[nodiscard]] ReadLine reader_of(std::string_view kind) {
#define PLIMSOLL_READ(Fact)                                                                        \
    if (kind == kind_name<Fact>) return read_line<Fact>;
    PLIMSOLL_READ(Transferred)
    PLIMSOLL_READ(Traded)
    PLIMSOLL_READ(Observed)
    PLIMSOLL_READ(IndexRecorded)
    PLIMSOLL_READ(IndexMet)
    PLIMSOLL_READ(PositionSettled)
    PLIMSOLL_RARE_KINDS(PLIMSOLL_READ)
#undef PLIMSOLL_READ
    return nullptr;
}

} // namespace

struct EventReader::Parts {
    simdjson::dom::parser parser;
    std::string padded; ///< the parser reads a few bytes past the end
    EventLine line;
};

EventReader::EventReader() : parts_(std::make_unique<Parts>()) {}
EventReader::~EventReader() = default;
EventLine const& EventReader::last() const { return parts_->line; }

result<EventLine> EventReader::read(std::string_view text, Names const& names) {
    EventLine& line = parts_->line;
    line = {};
    parts_->padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    parts_->padded = text;
    simdjson::dom::element root;
    auto const problem = parts_->parser.parse(parts_->padded.data(), text.size(), false).get(root);
    if (problem != simdjson::SUCCESS) return fail(Errc::json_malformed, simdjson::error_message(problem));
    simdjson::dom::object object;
    if (root.get(object) != simdjson::SUCCESS) return fail(Errc::json_malformed, "an event is an object: {...}");

    FieldReader reader(names);
    reader.open(object);
    reader.count("sequence", line.sequence);
    auto const kind = reader.string("kind", Need::always);
    if (!kind) return reader.close("a line").as_failure();
    ReadLine const read_kind = reader_of(*kind);
    if (read_kind == nullptr) {
        line.is_definition = true; // it may be: do not ask for a time
        read_origin(reader, names, line);
        return fail(Errc::field_malformed, "kind: " + FieldReader::quoted(*kind) + " is no kind of event");
    }
    read_kind(reader, names, line);
    PLIMSOLL_TRYV(reader.close(*kind));
    return line;
}

} // namespace plimsoll::tools
