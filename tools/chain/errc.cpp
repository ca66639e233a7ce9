#include "tools/chain/errc.hpp"

namespace plimsoll::tools::chain {

Rule describe(Errc code) {
    auto rule = [](std::string_view name, std::string_view sentence,
                   Status status = Status::bad_input) {
        return Rule{"chain", name, sentence, status};
    };
    switch (code) {
    case Errc::hex_malformed: return rule("hex_malformed", "not hexadecimal as nodes write it");
    case Errc::rlp_malformed: return rule("rlp_malformed", "not canonical RLP");
    case Errc::record_malformed: return rule("record_malformed", "not a saved record of a chain");
    case Errc::block_hash_differs:
        return rule("block_hash_differs", "the block's fields do not have the hash that it claims");
    case Errc::parent_differs:
        return rule("parent_differs", "the block does not follow the one before it");
    case Errc::receipts_root_differs:
        return rule("receipts_root_differs", "the receipts are not those of the block");
    case Errc::logs_bloom_differs:
        return rule("logs_bloom_differs", "the receipt's bloom is not that of its logs");
    case Errc::state_proof_fails:
        return rule("state_proof_fails", "the proof does not lead from the block's state root");
    case Errc::abi_malformed: return rule("abi_malformed", "not a contract's ABI");
    case Errc::log_malformed: return rule("log_malformed", "the log does not follow its ABI");
    case Errc::expression_malformed: return rule("expression_malformed", "not an expression");
    case Errc::mapping_malformed: return rule("mapping_malformed", "not a mapping");
    case Errc::value_refused:
        return rule("value_refused", "the log says what its rule does not allow");
    case Errc::log_unmapped:
        return rule("log_unmapped", "the mapping has no rule for a log of its contracts");
    case Errc::mapping_differs:
        return rule("mapping_differs", "the ledger's source was begun with another mapping");
    case Errc::chain_differs: return rule("chain_differs", "another chain than the ledger's");
    case Errc::block_replaced:
        return rule("block_replaced", "the ledger holds another block of that number");
    case Errc::block_missing: return rule("block_missing", "the records do not hold the block");
    case Errc::log_unproved:
        return rule("log_unproved", "the records have a log without the block that proves it");
    }
    return rule("unknown", "unknown failure");
}

} // namespace plimsoll::tools::chain
