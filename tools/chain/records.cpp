#include "tools/chain/records.hpp"

namespace plimsoll::tools::chain {
namespace {

[[nodiscard]] auto malformed(std::string detail) {
    return fail(Errc::record_malformed, std::move(detail));
}

[[nodiscard]] result<std::string_view> text_of(JsonElement value, std::string_view key) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return malformed(std::string(key) + " is not a text");
    return text;
}

// Each reads one field into its place; failures name it.

template <std::size_t size>
[[nodiscard]] result<void> take(JsonElement value, std::string_view key,
                                std::array<std::uint8_t, size>& out) {
    PLIMSOLL_TRY(text, text_of(value, key));
    auto const read = parse_hex_into(text, out);
    if (!read) return malformed(std::string(key) + ": " + read.error().detail());
    return outcome::success();
}
[[nodiscard]] result<void> take(JsonElement value, std::string_view key, Bytes& out) {
    PLIMSOLL_TRY(text, text_of(value, key));
    auto const read = append_hex(text, out);
    if (!read) return malformed(std::string(key) + ": " + read.error().detail());
    return outcome::success();
}
[[nodiscard]] result<void> take(JsonElement value, std::string_view key, std::uint64_t& out) {
    PLIMSOLL_TRY(text, text_of(value, key));
    auto const read = parse_quantity(text);
    if (!read) return malformed(std::string(key) + ": " + read.error().detail());
    out = read.value();
    return outcome::success();
}
template <class T>
[[nodiscard]] result<void> take(JsonElement value, std::string_view key, std::optional<T>& out) {
    return take(value, key, out.emplace());
}

/// A number of up to 32 bytes, kept without zeros in front.
[[nodiscard]] result<void> take_number(JsonElement value, std::string_view key, Bytes& out) {
    PLIMSOLL_TRY(text, text_of(value, key));
    Bytes32 word{};
    auto const read = parse_quantity_into(text, word);
    if (!read) return malformed(std::string(key) + ": " + read.error().detail());
    ByteView const number = minimal(word);
    out.assign(number.begin(), number.end());
    return outcome::success();
}
[[nodiscard]] result<void> take_word(JsonElement value, std::string_view key, Bytes32& out) {
    PLIMSOLL_TRY(text, text_of(value, key));
    auto const read = parse_quantity_into(text, out);
    if (!read) return malformed(std::string(key) + ": " + read.error().detail());
    return outcome::success();
}

[[nodiscard]] result<simdjson::dom::object> object_of(JsonElement json, std::string_view what) {
    simdjson::dom::object object;
    if (json.get(object) != simdjson::SUCCESS) return malformed(std::string(what) + " is no object");
    return object;
}
[[nodiscard]] result<simdjson::dom::array> array_of(JsonElement json, std::string_view what) {
    simdjson::dom::array array;
    if (json.get(array) != simdjson::SUCCESS) return malformed(std::string(what) + " is no list");
    return array;
}

/// Which of the fields that a record must have were there.
class Seen {
public:
    void mark(unsigned bit) { bits_ |= 1U << bit; }
    [[nodiscard]] result<void> need(std::span<std::string_view const> names, std::string_view what) const {
        for (unsigned i = 0; i < names.size(); ++i) {
            if ((bits_ >> i & 1U) == 0) {
                return malformed(std::string(what) + " lacks " + std::string(names[i]));
            }
        }
        return outcome::success();
    }

private:
    std::uint32_t bits_ = 0;
};

constexpr std::string_view header_fields[] = {
    "hash",       "parentHash", "sha3Uncles", "miner",    "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom",
    "difficulty", "number",     "gasLimit",   "gasUsed",  "timestamp", "extraData",        "mixHash",      "nonce"};
constexpr std::string_view receipt_fields[] = {"status", "cumulativeGasUsed", "logsBloom", "logs"};
constexpr std::string_view log_fields[] = {"address", "topics", "data"};

[[nodiscard]] result<void> take_topics(JsonElement value, Log& log) {
    PLIMSOLL_TRY(topics, array_of(value, "topics"));
    log.topics.reserve(4);
    for (JsonElement const topic : topics) {
        if (log.topics.size() == 4) return malformed("topics: a log has at most four");
        PLIMSOLL_TRYV(take(topic, "topics", log.topics.emplace_back()));
    }
    return outcome::success();
}

[[nodiscard]] result<void> take_nodes(JsonElement value, std::string_view key, std::vector<Bytes>& out) {
    PLIMSOLL_TRY(nodes, array_of(value, key));
    for (JsonElement const node : nodes) {
        PLIMSOLL_TRYV(take(node, key, out.emplace_back()));
    }
    return outcome::success();
}

[[nodiscard]] result<StorageProof> read_storage_proof(JsonElement json) {
    StorageProof proof;
    PLIMSOLL_TRY(object, object_of(json, "a storage proof"));
    for (auto const [key, value] : object) {
        if (key == "key") {
            PLIMSOLL_TRYV(take_word(value, key, proof.slot));
        } else if (key == "value") {
            PLIMSOLL_TRYV(take_word(value, key, proof.value));
        } else if (key == "proof") {
            PLIMSOLL_TRYV(take_nodes(value, key, proof.nodes));
        }
    }
    return proof;
}

} // namespace

result<Header> read_header(JsonElement json) {
    Header header;
    Seen seen;
    PLIMSOLL_TRY(object, object_of(json, "the block"));
    for (auto const [name, value] : object) {
        std::string_view const key = name;
        for (unsigned i = 0; i < std::size(header_fields); ++i) {
            if (header_fields[i] == key && !value.is_null()) seen.mark(i);
        }
        result<void> read = outcome::success();
        if (value.is_null()) continue; // a pending block; what it lacks is told below
        if (key == "hash") read = take(value, key, header.hash);
        else if (key == "parentHash") read = take(value, key, header.parent_hash);
        else if (key == "sha3Uncles") read = take(value, key, header.ommers_hash);
        else if (key == "miner") read = take(value, key, header.miner);
        else if (key == "stateRoot") read = take(value, key, header.state_root);
        else if (key == "transactionsRoot") read = take(value, key, header.transactions_root);
        else if (key == "receiptsRoot") read = take(value, key, header.receipts_root);
        else if (key == "logsBloom") read = take(value, key, header.logs_bloom);
        else if (key == "difficulty") read = take_number(value, key, header.difficulty);
        else if (key == "number") read = take(value, key, header.number);
        else if (key == "gasLimit") read = take(value, key, header.gas_limit);
        else if (key == "gasUsed") read = take(value, key, header.gas_used);
        else if (key == "timestamp") read = take(value, key, header.timestamp);
        else if (key == "extraData") read = take(value, key, header.extra_data);
        else if (key == "mixHash") read = take(value, key, header.mix_hash);
        else if (key == "nonce") read = take(value, key, header.nonce);
        else if (key == "baseFeePerGas") read = take_number(value, key, header.base_fee_per_gas.emplace());
        else if (key == "withdrawalsRoot") read = take(value, key, header.withdrawals_root);
        else if (key == "blobGasUsed") read = take(value, key, header.blob_gas_used);
        else if (key == "excessBlobGas") read = take(value, key, header.excess_blob_gas);
        else if (key == "parentBeaconBlockRoot") read = take(value, key, header.parent_beacon_block_root);
        else if (key == "requestsHash") read = take(value, key, header.requests_hash);
        PLIMSOLL_TRYV(std::move(read));
    }
    PLIMSOLL_TRYV(seen.need(header_fields, "the block"));
    return header;
}

result<Log> read_log(JsonElement json) {
    Log log;
    Seen seen;
    PLIMSOLL_TRY(object, object_of(json, "the log"));
    for (auto const [name, value] : object) {
        std::string_view const key = name;
        result<void> read = outcome::success();
        if (key == "address") {
            seen.mark(0);
            read = take(value, key, log.address);
        } else if (key == "topics") {
            seen.mark(1);
            read = take_topics(value, log);
        } else if (key == "data") {
            seen.mark(2);
            read = take(value, key, log.data);
        } else if (key == "blockNumber" && !value.is_null()) {
            read = take(value, key, log.block_number);
        } else if (key == "blockHash" && !value.is_null()) {
            read = take(value, key, log.block_hash);
        } else if (key == "transactionHash" && !value.is_null()) {
            read = take(value, key, log.transaction_hash);
        } else if (key == "transactionIndex" && !value.is_null()) {
            read = take(value, key, log.transaction_index);
        } else if (key == "logIndex" && !value.is_null()) {
            read = take(value, key, log.log_index);
        } else if (key == "removed" && !value.is_null()) {
            if (value.get(log.removed) != simdjson::SUCCESS) return malformed("removed is not a boolean");
        }
        PLIMSOLL_TRYV(std::move(read));
    }
    PLIMSOLL_TRYV(seen.need(log_fields, "the log"));
    return log;
}

result<Receipt> read_receipt(JsonElement json) {
    Receipt receipt;
    Seen seen;
    PLIMSOLL_TRY(object, object_of(json, "the receipt"));
    for (auto const [name, value] : object) {
        std::string_view const key = name;
        result<void> read = outcome::success();
        std::uint64_t number = 0;
        if (key == "status") {
            seen.mark(0);
            read = take(value, key, number);
            receipt.status = number != 0;
            if (read && number > 1) return malformed("status is neither 0 nor 1");
        } else if (key == "cumulativeGasUsed") {
            seen.mark(1);
            read = take(value, key, receipt.cumulative_gas_used);
        } else if (key == "logsBloom") {
            seen.mark(2);
            read = take(value, key, receipt.logs_bloom);
        } else if (key == "type") {
            read = take(value, key, number);
            if (read && number > 0x7f) return malformed("type is larger than 0x7f");
            receipt.type = static_cast<std::uint8_t>(number);
        } else if (key == "transactionHash") {
            read = take(value, key, receipt.transaction_hash);
        } else if (key == "transactionIndex") {
            read = take(value, key, receipt.transaction_index);
        } else if (key == "logs") {
            seen.mark(3);
            PLIMSOLL_TRY(logs, array_of(value, key));
            receipt.logs.reserve(logs.size());
            for (JsonElement const each : logs) {
                PLIMSOLL_TRY(log, read_log(each));
                receipt.logs.push_back(std::move(log));
            }
        }
        PLIMSOLL_TRYV(std::move(read));
    }
    PLIMSOLL_TRYV(seen.need(receipt_fields, "the receipt"));
    return receipt;
}

result<std::vector<Receipt>> read_receipts(JsonElement json, Header const& header) {
    PLIMSOLL_TRY(array, array_of(json, "receipts"));
    std::vector<Receipt> receipts;
    receipts.reserve(array.size());
    std::uint64_t logs = 0;
    for (JsonElement const each : array) {
        std::string const place = "receipt " + std::to_string(receipts.size());
        auto read = read_receipt(each);
        if (!read) return outcome::failure(read.error().at(place));
        Receipt& receipt = read.value();
        if (receipt.transaction_index != receipts.size()) {
            return malformed(place + " says that its transaction is number " +
                             std::to_string(receipt.transaction_index));
        }
        for (Log& log : receipt.logs) {
            bool const agrees = log.block_number == header.number && log.log_index == logs++ &&
                                log.transaction_index == receipt.transaction_index &&
                                log.block_hash == header.hash && !log.removed;
            if (!agrees) {
                return malformed(place + ", log " + std::to_string(log.log_index) +
                                 ": its place is not that of the block and transaction that it is in");
            }
            log.transaction_hash = receipt.transaction_hash;
        }
        receipts.push_back(std::move(receipt));
    }
    return receipts;
}

result<AccountProof> read_account_proof(JsonElement json) {
    AccountProof proof;
    PLIMSOLL_TRY(object, object_of(json, "the proof"));
    for (auto const [name, value] : object) {
        std::string_view const key = name;
        result<void> read = outcome::success();
        if (key == "address") {
            read = take(value, key, proof.address);
        } else if (key == "nonce") {
            read = take(value, key, proof.nonce);
        } else if (key == "balance") {
            read = take_word(value, key, proof.balance);
        } else if (key == "storageHash") {
            read = take(value, key, proof.storage_hash);
        } else if (key == "codeHash") {
            read = take(value, key, proof.code_hash);
        } else if (key == "accountProof") {
            read = take_nodes(value, key, proof.nodes);
        } else if (key == "storageProof") {
            PLIMSOLL_TRY(slots, array_of(value, key));
            for (JsonElement const each : slots) {
                PLIMSOLL_TRY(slot, read_storage_proof(each));
                proof.storage.push_back(std::move(slot));
            }
        }
        PLIMSOLL_TRYV(std::move(read));
    }
    return proof;
}

} // namespace plimsoll::tools::chain
