/// Streaming JSON: objects and arrays grow at the end of a string that the caller owns and may empty.
#pragma once

#include "ledger/event/number.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace plimsoll::tools {

/// Writes what it is told in the order in which it is told; pairing begin with end is the caller's.
/// Strings come out as valid UTF-8 whatever goes in: a byte that is none becomes U+FFFD.
class JsonWriter {
public:
    enum class Layout : std::uint8_t { compact, pretty };

    explicit JsonWriter(std::string& out, Layout layout = Layout::compact) : out_(&out), layout_(layout) {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);

    JsonWriter& value(std::string_view text);
    JsonWriter& null() { return raw("null"); }
    /// A value that is JSON already, without a line end.
    JsonWriter& json(std::string_view text) { return raw(text); }
    template <std::integral Number> JsonWriter& value(Number number) {
        if constexpr (std::same_as<Number, bool>) {
            return raw(number ? "true" : "false");
        } else if constexpr (std::is_signed_v<Number>) {
            return signed_integer(number);
        } else {
            return unsigned_integer(number);
        }
    }
    /// As text, with all its digits: JSON's numbers lose some in most readers.
    template <class Tag> JsonWriter& value(Fixed<Tag> number) { return decimal(number.units()); }
    JsonWriter& decimal(Int128 units);

    template <class Value> JsonWriter& field(std::string_view name, Value const& content) {
        key(name);
        return value(content);
    }

private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    JsonWriter& raw(std::string_view text);
    JsonWriter& signed_integer(std::int64_t number);
    JsonWriter& unsigned_integer(std::uint64_t number);
    void before_item();
    void new_line();

    std::string* out_;
    std::size_t depth_ = 0;
    Layout layout_;
    bool first_ = true;      ///< nothing yet in the innermost bracket
    bool after_key_ = false; ///< the next item belongs to the key before it
};

/// Appends text between quotes, escaped.
void append_json_string(std::string& out, std::string_view text);

/// The first `limit_bytes` of what came from outside, cut between characters, as valid UTF-8.
[[nodiscard]] std::string valid_utf8(std::string_view text, std::size_t limit_bytes = std::string_view::npos);

} // namespace plimsoll::tools
