/// A payment of a loss as the events that record it, ready to be decided and applied.
#pragma once

#include "risk/clearing/waterfall.hpp"

namespace plimsoll::risk {

/// What is lost, by whom.
struct Loss {
    std::uint64_t number = 0; ///< new in the ledger
    AccountId account;        ///< whose collateral did not cover it
    AssetId asset;
    InstrumentId instrument; ///< what it was lost on; none where nothing in particular
    std::uint64_t liquidation = 0;
    Int128 amount = 0;
};

/// One who pays a part of a layer's draw. The parts of a layer add up to its draw.
struct LayerPart {
    AccountId payer;
    Int128 amount = 0;
};

/// One who shares a loss: in proportion to what it is owed.
struct Claimant {
    AccountId account;
    Int128 claim = 0;
};

/// A draw shared pro rata, each part rounded down; the remainder is one part more, of the account named, or where
/// nobody is named it falls to the last who has a claim. Nobody pays without a claim, but for the named.
/// Errors: Errc::division_by_zero where nobody has a claim and nobody is named; arithmetic_overflow.
[[nodiscard]] result<std::vector<LayerPart>> share_pro_rata(Int128 draw, std::span<Claimant const> claimants,
                                                            std::optional<AccountId> remainder_to);

/// A winner closed against the account: `size` contracts at the mark, and a haircut in cash that brings the
/// price of the deal to `price`.
struct Deleveraged {
    AccountId counterparty;
    InstrumentId instrument;
    bool account_is_long = false; ///< the account sells, the counterparty buys
    Int128 size = 0;
    Int128 mark = 0;
    Int128 quote = 0; ///< of the size at the mark, in the settlement asset
    Int128 price = 0; ///< what the deal comes to
    Int128 score = 0;
    std::uint32_t rank = 0;
    std::string policy;
    Index funding_index; ///< of the instrument now
};

/// AutoDeleveraged, and where contracts change hands its trade. Of the loss it reads account, asset and liquidation.
void append_deal(Loss const& loss, Deleveraged const& deal, Origin const& origin, std::vector<Event>& events);

struct SharedLoss {
    IndexStep step;
    Index index_before; ///< of the asset
};

struct LossRecord {
    Loss loss;
    std::span<LossLayer const> layers;
    LossPayment const& payment;
    std::vector<std::vector<LayerPart>> parts; ///< by layer; the account itself pays without an event
    std::vector<Deleveraged> deleveraged;
    std::optional<SharedLoss> shared; ///< where the socialised layer works by an index
};

/// BadDebtRecognised for what the account's own layer leaves, then for each layer in order its WaterfallPaid;
/// before those of auto-deleveraging AutoDeleveraged and its trade, after those of a socialised layer
/// LossSocialised and, by an index, the index. Nothing where the account pays all.
/// `first` is the sequence that the first event will have: it is the cause of the others; `origin` names
/// where the loss comes from (its cause_sequence: the event that brought the loss about).
/// Errors: Errc::arithmetic_overflow where the index leaves 128 bits.
[[nodiscard]] result<std::vector<Event>> events_of(LossRecord const& record, std::uint64_t first, Origin const& origin);

} // namespace plimsoll::risk
