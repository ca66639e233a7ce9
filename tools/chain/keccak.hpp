/// Keccak-256 as Ethereum uses it: the padding of the competition, not of the later standard.
#pragma once

#include "tools/chain/bytes.hpp"

namespace plimsoll::tools::chain {

[[nodiscard]] Bytes32 keccak256(ByteView bytes);
[[nodiscard]] inline Bytes32 keccak256(std::string_view text) {
    return keccak256(ByteView(reinterpret_cast<std::uint8_t const*>(text.data()), text.size()));
}

/// Four digests at once, of inputs of any lengths: lane by lane in vector registers, so that the many
/// receipts of a block cost little more than a quarter each. The library above is what it is tested against.
[[nodiscard]] std::array<Bytes32, 4> keccak256(std::array<ByteView, 4> const& inputs);

} // namespace plimsoll::tools::chain
