/// Reading vector files for comparison, and counting what agrees: shared by programs over vectors.
#pragma once

#include "risk/number/int256.hpp"

#include <simdjson.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace plimsoll::vectors {

using Json = simdjson::dom::element;
using risk::Int256;

/// A file that is not what its layout says. Caught in main only: these programs have nothing to save.
struct Malformed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

[[nodiscard]] inline std::string read_file(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw Malformed(path.string() + ": cannot be read");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) throw Malformed(path.string() + ": cannot be read");
    return text;
}

/// Calls `each(json, place)` for every line that is not empty.
template <class Each> void for_each_line(std::filesystem::path const& path, Each&& each) {
    std::string const text = read_file(path);
    simdjson::dom::parser parser;
    std::size_t number = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const end = std::min(text.find('\n', at), text.size());
        ++number;
        if (end > at) {
            std::string const place = path.filename().string() + ":" + std::to_string(number);
            try {
                each(parser.parse(text.data() + at, end - at).value(), place);
            } catch (simdjson::simdjson_error const& error) {
                throw Malformed(place + ": " + error.what());
            }
        }
        at = end + 1;
    }
}

/// A number, quoted or not, exactly.
[[nodiscard]] inline Int256 number(Json value) {
    if (value.is_bool()) return Int256{bool(value) ? 1 : 0};
    if (value.is_int64()) return Int256{std::int64_t(value)};
    if (value.is_uint64()) return Int256{static_cast<Int128>(std::uint64_t(value))};
    auto const text = std::string_view(value);
    auto const parsed = risk::parse_int256(text);
    if (!parsed) throw Malformed("not an integer of at most 256 bits: " + std::string(text));
    return *parsed;
}
[[nodiscard]] inline Int256 number(Json value, std::string_view key) {
    return number(value[key].value());
}
[[nodiscard]] inline std::int64_t count(Json value, std::string_view key) {
    return std::int64_t(value[key]);
}
[[nodiscard]] inline bool has(Json value, std::string_view key) {
    return value[key].error() == simdjson::SUCCESS;
}

/// Whether a case says that the calculation must be refused as a whole.
[[nodiscard]] inline bool refusal_wanted(Json root) {
    if (has(root, "error") || !has(root, "expected")) return true;
    Json const expected = root["expected"];
    return !expected.is_object() || has(expected, "error");
}

/// One kind of case: how many, how many values, how many differ, and the first that does.
class Tally {
public:
    explicit Tally(std::string name) : name_(std::move(name)) {}

    void begin_case() { ++cases_; }
    void compare(std::string const& place, std::string const& field, std::string const& ours,
                 std::string const& theirs) {
        ++values_;
        if (ours == theirs) return;
        if (different_++ == 0)
            first_ = place + " " + field + ": ours " + ours + ", theirs " + theirs;
    }
    void compare(std::string const& place, std::string const& field, Int256 const& ours,
                 Json theirs) {
        bool const is_number = theirs.is_string() || theirs.is_number() || theirs.is_bool();
        if (is_number && ours == number(theirs)) {
            ++values_;
            return;
        }
        compare(place, field, format_int256(ours),
                is_number ? format_int256(number(theirs)) : "none");
    }

    /// What a reader should know and is no difference.
    void note(std::string const& text) {
        if (notes_++ == 0) first_note_ = text;
    }

    [[nodiscard]] std::string const& name() const { return name_; }
    [[nodiscard]] std::size_t cases() const { return cases_; }
    [[nodiscard]] std::size_t values() const { return values_; }
    [[nodiscard]] std::size_t different() const { return different_; }
    void print() const {
        std::printf("%-24s %8zu cases %10zu values %8zu different\n", name_.c_str(), cases_,
                    values_, different_);
        if (different_ != 0) std::printf("    first: %s\n", first_.c_str());
        if (notes_ != 0)
            std::printf("    noted %zu times, first: %s\n", notes_, first_note_.c_str());
    }

private:
    std::string name_;
    std::size_t cases_ = 0;
    std::size_t values_ = 0;
    std::size_t different_ = 0;
    std::string first_;
    std::size_t notes_ = 0;
    std::string first_note_;
};

} // namespace plimsoll::vectors
