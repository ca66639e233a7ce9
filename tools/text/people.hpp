/// Numbers, sizes and names as people read them. Machines get tools/text/json_writer.hpp instead.
#pragma once

#include "ledger/event/number.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::tools {

/// "1,234,567.0001" of "1234567.0001".
[[nodiscard]] std::string grouped(std::string_view decimal);
[[nodiscard]] std::string people_count(std::uint64_t count);
/// "#1,234": an event.
[[nodiscard]] std::string people_sequence(std::uint64_t sequence);

/// Exact: every digit, and at least the asset's own decimals.
template <class Tag> [[nodiscard]] std::string people_exact(Fixed<Tag> value, int decimals);
/// For a value that was computed: cut to the asset's decimals, downwards.
[[nodiscard]] std::string people_value(Amount value, int decimals);

/// "1 event", "2 events".
[[nodiscard]] std::string people_plural(std::uint64_t count, std::string_view noun);
/// "12.3 MB": powers of ten.
[[nodiscard]] std::string people_bytes(std::uint64_t bytes);

/// The names nearest to one that was not found, best first, at most three.
[[nodiscard]] std::vector<std::string> near_names(std::string_view wanted, std::vector<std::string_view> const& names);

[[nodiscard]] std::string people_decimal(Int128 units, int decimals);
template <class Tag> std::string people_exact(Fixed<Tag> value, int decimals) {
    return people_decimal(value.units(), decimals);
}

} // namespace plimsoll::tools
