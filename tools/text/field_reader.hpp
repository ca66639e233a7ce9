/// The visitor that fills a fact from an object of JSON (field.hpp), and keeps the first thing wrong.
#pragma once

#include "ledger/event/decimal.hpp"
#include "tools/errc.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/list_fields.hpp"
#include "tools/text/names.hpp"

#include <simdjson.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace plimsoll::tools {

class FieldReader {
public:
    explicit FieldReader(Names const& names) : names_(&names) {}

    /// Begins an object. Fields are usually met in the order in which they are asked for.
    void open(simdjson::dom::object object);
    /// The first thing wrong, or a field that nobody asked for.
    [[nodiscard]] result<void> close(std::string_view kind) const;
    /// Rules divide, and what they decide may be finer than the asset's own decimals. A record from
    /// outside may not.
    void amounts_come_from_a_rule(bool are_by_rule) { amounts_are_by_rule_ = are_by_rule; }

    // What a visitor must answer.
    void account(std::string_view field, auto& id, Need need = Need::always) {
        name(field, id, need, [this](auto text) { return names_->account(text); });
    }
    void asset(std::string_view field, auto& id, Need need = Need::always) {
        name(field, id, need, [this](auto text) { return names_->asset(text); });
    }
    void instrument(std::string_view field, auto& id, Need need = Need::always) {
        name(field, id, need, [this](auto text) { return names_->instrument(text); });
    }
    void feed(std::string_view field, std::uint16_t& id, Need need) {
        name(field, id, need, [this](auto text) { return names_->feed(text); });
    }
    void subject(std::string_view field, std::uint32_t& id, bool is_asset) {
        if (is_asset) {
            asset(field, id);
        } else {
            instrument(field, id);
        }
    }
    template <class Enum> void choice(std::string_view field, Enum& value, Need need = Need::always) {
        auto const text = string(field, need);
        if (!text) return;
        if (auto const found = tools::choice<Enum>(*text)) {
            value = *found;
        } else {
            refuse(field, fail(Errc::field_malformed, quoted(*text) + " is none of " + list_of_words<Enum>()));
        }
    }
    void decimal(std::string_view field, auto& value, Need need = Need::always) {
        decimal_of(field, value, fixed_decimals, need);
    }
    void confidence(std::string_view field, Ratio& value) { decimal(field, value, Need::maybe); }
    void amount(std::string_view field, Amount& value, AssetId asset, Need need = Need::always) {
        decimal_of(field, value, amounts_are_by_rule_ ? fixed_decimals : names_->decimals(asset), need);
    }
    template <class Number> void count(std::string_view field, Number& value, Need need = Need::maybe) {
        if (auto const whole = unsigned_integer(field, std::numeric_limits<Number>::max(), need)) {
            value = static_cast<Number>(*whole);
        }
    }
    void text(std::string_view field, std::string& value, Need need = Need::maybe) {
        if (auto const found = string(field, need)) value = *found;
    }
    void fraction(std::string_view field, wire::Int128& numerator, wire::Int128& denominator);
    void time(std::string_view field, TimeNs& value, Need need = Need::maybe);
    void digest(std::string_view field, wire::Digest& value, Need need = Need::maybe);
    template <class Item> void list(std::string_view field, std::vector<Item>& items);

    /// A string that is there; nothing where it may be left out, is, or something is wrong.
    [[nodiscard]] std::optional<std::string_view> string(std::string_view field, Need need);
    /// Exactly `bytes` bytes in hexadecimal. False where there are none.
    [[nodiscard]] bool hex(std::string_view field, std::uint8_t* bytes, std::size_t count, Need need);
    void refuse(std::string_view field, result<void> const& why);

    [[nodiscard]] static std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

private:
    struct Field {
        std::string_view key;
        simdjson::dom::element value;
        bool is_read = false;
    };

    [[nodiscard]] Field* find(std::string_view field);
    [[nodiscard]] Field* demand(std::string_view field, Need need);
    [[nodiscard]] std::optional<std::uint64_t> unsigned_integer(std::string_view field, std::uint64_t limit, Need need);
    [[nodiscard]] std::optional<simdjson::dom::array> array(std::string_view field);
    [[nodiscard]] std::optional<Int128> decimal_units(std::string_view field, int decimals, Need need);

    template <class Id, class Find> void name(std::string_view field, Id& id, Need need, Find&& find_name) {
        auto const text = string(field, need);
        if (!text) return;
        auto const found = find_name(*text);
        if (!found) {
            refuse(field, fail(Errc::name_unresolved, quoted(*text) + "; define it on a line before this one"));
        } else if constexpr (std::is_same_v<Id, std::uint32_t>) {
            id = found->number();
        } else {
            id = *found;
        }
    }
    template <class Number> void decimal_of(std::string_view field, Number& value, int decimals, Need need) {
        auto const found = decimal_units(field, decimals, need);
        if (!found) return;
        if constexpr (std::is_same_v<Number, wire::Int128>) {
            value = plimsoll::to_wire(*found);
        } else {
            value = Number{*found};
        }
    }

    Names const* names_;
    std::vector<Field> fields_;
    std::size_t next_ = 0;
    bool amounts_are_by_rule_ = false;
    std::optional<Error> wrong_;
};

template <class Item> void FieldReader::list(std::string_view field, std::vector<Item>& items) {
    auto const found = array(field);
    if (!found) return;
    FieldReader reader(*names_);
    for (simdjson::dom::element const element : *found) {
        std::string const place = std::string(field) + "[" + std::to_string(items.size()) + "]";
        simdjson::dom::object object;
        if (element.get(object) != simdjson::SUCCESS) {
            return refuse(place, fail(Errc::field_malformed, "must be an object"));
        }
        reader.open(object);
        decltype(fields(std::declval<Item const&>())) filled;
        fields_of(reader, filled);
        if (auto const verdict = reader.close(field); !verdict) return refuse(place, verdict);
        items.push_back(to_wire(filled));
    }
}

} // namespace plimsoll::tools
