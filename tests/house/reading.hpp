/// Reads C++ sources just well enough to check laws: comments, literals, words, includes.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plimsoll::house {

/// A file's path from the project's root, and its text.
struct Source {
    std::string path;
    std::string text;
};
using Tree = std::vector<Source>;

inline constexpr auto nowhere = std::string_view::npos;

[[nodiscard]] inline bool is_word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Where the identifier or number that starts at `at` ends; 1'000 is one number.
[[nodiscard]] inline std::size_t end_of_word(std::string_view text, std::size_t at) {
    bool const is_number = std::isdigit(static_cast<unsigned char>(text[at])) != 0;
    auto const belongs = [&](char c) { return is_word_character(c) || (is_number && c == '\''); };
    while (at < text.size() && belongs(text[at])) ++at;
    return at;
}

/// The identifier or number that starts at `at`, or "" where something else stands.
[[nodiscard]] inline std::string_view word_at(std::string_view text, std::size_t at) {
    return at < text.size() ? text.substr(at, end_of_word(text, at) - at) : std::string_view{};
}

/// Where the next `word` at or after `from` starts that is no part of a longer word.
[[nodiscard]] inline std::size_t find_word(std::string_view text, std::string_view word,
                                           std::size_t from = 0) {
    auto const joins = [](char a, char b) { return is_word_character(a) && is_word_character(b); };
    for (auto at = text.find(word, from); at != nowhere; at = text.find(word, at + 1)) {
        auto const end = at + word.size();
        bool const starts = at == 0 || !joins(text[at - 1], word.front());
        bool const ends = end == text.size() || !joins(word.back(), text[end]);
        if (starts && ends) return at;
    }
    return nowhere;
}

/// Where the first `mark` at or after `from` ends, or the end of the text.
[[nodiscard]] inline std::size_t past(std::string_view text, std::string_view mark,
                                      std::size_t from) {
    auto const found = text.find(mark, from);
    return found == nowhere ? text.size() : found + mark.size();
}

/// Where the bracket that opens at `at` has been closed, or the end of the text.
[[nodiscard]] inline std::size_t past_bracket(std::string_view text, std::size_t at, char open,
                                              char close) {
    for (int depth = 0; at < text.size(); ++at) {
        if (text[at] == open) ++depth;
        if (text[at] == close && --depth == 0) return at + 1;
    }
    return text.size();
}

[[nodiscard]] inline std::size_t past_blanks(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of(" \t\n", at), text.size());
}

/// Where the literal whose opening quote stands at `at` ends, or its line.
[[nodiscard]] inline std::size_t past_literal(std::string_view text, std::size_t at) {
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (text[i] == text[at] || text[i] == '\n') return i + 1;
        if (text[i] == '\\') ++i;
    }
    return text.size();
}

[[nodiscard]] inline std::size_t past_raw_literal(std::string_view text, std::size_t at) {
    auto const open = past(text, "(", at);
    auto const mark = std::string(text.substr(at + 1, open - at - 2));
    return past(text, ")" + mark + "\"", open);
}

enum class Literals { kept, blanked };

/// The text with comments, raw literals and, unless kept, other literals made blank. Every
/// character keeps its offset and every line its number.
[[nodiscard]] inline std::string code(std::string_view text,
                                      Literals literals = Literals::blanked) {
    std::string out(text);
    std::string_view word; // the one just before `at`
    for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
        auto const rest = text.substr(at);
        auto const before = std::exchange(word, word_at(text, at));
        bool blank = true;
        if (!word.empty()) {
            end = at + word.size();
            blank = false;
        } else if (rest.starts_with("//")) {
            end = past(text, "\n", at);
        } else if (rest.starts_with("/*")) {
            end = past(text, "*/", at + 2);
        } else if (rest.front() == '"' && before.ends_with('R')) {
            end = past_raw_literal(text, at);
        } else if (rest.front() == '"' || rest.front() == '\'') {
            end = past_literal(text, at);
            blank = literals == Literals::blanked;
        } else {
            end = at + 1;
            blank = false;
        }
        for (auto i = at; blank && i < end; ++i) {
            if (out[i] != '\n') out[i] = ' ';
        }
    }
    return out;
}

struct Include {
    std::string target;
    bool quoted;
    std::size_t at; ///< offset of its line
};

[[nodiscard]] inline std::vector<Include> includes(std::string_view source) {
    auto const text = code(source, Literals::kept);
    std::vector<Include> found;
    for (std::size_t at = 0, next = 0; at < text.size(); at = next) {
        next = past(text, "\n", at);
        auto const line = std::string_view(text).substr(at, next - at);
        auto const hash = past_blanks(line, 0);
        if (hash == line.size() || line[hash] != '#') continue;
        if (word_at(line, past_blanks(line, hash + 1)) != "include") continue;
        auto const open = line.find_first_of("\"<");
        if (open == nowhere) continue;
        auto const close = line.find_first_of("\">", open + 1);
        auto const target = line.substr(open + 1, close - open - 1);
        found.push_back({std::string(target), line[open] == '"', at});
    }
    return found;
}

/// "path:line", for a finding.
[[nodiscard]] inline std::string place(Source const& source, std::size_t at) {
    auto const before = std::string_view(source.text).substr(0, at);
    return source.path + ":" + std::to_string(1 + std::ranges::count(before, '\n'));
}

} // namespace plimsoll::house
