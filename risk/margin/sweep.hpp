/// Every account's standing at a moment: a screen clears those that are surely well, exact evaluation settles the rest.
#pragma once

#include "risk/margin/model.hpp"

namespace plimsoll::risk {

enum class Standing : std::uint8_t {
    clear,             ///< holds what the initial rule asks
    below_initial,     ///< may open nothing new
    below_maintenance, ///< may be liquidated
    insolvent,         ///< below maintenance, and worth less than nothing at the mark
    failed,            ///< has no margin: the failure says why
};
inline constexpr std::size_t standing_count = 5;

[[nodiscard]] std::string_view word(Standing standing);
/// Strict: an excess of exactly zero is enough.
[[nodiscard]] Standing standing_of(Levels const& levels);

struct SweepRow {
    AccountId account;
    Standing standing = Standing::clear;
    bool is_exact = false; ///< false: cleared by the screen, levels not computed
    Levels levels;
    std::optional<Error> failure;
};

/// How thorough: with `everybody`, nobody is cleared unseen, so that sums can be had.
enum class SweepMode : std::uint8_t { screened, everybody };

/// Accounts of customers (risk::Group) with anything in them, ascending.
[[nodiscard]] std::vector<AccountId> margined_accounts(book::Book const& book);
/// Options among which are all that the accounts hold, by number in Market::options(), ascending.
[[nodiscard]] std::vector<std::uint32_t> held_options(Market const& market, std::span<AccountId const> accounts);

/// Those that the screen does not clear, in the order given. What cannot be read is for evaluation to name.
[[nodiscard]] std::vector<AccountId> suspects(MarginModel const& screen, PortfolioView const& view,
                                              std::span<AccountId const> accounts);

/// One row an account, in the order given. A failure is that account's own: the sweep goes on.
[[nodiscard]] std::vector<SweepRow> sweep(MarginModel const& model, PortfolioView const& view,
                                          std::span<AccountId const> accounts, SweepMode mode);

} // namespace plimsoll::risk
