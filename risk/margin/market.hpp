/// What the market said at a book's moment, arranged as margin rules ask: underlyings, expiries, options.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/margin/preset.hpp"

#include <vector>

namespace plimsoll::risk {

/// How old a reading may be, in nanoseconds; 0: any age.
struct ReadingLimits {
    TimeNs spot = 0;
    TimeNs mark = 0;
    TimeNs forward = 0;
    TimeNs volatility = 0;
    TimeNs rate = 0;
    TimeNs price = 0;

    [[nodiscard]] static ReadingLimits of(Preset const& preset);
};

/// Options of one underlying that expire at one time.
struct ExpiryMarket {
    AssetId base;
    TimeNs expiry = 0;
    book::Reading forward;         ///< the newest of its instruments
    book::Reading forward_settled; ///< the newest; older than the forward's window start: zero
    book::Reading rate;            ///< the newest; never observed: 0
    Ratio volatility_confidence = Ratio::whole(1); ///< of its least sure option that has a volatility
};

struct OptionMarket {
    InstrumentId instrument;
    std::uint32_t expiry = 0; ///< which of Market::expiries()
    bool is_call = false;
    Int128 strike = 0;        ///< quote per base, 10^-18
    book::Reading volatility;
    book::Reading mark;
};

/// The asset that most derivatives are quoted in (of equals, the one defined first). Nothing where there is none.
[[nodiscard]] std::optional<AssetId> most_quoted_asset(book::Book const& book);

/// Prices of one book in one quote asset. The book must outlive it and stay as it is.
///
/// Spot of an underlying: the newest of the asset's observed price and of the index prices of the
/// instruments based on it (of equals the asset's price, then the instrument defined first). Forward and
/// rate of an expiry: the newest reading of the futures and options of that underlying and expiry.
class Market {
public:
    /// Only instruments quoted in `quote` can be margined: strikes and forwards are in their own quote.
    /// Errors: book::Errc::unknown_asset.
    [[nodiscard]] static result<Market> of(book::Book const& book, AssetId quote);

    [[nodiscard]] book::Book const& book() const { return *book_; }
    [[nodiscard]] AssetId quote() const { return quote_; }
    /// The moment that ages and times to expiry count from: the book's when this was made.
    [[nodiscard]] TimeNs time() const { return time_; }
    /// The same readings, asked later: what a command that is not booked yet will stand at.
    void move_to(TimeNs time) { time_ = time; }

    [[nodiscard]] book::Reading const& spot(AssetId base) const { return spots_[base.number()]; }
    /// The quote asset in the unit in which prices are observed: 1 where nobody observed it.
    [[nodiscard]] Int128 quote_price() const;
    [[nodiscard]] std::span<ExpiryMarket const> expiries() const { return expiries_; }
    [[nodiscard]] std::span<OptionMarket const> options() const { return options_; }
    /// Which of options() an instrument is; nothing for other kinds.
    [[nodiscard]] std::optional<std::uint32_t> option_of(InstrumentId instrument) const {
        std::uint32_t const number = option_numbers_[instrument.number()];
        return number == 0 ? std::nullopt : std::optional(number - 1);
    }
    /// One contract of it is one coin, quoted in the quote asset. Apart from options(), so that a walk over
    /// positions stays in cache.
    [[nodiscard]] bool is_plain(std::uint32_t option) const { return plain_[option]; }

    /// A reading that may be used: there, fresh enough, and not of confidence 0. `name` gives its subject in
    /// words, asked only where it may not.
    /// Errors: `missing` (as named), Errc::reading_stale, confidence_is_zero, with the subject and the ages.
    template <class Name>
    [[nodiscard]] result<void> need(book::Reading const& reading, TimeNs limit, Errc missing, Name&& name) const {
        bool const is_fresh = limit == 0 || time() - reading.time <= limit;
        if (reading.is_some() && is_fresh && !reading.confidence.is_zero()) return outcome::success();
        return refuse(reading, limit, missing, name());
    }

private:
    Market(book::Book const& book, AssetId quote) : book_(&book), quote_(quote), time_(book.time()) {}
    [[nodiscard]] result<void> refuse(book::Reading const& reading, TimeNs limit, Errc missing,
                                      std::string const& subject) const;
    void add_spots();
    void add_expiries();

    book::Book const* book_;
    AssetId quote_;
    TimeNs time_;
    std::vector<book::Reading> spots_;          ///< by asset number
    std::vector<ExpiryMarket> expiries_;        ///< by underlying, then expiry
    std::vector<OptionMarket> options_;         ///< in order of definition
    std::vector<bool> plain_;                   ///< by option
    std::vector<std::uint32_t> option_numbers_; ///< by instrument number: 1 + which option, 0: none
};

} // namespace plimsoll::risk
