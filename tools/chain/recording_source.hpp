/// A source that keeps what another answered about state, as lines of a saved file.
#pragma once

#include "tools/chain/source.hpp"

namespace plimsoll::tools::chain {

/// Passes every question on. The other must outlive it.
class RecordingSource final : public ChainSource {
public:
    explicit RecordingSource(ChainSource& asked) : asked_(&asked) {}

    [[nodiscard]] result<std::uint64_t> chain_id() override { return asked_->chain_id(); }
    [[nodiscard]] result<Header> header(BlockTag tag) override { return asked_->header(tag); }
    [[nodiscard]] result<Header> header(std::uint64_t number) override { return asked_->header(number); }
    [[nodiscard]] result<std::vector<Receipt>> receipts(Header const& header) override { return asked_->receipts(header); }
    [[nodiscard]] result<std::vector<Log>> logs(std::span<Address const> addresses, std::uint64_t first,
                                                std::uint64_t last) override {
        return asked_->logs(addresses, first, last);
    }
    [[nodiscard]] result<Bytes> call(Address const& to, std::span<std::uint8_t const> data, std::uint64_t block) override;
    [[nodiscard]] result<AccountProof> proof(Address const& account, std::span<Bytes32 const> slots,
                                             std::uint64_t block) override;
    void will_read(std::uint64_t first, std::uint64_t last, std::span<Address const> of) override {
        asked_->will_read(first, last, of);
    }
    void will_call(std::span<ContractCall const> calls, std::uint64_t block) override { asked_->will_call(calls, block); }
    [[nodiscard]] std::string name() const override { return asked_->name(); }

    /// {"call":{...}} and {"proof":{...}}, one a line, in the order in which they were asked.
    [[nodiscard]] std::string const& lines() const { return lines_; }

private:
    ChainSource* asked_;
    std::string lines_;
};

} // namespace plimsoll::tools::chain
