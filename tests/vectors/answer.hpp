/// What our rules say to a row of vectors, as a tree that is compared with what the row expects.
#pragma once

#include "risk/number/wide_integer.hpp"

#include <simdjson.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace plimsoll::vectors {

using risk::Wide;

/// Null, a truth, a text (numbers are texts of their digits), a list, or a record.
class Answer {
public:
    using List = std::vector<Answer>;
    using Record = std::map<std::string, Answer, std::less<>>;

    Answer() = default;
    Answer(bool truth) : value_(truth) {}
    Answer(Wide const& number) : value_(number.str()) {}
    Answer(std::string text) : value_(std::move(text)) {}
    Answer(std::string_view text) : value_(std::string(text)) {}
    Answer(char const* text) : value_(std::string(text)) {}
    Answer(List list) : value_(std::move(list)) {}
    Answer(Record record) : value_(std::move(record)) {}

    [[nodiscard]] std::string text() const;
    [[nodiscard]] Record const* record() const { return std::get_if<Record>(&value_); }

    struct Difference {
        std::string field;
        std::string ours;
        std::string theirs;
    };
    /// The first place where a row's expectation, which may leave fields out, is not what we say.
    [[nodiscard]] std::optional<Difference> differs_from(simdjson::dom::element expected,
                                                         std::string const& field) const;

private:
    std::variant<std::monostate, bool, std::string, List, Record> value_;
};

/// What a rule says to one row.
struct Said {
    enum class Kind { answer, refused, unsupported };
    Kind kind = Kind::unsupported;
    Answer answer;       ///< a record of the fields of `expected`
    std::string refusal; ///< where refused

    static Said unsupported() { return {}; }
    static Said with(Answer::Record record) { return {Kind::answer, std::move(record), {}}; }
    static Said no(std::string_view refusal) {
        return {Kind::refused, {}, std::string(refusal)};
    }
};

/// A row that is not of its kind: bad input, told with its place.
struct BadRow {
    std::string what;
};

/// Fields of a JSON object, read as what a rule needs. A missing or ill-formed one throws BadRow.
class Fields {
public:
    explicit Fields(simdjson::dom::element element);

    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] simdjson::dom::element at(std::string_view name) const;
    [[nodiscard]] Fields object(std::string_view name) const { return Fields{at(name)}; }
    [[nodiscard]] simdjson::dom::array array(std::string_view name) const;
    [[nodiscard]] Wide integer(std::string_view name) const;
    [[nodiscard]] Wide integer_or(std::string_view name, std::int64_t otherwise) const;
    [[nodiscard]] std::int64_t small(std::string_view name) const;
    [[nodiscard]] bool truth(std::string_view name) const;
    [[nodiscard]] std::string_view text(std::string_view name) const;
    [[nodiscard]] simdjson::dom::object fields() const { return object_; }

private:
    simdjson::dom::object object_;
};

/// A whole number in a string or as a JSON number.
[[nodiscard]] Wide integer_of(simdjson::dom::element element, std::string_view name);

} // namespace plimsoll::vectors
