#include "tools/chain/abi.hpp"

#include "tools/chain/keccak.hpp"
#include "tools/text/number_text.hpp"

#include <simdjson.h>

namespace plimsoll::tools::chain {
namespace {

constexpr std::size_t word_bytes = 32;
constexpr int nesting_limit = 16;

using JsonObject = simdjson::dom::object;

[[nodiscard]] auto malformed(std::string detail) {
    return fail(Errc::abi_malformed, std::move(detail));
}

[[nodiscard]] std::string text_of(JsonObject object, std::string_view key) {
    std::string_view text;
    return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

/// Nothing where the text is not a whole number, or begins with a zero.
[[nodiscard]] std::optional<std::uint32_t> count_of(std::string_view text) {
    return text.starts_with('0') ? std::nullopt : read_unsigned<std::uint32_t>(text);
}

[[nodiscard]] std::optional<AbiType> simple_type(std::string_view text) {
    using Kind = AbiType::Kind;
    auto const sized = [&](Kind kind, std::size_t prefix, std::uint32_t step, std::uint32_t most) -> std::optional<AbiType> {
        auto const size = count_of(text.substr(prefix));
        if (!size || *size > most || *size % step != 0) return std::nullopt;
        return AbiType{kind, *size, {}, {}};
    };
    if (text == "address") return AbiType{Kind::address, 0, {}, {}};
    if (text == "bool") return AbiType{Kind::boolean, 0, {}, {}};
    if (text == "bytes") return AbiType{Kind::bytes, 0, {}, {}};
    if (text == "string") return AbiType{Kind::string, 0, {}, {}};
    if (text == "function") return AbiType{Kind::fixed_bytes, 24, {}, {}};
    if (text.starts_with("uint")) return sized(Kind::unsigned_integer, 4, 8, 256);
    if (text.starts_with("int")) return sized(Kind::signed_integer, 3, 8, 256);
    if (text.starts_with("bytes")) return sized(Kind::fixed_bytes, 5, 1, 32);
    return std::nullopt;
}

[[nodiscard]] result<AbiType> read_type(JsonObject argument, int depth);

[[nodiscard]] result<AbiType> read_tuple(JsonObject argument, int depth) {
    AbiType type{AbiType::Kind::tuple, 0, {}, {}};
    simdjson::dom::array components;
    if (argument["components"].get(components) != simdjson::SUCCESS) return malformed("a tuple lacks its components");
    for (simdjson::dom::element const each : components) {
        JsonObject part;
        if (each.get(part) != simdjson::SUCCESS) return malformed("a component is no object");
        PLIMSOLL_TRY(read, read_type(part, depth + 1));
        type.parts.push_back(std::move(read));
        type.names.push_back(text_of(part, "name"));
    }
    if (type.parts.empty()) return malformed("a tuple is empty");
    return type;
}

/// The type's text: a base, then a bracket for each list around it.
result<AbiType> read_type(JsonObject argument, int depth) {
    std::string const whole = text_of(argument, "type");
    if (depth > nesting_limit) return malformed("types lie in each other too deeply");
    std::string_view text = whole;
    std::string_view const base = text.substr(0, text.find('['));
    text.remove_prefix(base.size());
    AbiType type;
    if (base == "tuple") {
        PLIMSOLL_TRY(tuple, read_tuple(argument, depth));
        type = std::move(tuple);
    } else {
        auto const simple = simple_type(base);
        if (!simple) return malformed("no type '" + whole + "'");
        type = *simple;
    }
    while (!text.empty()) {
        auto const close = text.find(']');
        if (text[0] != '[' || close == std::string_view::npos) return malformed("no type '" + whole + "'");
        std::string_view const inner = text.substr(1, close - 1);
        AbiType outer{inner.empty() ? AbiType::Kind::list : AbiType::Kind::fixed_list, 0, {}, {}};
        auto const size = count_of(inner);
        if (!inner.empty() && (!size || *size > 1'000'000)) return malformed("no type '" + whole + "'");
        outer.size = size.value_or(0);
        outer.parts.push_back(std::move(type));
        type = std::move(outer);
        text.remove_prefix(close + 1);
    }
    return type;
}

[[nodiscard]] result<AbiEvent> read_event(JsonObject entry) {
    AbiEvent event;
    event.name = text_of(entry, "name");
    if (event.name.empty()) return malformed("an event lacks its name");
    simdjson::dom::array inputs;
    if (entry["inputs"].get(inputs) != simdjson::SUCCESS) return malformed("event " + event.name + " lacks its inputs");
    event.signature = event.name + "(";
    for (simdjson::dom::element const each : inputs) {
        JsonObject input;
        if (each.get(input) != simdjson::SUCCESS) return malformed("event " + event.name + ": an input is no object");
        AbiArgument argument;
        argument.name = text_of(input, "name");
        if (input["indexed"].get(argument.indexed) != simdjson::SUCCESS) argument.indexed = false;
        auto type = read_type(input, 0);
        if (!type) return outcome::failure(type.error().at("event " + event.name + ", input '" + argument.name + "'"));
        argument.type = std::move(type.value());
        event.indexed += argument.indexed ? 1 : 0;
        if (!event.arguments.empty()) event.signature += ',';
        event.signature += argument.type.text();
        event.arguments.push_back(std::move(argument));
    }
    event.signature += ')';
    if (event.indexed > 3) return malformed("event " + event.name + " has more than three indexed inputs");
    event.topic = keccak256(event.signature);
    return event;
}

} // namespace

std::string AbiType::text() const {
    switch (kind) {
    case Kind::unsigned_integer: return "uint" + std::to_string(size);
    case Kind::signed_integer: return "int" + std::to_string(size);
    case Kind::address: return "address";
    case Kind::boolean: return "bool";
    case Kind::fixed_bytes: return "bytes" + std::to_string(size);
    case Kind::bytes: return "bytes";
    case Kind::string: return "string";
    case Kind::list: return parts[0].text() + "[]";
    case Kind::fixed_list: return parts[0].text() + "[" + std::to_string(size) + "]";
    case Kind::tuple: break;
    }
    std::string joined = "(";
    for (AbiType const& part : parts) joined += (&part == parts.data() ? "" : ",") + part.text();
    return joined + ")";
}

bool AbiType::is_word() const { return kind <= Kind::fixed_bytes; }

bool AbiType::is_dynamic() const {
    if (kind == Kind::bytes || kind == Kind::string || kind == Kind::list) return true;
    for (AbiType const& part : parts) {
        if (part.is_dynamic()) return true;
    }
    return false;
}

std::size_t AbiType::head_bytes() const {
    if (is_word() || is_dynamic()) return word_bytes;
    if (kind == Kind::fixed_list) return size * parts[0].head_bytes();
    std::size_t sum = 0;
    for (AbiType const& part : parts) sum += part.head_bytes();
    return sum;
}

std::optional<std::size_t> AbiEvent::find(std::string_view argument) const {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i].name == argument) return i;
    }
    return std::nullopt;
}

result<Abi> Abi::parse(std::string_view json, std::string_view file) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    auto const error = parser.parse(simdjson::padded_string(json)).get(root);
    if (error != simdjson::SUCCESS) {
        return malformed(std::string(file) + ": " + simdjson::error_message(error));
    }
    simdjson::dom::element inner;
    if (root.is_object() && root["abi"].get(inner) == simdjson::SUCCESS) root = inner;
    simdjson::dom::array entries;
    if (root.get(entries) != simdjson::SUCCESS) return malformed(std::string(file) + ": no list of entries");
    Abi abi;
    for (simdjson::dom::element const each : entries) {
        JsonObject entry;
        if (each.get(entry) != simdjson::SUCCESS) return malformed(std::string(file) + ": an entry is no object");
        bool anonymous = false;
        if (entry["anonymous"].get(anonymous) != simdjson::SUCCESS) anonymous = false;
        if (text_of(entry, "type") != "event" || anonymous) continue;
        auto event = read_event(entry);
        if (!event) return outcome::failure(event.error().at(file));
        abi.events_.push_back(std::move(event.value()));
    }
    return abi;
}

result<AbiEvent const*> Abi::find(std::string_view name) const {
    AbiEvent const* found = nullptr;
    for (AbiEvent const& event : events_) {
        if (event.signature == name) return &event;
        if (event.name != name) continue;
        if (found != nullptr) {
            return malformed("it has several events '" + std::string(name) + "': name one by its signature, as in '" +
                             event.signature + "'");
        }
        found = &event;
    }
    if (found == nullptr) return malformed("it has no event '" + std::string(name) + "'");
    return found;
}

AbiEvent const* Abi::event_of(Log const& log) const {
    if (log.topics.empty()) return nullptr;
    for (AbiEvent const& event : events_) {
        if (event.topic == log.topics[0] && event.indexed + 1 == log.topics.size()) return &event;
    }
    return nullptr;
}

} // namespace plimsoll::tools::chain
