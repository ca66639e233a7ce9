/// Who may trade, and who may take money out: an account's margin before and after.
#pragma once

#include "risk/clearing/decision.hpp"
#include "risk/clearing/margin_desk.hpp"

#include <span>

namespace plimsoll::risk {

/// Why a change to an account is fine, or why not, in the order in which they are asked.
enum class Standpoint : std::uint8_t {
    enough,       ///< initial excess after it is zero or more
    reduces,      ///< a position gets smaller and does not turn, and maintenance is kept or not worsened
    improves,     ///< it was below initial, and its maintenance excess does not fall
    insufficient, ///< it was fine, and would not be
    worsens,      ///< it was below initial, and its maintenance excess falls
};

/// A position before and after, in contracts.
struct SizeChange {
    Int128 before = 0;
    Int128 after = 0;

    /// Smaller, and on the same side or flat.
    [[nodiscard]] bool only_reduces() const {
        if (before == 0) return false;
        return before > 0 ? after >= 0 && after < before : after <= 0 && after > before;
    }
};

/// The rule itself.
///
///     enough     after.initial >= 0
///     reduces    the position only shrinks and after.maintenance >= min(0, before.maintenance): a price
///                that is no price at all cannot pass as a reduction
///     improves   before.initial < 0 and after.maintenance >= before.maintenance
[[nodiscard]] Standpoint standpoint(Levels const& before, Levels const& after, SizeChange const& size);

/// Whether margin is asked of an account of this kind: customers (risk::Group). Markets, funds, fees and
/// the outside world have none.
[[nodiscard]] bool is_margined(book::Book const& book, AccountId account);

/// Asks one book's accounts. Every figure that is looked at is said in the decision, accepted or not.
class Acceptance {
public:
    Acceptance(book::Book const& book, MarginDesk& desk) : book_(&book), desk_(&desk) {}

    /// One side of a trade of `instrument` that `decided` will book.
    /// Errors: Errc::initial_margin_insufficient, margin_not_improved, account_in_liquidation;
    /// balance_insufficient where spot gives what the account has not (only the quote asset can be owed);
    /// those of the model, where the account would have no margin at all.
    [[nodiscard]] result<void> trade(AccountId account, InstrumentId instrument, std::span<Event const> decided,
                                     Decision& decision);
    /// `asset` leaves the account by `decided`.
    /// Errors: Errc::withdrawal_exceeds_margin, balance_insufficient, account_in_liquidation.
    [[nodiscard]] result<void> payment(AccountId account, AssetId asset, std::span<Event const> decided,
                                       Decision& decision);

private:
    [[nodiscard]] result<void> owes_nothing_new(AccountId account) const;

    book::Book const* book_;
    MarginDesk* desk_;
    AccountRows rows_; ///< kept for its memory
};

} // namespace plimsoll::risk
