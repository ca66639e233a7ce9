/// The balance that a wallet history states beside each row, followed from row to row.
#pragma once

#include "tools/import/bitmex_rows.hpp"

#include <map>
#include <optional>
#include <span>

namespace plimsoll::tools {

/// Rows of one time are one batch, and the file's order within it means nothing: the balance before
/// and the sum of the rows must give the balance that at least one of them states.
class RunningBalance {
public:
    /// Takes the rows of one time and one currency. Returns the balance before them: known from the
    /// rows before, else `expected` where these rows follow from it, else what they tell
    /// themselves; nothing where they allow several.
    /// Errors: Errc::balance_breaks; event::Errc::number_overflow.
    [[nodiscard]] result<std::optional<Amount>> follow(std::span<BitmexRow const* const> rows,
                                                       std::optional<Amount> expected);
    /// What the file last stated. Nothing where it is not known.
    [[nodiscard]] std::optional<Amount> last(BitmexCurrency const& currency) const;
    /// Rows were left out: the next ones say where the balance stands.
    void forget() { last_.clear(); }

    [[nodiscard]] std::uint64_t batches() const { return batches_; }
    /// Calls f(currency, balance) for each currency whose balance is known, by code.
    template <class F> void for_each(F&& f) const {
        for (auto const& [code, balance] : last_) f(*find_bitmex_currency(code), balance);
    }

private:
    std::map<std::string_view, Amount> last_; ///< by the currency's code
    std::uint64_t batches_ = 0;
};

} // namespace plimsoll::tools
