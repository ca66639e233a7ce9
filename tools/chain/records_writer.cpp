#include "tools/chain/records.hpp"

namespace plimsoll::tools::chain {

void write_header(JsonWriter& json, Header const& header) {
    json.begin_object().field("hash", hex_of(header.hash));
    json.field("parentHash", hex_of(header.parent_hash));
    json.field("sha3Uncles", hex_of(header.ommers_hash)).field("miner", hex_of(header.miner));
    json.field("stateRoot", hex_of(header.state_root));
    json.field("transactionsRoot", hex_of(header.transactions_root));
    json.field("receiptsRoot", hex_of(header.receipts_root));
    json.field("logsBloom", hex_of(header.logs_bloom));
    json.field("difficulty", quantity_of(ByteView(header.difficulty)));
    json.field("number", quantity_of(header.number));
    json.field("gasLimit", quantity_of(header.gas_limit));
    json.field("gasUsed", quantity_of(header.gas_used));
    json.field("timestamp", quantity_of(header.timestamp));
    json.field("extraData", hex_of(header.extra_data)).field("mixHash", hex_of(header.mix_hash));
    json.field("nonce", hex_of(header.nonce));
    if (header.base_fee_per_gas) {
        json.field("baseFeePerGas", quantity_of(ByteView(*header.base_fee_per_gas)));
    }
    if (header.withdrawals_root) json.field("withdrawalsRoot", hex_of(*header.withdrawals_root));
    if (header.blob_gas_used) json.field("blobGasUsed", quantity_of(*header.blob_gas_used));
    if (header.excess_blob_gas) json.field("excessBlobGas", quantity_of(*header.excess_blob_gas));
    if (header.parent_beacon_block_root) {
        json.field("parentBeaconBlockRoot", hex_of(*header.parent_beacon_block_root));
    }
    if (header.requests_hash) json.field("requestsHash", hex_of(*header.requests_hash));
    json.end_object();
}

void write_log(JsonWriter& json, Log const& log) {
    json.begin_object().field("address", hex_of(log.address)).key("topics").begin_array();
    for (Bytes32 const& topic : log.topics) json.value(hex_of(topic));
    json.end_array().field("data", hex_of(log.data));
    json.field("blockNumber", quantity_of(log.block_number)).field("blockHash", hex_of(log.block_hash));
    json.field("transactionHash", hex_of(log.transaction_hash));
    json.field("transactionIndex", quantity_of(log.transaction_index));
    json.field("logIndex", quantity_of(log.log_index)).field("removed", log.removed).end_object();
}

void write_receipt(JsonWriter& json, Receipt const& receipt, Header const& header) {
    json.begin_object().field("type", quantity_of(std::uint64_t{receipt.type}));
    json.field("status", quantity_of(std::uint64_t{receipt.status ? 1U : 0U}));
    json.field("cumulativeGasUsed", quantity_of(receipt.cumulative_gas_used));
    json.field("logsBloom", hex_of(receipt.logs_bloom));
    json.field("transactionHash", hex_of(receipt.transaction_hash));
    json.field("transactionIndex", quantity_of(receipt.transaction_index)).key("logs").begin_array();
    for (Log log : receipt.logs) {
        log.block_number = header.number;
        log.block_hash = header.hash;
        write_log(json, log);
    }
    json.end_array().end_object();
}

void write_account_proof(JsonWriter& json, AccountProof const& proof) {
    auto const write_nodes = [&](std::string_view key, std::vector<Bytes> const& nodes) {
        json.key(key).begin_array();
        for (Bytes const& node : nodes) json.value(hex_of(node));
        json.end_array();
    };
    json.begin_object().field("address", hex_of(proof.address));
    json.field("nonce", quantity_of(proof.nonce)).field("balance", quantity_of(ByteView(proof.balance)));
    json.field("storageHash", hex_of(proof.storage_hash)).field("codeHash", hex_of(proof.code_hash));
    write_nodes("accountProof", proof.nodes);
    json.key("storageProof").begin_array();
    for (StorageProof const& slot : proof.storage) {
        json.begin_object().field("key", hex_of(slot.slot));
        json.field("value", quantity_of(ByteView(slot.value)));
        write_nodes("proof", slot.nodes);
        json.end_object();
    }
    json.end_array().end_object();
}

} // namespace plimsoll::tools::chain
