#include "tests/vectors/answer.hpp"

namespace plimsoll::vectors {
namespace dom = simdjson::dom;
namespace {

[[nodiscard]] std::string written(dom::element element) {
    std::string_view text;
    if (element.get(text) == simdjson::SUCCESS) return std::string(text);
    return simdjson::minify(element);
}

} // namespace

std::string Answer::text() const {
    struct Writer {
        std::string operator()(std::monostate) const { return "null"; }
        std::string operator()(bool truth) const { return truth ? "true" : "false"; }
        std::string operator()(std::string const& text) const { return text; }
        std::string operator()(List const& list) const {
            std::string text = "[";
            for (Answer const& each : list) text += (text.size() > 1 ? "," : "") + each.text();
            return text + "]";
        }
        std::string operator()(Record const& record) const {
            std::string text = "{";
            for (auto const& [name, each] : record) {
                text += (text.size() > 1 ? "," : "") + name + ":" + each.text();
            }
            return text + "}";
        }
    };
    return std::visit(Writer{}, value_);
}

std::optional<Answer::Difference> Answer::differs_from(dom::element expected,
                                                       std::string const& field) const {
    if (dom::object object; expected.get(object) == simdjson::SUCCESS) {
        auto const* ours = std::get_if<Record>(&value_);
        if (ours == nullptr) return Difference{field, text(), written(expected)};
        for (auto const [name, theirs] : object) {
            std::string const inner = field + (field.empty() ? "" : ".") + std::string(name);
            auto const found = ours->find(name);
            if (found == ours->end()) return Difference{inner, "(nothing)", written(theirs)};
            if (auto difference = found->second.differs_from(theirs, inner)) return difference;
        }
        return std::nullopt;
    }
    if (dom::array array; expected.get(array) == simdjson::SUCCESS) {
        auto const* ours = std::get_if<List>(&value_);
        if (ours == nullptr || ours->size() != array.size()) {
            return Difference{field, text(), written(expected)};
        }
        std::size_t at = 0;
        for (auto const theirs : array) {
            auto difference = (*ours)[at].differs_from(theirs, field + "[" + std::to_string(at) + "]");
            if (difference) return difference;
            ++at;
        }
        return std::nullopt;
    }
    if (text() == written(expected)) return std::nullopt;
    return Difference{field, text(), written(expected)};
}

Fields::Fields(dom::element element) {
    if (element.get(object_) != simdjson::SUCCESS) throw BadRow{"an object was expected"};
}

bool Fields::has(std::string_view name) const {
    auto const found = object_.at_key(name);
    return found.error() == simdjson::SUCCESS && !found.value_unsafe().is_null();
}

dom::element Fields::at(std::string_view name) const {
    dom::element element;
    if (object_.at_key(name).get(element) != simdjson::SUCCESS) {
        throw BadRow{std::string(name) + " is missing"};
    }
    return element;
}

dom::array Fields::array(std::string_view name) const {
    dom::array array;
    if (at(name).get(array) != simdjson::SUCCESS) throw BadRow{std::string(name) + " is no list"};
    return array;
}

Wide integer_of(dom::element element, std::string_view name) {
    std::string const text = written(element);
    std::size_t const start = text.starts_with('-') ? 1 : 0;
    if (text.size() == start ||
        text.find_first_not_of("0123456789", start) != std::string::npos) {
        throw BadRow{std::string(name) + " is no whole number: " + text};
    }
    auto const zeros = text.find_first_not_of('0', start); // a leading 0 would mean octal
    if (zeros == std::string::npos) return 0;
    Wide const magnitude(text.substr(zeros));
    return start == 1 ? Wide{-magnitude} : magnitude;
}

Wide Fields::integer(std::string_view name) const { return integer_of(at(name), name); }

Wide Fields::integer_or(std::string_view name, std::int64_t otherwise) const {
    return has(name) ? integer(name) : Wide{otherwise};
}

std::int64_t Fields::small(std::string_view name) const {
    Wide const value = integer(name);
    if (value > INT64_MAX || value < INT64_MIN) throw BadRow{std::string(name) + " is too large"};
    return static_cast<std::int64_t>(value);
}

bool Fields::truth(std::string_view name) const {
    bool truth = false;
    if (at(name).get(truth) != simdjson::SUCCESS) throw BadRow{std::string(name) + " is no truth"};
    return truth;
}

std::string_view Fields::text(std::string_view name) const {
    std::string_view text;
    if (at(name).get(text) != simdjson::SUCCESS) throw BadRow{std::string(name) + " is no text"};
    return text;
}

} // namespace plimsoll::vectors
