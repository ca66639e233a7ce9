/// How much of an asset may leave in a window: a capacity that withdrawals use up and time gives back.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/clearing/decision.hpp"

#include <map>
#include <string>
#include <vector>

namespace plimsoll::risk {

/// At rest as much may leave as the larger of `least` and `share` of what the outside has put in; what was used comes
/// back over the window. Source: dYdX v4, x/ratelimit (risk/clearing/rate_limiter.hpp).
struct WithdrawalLimit {
    std::string asset;
    TimeNs window = 0;
    Int128 least = 0; ///< of the asset, 10^-18
    Int128 share = 0; ///< 10^-18
};

/// The scope of ParameterSet under which a capacity stands: how much is left after a deposit or withdrawal, so that the log
/// says it. Its name: `USDC 3600s`; its text: as of when.
inline constexpr std::string_view capacity_scope = "withdrawal_capacity";

/// Keeps the capacities of the limits in force. The book and the limits must outlive it.
class WithdrawalCapacities {
public:
    /// `scope`: of the parameters. `pending`: what the outside holds of an asset and may still take back, which is no part
    /// of what a share is of; it must outlive it. None: nothing.
    WithdrawalCapacities(book::Book const& book, std::span<WithdrawalLimit const> limits, std::string_view scope = capacity_scope,
                         std::map<AssetId, Int128> const* pending = nullptr)
        : book_(&book), limits_(limits), scope_(scope), pending_(pending) {}

    void forget() { used_.clear(); }
    /// A capacity, as of the time that its text says.
    void recall(ParameterSet const& fact);

    /// What may leave at a moment under a limit.
    [[nodiscard]] Int128 capacity(WithdrawalLimit const& limit, AssetId asset, TimeNs now) const;
    /// Errors: Errc::withdrawal_limited with what may leave, of which window, and what was asked.
    [[nodiscard]] result<void> admit(AssetId asset, Amount amount, TimeNs now, Decision& decision) const;
    /// Appends the capacities that a change of what is held leaves: positive for a deposit.
    void note(AssetId asset, Amount change, Origin const& origin, Decision& decision) const;

private:
    struct Used {
        Int128 capacity = 0;
        TimeNs time = 0;
    };
    [[nodiscard]] Int128 held(AssetId asset) const;

    book::Book const* book_;
    std::span<WithdrawalLimit const> limits_;
    std::string_view scope_;
    std::map<AssetId, Int128> const* pending_;
    std::map<std::string, Used, std::less<>> used_; ///< by the parameter's name
    mutable std::vector<AccountId> outside_;        ///< so far seen; accounts are only added
    mutable std::uint32_t seen_accounts_ = 0;
};

} // namespace plimsoll::risk
