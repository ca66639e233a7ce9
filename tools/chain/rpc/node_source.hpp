/// A node as a source of a chain's records: what it answers is checked to belong together; its truth is for others to prove.
#pragma once

#include "tools/chain/rpc/client.hpp"
#include "tools/chain/source.hpp"

#include <map>

namespace plimsoll::tools::chain::rpc {

struct NodeOptions {
    ClientOptions client;
    std::uint64_t read_ahead_blocks = 32; ///< fetched in two requests within what will_read() announced; 0: none
    std::uint64_t log_range_blocks = 1000; ///< of one eth_getLogs; halved where the node finds it too large
};

class NodeSource final : public ChainSource {
public:
    NodeSource(Endpoint const& endpoint, NodeOptions const& options, std::unique_ptr<Transport> transport, Clock clock)
        : options_(options), client_(endpoint, options.client, std::move(transport), std::move(clock)) {}
    NodeSource(Endpoint const& endpoint, NodeOptions const& options) : options_(options), client_(endpoint, options.client) {}
    /// Over HTTP; nothing is sent yet. Errors: Errc::node_url_malformed.
    [[nodiscard]] static result<std::unique_ptr<NodeSource>> open(std::string_view url, NodeOptions const& options = {});

    // Errors of all: those of Client; Errc::block_absent; answers_differ, with both; chain::Errc::record_malformed.
    [[nodiscard]] result<std::uint64_t> chain_id() override;
    [[nodiscard]] result<Header> header(BlockTag tag) override;
    [[nodiscard]] result<Header> header(std::uint64_t number) override;
    [[nodiscard]] result<std::vector<Receipt>> receipts(Header const& header) override;
    [[nodiscard]] result<std::vector<Log>> logs(std::span<Address const> addresses, std::uint64_t first,
                                                std::uint64_t last) override;
    [[nodiscard]] result<Bytes> call(Address const& to, std::span<std::uint8_t const> data, std::uint64_t block) override;
    [[nodiscard]] result<AccountProof> proof(Address const& account, std::span<Bytes32 const> slots,
                                             std::uint64_t block) override;
    [[nodiscard]] std::string name() const override { return client_.endpoint().shown(); }
    void will_read(std::uint64_t first, std::uint64_t last, std::span<Address const> of) override;
    void will_call(std::span<ContractCall const> calls, std::uint64_t block) override;

    [[nodiscard]] ClientCost const& cost() const { return client_.cost(); }

private:
    struct Block {
        Header header;
        std::vector<Receipt> receipts;
        bool has_receipts = false;
    };

    [[nodiscard]] result<Header> ask_header(std::string const& block, std::string const& shown);
    [[nodiscard]] result<void> read_ahead(std::uint64_t first);
    [[nodiscard]] result<void> read_receipts_ahead();
    [[nodiscard]] result<std::vector<Receipt>> receipts_one_by_one(Header const& header);
    [[nodiscard]] result<std::vector<Receipt>> read_receipts_of(simdjson::dom::element json, Header const& header) const;
    [[nodiscard]] result<void> ask_logs(std::string const& addresses, std::uint64_t first, std::uint64_t last,
                                        std::vector<Log>& out);
    void call_ahead();
    /// One call, its result handed to `take`.
    template <class F> [[nodiscard]] result<void> ask(std::string method, std::string params, F&& take);

    NodeOptions options_;
    Client client_;
    std::uint64_t announced_first_ = 1; ///< none: first after last
    std::uint64_t announced_last_ = 0;
    std::vector<Address> announced_of_;
    std::map<std::uint64_t, Block> ahead_; ///< by number; each is handed out once
    std::vector<ContractCall> announced_calls_; ///< not asked yet
    std::uint64_t announced_calls_block_ = 0;
    std::map<ContractCall, Bytes> answers_; ///< to those that were asked; each is handed out once
    bool has_block_receipts_ = true;       ///< false once the node has said that it lacks eth_getBlockReceipts
};

} // namespace plimsoll::tools::chain::rpc
