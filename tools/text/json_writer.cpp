#include "tools/text/json_writer.hpp"

#include "tools/text/number_text.hpp"

#include <array>

namespace plimsoll::tools {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

[[nodiscard]] bool continues(std::string_view text, std::size_t at, unsigned low = 0x80, unsigned high = 0xBF) {
    if (at >= text.size()) return false;
    auto const byte = static_cast<unsigned char>(text[at]);
    return byte >= low && byte <= high;
}

/// Bytes of the UTF-8 character at `at`, 0 where there is none (Unicode 15, table 3-7).
[[nodiscard]] std::size_t character_bytes(std::string_view text, std::size_t at) {
    auto const lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return continues(text, at + 1) ? 2 : 0;
    bool const tail = continues(text, at + 2);
    if (lead >= 0xE0 && lead <= 0xEF) {
        unsigned const low = lead == 0xE0 ? 0xA0 : 0x80;
        unsigned const high = lead == 0xED ? 0x9F : 0xBF;
        return tail && continues(text, at + 1, low, high) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        unsigned const low = lead == 0xF0 ? 0x90 : 0x80;
        unsigned const high = lead == 0xF4 ? 0x8F : 0xBF;
        return tail && continues(text, at + 3) && continues(text, at + 1, low, high) ? 4 : 0;
    }
    return 0;
}

/// What may stand in a JSON string as it is.
constexpr auto is_plain = [] {
    std::array<bool, 256> plain{};
    for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
    return plain;
}();

void append_escape(std::string& out, char c) {
    constexpr char digits[] = "0123456789abcdef";
    switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
    }
    auto const byte = static_cast<unsigned char>(c);
    out.append("\\u00").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
    out.push_back('"');
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_plain[static_cast<unsigned char>(text[end])]) ++end;
        out.append(text, at, end - at);
        at = end;
        if (at == text.size()) break;
        if (static_cast<unsigned char>(text[at]) < 0x80) {
            append_escape(out, text[at++]);
        } else if (std::size_t const bytes = character_bytes(text, at); bytes != 0) {
            out.append(text, at, bytes);
            at += bytes;
        } else {
            out += replacement;
            ++at;
        }
    }
    out.push_back('"');
}

std::string valid_utf8(std::string_view text, std::size_t limit_bytes) {
    std::string valid;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const bytes = character_bytes(text, at);
        std::string_view const character = bytes == 0 ? replacement : text.substr(at, bytes);
        if (character.size() > limit_bytes - valid.size()) break;
        valid += character;
        at += bytes == 0 ? 1 : bytes;
    }
    return valid;
}

void JsonWriter::new_line() {
    out_->push_back('\n');
    out_->append(2 * depth_, ' ');
}

void JsonWriter::before_item() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (!first_) out_->push_back(',');
    if (layout_ == Layout::pretty && depth_ != 0) new_line();
    first_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
    before_item();
    out_->push_back(bracket);
    ++depth_;
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    PLIMSOLL_ASSERT(depth_ != 0);
    --depth_;
    if (layout_ == Layout::pretty && !first_) new_line();
    out_->push_back(bracket);
    first_ = depth_ == 0; // a finished text may be followed by another
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    before_item();
    append_json_string(*out_, name);
    out_->append(layout_ == Layout::pretty ? ": " : ":");
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    before_item();
    append_json_string(*out_, text);
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view text) {
    before_item();
    out_->append(text);
    return *this;
}

JsonWriter& JsonWriter::decimal(Int128 units) {
    before_item();
    out_->push_back('"');
    append_decimal(*out_, units);
    out_->push_back('"');
    return *this;
}

JsonWriter& JsonWriter::signed_integer(std::int64_t number) {
    before_item();
    append_integer(*out_, number);
    return *this;
}

JsonWriter& JsonWriter::unsigned_integer(std::uint64_t number) {
    before_item();
    append_unsigned(*out_, number);
    return *this;
}

} // namespace plimsoll::tools
