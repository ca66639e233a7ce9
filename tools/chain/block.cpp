#include "tools/chain/block.hpp"

#include "tools/chain/keccak.hpp"
#include "tools/chain/rlp.hpp"

namespace plimsoll::tools::chain {
namespace {

struct BloomBits {
    std::array<std::uint16_t, 3> bits{};
};

/// Three bits of 2,048: the low 11 of each of the first three pairs of bytes of the hash.
[[nodiscard]] BloomBits bloom_bits(ByteView item) {
    Bytes32 const hash = keccak256(item);
    BloomBits found;
    for (std::size_t i = 0; i < 3; ++i) {
        found.bits[i] = static_cast<std::uint16_t>((hash[2 * i] << 8 | hash[2 * i + 1]) & 0x7ff);
    }
    return found;
}
[[nodiscard]] std::size_t byte_of(std::uint16_t bit) { return bloom_bytes - 1 - bit / 8; }
[[nodiscard]] std::uint8_t mask_of(std::uint16_t bit) {
    return static_cast<std::uint8_t>(1U << (bit % 8));
}

} // namespace

Bytes32 header_hash(Header const& header) {
    Bytes out;
    out.reserve(700);
    RlpWriter writer(out);
    std::size_t const list = writer.begin_list();
    writer.bytes(header.parent_hash);
    writer.bytes(header.ommers_hash);
    writer.bytes(header.miner);
    writer.bytes(header.state_root);
    writer.bytes(header.transactions_root);
    writer.bytes(header.receipts_root);
    writer.bytes(header.logs_bloom);
    writer.number(header.difficulty);
    writer.number(header.number);
    writer.number(header.gas_limit);
    writer.number(header.gas_used);
    writer.number(header.timestamp);
    writer.bytes(header.extra_data);
    writer.bytes(header.mix_hash);
    writer.bytes(header.nonce);
    if (header.base_fee_per_gas) writer.number(*header.base_fee_per_gas);
    if (header.withdrawals_root) writer.bytes(*header.withdrawals_root);
    if (header.blob_gas_used) writer.number(*header.blob_gas_used);
    if (header.excess_blob_gas) writer.number(*header.excess_blob_gas);
    if (header.parent_beacon_block_root) writer.bytes(*header.parent_beacon_block_root);
    if (header.requests_hash) writer.bytes(*header.requests_hash);
    writer.end_list(list);
    return keccak256(ByteView(out));
}

result<void> verify_header(Header const& header) {
    Bytes32 const hash = header_hash(header);
    if (hash == header.hash) return outcome::success();
    return fail(Errc::block_hash_differs, "block " + std::to_string(header.number) + " claims " +
                                              hex_of(header.hash) + ", its fields hash to " +
                                              hex_of(hash));
}

result<void> verify_parent(Header const& header, std::uint64_t number, Bytes32 const& hash) {
    if (header.number == number + 1 && header.parent_hash == hash) return outcome::success();
    return fail(Errc::parent_differs, block_text(header) + " has the parent " +
                                          hex_of(header.parent_hash) + ", before it is block " +
                                          std::to_string(number) + " (" + hex_of(hash) + ")");
}

void append_receipt(Receipt const& receipt, Bytes& out) {
    if (receipt.type != 0) out.push_back(receipt.type);
    RlpWriter writer(out);
    std::size_t const list = writer.begin_list();
    writer.number(receipt.status ? 1 : 0);
    writer.number(receipt.cumulative_gas_used);
    writer.bytes(receipt.logs_bloom);
    std::size_t const logs = writer.begin_list();
    for (Log const& log : receipt.logs) {
        std::size_t const one = writer.begin_list();
        writer.bytes(log.address);
        std::size_t const topics = writer.begin_list();
        for (Bytes32 const& topic : log.topics) writer.bytes(topic);
        writer.end_list(topics);
        writer.bytes(log.data);
        writer.end_list(one);
    }
    writer.end_list(logs);
    writer.end_list(list);
}

Bytes32 ReceiptsCheck::root(std::vector<Receipt> const& receipts) {
    trie_.clear();
    for (Receipt const& receipt : receipts) {
        append_receipt(receipt, trie_.bytes());
        trie_.end_item();
    }
    return trie_.root();
}

result<void> ReceiptsCheck::verify(Header const& header, std::vector<Receipt> const& receipts) {
    Bytes32 const found = root(receipts);
    if (found == header.receipts_root) return outcome::success();
    return fail(Errc::receipts_root_differs,
                block_text(header) + " says " + hex_of(header.receipts_root) + ", its " +
                    std::to_string(receipts.size()) + " receipts give " + hex_of(found));
}

void add_to_bloom(Bytes& bloom, ByteView item) {
    for (std::uint16_t const bit : bloom_bits(item).bits) bloom[byte_of(bit)] |= mask_of(bit);
}

Bytes bloom_of(std::vector<Log> const& logs) {
    Bytes bloom(bloom_bytes, 0);
    for (Log const& log : logs) {
        add_to_bloom(bloom, log.address);
        for (Bytes32 const& topic : log.topics) add_to_bloom(bloom, topic);
    }
    return bloom;
}

bool may_hold(Bytes const& bloom, ByteView item) {
    if (bloom.size() != bloom_bytes) return true;
    for (std::uint16_t const bit : bloom_bits(item).bits) {
        if ((bloom[byte_of(bit)] & mask_of(bit)) == 0) return false;
    }
    return true;
}

result<void> verify_bloom(Receipt const& receipt) {
    if (bloom_of(receipt.logs) == receipt.logs_bloom) return outcome::success();
    return fail(Errc::logs_bloom_differs, "receipt " + std::to_string(receipt.transaction_index) +
                                              " of transaction " + hex_of(receipt.transaction_hash));
}

std::string block_text(Header const& header) {
    return "block " + std::to_string(header.number) + " (" + hex_of(header.hash) + ")";
}

} // namespace plimsoll::tools::chain
