/// Derive's perpetual future: its funding index, and each position's profit and funding.
#pragma once

#include "risk/number/wei.hpp"

namespace plimsoll::risk::derive {

struct FundingModel {
    Int256 static_rate_per_hour;
    Int256 max_rate_per_hour; ///< either way
    Int256 convergence_hours;
};

/// What the feeds say; all count 10^-18 of a dollar.
struct PerpetualPrices {
    Int256 index;
    Int256 perp;
    Int256 impact_ask; ///< for which the venue's book sells a given size
    Int256 impact_bid;
};

struct FundingIndex {
    Int256 aggregate; ///< dollars per contract since the beginning
    std::int64_t last_seconds = 0;
};

struct PerpetualPosition {
    Int256 size;
    Int256 last_mark_price;
    Int256 stored_funding; ///< realised, not settled yet
    Int256 stored_pnl;
    Int256 last_funding_index;
};

/// One operation at one time, as CashOperation is.
/// Source: Derive v2, PerpAsset.
class PerpetualOperation {
public:
    PerpetualOperation(Checked& on, FundingIndex& index, FundingModel const& model,
                       PerpetualPrices const& prices, std::int64_t now_seconds)
        : on_(on), index_(index), model_(model), prices_(prices), now_seconds_(now_seconds) {}

    /// Errors: impact_prices_cross, division_by_zero.
    [[nodiscard]] Int256 funding_rate_per_hour();
    void accrue_funding();
    /// Realises profit, then funding, of the old size; then changes it.
    void change(PerpetualPosition& position, Int256 const& size);
    /// `size` may be negative. Errors: account_must_differ.
    void transfer(PerpetualPosition& from, PerpetualPosition& to, Int256 const& size);
    /// Realises both, and gives what moves to cash (CashOperation::settle_perpetual).
    [[nodiscard]] Int256 settle(PerpetualPosition& position);
    /// What a settlement would move now.
    [[nodiscard]] Int256 unsettled_cash(PerpetualPosition const& position);

private:
    void realise(PerpetualPosition& position);
    [[nodiscard]] Int256 aggregate_now();
    [[nodiscard]] Int256 funding_of(PerpetualPosition const& position, Int256 const& aggregate);
    [[nodiscard]] Int256 profit_of(PerpetualPosition const& position);

    Checked& on_;
    FundingIndex& index_;
    FundingModel const& model_;
    PerpetualPrices const& prices_;
    std::int64_t now_seconds_;
};

} // namespace plimsoll::risk::derive
