/// Law 4 over a whole book: what must sum to zero, does.
#pragma once

#include "ledger/book/book.hpp"
#include "ledger/book/postings.hpp"

namespace plimsoll::book {

/// Cash and quote per asset, and positions per instrument, over all accounts.
/// Errors: Errc::legs_do_not_balance, naming the asset or instrument and the sum.
[[nodiscard]] result<void> check_balance(Book const& book);

/// The sums of one event's legs, per asset and per instrument.
class LegSums {
public:
    void cash(AccountId, AssetId asset, Amount amount) { add(asset.number(), amount.units()); }
    void quote(AccountId, InstrumentId, AssetId asset, Amount amount) { add(asset.number(), amount.units()); }
    void size(AccountId, InstrumentId instrument, Quantity quantity) {
        add((std::uint64_t{1} << 32) | instrument.number(), quantity.units());
    }
    void stand(AccountId, std::uint32_t, IndexKind, Index) {}
    [[nodiscard]] bool are_zero() const {
        for (auto const& [subject, sum] : sums_) {
            if (sum != 0) return false;
        }
        return true;
    }
    void clear() { sums_.clear(); }

private:
    /// An event has a handful of subjects: looking through them beats any map.
    void add(std::uint64_t subject, Int128 units) {
        for (auto& [known, sum] : sums_) {
            if (known == subject) {
                sum += static_cast<Uint128>(units);
                return;
            }
        }
        sums_.emplace_back(subject, static_cast<Uint128>(units));
    }
    std::vector<std::pair<std::uint64_t, Uint128>> sums_;
};

} // namespace plimsoll::book
