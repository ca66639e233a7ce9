/// A chain of blocks made for tests: each with receipts, blooms, roots and hashes that are right.
#pragma once

#include "tools/chain/block.hpp"
#include "tools/chain/keccak.hpp"
#include "tools/chain/records.hpp"

#include <string>
#include <vector>

namespace plimsoll::tools::chain {

struct MadeBlock {
    Header header;
    std::vector<Receipt> receipts;
};

/// Gives logs their places and proves nothing wrong of itself: what tests damage, they damage after.
class ChainMaker {
public:
    explicit ChainMaker(std::uint64_t first_number = 1, std::uint64_t first_time_seconds = 1'700'000'000)
        : next_number_(first_number), time_seconds_(first_time_seconds) {}

    /// One transaction for each list of logs.
    MadeBlock& add(std::vector<std::vector<Log>> transactions, std::uint64_t seconds_later = 12) {
        MadeBlock block;
        block.header.number = next_number_++;
        time_seconds_ += blocks_.empty() ? 0 : seconds_later;
        block.header.timestamp = time_seconds_;
        block.header.parent_hash = blocks_.empty() ? Bytes32{} : blocks_.back().header.hash;
        block.header.gas_limit = 30'000'000;
        block.header.base_fee_per_gas = Bytes(1, 7);
        block.header.extra_data = extra_data;
        for (std::vector<Log>& logs : transactions) {
            Receipt receipt;
            receipt.type = 2;
            receipt.status = true;
            receipt.transaction_index = block.receipts.size();
            receipt.cumulative_gas_used = 21'000 * (block.receipts.size() + 1);
            receipt.logs = std::move(logs);
            block.receipts.push_back(std::move(receipt));
        }
        seal(block);
        blocks_.push_back(std::move(block));
        return blocks_.back();
    }

    /// Blooms, root, hash, and each log's place, from what the block holds now.
    static void seal(MadeBlock& block) {
        block.header.logs_bloom.assign(bloom_bytes, 0);
        std::uint64_t log_index = 0;
        for (Receipt& receipt : block.receipts) {
            std::string const name = std::to_string(block.header.number) + "/" + std::to_string(receipt.transaction_index);
            receipt.transaction_hash = keccak256(name);
            receipt.logs_bloom = bloom_of(receipt.logs);
            for (std::size_t i = 0; i < bloom_bytes; ++i) block.header.logs_bloom[i] |= receipt.logs_bloom[i];
            for (Log& log : receipt.logs) {
                log.log_index = log_index++;
                log.transaction_index = receipt.transaction_index;
                log.transaction_hash = receipt.transaction_hash;
                log.block_number = block.header.number;
            }
        }
        block.header.receipts_root = ReceiptsCheck().root(block.receipts);
        block.header.hash = header_hash(block.header);
        for (Receipt& receipt : block.receipts) {
            for (Log& log : receipt.logs) log.block_hash = block.header.hash;
        }
    }
    /// After a block was changed: it, and all after it, are linked again.
    void seal_from(std::size_t block) {
        for (; block < blocks_.size(); ++block) {
            if (block > 0) blocks_[block].header.parent_hash = blocks_[block - 1].header.hash;
            seal(blocks_[block]);
        }
    }

    [[nodiscard]] std::vector<MadeBlock>& blocks() { return blocks_; }
    [[nodiscard]] std::string line(MadeBlock const& block) const {
        std::string text;
        JsonWriter json(text);
        json.begin_object().key("block");
        write_header(json, block.header);
        json.key("receipts").begin_array();
        for (Receipt const& receipt : block.receipts) write_receipt(json, receipt, block.header);
        json.end_array().end_object();
        return text + "\n";
    }
    [[nodiscard]] std::string head_line() const { return R"({"plimsoll_chain":1,"chain_id":"0x7a69"})" "\n"; }
    /// The file of blocks [first, last), by their place here.
    [[nodiscard]] std::string file(std::size_t first = 0, std::size_t last = ~std::size_t{0}) const {
        std::string text = head_line();
        for (std::size_t i = first; i < std::min(last, blocks_.size()); ++i) text += line(blocks_[i]);
        return text;
    }

    Bytes extra_data = Bytes(4, 't'); ///< other bytes, another chain

private:
    std::uint64_t next_number_;
    std::uint64_t time_seconds_;
    std::vector<MadeBlock> blocks_;
};

} // namespace plimsoll::tools::chain
