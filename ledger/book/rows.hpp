/// The rows of the book: everything that events add up to, each row a fixed run of bytes.
#pragma once

#include "ledger/event/event.hpp"
#include "ledger/event/hash.hpp"
#include "ledger/event/name.hpp"

namespace plimsoll::book {

/// Where the book stands. One row.
struct HeadRow {
    std::uint64_t sequence = 0;    ///< events applied
    TimeNs time = 0;               ///< ledger time: the largest source time so far
    std::uint64_t quarantined = 0; ///< records set aside
    std::uint64_t corrections = 0; ///< corrections and reversals
};

struct SourceRow {
    Name name;
    Cursor cursor; ///< last record taken
    TimeNs time = 0;
    std::uint64_t events = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t kind = 0; ///< wire.SourceKind
};

struct FeedRow {
    Name name;
};

struct ChainRow {
    Name name;
    std::uint64_t chain_id = 0;
    std::uint64_t account = 0; ///< the outside account that stands for the chain
    std::uint64_t block = 0;
    TimeNs block_time = 0;
    Hash block_hash{};
};

/// What was last observed of one thing: a price, a forward, a volatility, a rate.
struct Reading {
    Price value;
    Ratio confidence; ///< of its source, 0 to 1
    TimeNs time = 0;  ///< ledger time of the observation, 0: never observed

    [[nodiscard]] bool is_some() const { return time != 0; }
};

struct AssetRow {
    Name name;
    std::uint32_t decimals = 0;
    std::uint32_t kind = 0; ///< wire.AssetKind
    Reading price; ///< in the valuation asset, value 0: none observed
    Amount bad_debt; ///< recognised and not yet covered by a waterfall layer
    Index supply_index;
    Index borrow_index;
    Index loss_index;
};

struct InstrumentRow {
    Name name;
    AssetId base;
    AssetId quote;
    AssetId settle;
    AccountId market_account; ///< the other side of funding and settlement
    wire::InstrumentKind kind{};
    wire::Payoff payoff{};
    wire::OptionSide side{};
    wire::Exercise exercise{};
    std::uint32_t reserved = 0;
    /// value of a position = size * price * numerator / denominator (plain integers); inverse:
    /// size / price * the same.
    std::array<std::uint64_t, 2> multiplier_numerator{};
    std::array<std::uint64_t, 2> multiplier_denominator{};
    Price strike;
    TimeNs expiry = 0; ///< 0: never
    Reading mark;
    Reading index_price;
    Reading forward;
    Reading forward_settled; ///< the part of the forward that an averaging window has fixed
    Reading volatility;
    Reading rate;
    Reading settlement;
    Index funding_index;
    Index loss_index;
    Quantity open_interest; ///< sum of long positions
};

struct AccountRow {
    Name name;
    AccountId parent;
    wire::AccountKind kind{};
    std::uint8_t in_liquidation = 0;
    std::uint16_t reserved = 0;
    std::uint32_t first_balance = 0;  ///< row of its newest balance, 0: none
    std::uint32_t first_position = 0; ///< row of its newest position
    std::uint64_t opened_sequence = 0;
    std::uint64_t liquidation = 0; ///< the last one
};

struct BalanceRow {
    AccountId account;
    AssetId asset;
    std::uint32_t next = 0; ///< the account's balance opened before this one
    std::uint32_t interest_kind = 0; ///< what interest_index is of: 0 nothing, 1 what is held, 2 what is owed
    Amount amount;
    Index interest_index; ///< supply or borrow index at which it stands
    Index loss_index;     ///< socialised-loss index at which it stands
};

struct PositionRow {
    AccountId account;
    InstrumentId instrument;
    std::uint32_t next = 0; ///< the account's position opened before this one
    std::uint32_t reserved = 0;
    Quantity size;
    Amount quote; ///< what was received less what was paid for it, in the settlement asset
    Index index;  ///< funding index at which it stands
};

struct LiquidationRow {
    std::uint64_t id = 0;
    AccountId account;
    AssetId asset;
    std::uint64_t started_sequence = 0;
    std::uint64_t ended_sequence = 0; ///< 0: open
    Amount equity_at_start;
    Amount requirement_at_start;
    Amount penalty;
    std::uint64_t bids = 0;
    std::uint64_t outcome = 0; ///< wire.LiquidationOutcome, once ended
};

/// One loss and what each layer paid of it.
struct LossRow {
    std::uint64_t id = 0;
    AccountId account;
    AssetId asset;
    Amount recognised;
    std::array<Amount, 11> paid; ///< by wire.Layer

    /// What no layer has paid yet.
    [[nodiscard]] Amount open() const {
        Int128 rest = recognised.units();
        for (Amount const& part : paid) rest -= part.units();
        return Amount{rest};
    }
};

struct BreakerRow {
    Name name;
    Name scope;
    Price value;
    Price threshold;
    std::uint32_t allowed = 0; ///< operations still allowed, bits
    std::uint32_t tripped = 0;
    std::uint64_t sequence = 0;
};

struct ParameterRow {
    Name scope;
    Name name;
    Ratio value;
    std::uint64_t text = 0; ///< first 8 bytes of SHA-256 of its text
    std::uint64_t sequence = 0;
};

struct PresetRow {
    Name scope;
    Name name;
    Name version;
    Hash digest{};
    std::uint64_t sequence = 0;
};

struct CreditRow {
    AccountId account;
    AssetId asset;
    Amount limit;
    Ratio score;
};

template <class... Rows> consteval bool are_plain() {
    return (... && (std::is_trivially_copyable_v<Rows> && std::has_unique_object_representations_v<Rows>));
}
static_assert(are_plain<HeadRow, SourceRow, FeedRow, ChainRow, AssetRow, InstrumentRow, AccountRow, BalanceRow,
                        PositionRow, LiquidationRow, LossRow, BreakerRow, ParameterRow, PresetRow, CreditRow>(),
              "equal logs give equal bytes: rows have no padding");
static_assert(sizeof(BalanceRow) == 64 && sizeof(PositionRow) == 64 && sizeof(AccountRow) == 96);

/// The numbers of the tables: part of the state root and of storage keys. Never renumbered.
enum class TableId : std::uint8_t {
    head = 1,
    sources,
    feeds,
    chains,
    assets,
    instruments,
    accounts,
    balances,
    positions,
    liquidations,
    losses,
    breakers,
    parameters,
    presets,
    credits,
};
inline constexpr std::size_t table_count = 15;

} // namespace plimsoll::book
