/// What a chain can be asked, whoever answers: a node over HTTP or a saved file.
#pragma once

#include "tools/chain/bytes.hpp"

#include <optional>

namespace plimsoll::tools::chain {

struct Log {
    Address address{};
    std::vector<Bytes32> topics;
    Bytes data;
    std::uint64_t block_number = 0;
    Bytes32 block_hash{};
    Bytes32 transaction_hash{};
    std::uint64_t transaction_index = 0;
    std::uint64_t log_index = 0; ///< in the block
    bool removed = false;
};

/// Fields in the order of their RLP; optional groups as the block has them.
struct Header {
    Bytes32 hash{}; ///< as claimed by whoever answered; proved by header_hash()
    Bytes32 parent_hash{};
    Bytes32 ommers_hash{};
    Address miner{};
    Bytes32 state_root{};
    Bytes32 transactions_root{};
    Bytes32 receipts_root{};
    Bytes logs_bloom; ///< 256 bytes
    Bytes difficulty; ///< minimal big endian, empty for zero
    std::uint64_t number = 0;
    std::uint64_t gas_limit = 0;
    std::uint64_t gas_used = 0;
    std::uint64_t timestamp = 0; ///< seconds
    Bytes extra_data;
    Bytes32 mix_hash{};
    std::array<std::uint8_t, 8> nonce{};
    std::optional<Bytes> base_fee_per_gas;
    std::optional<Bytes32> withdrawals_root;
    std::optional<std::uint64_t> blob_gas_used;
    std::optional<std::uint64_t> excess_blob_gas;
    std::optional<Bytes32> parent_beacon_block_root;
    std::optional<Bytes32> requests_hash;
};

struct Receipt {
    std::uint8_t type = 0;
    bool status = false;
    std::uint64_t cumulative_gas_used = 0;
    Bytes logs_bloom;
    std::vector<Log> logs;
    Bytes32 transaction_hash{};
    std::uint64_t transaction_index = 0;
};

struct StorageProof {
    Bytes32 slot{};
    Bytes32 value{};
    std::vector<Bytes> nodes;
};

struct AccountProof {
    Address address{};
    std::uint64_t nonce = 0;
    Bytes32 balance{};
    Bytes32 storage_hash{};
    Bytes32 code_hash{};
    std::vector<Bytes> nodes;
    std::vector<StorageProof> storage;
};

enum class BlockTag { latest, safe, finalized };

/// One question to a contract.
struct ContractCall {
    Address to{};
    Bytes data;
    friend auto operator<=>(ContractCall const&, ContractCall const&) = default;
};

class ChainSource {
public:
    virtual ~ChainSource() = default;
    [[nodiscard]] virtual result<std::uint64_t> chain_id() = 0;
    [[nodiscard]] virtual result<Header> header(BlockTag tag) = 0;
    [[nodiscard]] virtual result<Header> header(std::uint64_t number) = 0;
    /// Whole blocks from first to last in order, each with all its receipts: what proves its logs.
    [[nodiscard]] virtual result<std::vector<Receipt>> receipts(Header const& header) = 0;
    /// Logs of the addresses in [first, last], in order.
    [[nodiscard]] virtual result<std::vector<Log>>
    logs(std::span<Address const> addresses, std::uint64_t first, std::uint64_t last) = 0;
    [[nodiscard]] virtual result<Bytes> call(Address const& to, std::span<std::uint8_t const> data,
                                             std::uint64_t block) = 0;
    [[nodiscard]] virtual result<AccountProof>
    proof(Address const& account, std::span<Bytes32 const> slots, std::uint64_t block) = 0;
    /// A hint: the blocks of that range will be asked for in order, and the receipts of those whose bloom may hold a log
    /// of one of the addresses (none: of all). An earlier hint is forgotten.
    virtual void will_read(std::uint64_t /*first*/, std::uint64_t /*last*/, std::span<Address const> /*of*/) {}
    /// A hint: these will be asked at that block. An earlier hint is forgotten.
    virtual void will_call(std::span<ContractCall const> /*calls*/, std::uint64_t /*block*/) {}
    /// Of a source that has an end: its first block. None: it goes back to the chain's beginning.
    [[nodiscard]] virtual std::optional<std::uint64_t> first_block() const { return std::nullopt; }
    /// For messages: never with keys.
    [[nodiscard]] virtual std::string name() const = 0;
};

} // namespace plimsoll::tools::chain
