#include "tools/text/field_reader.hpp"

#include <algorithm>
#include <cstring>

namespace plimsoll::tools {
namespace {

namespace dom = simdjson::dom;

} // namespace

void FieldReader::open(dom::object object) {
    fields_.clear();
    next_ = 0;
    wrong_.reset();
    for (auto const [key, value] : object) fields_.push_back({key, value, false});
}

result<void> FieldReader::close(std::string_view kind) const {
    if (wrong_) return outcome::failure(*wrong_);
    for (Field const& field : fields_) {
        if (field.is_read) continue;
        bool const is_twice = std::ranges::any_of(
            fields_, [&](Field const& other) { return other.is_read && other.key == field.key; });
        return fail(Errc::field_unknown, quoted(field.key) + " in " + std::string(kind) +
                                             (is_twice ? ", a second time" : ""));
    }
    return outcome::success();
}

void FieldReader::refuse(std::string_view field, result<void> const& why) {
    if (!wrong_) wrong_ = why.error().at(field);
}

FieldReader::Field* FieldReader::find(std::string_view field) {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        Field& candidate = fields_[next_];
        next_ = next_ + 1 == fields_.size() ? 0 : next_ + 1;
        if (candidate.key == field) return &candidate;
    }
    return nullptr;
}

FieldReader::Field* FieldReader::demand(std::string_view field, Need need) {
    if (wrong_) return nullptr;
    Field* const found = find(field);
    if (found != nullptr) {
        found->is_read = true;
    } else if (need == Need::always) {
        wrong_ = fail(Errc::field_missing, std::string(field)).error();
    }
    return found;
}

std::optional<std::string_view> FieldReader::string(std::string_view field, Need need) {
    Field const* const found = demand(field, need);
    if (found == nullptr) return std::nullopt;
    std::string_view text;
    if (found->value.get(text) == simdjson::SUCCESS) return text;
    refuse(field, fail(Errc::field_malformed, "must be a string, in double quotes"));
    return std::nullopt;
}

std::optional<std::uint64_t> FieldReader::unsigned_integer(std::string_view field, std::uint64_t limit, Need need) {
    Field const* const found = demand(field, need);
    if (found == nullptr) return std::nullopt;
    std::uint64_t number = 0;
    if (found->value.get(number) == simdjson::SUCCESS && number <= limit) return number;
    refuse(field, fail(Errc::field_malformed, "must be a whole number from 0 to " + std::to_string(limit)));
    return std::nullopt;
}

std::optional<dom::array> FieldReader::array(std::string_view field) {
    Field const* const found = demand(field, Need::maybe);
    if (found == nullptr) return std::nullopt;
    dom::array items;
    if (found->value.get(items) == simdjson::SUCCESS) return items;
    refuse(field, fail(Errc::field_malformed, "must be a list of objects"));
    return std::nullopt;
}

std::optional<Int128> FieldReader::decimal_units(std::string_view field, int decimals, Need need) {
    auto const text = string(field, need);
    if (!text) return std::nullopt;
    auto const value = parse_decimal(*text, decimals);
    if (value) return value.value();
    refuse(field, value.as_failure());
    return std::nullopt;
}

void FieldReader::fraction(std::string_view field, wire::Int128& numerator, wire::Int128& denominator) {
    auto const text = string(field, Need::always);
    if (!text) return;
    auto const slash = text->find('/');
    auto const above = parse_integer(text->substr(0, slash));
    auto const below = parse_integer(slash == std::string_view::npos ? "1" : text->substr(slash + 1));
    if (!above || !below) {
        return refuse(field, fail(Errc::field_malformed, quoted(*text) + " is not a fraction such as \"1/1000\""));
    }
    numerator = plimsoll::to_wire(above.value());
    denominator = plimsoll::to_wire(below.value());
}

void FieldReader::time(std::string_view field, TimeNs& value, Need need) {
    auto const text = string(field, need);
    if (!text) return;
    auto const time_ns = parse_time(*text);
    if (!time_ns) return refuse(field, time_ns.as_failure());
    value = time_ns.value();
}

bool FieldReader::hex(std::string_view field, std::uint8_t* bytes, std::size_t count, Need need) {
    auto const text = string(field, need);
    if (!text) return false;
    if (read_hex(*text, std::as_writable_bytes(std::span(bytes, count)))) return true;
    refuse(field, fail(Errc::field_malformed, quoted(*text) + " is not " + std::to_string(2 * count) +
                                                  " digits of hexadecimal"));
    return false;
}

void FieldReader::digest(std::string_view field, wire::Digest& value, Need need) {
    std::array<std::uint8_t, sizeof(wire::Digest)> bytes{};
    if (hex(field, bytes.data(), bytes.size(), need)) std::memcpy(static_cast<void*>(&value), bytes.data(), bytes.size());
}

} // namespace plimsoll::tools
