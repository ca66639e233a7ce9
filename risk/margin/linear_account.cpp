#include "risk/margin/linear_account.hpp"

namespace plimsoll::risk::linear {

std::string_view word(AccountRefusal refusal) {
    switch (refusal) {
    case AccountRefusal::perpetual_does_not_exist: return "ErrPerpetualDoesNotExist";
    }
    return {};
}

Risk& Risk::operator+=(Risk const& other) {
    net_collateral += other.net_collateral;
    initial += other.initial;
    maintenance += other.maintenance;
    return *this;
}

or_refusal<Settled, AccountRefusal> settle(Account const& account, Markets const& markets) {
    Settled settled{account, {}};
    Wide sum_ppm;
    for (auto& [id, position] : settled.account.positions) {
        auto const market = markets.find(id);
        if (market == markets.end()) return AccountRefusal::perpetual_does_not_exist;
        Wide const due_ppm = funding_settlement_ppm(market->second.funding_index,
                                                    position.funding_index, position.size);
        if (!due_ppm.is_zero()) {
            settled.funding_paid[id] = -quotient(due_ppm, one_ppm, Rounding::floor);
        }
        position.funding_index = market->second.funding_index;
        sum_ppm += due_ppm;
    }
    settled.account.quote += quotient(sum_ppm, one_ppm, Rounding::floor);
    return settled;
}

or_refusal<Account, AccountRefusal> changed(Account account, Change const& change,
                                            Markets const& markets) {
    for (Wide const& quote : change.quotes) account.quote += quote;
    for (PositionDelta const& delta : change.positions) {
        auto const market = markets.find(delta.market);
        if (market == markets.end()) return AccountRefusal::perpetual_does_not_exist;
        auto const [held, opened] = account.positions.try_emplace(delta.market);
        Position& position = held->second;
        if (opened) position.funding_index = market->second.funding_index;
        position.size += delta.size;
        position.quote += delta.quote;
        if (position.size.is_zero() && position.quote.is_zero()) account.positions.erase(held);
    }
    return account;
}

or_refusal<Risk, AccountRefusal> risk_of(Account const& account, Markets const& markets) {
    Risk risk{account.quote, 0, 0};
    for (auto const& [id, position] : account.positions) {
        auto const found = markets.find(id);
        if (found == markets.end()) return AccountRefusal::perpetual_does_not_exist;
        Market const& market = found->second;
        Requirement const needed = requirement(market.scale, market.tier, position.size,
                                               market.open_interest, position.custom_ppm);
        risk += {notional(market.scale, position.size) + position.quote, needed.initial,
                 needed.maintenance};
    }
    return risk;
}

or_refusal<Risk, AccountRefusal> risk_after(Account const& account, Change const& change,
                                            Markets const& markets) {
    PLIMSOLL_TRY(settled, settle(account, markets));
    PLIMSOLL_TRY(after, changed(std::move(settled.account), change, markets));
    return risk_of(after, markets);
}

namespace {
[[nodiscard]] int order(Wide const& a, Wide const& b) { return a < b ? -1 : a > b ? 1 : 0; }
} // namespace

int compare_riskiness(Risk const& first, Risk const& second) {
    Wide const left = first.net_collateral * second.maintenance;
    Wide const right = second.net_collateral * first.maintenance;
    if (left != right) return left < right ? 1 : -1;
    if (first.maintenance.is_zero() && second.maintenance.is_zero()) {
        return order(second.net_collateral, first.net_collateral);
    }
    return order(first.maintenance, second.maintenance);
}

} // namespace plimsoll::risk::linear
