#include "tools/text/event_writer.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/hash.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/event_fields.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/list_fields.hpp"

namespace plimsoll::tools {
namespace {

using book::Book;

[[nodiscard]] std::uint32_t number(std::uint32_t id) { return id; }
template <class Tag> [[nodiscard]] std::uint32_t number(Id<Tag> id) { return id.number(); }
[[nodiscard]] Int128 units_of(wire::Int128 const& value) { return units(value); }
template <class Tag> [[nodiscard]] Int128 units_of(Fixed<Tag> value) { return value.units(); }

/// The visitor that writes (field.hpp).
class FieldWriter {
public:
    FieldWriter(JsonWriter& json, Book const& book, TimeText& time) : json_(json), book_(book), time_(time) {}

    void account(std::string_view field, auto id, Need = Need::always) { name(field, book_.accounts, number(id)); }
    void asset(std::string_view field, auto id, Need = Need::always) { name(field, book_.assets, number(id)); }
    void instrument(std::string_view field, auto id, Need = Need::always) {
        name(field, book_.instruments, number(id));
    }
    void feed(std::string_view field, std::uint16_t id, Need) { name(field, book_.feeds, id); }
    void subject(std::string_view field, std::uint32_t id, bool is_asset) {
        if (is_asset) {
            name(field, book_.assets, id);
        } else {
            name(field, book_.instruments, id);
        }
    }
    template <class Enum> void choice(std::string_view field, Enum value, Need need = Need::always) {
        if (need == Need::always || value != Enum{}) json_.field(field, word(value));
    }
    void decimal(std::string_view field, auto const& value, Need need = Need::always) {
        Int128 const value_units = units_of(value);
        if (need == Need::always || value_units != 0) json_.key(field).decimal(value_units);
    }
    /// Left out where it is 1.
    void confidence(std::string_view field, Ratio value) {
        if (value != Ratio::whole(1)) decimal(field, value);
    }
    void amount(std::string_view field, Amount value, AssetId, Need need = Need::always) {
        decimal(field, value, need);
    }
    void fraction(std::string_view field, wire::Int128 const& numerator, wire::Int128 const& denominator) {
        json_.field(field, format_integer(units(numerator)) + "/" + format_integer(units(denominator)));
    }
    void count(std::string_view field, auto value, Need need = Need::maybe) {
        if (need == Need::always || value != 0) json_.field(field, value);
    }
    void time(std::string_view field, TimeNs value) {
        if (value != 0) json_.field(field, time_.text(value));
    }
    void text(std::string_view field, std::string const& value, Need need = Need::maybe) {
        if (need == Need::always || !value.empty()) json_.field(field, value);
    }
    void digest(std::string_view field, wire::Digest const& value, Need need = Need::maybe) {
        std::string const hex = to_hex(bytes_of(value));
        bool const is_zero = hex.find_first_not_of('0') == std::string::npos;
        if (need == Need::always || !is_zero) json_.field(field, hex);
    }
    template <class Item> void list(std::string_view field, std::vector<Item> const& items) {
        if (items.empty()) return;
        json_.key(field).begin_array();
        for (Item const& item : items) {
            json_.begin_object();
            auto const filled = fields(item);
            fields_of(*this, filled);
            json_.end_object();
        }
        json_.end_array();
    }

private:
    template <class Row> void name(std::string_view field, book::Table<Row> const& table, std::uint32_t id) {
        if (id == 0) return;
        json_.key(field);
        if (table.has(id)) {
            json_.value(table[id].name.view());
        } else { // decide lets a few informative ids pass unseen; no reader takes this for a name
            json_.value("#" + std::to_string(id));
        }
    }

    JsonWriter& json_;
    Book const& book_;
    TimeText& time_;
};

/// Where the event comes from: what a definition made by hand lacks is left out.
void write_origin(JsonWriter& json, Book const& book, Origin const& origin, bool is_bare, std::string_view time) {
    if (origin.source != 0) json.field("source", book.sources[origin.source].name.view());
    if (!is_bare) {
        std::string cursor;
        append_cursor(cursor, origin.cursor);
        json.field("cursor", cursor);
    }
    if (!is_bare || origin.source_time != 0) json.field("time", time);
    if (origin.source != 0 || origin.record != 0) json.field("record", to_hex(bytes_of(origin.record)));
    json.field("cause", word(origin.cause));
    if (origin.cause_sequence != 0) json.field("cause_sequence", origin.cause_sequence);
}

} // namespace

void append_cursor(std::string& out, Cursor const& cursor) {
    append_unsigned(out, cursor.major);
    out.push_back(':');
    append_unsigned(out, cursor.minor);
}

void EventWriter::write(std::string& out, std::uint64_t sequence, Event const& event) {
    JsonWriter json(out);
    json.begin_object();
    if (sequence != 0) json.field("sequence", sequence);
    visit_body(event.body, [&]<class Fact>(Fact const& fact) {
        Origin const& origin = event.origin;
        bool const is_bare = is_definition<Fact> && origin.source == 0 && origin.cursor == Cursor{};
        json.field("kind", kind_name<Fact>);
        write_origin(json, *book_, origin, is_bare, time_.text(origin.source_time));
        FieldWriter writer(json, *book_, time_);
        fields_of(writer, fact);
    });
    json.end_object();
    out.push_back('\n');
}

} // namespace plimsoll::tools
