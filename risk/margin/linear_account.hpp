/// Net collateral and requirements of an account that holds linear positions, and who is riskier.
#pragma once

#include "risk/margin/linear.hpp"

#include <map>
#include <vector>

namespace plimsoll::risk::linear {

using MarketId = std::uint64_t;

struct Market {
    PriceScale scale;
    Tier tier;
    Wide open_interest; ///< base quantums
    Wide funding_index;
    bool isolated = false; ///< collateral of its own, and no other position beside it
};
using Markets = std::map<MarketId, Market>;

struct Position {
    Wide size; ///< base quantums
    Wide funding_index;
    Wide quote;      ///< quote quantums kept in the position
    Wide custom_ppm; ///< initial margin fraction that the holder chose; 0 for none
};

struct Account {
    Wide quote;
    std::map<MarketId, Position> positions;
};

struct PositionDelta {
    MarketId market = 0;
    Wide size;
    Wide quote;
};

/// What one update does to an account: its changes of quote balance, and of positions, in order.
struct Change {
    std::vector<Wide> quotes;
    std::vector<PositionDelta> positions;
};

struct Risk {
    Wide net_collateral;
    Wide initial;
    Wide maintenance;

    [[nodiscard]] bool meets_initial() const { return net_collateral >= initial; }
    [[nodiscard]] bool meets_maintenance() const { return net_collateral >= maintenance; }
    [[nodiscard]] bool liquidatable() const {
        return maintenance > 0 && maintenance > net_collateral;
    }
    Risk& operator+=(Risk const& other);
    friend bool operator==(Risk const&, Risk const&) = default;
};

enum class AccountRefusal : std::uint8_t { perpetual_does_not_exist };
[[nodiscard]] std::string_view word(AccountRefusal refusal);

struct Settled {
    Account account;
    std::map<MarketId, Wide> funding_paid; ///< where any was due: rounded up, against the account
};

/// Meets the funding of every position. The account settles the floor of the sum, so that small
/// receipts and payments offset each other before they are rounded.
[[nodiscard]] or_refusal<Settled, AccountRefusal> settle(Account const& account,
                                                         Markets const& markets);

/// The account after a change; a position with neither size nor quote vanishes.
[[nodiscard]] or_refusal<Account, AccountRefusal> changed(Account account, Change const& change,
                                                          Markets const& markets);

/// Of a settled account.
[[nodiscard]] or_refusal<Risk, AccountRefusal> risk_of(Account const& account,
                                                       Markets const& markets);

/// Funding met, then the change applied.
[[nodiscard]] or_refusal<Risk, AccountRefusal> risk_after(Account const& account,
                                                          Change const& change,
                                                          Markets const& markets);

/// 1 where the first is riskier, -1 where the second is: the one with less collateral for each unit of
/// maintenance. Of equals the larger requirement is riskier, and without any the smaller collateral.
[[nodiscard]] int compare_riskiness(Risk const& first, Risk const& second);

} // namespace plimsoll::risk::linear
