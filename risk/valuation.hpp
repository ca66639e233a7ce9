/// What accounts are worth at a book's own prices, in one asset.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/number/fraction.hpp"
#include "risk/counts_as.hpp"

#include <vector>

namespace plimsoll::risk {

/// Why a row has no value. It is then left out of the sum, and the sum says so.
enum class Unpriced : std::uint8_t {
    none,    ///< it has a value
    no_mark, ///< the instrument was never marked (or marked 0, for an inverse one)
    no_rate, ///< the asset has neither an observed price nor a spot market with the valuation asset
    too_large, ///< the value leaves 126 bits
};

/// Where the rate from an asset to the valuation asset comes from.
enum class RateSource : std::uint8_t {
    itself,
    observed_price,
    spot_mark,
    spot_mark_inverted,
    counted_as, ///< that of the asset that it counts as
    none
};

/// A position in its settlement asset: total = value + quote + funding; worth is the same in the
/// valuation asset. All zero where unpriced.
struct PositionValue {
    Amount value;   ///< of the size, at mark
    Amount quote;   ///< kept in the position: what was received less what was paid
    Amount funding; ///< not met yet, as the account would receive it
    Amount total;
    Amount worth;
    Unpriced unpriced = Unpriced::none;
};

struct BalanceValue {
    Amount worth; ///< in the valuation asset
    Unpriced unpriced = Unpriced::none;
};

/// The sum over an account's rows that have a value.
struct Equity {
    Amount amount;
    std::uint64_t unpriced_rows = 0; ///< rows with something in them that have no value

    [[nodiscard]] bool complete() const { return unpriced_rows == 0; }
    void add(Amount worth, Unpriced unpriced);
};

/// The asset to value in when nobody says: the one in which most instruments settle (of equals, the
/// one defined first), else the first defined. Nothing in a book without assets.
[[nodiscard]] std::optional<AssetId> default_valuation_asset(book::Book const& book);

/// Prices of one book, ready for all its rows. The book must outlive it and stay as it is.
///
///     linear, quanto, options   value = size * mark * multiplier
///     inverse                   value = -size * multiplier / mark
///
/// Each in the settlement asset. The sign of the inverse: a long holds dollars owed in coin, so its
/// value is negative and rises with the mark; buying at p books the quote +size * multiplier / p, and
/// value + quote is the profit size * multiplier * (1/p - 1/mark). Options count at their mark, inverse
/// ones too, since their premium is quoted in coin.
///
/// Cash of another asset counts at its observed price (asset_price, over that of the valuation asset
/// where that has one), else at the mark of a spot market between the two, else not at all: the row
/// is unpriced. An asset on a chain that has no price of its own counts at that of the asset it counts as, without a haircut.
/// Interest that a balance has not met yet counts with it.
///
/// Rounding: value, pending funding and each conversion are rounded down, row by row: against the
/// account, by less than 10^-18 each.
class Valuation {
public:
    /// Errors: book::Errc::unknown_asset.
    [[nodiscard]] static result<Valuation> of(book::Book const& book, AssetId in);

    [[nodiscard]] AssetId in() const { return in_; }
    [[nodiscard]] book::Book const& book() const { return *book_; }
    [[nodiscard]] RateSource rate_source(AssetId asset) const {
        return rates_[asset.number()].source;
    }

    /// What margin takes the asset for; of most: itself.
    [[nodiscard]] CountsAs const* counts_as(AssetId asset) const {
        bool const is_some = asset.number() < counts_as_.size() && counts_as_[asset.number()].whole.is_some();
        return is_some ? &counts_as_[asset.number()] : nullptr;
    }

    [[nodiscard]] BalanceValue balance(AssetId asset, Amount amount) const;
    /// With pending interest.
    [[nodiscard]] BalanceValue balance(book::BalanceRow const& row) const;
    [[nodiscard]] PositionValue position(book::PositionRow const& row) const;
    /// The same without worth: in the settlement asset only.
    [[nodiscard]] PositionValue settled(book::PositionRow const& row) const;
    [[nodiscard]] Equity account(AccountId account) const;

    /// Every account's equity, by number (the first element is nobody's). Reads each table once, in
    /// order; equal to account() for each.
    [[nodiscard]] std::vector<Equity> sweep() const;

    /// The rule in words, for the head of a report.
    static constexpr std::string_view price_rule =
        "last mark of each instrument; other assets at their observed price, else at a spot mark; "
        "rounded down";

private:
    struct Rate {
        Fraction fraction;
        RateSource source = RateSource::none;
    };
    struct Mark {
        Fraction fraction; ///< value of one unit of size
        Unpriced unpriced = Unpriced::no_mark;
    };

    Valuation(book::Book const& book, AssetId in) : book_(&book), in_(in) {}
    [[nodiscard]] Rate rate_of(AssetId asset) const;
    void add_spot_rates();
    [[nodiscard]] static Mark mark_of(book::InstrumentRow const& row);

    book::Book const* book_;
    AssetId in_;
    std::vector<Rate> rates_; ///< by asset number
    std::vector<CountsAs> counts_as_; ///< the same; empty where nothing stands on a chain
    std::vector<Mark> marks_; ///< by instrument number
};

} // namespace plimsoll::risk
