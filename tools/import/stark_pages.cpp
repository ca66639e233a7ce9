#include "tools/import/stark_words.hpp"

#include <fmt/core.h>
#include <optional>
#include <simdjson.h>

namespace plimsoll::tools {
namespace {

[[nodiscard]] std::optional<std::uint8_t> nibble(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

[[nodiscard]] std::optional<StarkWord> parse_word(std::string_view text) {
    if (text.starts_with("0x")) text.remove_prefix(2);
    StarkWord word{};
    if (text.size() != 2 * word.size()) return std::nullopt;
    for (std::size_t i = 0; i < word.size(); ++i) {
        auto const high = nibble(text[2 * i]);
        auto const low = nibble(text[2 * i + 1]);
        if (!high || !low) return std::nullopt;
        word[i] = static_cast<std::uint8_t>(*high << 4 | *low);
    }
    return word;
}

[[nodiscard]] result<StarkPage> parse_page(simdjson::dom::array const& words, std::size_t number) {
    StarkPage page;
    for (simdjson::dom::element const element : words) {
        std::string_view text;
        auto const word = element.get(text) == simdjson::SUCCESS ? parse_word(text) : std::nullopt;
        if (!word) {
            return fail(
                Errc::words_malformed,
                fmt::format("page {} word {}: not 64 hexadecimal digits", number, page.size()));
        }
        page.push_back(*word);
    }
    return page;
}

} // namespace

result<std::vector<StarkPage>> parse_stark_pages(std::string_view json) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (auto const error = parser.parse(json.data(), json.size()).get(root)) {
        return fail(Errc::json_malformed, simdjson::error_message(error));
    }
    simdjson::dom::array list;
    if (root.get(list) != simdjson::SUCCESS)
        return fail(Errc::json_malformed, "not an array of pages of words");
    std::vector<StarkPage> pages;
    for (simdjson::dom::element const element : list) {
        simdjson::dom::array words;
        if (element.get(words) != simdjson::SUCCESS) {
            return fail(Errc::json_malformed,
                        fmt::format("page {} is not an array of words", pages.size()));
        }
        PLIMSOLL_TRY(page, parse_page(words, pages.size()));
        pages.push_back(std::move(page));
    }
    return pages;
}

} // namespace plimsoll::tools
