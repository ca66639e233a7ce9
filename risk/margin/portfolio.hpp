/// One account as a margin rule sees it: cash, other assets, perpetuals and options, in one quote asset.
#pragma once

#include "risk/margin/market.hpp"
#include "risk/valuation.hpp"

namespace plimsoll::risk {

/// A perpetual or dated future. `size` is in coins of the base, `notional` in the quote, not negative.
struct PerpetualHolding {
    InstrumentId instrument;
    AssetId base;
    Int128 size = 0;
    Int128 notional = 0;  ///< of the size at the mark, rounded up
    Int128 unsettled = 0; ///< profit at the mark and funding not met yet, in the quote, rounded down
    Quantity open_interest; ///< of the instrument, in contracts
};

struct OptionHolding {
    std::uint32_t option = 0; ///< which of Market::options()
    Int128 amount = 0;        ///< coins of the base, signed
};

struct AssetHolding {
    AssetId asset;
    Int128 amount = 0;
};

struct Portfolio {
    AccountId account;
    Int128 cash = 0; ///< of the quote asset, with what positions keep in it
    std::vector<AssetHolding> assets;
    std::vector<PerpetualHolding> perpetuals;
    std::vector<OptionHolding> options;

    /// Makes it empty, and keeps its memory.
    void clear();
};

/// An account's rows where they are not the book's: after events that are decided and not applied yet.
struct AccountRows {
    struct OpenInterest {
        InstrumentId instrument;
        Quantity contracts;
    };
    AccountId account;
    std::vector<book::BalanceRow> balances;
    std::vector<book::PositionRow> positions;
    std::vector<OpenInterest> open_interests; ///< of instruments where it changes
};

/// What accounts hold, by one market and one valuation of the same book. Rows that are zero are left out;
/// holdings come in the order of definition of what is held.
///
/// An inverse or quanto perpetual counts with the coins that its notional is worth at the mark. What an
/// option position keeps in quote is cash. An amount on a chain is one collateral with the asset that it counts as
/// (risk/counts_as.hpp), each row less its haircut, rounded down.
class PortfolioView {
public:
    PortfolioView(Market const& market, Valuation const& valuation) : market_(&market), valuation_(&valuation) {}

    /// Errors: Errc::quoted_in_another_asset, mark_missing, price_missing, arithmetic_overflow, with what is held.
    [[nodiscard]] result<void> read(AccountId account, Portfolio& portfolio) const;
    /// The same of rows that are not in the book. Errors: as above.
    [[nodiscard]] result<void> read(AccountRows const& rows, Portfolio& portfolio) const;

private:
    [[nodiscard]] result<void> add_balance(book::BalanceRow const& row, Portfolio& portfolio) const;
    [[nodiscard]] result<void> add_position(book::PositionRow const& row, Portfolio& portfolio) const;
    static void sort(Portfolio& portfolio);
    [[nodiscard]] result<void> add_perpetual(book::PositionRow const& row, Portfolio& portfolio) const;
    [[nodiscard]] result<void> add_option(std::uint32_t option, book::PositionRow const& row, Portfolio& portfolio) const;
    [[nodiscard]] result<void> add_cash(AssetId asset, Int128 amount, Portfolio& portfolio) const;

    Market const* market_;
    Valuation const* valuation_;
};

} // namespace plimsoll::risk
