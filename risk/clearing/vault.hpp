/// An option vault as a book has it: collateral against one short series, apart from all else that its owner has.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/margin/naked_bound.hpp"
#include "risk/margin/preset.hpp"

namespace plimsoll::risk {

/// An account of kind vault with a parent: its owner.
[[nodiscard]] bool is_option_vault(book::Book const& book, AccountId account);

/// What stands behind a short.
enum class VaultKind : std::uint8_t {
    empty,   ///< nothing is short
    naked,   ///< less than the most it can lose
    covered, ///< all that it can lose, by collateral alone
    spread,  ///< a long leg, and what the pair can lose
};
[[nodiscard]] std::string_view word(VaultKind kind);

/// Of rows that are zero nothing is told.
struct VaultStand {
    AccountId vault;
    AccountId owner;
    AssetId collateral;      ///< none: nothing is locked, and nothing says what would fit
    Int128 locked = 0;       ///< of it, with interest not met yet
    InstrumentId sold;
    Int128 short_size = 0;   ///< contracts, not below 0
    InstrumentId bought;
    Int128 long_size = 0;
    bool is_on_sale = false; ///< its auction is open
};

/// Errors: Errc::not_a_vault; vault_holds_too_much where events that no rule decided gave it more.
[[nodiscard]] result<VaultStand> vault_of(book::Book const& book, AccountId account);

/// The numbers of a naked-bound preset that vaults are asked by.
struct VaultTerms {
    naked::NakedTerms naked;
    Int128 spot_shock = 0;
    bool takes_spreads = false;
    Int128 floor_quote = 0; ///< a naked vault's collateral is more than that, in the quote
    Int128 floor_base = 0;  ///< the same in coins
};
/// Errors: Errc::procedure_does_not_fit where the preset is of another kernel.
[[nodiscard]] result<VaultTerms> vault_terms_of(Preset const& preset);

/// What the market says of a vault's underlying.
struct VaultMoment {
    Int128 spot = 0;                ///< above 0
    Int128 quote_price = one_units; ///< of the quote asset, above 0
    TimeNs time = 0;
};

/// The same of a series whose underlying's spot is known.
[[nodiscard]] VaultMoment vault_moment(book::Book const& book, InstrumentId series, Int128 spot, TimeNs time);

/// In the collateral asset.
struct VaultNeeds {
    VaultKind kind{};
    Int128 required = 0;   ///< of what is locked; rounded up
    Int128 full = 0;       ///< the most it can lose; rounded up
    Int128 largest_loss = 0; ///< the same in kind: a put's in the quote, a call's in coins
    Int128 cash_value = 0; ///< of its short, exercised at this spot; rounded down
};

/// An option that vaults may sell: European, dated, without a market account (nobody stands between writer and holder), settled
/// in its quote (linear) or its base (inverse). Errors: Errc::series_does_not_fit with what is amiss.
[[nodiscard]] result<void> check_series(book::Book const& book, InstrumentId instrument);

/// Whether `bought` may stand beside `sold`: all but the strike equal. Errors: Errc::series_does_not_fit.
[[nodiscard]] result<void> check_long_leg(book::Book const& book, InstrumentId sold, InstrumentId bought);

/// Before the expiry: naked, the bound by tenor, or more than the floor; all that it can lose is always enough, and with a long
/// leg is what is asked. After it: what the short is owed at the settlement price.
/// Source: Opyn Gamma, risk-models 2.1.2; naked_bound.hpp and option_spread.hpp have the sums.
/// Errors: Errc::tenor_beyond_table, settlement_price_missing, arithmetic_overflow, with the series.
[[nodiscard]] result<VaultNeeds> vault_needs(book::Book const& book, VaultStand const& stand, VaultMoment const& moment, VaultTerms const& terms);

/// Between the writer and the holder of such an option nobody stands: whoever holds it exercises.
[[nodiscard]] bool is_between_peers(book::InstrumentRow const& instrument);
/// It may be settled once: who has exercised was paid by that price. Errors: Errc::nothing_to_settle.
[[nodiscard]] result<void> must_be_unsettled(book::InstrumentRow const& instrument);

/// The settlement price that was observed once it had expired. Errors: Errc::instrument_not_expired, settlement_price_missing.
[[nodiscard]] result<Price> settled_price(book::Book const& book, InstrumentId instrument, TimeNs now);
/// What so many contracts of an expired series are owed, rounded up (by the vault) or down (to a holder).
/// Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<Int128> owed_at_expiry(book::Book const& book, InstrumentId instrument, Price price, Int128 contracts, Rounding rounding);

/// Coins of the base in so many contracts. Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<Int128> coins_in(book::InstrumentRow const& instrument, Int128 contracts, Rounding rounding);

} // namespace plimsoll::risk
