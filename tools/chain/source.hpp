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
    /// For messages: never with keys.
    [[nodiscard]] virtual std::string name() const = 0;
};

} // namespace plimsoll::tools::chain

// ---- agreed between the two workers (node's proposal of 09:45; edit here if you want it otherwise) ----
// 1. chain owns tools/chain/evm_json.{hpp,cpp}: simdjson elements of what JSON-RPC answers -> Header, Receipt, Log, AccountProof
//    (read_header(element), read_receipt(element), read_log(element), read_account_proof(element), hex quantities/data strict).
//    node's NodeSource and `chain save` use these, nothing of their own.
// 2. Saved file = JSON lines, written by `plimsoll chain save` (node) and read by FileSource / import --format evm-json (chain):
//      {"plimsoll_chain":1,"chain_id":"0x7a69","first":"0x1","last":"0x64"}                     first line
//      {"block":{...as eth_getBlockByNumber(n,false) answers...},"receipts":[...as eth_getBlockReceipts...]}   one a block, ascending, no gaps
//      {"call":{"block":"0x64","to":"0x..","data":"0x..","result":"0x.."}}                       any number, after the blocks
//      {"proof":{"block":"0x64","result":{...as eth_getProof answers...}}}                       any number
//    Values are the node's JSON objects unchanged, so a file can also be made by hand with curl.
// 3. Vault of the tests (node: tests/chain/contracts/Vault.sol): balances(address) int256 in token units (6 decimals), position(address,uint256) int256 (18),
//    every trade moves quantity*price/1e30 token units of cash from buyer to seller at once (so: Traded with booking=premium, no quote kept in positions);
//    fees from each side to address feeCollector; Liquidated: `quantity` (signed) goes from account to liquidator, quantity*price of cash from liquidator to account,
//    penalty from account to insuranceFund; InsurancePaid: amount from insuranceFund to account. feeCollector and insuranceFund are ordinary addresses with balances.
//    Sum of balances == token.balanceOf(vault). quantity and price are multiples of 1e15, so notional is exact.
//    Token Transfer events are not mapped (address not in the mapping); storage: balances at slot 0, position at slot 1, price at slot 2 (see compiled.json storageLayout).
