/// What can be wrong with what a chain's records say, and with what is to be made of them.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::tools::chain {

enum class Errc {
    hex_malformed = 1,
    rlp_malformed,
    record_malformed,
    block_hash_differs,
    parent_differs,
    receipts_root_differs,
    logs_bloom_differs,
    state_proof_fails,
    abi_malformed,
    log_malformed,
    expression_malformed,
    mapping_malformed,
    value_refused,
    log_unmapped,
    mapping_differs,
    chain_differs,
    block_replaced,
    block_missing,
    log_unproved,
};

[[nodiscard]] Rule describe(Errc code);

} // namespace plimsoll::tools::chain
