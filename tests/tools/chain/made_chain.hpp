/// A chain made up for a test: blocks that hash, link and prove as real ones do, and a source over them that can misbehave.
#pragma once

#include "tools/chain/block.hpp"
#include "tools/chain/keccak.hpp"
#include "tools/chain/rpc/errc.hpp"
#include "tools/chain/source.hpp"

#include <functional>

namespace plimsoll::tools::chain {

class MadeChain {
public:
    struct Block {
        Header header;
        std::vector<Receipt> receipts;
    };

    MadeChain() { mine({}); }

    /// A block of one transaction for each list of logs. `salt` tells apart blocks that are equal otherwise.
    void mine(std::vector<std::vector<Log>> transactions, std::uint8_t salt = 0) {
        Block block;
        Header& header = block.header;
        header.number = blocks_.size();
        if (!blocks_.empty()) header.parent_hash = blocks_.back().header.hash;
        header.timestamp = 1'700'000'000 + 12 * header.number;
        header.gas_limit = 30'000'000;
        header.extra_data = {salt};
        header.base_fee_per_gas = Bytes{7};
        header.logs_bloom.assign(bloom_bytes, 0);
        std::uint64_t logs = 0;
        for (std::vector<Log>& emitted : transactions) {
            Receipt receipt;
            receipt.type = 2;
            receipt.status = true;
            receipt.transaction_index = block.receipts.size();
            receipt.cumulative_gas_used = header.gas_used += 21'000;
            std::uint8_t const seed[] = {salt, static_cast<std::uint8_t>(header.number), static_cast<std::uint8_t>(receipt.transaction_index)};
            receipt.transaction_hash = keccak256(ByteView(seed));
            receipt.logs_bloom = bloom_of(emitted);
            for (std::size_t i = 0; i < bloom_bytes; ++i) header.logs_bloom[i] |= receipt.logs_bloom[i];
            for (Log& log : emitted) {
                log.block_number = header.number;
                log.transaction_hash = receipt.transaction_hash;
                log.transaction_index = receipt.transaction_index;
                log.log_index = logs++;
                receipt.logs.push_back(std::move(log));
            }
            block.receipts.push_back(std::move(receipt));
        }
        header.receipts_root = ReceiptsCheck().root(block.receipts);
        header.hash = header_hash(header);
        for (Receipt& receipt : block.receipts) {
            for (Log& log : receipt.logs) log.block_hash = header.hash;
        }
        blocks_.push_back(std::move(block));
    }
    /// As many blocks, each with one log of `address` whose data is the block's number and the salt.
    void mine_marked(std::size_t count, Address const& address, std::uint8_t salt = 0) {
        for (std::size_t i = 0; i < count; ++i) {
            Log log;
            log.address = address;
            log.topics.push_back(keccak256(ByteView(address)));
            log.data = {static_cast<std::uint8_t>(blocks_.size()), salt};
            mine({{log}}, salt);
        }
    }
    void drop(std::size_t depth) { blocks_.resize(blocks_.size() - depth); }

    [[nodiscard]] std::uint64_t head() const { return blocks_.size() - 1; }
    [[nodiscard]] Block& operator[](std::uint64_t number) { return blocks_[number]; }
    [[nodiscard]] Block const& operator[](std::uint64_t number) const { return blocks_[number]; }

private:
    std::vector<Block> blocks_;
};

/// Answers out of a made chain, whatever that is at the moment.
class ScriptedSource : public ChainSource {
public:
    explicit ScriptedSource(MadeChain& chain) : chain_(&chain) {}

    std::uint64_t finalized = 0;
    std::uint64_t headers_asked = 0;
    std::uint64_t receipts_asked = 0;
    /// Called before each answer: the chain may change under whoever asks.
    std::function<void()> before_answer = [] {};
    /// What is answered instead of the receipts.
    std::function<void(std::vector<Receipt>&)> bend_receipts = [](auto&) {};
    std::function<void(Header&)> bend_header = [](auto&) {};

    result<std::uint64_t> chain_id() override { return std::uint64_t{31337}; }
    result<Header> header(BlockTag tag) override {
        before_answer();
        return answer(tag == BlockTag::latest ? chain_->head() : finalized);
    }
    result<Header> header(std::uint64_t number) override {
        before_answer();
        ++headers_asked;
        return answer(number);
    }
    result<std::vector<Receipt>> receipts(Header const& header) override {
        before_answer();
        ++receipts_asked;
        if (header.number > chain_->head() || (*chain_)[header.number].header.hash != header.hash) {
            return fail(rpc::Errc::answers_differ, "block " + std::to_string(header.number));
        }
        std::vector<Receipt> receipts = (*chain_)[header.number].receipts;
        bend_receipts(receipts);
        return receipts;
    }
    result<std::vector<Log>> logs(std::span<Address const>, std::uint64_t, std::uint64_t) override { return std::vector<Log>{}; }
    result<Bytes> call(Address const&, std::span<std::uint8_t const>, std::uint64_t) override { return Bytes{}; }
    result<AccountProof> proof(Address const&, std::span<Bytes32 const>, std::uint64_t) override { return AccountProof{}; }
    std::string name() const override { return "the script"; }

private:
    [[nodiscard]] result<Header> answer(std::uint64_t number) const {
        if (number > chain_->head()) return fail(rpc::Errc::block_absent, std::to_string(number));
        Header header = (*chain_)[number].header;
        bend_header(header);
        return header;
    }

    MadeChain* chain_;
};

} // namespace plimsoll::tools::chain
