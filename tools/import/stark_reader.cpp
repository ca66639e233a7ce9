#include "tools/import/stark_reader.hpp"

#include "ledger/event/number.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <limits>

namespace plimsoll::tools {
namespace {

constexpr std::size_t word_bytes = 32;
constexpr std::size_t asset_bytes = 15;

[[nodiscard]] std::uint64_t big_endian(std::uint8_t const* bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(value); ++i) value = (value << 8) | bytes[i];
    return value;
}

[[nodiscard]] bool is_zero(std::uint8_t const* bytes, std::size_t size) {
    return std::all_of(bytes, bytes + size, [](std::uint8_t byte) { return byte == 0; });
}

/// Less 2^63, in two's complement: the top bit flips.
[[nodiscard]] std::int64_t without_bias(std::uint64_t value) {
    return static_cast<std::int64_t>(value ^ (std::uint64_t{1} << 63));
}

} // namespace

StarkReader::StarkReader(std::vector<StarkPage> const& pages, std::size_t first_page,
                         std::size_t end_page)
    : pages_(&pages) {
    for (std::size_t page = first_page; page < end_page; ++page) {
        for (std::size_t word = 0; word < pages[page].size(); ++word)
            places_.push_back({page, word});
    }
}

StarkRun StarkReader::since(std::size_t first) const {
    StarkRun words;
    for (std::size_t i = first; i < next_; ++i)
        words.push_back((*pages_)[places_[i].page][places_[i].word]);
    return words;
}

Error StarkReader::refuse(std::string reason, std::optional<std::size_t> position) const {
    std::size_t const at = position.value_or(next_ == 0 ? 0 : next_ - 1);
    std::string where = "behind the last page";
    if (at < places_.size())
        where = fmt::format("page {} word {}", places_[at].page, places_[at].word);
    return {describe(Errc::words_malformed), static_cast<int>(Errc::words_malformed),
            fmt::format("{}: {}", where, reason)};
}

result<StarkWord> StarkReader::word(std::string_view what) {
    if (is_done()) return outcome::failure(refuse(fmt::format("the words end before {}", what)));
    Place const place = places_[next_++];
    return (*pages_)[place.page][place.word];
}

result<std::uint64_t> StarkReader::number(std::string_view what) {
    PLIMSOLL_TRY(bytes, word(what));
    if (!is_zero(bytes.data(), word_bytes - 8)) {
        return outcome::failure(refuse(fmt::format("{} does not fit 64 bits", what)));
    }
    return big_endian(bytes.data() + word_bytes - 8);
}

result<std::uint64_t> StarkReader::seconds(std::string_view what) {
    PLIMSOLL_TRY(value, number(what));
    if (value >> 32 != 0)
        return outcome::failure(refuse(fmt::format("{} does not fit 32 bits", what)));
    return value;
}

result<std::uint64_t> StarkReader::count(std::string_view what, std::uint64_t words_each) {
    PLIMSOLL_TRY(value, number(fmt::format("the number of {}", what)));
    if (value > (places_.size() - next_) / words_each) {
        return outcome::failure(
            refuse(fmt::format("{} {} do not fit the words that follow", value, what)));
    }
    return value;
}

result<std::int64_t> StarkReader::biased(std::string_view what) {
    PLIMSOLL_TRY(value, number(what));
    return without_bias(value);
}

result<std::int64_t> StarkReader::wide_biased(std::string_view what) {
    PLIMSOLL_TRY(bytes, word(what));
    Int128 const value =
        (Int128{bytes[word_bytes - 9]} << 64) + big_endian(bytes.data() + word_bytes - 8);
    Int128 const difference = value - (Int128{1} << 64);
    bool const fits = difference >= std::numeric_limits<std::int64_t>::min() &&
                      difference <= std::numeric_limits<std::int64_t>::max();
    if (!is_zero(bytes.data(), word_bytes - 9) || !fits) {
        return outcome::failure(refuse(fmt::format("{} is out of range", what)));
    }
    return static_cast<std::int64_t>(difference);
}

result<StarkAsset> StarkReader::asset() {
    PLIMSOLL_TRY(bytes, word("an asset id"));
    if (!is_zero(bytes.data(), word_bytes - asset_bytes))
        return outcome::failure(refuse("not an asset id"));
    return asset_in(bytes, word_bytes - asset_bytes);
}

result<StarkBalance> StarkReader::balance() {
    PLIMSOLL_TRY(bytes, word("a balance"));
    constexpr std::size_t padding_bytes = word_bytes - asset_bytes - 8;
    if (!is_zero(bytes.data(), padding_bytes))
        return outcome::failure(refuse("not an asset's balance"));
    PLIMSOLL_TRY(asset, asset_in(bytes, padding_bytes));
    return StarkBalance{asset, without_bias(big_endian(bytes.data() + word_bytes - 8))};
}

/// ASCII, filled with zeros behind; the decimals of its balances stand behind a hyphen.
result<StarkAsset> StarkReader::asset_in(StarkWord const& word, std::size_t first_byte) const {
    auto const begin = word.begin() + static_cast<std::ptrdiff_t>(first_byte);
    auto const end = begin + asset_bytes;
    auto const last = std::find(begin, end, 0);
    std::string const id(begin, last);
    bool const is_text =
        std::all_of(begin, last, [](std::uint8_t c) { return c > 0x20 && c < 0x7f; }) &&
        std::all_of(last, end, [](std::uint8_t c) { return c == 0; });
    auto const hyphen = id.rfind('-');
    if (!is_text || hyphen == std::string::npos || hyphen == 0)
        return outcome::failure(refuse("not an asset id"));
    std::string_view const digits = std::string_view(id).substr(hyphen + 1);
    bool const is_number = !digits.empty() && digits.size() <= 2 &&
                           std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    int resolution = 0;
    for (char const c : digits) resolution = resolution * 10 + (c - '0');
    if (!is_number || resolution > fixed_decimals) {
        return outcome::failure(
            refuse(fmt::format("asset id '{}' does not end in its decimals", id)));
    }
    return StarkAsset{id, id.substr(0, hyphen), resolution};
}

} // namespace plimsoll::tools
