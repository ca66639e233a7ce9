/// Who pays a loss on a book: the layers of the clearing preset in force, found among its accounts.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/clearing/clearing_preset.hpp"
#include "risk/clearing/decision.hpp"
#include "risk/clearing/waterfall_events.hpp"

namespace plimsoll::risk {

/// A number that no loss (no liquidation) of the book has.
[[nodiscard]] std::uint64_t next_loss(book::Book const& book);
[[nodiscard]] std::uint64_t next_liquidation(book::Book const& book);

/// The first insurance account without a parent; none where there is none.
[[nodiscard]] AccountId shared_fund(book::Book const& book);
/// The first insurance account whose parent is the account; none where there is none.
[[nodiscard]] AccountId fund_of(book::Book const& book, AccountId parent);
/// The first insurance account whose parent is the instrument's market; none where there is none.
[[nodiscard]] AccountId market_fund(book::Book const& book, InstrumentId instrument);

/// What an account's collateral did not cover.
struct OpenLoss {
    AccountId account;
    AssetId asset;
    Int128 units = 0; ///< positive
    InstrumentId instrument; ///< what it was lost on; none: nothing in particular
    std::uint64_t liquidation = 0;
    Int128 penalty = 0; ///< what the liquidation brought the shared fund: its own layer
};

/// The loser's position that winners may be closed against, at the mark.
struct LoserPosition {
    Int128 size = 0; ///< signed, contracts
};

/// One loss and everybody who pays a part of it.
struct LossPlan {
    OpenLoss loss;
    std::vector<LossLayer> layers;
    LossPayment payment;
    std::vector<std::vector<LayerPart>> parts; ///< by layer; of a layer that works by an index, who goes before
    std::vector<Deleveraged> deals;            ///< winners closed, the first of the queue first
    std::optional<SharedLoss> shared;
    std::vector<LayerPart> index_parts;        ///< what each holder meets the index with, rounded as the layer says
};

/// Finds the payers of losses. Without a preset: the market's own fund, the shared one, and the rest stays open.
///
/// What stands in a layer, in the loss's asset:
///
///     account             nothing: a loss is what its own collateral left open
///     liquidation_penalty what the liquidation brought the shared fund, still there
///     market_fund         the insurance account of the instrument's market; of a loss on no instrument, that of the
///                         loser itself (a bridge's own fund)
///     shared_fund         the insurance account without a parent, less the penalty above
///     operator_tranche, staked_module, pool    the first account of that kind
///     auto_deleveraging   the profits of who stands on the other side, by the preset's policy; only where the
///                         loser's position is still there to be closed against them
///     socialised          positive balances of customers who are not in liquidation
///
/// A socialised layer whose remainder nobody can have gives nothing. Where the named one has not enough to pay a
/// remainder, it falls to the last who shares.
class LossCover {
public:
    /// `funds_pay`: the most that insurance funds pay, all together.
    LossCover(book::Book const& book, ClearingPreset const* preset, Int128 funds_pay = row_limit_units);

    [[nodiscard]] std::vector<LossLayer> const& layers() const { return layers_; }
    /// A layer that pays before all others, in place of one of its kind.
    void put_first(LossLayer const& layer);

    /// Errors: those of Valuation and of the policies: Errc::arithmetic_overflow, mark_missing.
    [[nodiscard]] result<LossPlan> plan(OpenLoss const& loss, std::optional<LoserPosition> const& loser = {}) const;

private:
    [[nodiscard]] AccountId payer_of(wire::Layer layer, OpenLoss const& loss) const;
    [[nodiscard]] result<Int128> standing(std::size_t layer, OpenLoss const& loss, std::span<Claimant const> claimants) const;
    [[nodiscard]] std::vector<Claimant> claimants_of(OpenLoss const& loss) const;
    [[nodiscard]] result<void> deleverage(LossPlan& plan, Int128& given, Int128 left, std::size_t layer,
                                          LoserPosition const& loser) const;
    [[nodiscard]] result<void> share(LossPlan& plan, std::size_t layer, std::span<Claimant const> claimants) const;

    book::Book const* book_;
    ClearingPreset const* preset_;
    std::vector<LossLayer> layers_;
    Int128 funds_pay_;
};

/// The plan as events behind what the decision holds already, all but its deals: BadDebtRecognised, then layer by
/// layer. `number`: next_loss(); `first` is the sequence that BadDebtRecognised will have. Says what was lost,
/// paid by each layer ("paid_by_shared_fund") and left. Errors: as events_of.
[[nodiscard]] result<void> write_loss(LossPlan const& plan, std::uint64_t number, std::uint64_t first, Origin const& origin,
                                      Decision& decision);

/// Closes winners in the sizes of an earlier plan of the same loss: what each pays is the later one's.
/// Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<void> keep_sizes(LossPlan& plan, LossPlan const& earlier, book::Book const& book);

/// The deals of the plan, each AutoDeleveraged and its trade at the mark.
void write_deals(LossPlan const& plan, Origin const& origin, Decision& decision);

} // namespace plimsoll::risk
