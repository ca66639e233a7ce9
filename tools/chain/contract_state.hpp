/// What a contract says of an account: the words of its calls, and where its storage keeps the answer.
#pragma once

#include "risk/number/int256.hpp"
#include "tools/chain/bytes.hpp"

#include <optional>

namespace plimsoll::tools::chain {

[[nodiscard]] Bytes32 address_word(Address const& address);
[[nodiscard]] Bytes32 number_word(Int128 number); ///< of at least 0
[[nodiscard]] risk::Int256 number_of(Bytes32 const& word);

/// The first four bytes of the signature's hash, then the arguments.
[[nodiscard]] Bytes call_data(std::string_view signature, std::span<Bytes32 const> arguments);

/// Where a mapping at `slot`, or mappings of mappings, keep the value of these keys.
/// Source: Solidity, layout of state variables in storage, "Mappings and Dynamic Arrays".
[[nodiscard]] Bytes32 mapping_slot(std::uint64_t slot, std::span<Bytes32 const> keys);

/// A count of 10^-decimals as one of 10^-18; nothing where it has more digits, or more than the ledger counts.
[[nodiscard]] std::optional<Int128> scaled(risk::Int256 const& count, int decimals);

} // namespace plimsoll::tools::chain
