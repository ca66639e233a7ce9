/// What eth_getProof answers, proved against a block's state root.
#pragma once

#include "tools/chain/source.hpp"

namespace plimsoll::tools::chain {

/// keccak256 of nothing: the code of an account that has none.
[[nodiscard]] Bytes32 const& empty_code_hash();

/// The account's nonce, balance, code and storage root are those in the state of that root, or the
/// state has no such account and it claims none; and each of its slots has the value that it claims.
/// Errors: Errc::state_proof_fails, rlp_malformed.
[[nodiscard]] result<void> verify_account(Bytes32 const& state_root, AccountProof const& account);

} // namespace plimsoll::tools::chain
