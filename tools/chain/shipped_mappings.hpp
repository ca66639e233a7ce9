/// The mappings and ABIs that travel inside the program: tools/chain/mappings.
#pragma once

#include <span>
#include <string_view>

namespace plimsoll::tools::chain {

struct ShippedFile {
    std::string_view name; ///< "erc20-vault.toml"
    std::string_view text;
};
[[nodiscard]] std::span<ShippedFile const> shipped_mappings();

} // namespace plimsoll::tools::chain
