/// The laws that can be read off the sources: each is a function from sources to findings.
#pragma once

#include "tests/house/reading.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::house {

using Findings = std::vector<std::string>;
using Folders = std::vector<std::string_view>;

[[nodiscard]] inline bool in_any(Folders const& folders, std::string_view path) {
    return std::ranges::any_of(folders, [&](auto folder) { return path.starts_with(folder); });
}

[[nodiscard]] inline bool is_header(Source const& source) { return source.path.ends_with(".hpp"); }

// Who may include whom.

struct Allowance {
    std::string_view folder;
    Folders others;
};
using Allowances = std::vector<Allowance>;

/// The first row whose folder holds the path, or null.
[[nodiscard]] inline Allowance const* ruling(Allowances const& rows, std::string_view path) {
    auto const row =
        std::ranges::find_if(rows, [&](auto const& each) { return path.starts_with(each.folder); });
    return row == rows.end() ? nullptr : &*row;
}

/// What each folder may include of ours, which is what is quoted or starts with such a folder.
[[nodiscard]] inline Findings includes_point_inward(Tree const& tree) {
    static Allowances const may_include{
        {"ledger/event/", {"ledger/event/"}},
        {"ledger/book/", {"ledger/event/", "ledger/book/"}},
        {"ledger/", {"ledger/"}},
        {"risk/", {"risk/", "ledger/event/", "ledger/book/"}},
        {"replay/", {"replay/", "risk/", "ledger/"}},
        {"tools/", {"tools/", "replay/", "risk/", "ledger/"}},
        {"tests/", {"tests/", "tools/", "replay/", "risk/", "ledger/"}},
    };
    Findings findings;
    for (auto const& source : tree) {
        auto const* room = ruling(may_include, source.path);
        if (room == nullptr) continue;
        for (auto const& include : includes(source.text)) {
            bool const ours = include.quoted || ruling(may_include, include.target) != nullptr;
            if (!ours || in_any(room->others, include.target)) continue;
            findings.push_back(place(source, include.at) + ": " + std::string(room->folder) +
                               " must not include " + include.target);
        }
    }
    return findings;
}

/// Only the store knows RocksDB, and only replay knows the store.
[[nodiscard]] inline Findings storage_stays_behind_replay(Tree const& tree) {
    static Allowances const included_by{
        {"ledger/store/", {"ledger/store/", "replay/", "tests/"}},
        {"rocksdb/", {"ledger/store/", "tests/"}},
    };
    Findings findings;
    for (auto const& source : tree) {
        for (auto const& include : includes(source.text)) {
            auto const* reserved = ruling(included_by, include.target);
            if (reserved == nullptr || in_any(reserved->others, source.path)) continue;
            findings.push_back(place(source, include.at) + ": not the place to include " +
                               include.target);
        }
    }
    return findings;
}

[[nodiscard]] inline Findings every_header_is_included(Tree const& tree) {
    std::set<std::string> included;
    for (auto const& source : tree) {
        for (auto const& include : includes(source.text)) {
            if (include.target != source.path) included.insert(include.target);
        }
    }
    Findings findings;
    for (auto const& source : tree) {
        if (is_header(source) && !included.contains(source.path)) {
            findings.push_back(source.path + ": nothing includes it");
        }
    }
    return findings;
}

// What the pure folders must not hold.

inline Folders const pure_folders{"ledger/event/", "ledger/book/", "risk/"};

[[nodiscard]] inline Findings pure_folders_are_pure(Tree const& tree) {
    static constexpr std::array<std::string_view, 14> impure{
        "double",        "float",       "::now(",       "random_device", "getenv",
        "secure_getenv", "std::cout",   "spdlog",       "fstream",       "ifstream",
        "ofstream",      "std::thread", "std::jthread", "<thread>"};
    Findings findings;
    for (auto const& source : tree) {
        if (!in_any(pure_folders, source.path)) continue;
        auto const text = code(source.text);
        for (auto const word : impure) {
            for (auto at = find_word(text, word); at != nowhere;
                 at = find_word(text, word, at + 1)) {
                findings.push_back(place(source, at) + ": " + std::string(word) +
                                   " has no place in a pure folder");
            }
        }
    }
    return findings;
}

/// The name that is declared with a type which ends at `at`, or "": `map<A, B> const& name`.
[[nodiscard]] inline std::string_view declared_name(std::string_view text, std::size_t at) {
    at = past_blanks(text, at);
    if (at < text.size() && text[at] == '<')
        at = past_blanks(text, past_bracket(text, at, '<', '>'));
    if (word_at(text, at) == "const") at = past_blanks(text, at + 5);
    while (at < text.size() && text[at] == '&') at = past_blanks(text, at + 1);
    return word_at(text, at);
}

/// The alias that the statement around `at` introduces, or "": `using Alias = ...`.
[[nodiscard]] inline std::string_view alias_around(std::string_view text, std::size_t at) {
    auto const before = text.find_last_of(";{}", at);
    auto const statement = text.substr(before == nowhere ? 0 : before + 1);
    auto const start = find_word(statement, "using");
    if (start == nowhere || start >= statement.find(';')) return {};
    auto const name = word_at(statement, past_blanks(statement, start + 5));
    auto const equals = past_blanks(statement, past(statement, name, start + 5));
    return statement.substr(equals).starts_with("=") ? name : std::string_view{};
}

/// The variables, members and functions of an unordered type or an alias of one, in blanked code.
[[nodiscard]] inline std::set<std::string> unordered_names(std::string_view text) {
    std::vector<std::string> types{"unordered_map", "unordered_set", "unordered_multimap",
                                   "unordered_multiset"};
    std::set<std::string> names;
    for (std::size_t i = 0; i < types.size(); ++i) {
        auto const type = types[i];
        for (auto at = find_word(text, type); at != nowhere; at = find_word(text, type, at + 1)) {
            names.emplace(declared_name(text, at + type.size()));
            std::string const alias(alias_around(text, at));
            if (!alias.empty() && std::ranges::find(types, alias) == types.end())
                types.push_back(alias);
        }
    }
    names.erase("");
    return names;
}

/// The last name in `for (x : book.names())`, whose bracket opens at `at`; "" for other loops.
[[nodiscard]] inline std::string_view iterated_name(std::string_view text, std::size_t at) {
    auto loop = text.substr(at, past_bracket(text, at, '(', ')') - at);
    auto colon = loop.find(':');
    while (colon != nowhere && loop.substr(colon).starts_with("::"))
        colon = loop.find(':', colon + 2);
    if (colon == nowhere) return {};
    loop = loop.substr(colon + 1, loop.size() - colon - 2);
    auto const trim = [&] { loop = loop.substr(0, loop.find_last_not_of(" \t\n") + 1); };
    trim();
    if (loop.ends_with("()")) loop.remove_suffix(2);
    trim();
    auto start = loop.size();
    while (start > 0 && is_word_character(loop[start - 1])) --start;
    return loop.substr(start);
}

/// A hash map's order differs between standard libraries, so nothing pure may walk one. Names are
/// looked up in the file and in the headers that it includes.
[[nodiscard]] inline Findings no_unordered_iteration(Tree const& tree) {
    Findings findings;
    for (auto const& source : tree) {
        if (!in_any(pure_folders, source.path)) continue;
        auto const text = code(source.text);
        auto names = unordered_names(text);
        for (auto const& include : includes(source.text)) {
            auto const header = std::ranges::find(tree, include.target, &Source::path);
            if (header != tree.end()) names.merge(unordered_names(code(header->text)));
        }
        for (auto at = find_word(text, "for"); at != nowhere; at = find_word(text, "for", at + 1)) {
            auto const open = past_blanks(text, at + 3);
            std::string const name(iterated_name(text, open));
            if (!names.contains(name)) continue;
            findings.push_back(place(source, at) + ": the order of " + name + " is not defined");
        }
    }
    return findings;
}

// What each file must show.

[[nodiscard]] inline bool opens_with_sentence(std::string_view text) {
    std::string block;
    for (std::size_t at = 0; text.substr(at).starts_with("//");) {
        auto const start = text.find_first_not_of('/', at);
        auto const next = past(text, "\n", at);
        block.append(text.substr(start, next - std::min(start, next)));
        at = next;
    }
    std::ranges::replace(block, '\n', ' ');
    bool const capital = block.size() > 1 && block[0] == ' ' && block[1] != ' ' &&
                         std::islower(static_cast<unsigned char>(block[1])) == 0;
    return capital && block.find(". ") != std::string::npos;
}

[[nodiscard]] inline Findings headers_open_with_a_sentence(Tree const& tree) {
    Findings findings;
    for (auto const& source : tree) {
        if (!is_header(source)) continue;
        if (!opens_with_sentence(source.text)) {
            findings.push_back(source.path +
                               ":1: must be a comment that says in a sentence what it is");
        }
        if (code(source.text).find("#pragma once") == std::string::npos) {
            findings.push_back(source.path + ": lacks #pragma once");
        }
    }
    return findings;
}

/// What each `enum class Errc { ... }` of the code lists, that no test names as `Errc::...`.
[[nodiscard]] inline Findings every_errc_is_tested(Tree const& tree) {
    std::set<std::string> tested;
    for (auto const& source : tree) {
        if (!source.path.starts_with("tests/")) continue;
        auto const text = code(source.text);
        for (auto at = find_word(text, "Errc::"); at != nowhere;
             at = find_word(text, "Errc::", at + 1)) {
            tested.emplace(word_at(text, at + 6));
        }
    }
    Findings findings;
    for (auto const& source : tree) {
        auto const text = code(source.text);
        auto const start = find_word(text, "enum class Errc");
        auto const open = start == nowhere ? nowhere : text.find_first_of("{;", start);
        if (open == nowhere || text[open] == ';') continue;
        auto const close = past_bracket(text, open, '{', '}') - 1;
        for (auto at = open; at < close; at = std::min(text.find(',', at + 1), close)) {
            auto const name_at = past_blanks(text, at + 1);
            std::string const name(word_at(text, name_at));
            if (name.empty() || tested.contains(name)) continue;
            findings.push_back(place(source, name_at) + ": no test names Errc::" + name);
        }
    }
    return findings;
}

[[nodiscard]] inline Findings longer_than(std::ptrdiff_t limit_lines, Tree const& tree) {
    Findings findings;
    for (auto const& source : tree) {
        auto const lines = std::ranges::count(source.text, '\n');
        if (source.path.starts_with("tests/") || lines <= limit_lines) continue;
        findings.push_back(source.path + ": " + std::to_string(lines) + " lines, more than " +
                           std::to_string(limit_lines));
    }
    return findings;
}

[[nodiscard]] inline Findings files_hold_one_concept(Tree const& tree) {
    return longer_than(500, tree);
}

/// Names at the top level, dot files and build folders aside, that are no part of the house.
[[nodiscard]] inline Findings strangers(std::vector<std::string> const& top_level) {
    static std::set<std::string_view> const house{"CMakeLists.txt", "CMakePresets.json",
                                                  "README.md",      "ledger",
                                                  "risk",           "replay",
                                                  "tools",          "tests",
                                                  "build"};
    Findings findings;
    for (auto const& name : top_level) {
        if (!name.starts_with('.') && !house.contains(name)) {
            findings.push_back(name + ": the top level holds the house only");
        }
    }
    return findings;
}

} // namespace plimsoll::house
