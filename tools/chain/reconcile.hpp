/// The ledger against the chain's own records at one block: what differs, of which kind, and the first of it.
#pragma once

#include "replay/moment.hpp"
#include "tools/chain/block.hpp"
#include "tools/chain/mapping.hpp"
#include "tools/chain/source.hpp"

#include <array>
#include <functional>

namespace plimsoll::tools::chain {

enum class FindingKind : std::uint8_t {
    missing,  ///< a log of the chain without its events in the ledger
    extra,    ///< events of the ledger without their log on the chain
    amount,   ///< both are there, and say different things; or a balance that the contract states otherwise
    order,    ///< the log's events stand at another place of its block
    late,     ///< the log's events stand in another block
    unproved, ///< a block, its receipts or a slot that cannot be proved, or another block than the ledger's
    unmapped, ///< a log that the ledger's mapping makes nothing of
};
inline constexpr std::array<std::string_view, 7> finding_words{"missing", "extra",    "amount",  "order",
                                                               "late",    "unproved", "unmapped"};

/// One difference, with both sides as they are.
struct Finding {
    FindingKind kind{};
    std::uint64_t block = 0;
    std::optional<std::uint64_t> log_index;
    std::string transaction;    ///< its hash; "" where it is of none
    std::uint64_t sequence = 0; ///< of the ledger's event, 0: none
    std::string what;
    std::string ledger; ///< "" : nothing there
    std::string chain;
};

struct ReconcileAsk {
    std::uint64_t at = 0; ///< the block after which both sides are compared
    std::string source;   ///< of the ledger
    std::optional<std::uint64_t> from; ///< none: the ledger's first, or an earlier one of a saved file
    std::size_t findings_limit = 100; ///< kept; all are counted
    /// Called now and then with blocks read and blocks in all.
    std::function<void(std::uint64_t, std::uint64_t)> progress = [](std::uint64_t, std::uint64_t) {};
};

struct ReconcileReport {
    std::string chain; ///< who answered
    std::string source;
    std::string mapping; ///< name and version
    std::uint64_t from = 0;
    std::uint64_t at = 0;
    Bytes32 block_hash{};
    std::uint64_t sequence = 0; ///< the ledger stood after this event
    std::uint64_t headers_proved = 0;
    std::uint64_t receipts_proved = 0; ///< blocks whose receipts were proved
    std::uint64_t logs = 0;            ///< of mapped contracts
    std::uint64_t logs_matched = 0;
    std::uint64_t events = 0; ///< of the source, in the ledger
    std::uint64_t balances = 0; ///< compared
    std::uint64_t balances_proved = 0; ///< by storage
    std::uint64_t balances_unanswered = 0; ///< neither answer nor proof was to be had
    std::array<std::uint64_t, finding_words.size()> counts{};
    std::vector<Finding> findings; ///< in the chain's order, balances last

    [[nodiscard]] std::uint64_t findings_in_all() const;
    void add(Finding finding, std::size_t limit);
};

/// Compares, event by event and balance by balance; never two different heights. The mapping is the one
/// that the ledger keeps.
/// Errors: Errc::mapping_malformed where the ledger has no such source; block_missing; those of the source and the store.
[[nodiscard]] result<ReconcileReport> reconcile_chain(replay::Reader const& reader, ChainSource& source,
                                                      ReconcileAsk const& ask);

/// The ledger's sources that keep a mapping.
[[nodiscard]] std::vector<std::string> mapped_sources(book::Book const& book);

// ---- its parts ----

/// The logs of blocks against the events of the ledger: completeness, order and amounts.
/// `events` are the ledger's of the source, in order, with their sequences.
struct LedgerRecord {
    Cursor cursor;
    std::uint64_t fingerprint = 0; ///< of the log
    std::uint64_t digest = 0;      ///< of what its events say, names for ids
    std::uint64_t sequence = 0;    ///< of the first of them
};
[[nodiscard]] result<void> compare_records(replay::Reader const& reader, replay::Moment const& moment, ChainSource& source,
                                           Mapping const& mapping, MappingText const& text, ReconcileAsk const& ask,
                                           std::vector<LedgerRecord> const& records, ReconcileReport& report);
/// The ledger's balances against the contract's own answers and storage at the block.
[[nodiscard]] result<void> compare_balances(replay::Moment const& moment, ChainSource& source, Mapping const& mapping,
                                            Header const& header, ReconcileAsk const& ask, ReconcileReport& report);

/// What the events of a record say, without their sequences: equal text, equal facts.
[[nodiscard]] std::string text_of_record(book::Book const& book, std::span<Event const> events);

} // namespace plimsoll::tools::chain
