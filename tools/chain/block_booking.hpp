/// Blocks into a ledger: each log of a mapped contract with its events, at its own place in the chain.
#pragma once

#include "tools/chain/translator.hpp"

#include <functional>

namespace plimsoll::tools::chain {

/// Where a log's events stand in the source: (block, log + 1). Minor 0 is the block itself.
[[nodiscard]] inline Cursor cursor_of(std::uint64_t block, std::uint64_t log) { return {block, log + 1}; }
/// First 8 bytes of the SHA-256 of transaction, address, topics and data: what conflicts are told by.
[[nodiscard]] std::uint64_t log_fingerprint(Log const& log);

/// Every log of a mapped contract is in exactly one of these.
struct BookingCounts {
    std::uint64_t blocks = 0; ///< with such logs
    std::uint64_t logs = 0;
    std::uint64_t added = 0;
    std::uint64_t known = 0;
    std::uint64_t ignored = 0; ///< known to move nothing
    std::uint64_t quarantined = 0;
    std::uint64_t events = 0; ///< definitions and blocks included
};

class BlockBooking {
public:
    /// Mapping and keeper must outlive it.
    BlockBooking(Mapping const& mapping, Keeper& keeper, std::string source);

    /// Bad logs are set aside instead of stopping.
    void quarantine(bool is_wanted) { quarantines_ = is_wanted; }
    /// Told of each log before its events are submitted.
    void watch(std::function<void(Log const&, std::span<Event const>)> told) { watch_ = std::move(told); }

    /// Source, chain and mapping, where the ledger has none of them yet.
    /// Errors: Errc::mapping_differs, chain_differs.
    [[nodiscard]] result<void> begin(MappingText const& text, std::uint64_t chain_id, std::uint64_t time_seconds);

    /// The logs of a block, in their order; those of other contracts are passed over. Whoever calls has
    /// proved them. Blocks come in the order of their numbers.
    /// Errors: Errc::block_replaced, log_unmapped, log_malformed, value_refused; book::Errc; replay::Errc.
    [[nodiscard]] result<void> take(BlockPlace const& block, std::span<Log const* const> logs);
    [[nodiscard]] result<void> take(Header const& header, std::vector<Receipt> const& receipts);

    [[nodiscard]] BookingCounts const& counts() const { return counts_; }
    /// The last block that the ledger has of this source, 0: none.
    [[nodiscard]] std::uint64_t last_block() const;
    [[nodiscard]] std::uint16_t source() const { return source_; }
    [[nodiscard]] std::string const& source_name() const { return source_name_; }

private:
    [[nodiscard]] book::ChainRow const* chain_row() const;
    [[nodiscard]] Origin origin_of(BlockPlace const& block, Cursor cursor, std::uint64_t record) const;
    [[nodiscard]] result<bool> is_known(BlockPlace const& block);
    [[nodiscard]] result<void> record_block(BlockPlace const& block);
    [[nodiscard]] result<void> book(BlockPlace const& block, std::span<Log const* const> transaction, std::size_t place);
    [[nodiscard]] result<void> set_aside(BlockPlace const& block, Log const& log, Error const& why);
    [[nodiscard]] result<void> submit(BlockPlace const& block, Log const& log, std::vector<Event> const& group);

    Mapping const& mapping_;
    Keeper& keeper_;
    Translator translator_;
    std::string source_name_;
    std::uint16_t source_ = 0;
    bool quarantines_ = false;
    bool block_is_recorded_ = false; ///< the one under way
    std::vector<Body> facts_;
    std::vector<Event> group_;
    std::vector<Log const*> all_;
    std::vector<Log const*> own_;  ///< of a block's logs, those of mapped contracts
    BookingCounts counts_;
    std::function<void(Log const&, std::span<Event const>)> watch_;
};

/// "block 17, log 3 of transaction 0xab..".
[[nodiscard]] std::string log_text(BlockPlace const& block, Log const& log);

} // namespace plimsoll::tools::chain
