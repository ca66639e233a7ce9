#include "tools/text/people.hpp"

#include "ledger/event/decimal.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace plimsoll::tools {
namespace {

/// Insertions, deletions and replacements from one name to the other, letter case aside.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b) {
    auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t const replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

} // namespace

std::string grouped(std::string_view decimal) {
    std::size_t const sign = decimal.starts_with('-') ? 1 : 0;
    std::size_t const point = std::min(decimal.find('.'), decimal.size());
    std::string out(decimal.substr(0, sign));
    for (std::size_t i = sign; i < point; ++i) {
        if (i != sign && (point - i) % 3 == 0) out.push_back(',');
        out.push_back(decimal[i]);
    }
    return out.append(decimal.substr(point));
}

std::string people_count(std::uint64_t count) { return grouped(std::to_string(count)); }
std::string people_sequence(std::uint64_t sequence) { return "#" + people_count(sequence); }
std::string people_decimal(Int128 units, int decimals) { return grouped(format_decimal(units, decimals)); }

std::string people_value(Amount value, int decimals) {
    Int128 step = 1;
    for (int i = decimals; i < fixed_decimals; ++i) step *= 10;
    Int128 const rest = value.units() % step;
    Int128 const cut = value.units() - rest - (rest < 0 ? step : 0);
    return people_decimal(cut, decimals);
}

std::string people_plural(std::uint64_t count, std::string_view noun) {
    return people_count(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string people_bytes(std::uint64_t bytes) {
    constexpr std::array<char const*, 4> units{"kB", "MB", "GB", "TB"};
    if (bytes < 1000) return people_plural(bytes, "byte");
    std::size_t unit = 0;
    std::uint64_t tenths = bytes / 100;
    while (tenths >= 10'000 && unit + 1 < units.size()) {
        tenths /= 1000;
        ++unit;
    }
    return fmt::format("{}.{} {}", tenths / 10, tenths % 10, units[unit]);
}

std::vector<std::string> near_names(std::string_view wanted, std::vector<std::string_view> const& names) {
    constexpr std::size_t most = 3;
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (std::string_view const name : names) {
        std::size_t const difference = std::max(name.size(), wanted.size()) - std::min(name.size(), wanted.size());
        bool const contains = wanted.size() >= 3 && name.find(wanted) != std::string_view::npos;
        if (difference > 2 && !contains) continue;
        std::size_t const distance = contains ? 1 : edit_distance(wanted, name);
        if (distance <= std::max<std::size_t>(1, (wanted.size() + 2) / 3)) near.emplace_back(distance, name);
    }
    std::ranges::sort(near); // by distance, then by name
    std::vector<std::string> best;
    for (auto const& [distance, name] : near) {
        if (best.size() < most) best.emplace_back(name);
    }
    return best;
}

} // namespace plimsoll::tools
