/// An event: where it comes from, and one of the facts of a derivatives protocol's life.
#pragma once

#include "ledger/event/event_generated.h"
#include "ledger/event/number.hpp"
#include "ledger/event/time.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <variant>

namespace plimsoll {

using wire::Booking;
using wire::Cause;
using wire::IndexKind;
using wire::LegKind;
using wire::Observation;
using wire::SettlementType;
using wire::Taker;
using wire::TradeKind;
using wire::TransferType;

/// A position in a source: it only grows. A chain counts (block, log index), a file (time, line).
struct Cursor {
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    friend constexpr auto operator<=>(Cursor const&, Cursor const&) = default;
};

/// Where an event comes from, and its cause. Layout equals wire.Origin.
struct Origin {
    TimeNs source_time = 0;
    Cursor cursor;
    std::uint64_t record = 0;         ///< first 8 bytes of SHA-256 of the source record
    std::uint64_t cause_sequence = 0; ///< the event that triggered the rule; 0: the record itself
    std::uint16_t source = 0;         ///< 0: no source (a definition made by hand)
    Cause cause = Cause::outside_record;
    std::uint32_t reserved = 0;
    friend bool operator==(Origin const&, Origin const&) = default;
};

/// `amount` moves from counter to account (negative: the other way); `fee` from account to
/// fee_account. The account's balance changes by amount - fee.
struct Transferred {
    AccountId account;
    AccountId counter;
    AccountId fee_account; ///< none where fee is zero
    AssetId asset;
    InstrumentId instrument; ///< what it was for; none where nothing
    TransferType type{};
    std::uint16_t reserved = 0;
    Amount amount;
    Amount fee;
    friend bool operator==(Transferred const&, Transferred const&) = default;
};

/// `size` contracts go from seller to buyer for `quote` of `asset`; fees are costs of their payer.
/// booking says where quote is kept: in the position (variation margin), in cash (a premium), or
/// in cash against `base` (spot).
struct Traded {
    AccountId buyer;
    AccountId seller;
    AccountId fee_account; ///< none where both fees are zero
    InstrumentId instrument;
    AssetId asset;
    AssetId base; ///< spot only
    Booking booking{};
    TradeKind kind{};
    Taker taker{};
    std::uint8_t reserved_a = 0;
    std::uint32_t reserved_b = 0;
    Quantity size;
    Price price;
    Amount quote;
    Amount buyer_fee;
    Amount seller_fee;
    Index index; ///< funding index at which both positions now stand
    friend bool operator==(Traded const&, Traded const&) = default;
};

/// A price, volatility or rate as its feed gave it. subject: instrument, or asset for asset_price.
struct Observed {
    std::uint32_t subject = 0;
    Observation kind{};
    std::uint16_t feed = 0; ///< 0: the source itself
    Price value;
    Ratio confidence = Ratio::whole(1);
    friend bool operator==(Observed const&, Observed const&) = default;
};

/// A cumulative index of an instrument (funding) or asset (interest, loss): all meet it later.
struct IndexRecorded {
    std::uint32_t subject = 0;
    IndexKind kind{};
    std::uint16_t reserved = 0;
    Index value;
    Index rate; ///< the step per period as the source states it; informative
    friend bool operator==(IndexRecorded const&, IndexRecorded const&) = default;
};

/// An account meets an index: `amount` moves from counter to account, and its row stands at index.
struct IndexMet {
    AccountId account;
    AccountId counter;
    std::uint32_t subject = 0;
    AssetId asset;
    IndexKind kind{};
    std::uint16_t reserved_a = 0;
    std::uint32_t reserved_b = 0;
    Index index;
    Amount amount;
    friend bool operator==(IndexMet const&, IndexMet const&) = default;
};

/// `size` and `quote` of a position go from account to counter, `amount` of cash back.
struct PositionSettled {
    AccountId account;
    AccountId counter;
    InstrumentId instrument;
    AssetId asset;
    SettlementType type{};
    std::uint16_t reserved_a = 0;
    std::uint32_t reserved_b = 0;
    Quantity size;
    Amount quote;
    Amount amount;
    Price price;
    friend bool operator==(PositionSettled const&, PositionSettled const&) = default;
};

/// The kinds that are tables. Append only: the position is the number on disk.
#define PLIMSOLL_RARE_KINDS(X)                                                                     \
    X(AssetDefined) X(InstrumentDefined) X(SourceDefined) X(FeedDefined) X(ChainDefined)           \
    X(BlockRecorded) X(AccountOpened) X(OpeningEntered) X(Corrected) X(Reversed)                   \
    X(LiquidationStarted) X(LiquidationBid) X(LiquidationEnded) X(BadDebtRecognised)               \
    X(WaterfallPaid) X(LossSocialised) X(AutoDeleveraged) X(PoolMoved) X(BreakerTripped)           \
    X(BreakerReleased) X(ParameterSet) X(PresetAdopted) X(ForecastRecorded) X(CreditChanged)       \
    X(Quarantined) X(CheckpointTaken)

#define PLIMSOLL_USING(kind) using kind = wire::kind##T;
PLIMSOLL_RARE_KINDS(PLIMSOLL_USING)
#undef PLIMSOLL_USING

/// A rare fact, shared and never changed.
using RareFact = std::shared_ptr<wire::RareUnion const>;

using Body = std::variant<Transferred, Traded, Observed, IndexRecorded, IndexMet, PositionSettled, RareFact>;

struct Event {
    Origin origin;
    Body body;
};

/// The number of a kind on disk: hot kinds from 1, rare kinds from 17.
inline constexpr std::uint8_t rare_kind_base = 16;
enum class Kind : std::uint8_t {
    transferred = 1,
    traded,
    observed,
    index_recorded,
    index_met,
    position_settled,
};

template <class T> [[nodiscard]] Body rare(T fact) {
    auto shared = std::make_shared<wire::RareUnion>();
    shared->Set(std::move(fact));
    return RareFact(std::move(shared));
}

/// Calls f with the fact that a rare union holds.
template <class F> void visit_rare(wire::RareUnion const& fact, F&& f) {
    switch (fact.type) {
#define PLIMSOLL_CASE(kind)                                                                        \
    case wire::Rare::kind: f(*fact.As##kind()); return;
        PLIMSOLL_RARE_KINDS(PLIMSOLL_CASE)
#undef PLIMSOLL_CASE
    case wire::Rare::NONE: return;
    }
}

/// Calls f with the fact that an event holds, hot or rare.
template <class F> void visit_body(Body const& body, F&& f) {
    std::visit(
        [&](auto const& fact) {
            if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, RareFact>) {
                visit_rare(*fact, f);
            } else {
                f(fact);
            }
        },
        body);
}

template <class T> inline constexpr std::string_view kind_name = "";
template <> inline constexpr std::string_view kind_name<Transferred> = "Transferred";
template <> inline constexpr std::string_view kind_name<Traded> = "Traded";
template <> inline constexpr std::string_view kind_name<Observed> = "Observed";
template <> inline constexpr std::string_view kind_name<IndexRecorded> = "IndexRecorded";
template <> inline constexpr std::string_view kind_name<IndexMet> = "IndexMet";
template <> inline constexpr std::string_view kind_name<PositionSettled> = "PositionSettled";
#define PLIMSOLL_NAME(kind) template <> inline constexpr std::string_view kind_name<kind> = #kind;
PLIMSOLL_RARE_KINDS(PLIMSOLL_NAME)
#undef PLIMSOLL_NAME

/// The numbers of tables are wire.Int128; these are their typed readings.
[[nodiscard]] inline Int128 units(wire::Int128 const& value) {
    return static_cast<Int128>((static_cast<Uint128>(static_cast<std::uint64_t>(value.high())) << 64) |
                               value.low());
}
[[nodiscard]] inline wire::Int128 to_wire(Int128 value) {
    return {static_cast<std::uint64_t>(value), static_cast<std::int64_t>(value >> 64)};
}
template <class Tag> [[nodiscard]] wire::Int128 to_wire(Fixed<Tag> value) { return to_wire(value.units()); }

static_assert(sizeof(Origin) == sizeof(wire::Origin) && sizeof(Origin) == 48);
static_assert(sizeof(Transferred) == sizeof(wire::Transferred) && sizeof(Transferred) == 56);
static_assert(sizeof(Traded) == sizeof(wire::Traded) && sizeof(Traded) == 128);
static_assert(sizeof(Observed) == sizeof(wire::Observed) && sizeof(Observed) == 40);
static_assert(sizeof(IndexRecorded) == sizeof(wire::IndexRecorded) && sizeof(IndexRecorded) == 40);
static_assert(sizeof(IndexMet) == sizeof(wire::IndexMet) && sizeof(IndexMet) == 56);
static_assert(sizeof(PositionSettled) == sizeof(wire::PositionSettled) && sizeof(PositionSettled) == 88);
static_assert(std::is_trivially_copyable_v<Origin> && std::is_trivially_copyable_v<Traded>);
static_assert(std::has_unique_object_representations_v<Origin> &&
              std::has_unique_object_representations_v<Transferred> &&
              std::has_unique_object_representations_v<Traded> &&
              std::has_unique_object_representations_v<Observed> &&
              std::has_unique_object_representations_v<IndexRecorded> &&
              std::has_unique_object_representations_v<IndexMet> &&
              std::has_unique_object_representations_v<PositionSettled>,
              "hot kinds lie on disk as they lie in memory: no padding");

} // namespace plimsoll
