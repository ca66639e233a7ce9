/// Keccak-256 as Ethereum uses it: the padding of the competition, not of the later standard.
#pragma once

#include "tools/chain/bytes.hpp"

namespace plimsoll::tools::chain {

[[nodiscard]] Bytes32 keccak256(ByteView bytes);
[[nodiscard]] inline Bytes32 keccak256(std::string_view text) {
    return keccak256(ByteView(reinterpret_cast<std::uint8_t const*>(text.data()), text.size()));
}

} // namespace plimsoll::tools::chain
