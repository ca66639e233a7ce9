#include "risk/clearing/deleverage.hpp"

#include <algorithm>

namespace plimsoll::risk::linear {
namespace {

[[nodiscard]] Wide size_in(Account const& account, MarketId market) {
    auto const held = account.positions.find(market);
    return held == account.positions.end() ? Wide{0} : held->second.size;
}

[[nodiscard]] bool reduces(Wide const& size, Wide const& delta) {
    return size.sign() * delta.sign() < 0 && abs(delta) <= abs(size);
}

} // namespace

or_refusal<Deleverageable, CloseRefusal> deleverageable(Account const& account,
                                                        Markets const& markets,
                                                        bool final_settlement) {
    auto const risk = risk_after(account, {}, markets);
    if (!risk) return CloseRefusal::perpetual_does_not_exist;
    bool const bankrupt = risk.value().net_collateral < 0;
    return Deleverageable{bankrupt, !bankrupt && final_settlement};
}

std::string_view word(DeleverageRefusal refusal) {
    switch (refusal) {
    case DeleverageRefusal::perpetual_does_not_exist: return "ErrPerpetualDoesNotExist";
    case DeleverageRefusal::invalid_size_delta: return "ErrInvalidPerpetualPositionSizeDelta";
    case DeleverageRefusal::update_rejected: return "ErrFailedToUpdateSubaccounts";
    }
    return {};
}

or_refusal<Pair, DeleverageRefusal> deleverage(Pair const& pair, Markets const& markets,
                                               MarketId market, Wide const& size_delta,
                                               DeleveragePrice price) {
    auto const found = markets.find(market);
    if (found == markets.end()) return DeleverageRefusal::perpetual_does_not_exist;
    if (!reduces(size_in(pair.liquidated, market), size_delta) ||
        !reduces(size_in(pair.offsetting, market), -size_delta)) {
        return DeleverageRefusal::invalid_size_delta;
    }
    Wide quote = -notional(found->second.scale, size_delta);
    if (price == DeleveragePrice::bankruptcy) {
        auto const bankruptcy = bankruptcy_quote(pair.liquidated, markets, market, size_delta);
        if (!bankruptcy) return DeleverageRefusal::perpetual_does_not_exist;
        quote = bankruptcy.value().quote;
    }
    std::vector<Account> const accounts{pair.liquidated, pair.offsetting};
    std::vector<Update> const updates{{0, {{quote}, {{market, size_delta, 0}}}},
                                      {1, {{-quote}, {{market, -size_delta, 0}}}}};
    auto const applied =
        apply(accounts, markets, UpdateKind::match, updates, std::nullopt, std::nullopt);
    if (!applied) return DeleverageRefusal::perpetual_does_not_exist;
    if (!applied.value().checked.accepted()) return DeleverageRefusal::update_rejected;
    return Pair{applied.value().accounts[0], applied.value().accounts[1],
                applied.value().open_interest.at(market) - found->second.open_interest};
}

or_refusal<Walk, DeleverageRefusal> offset_walk(Account const& liquidated,
                                                std::vector<Account> const& candidates,
                                                Markets markets, MarketId market,
                                                Wide const& size_delta, std::size_t start,
                                                DeleveragePrice price) {
    if (!markets.contains(market)) return DeleverageRefusal::perpetual_does_not_exist;
    if (!reduces(size_in(liquidated, market), size_delta)) {
        return DeleverageRefusal::invalid_size_delta;
    }
    Walk walk{liquidated, candidates, {}, size_delta, 0};
    for (std::size_t step = 0; step < candidates.size() && !walk.remaining.is_zero(); ++step) {
        std::size_t const at = (start + step) % candidates.size();
        Wide const held = size_in(walk.candidates[at], market);
        if (held.sign() != walk.remaining.sign()) continue; // flat, or on the same side
        Wide const part = std::min<Wide>(abs(held), abs(walk.remaining));
        Wide const delta = walk.remaining > 0 ? part : -part;
        auto pair = deleverage({walk.liquidated, walk.candidates[at], 0}, markets, market, delta,
                               price);
        if (!pair) continue;
        walk.liquidated = std::move(pair.value().liquidated);
        walk.candidates[at] = std::move(pair.value().offsetting);
        markets.at(market).open_interest += pair.value().open_interest_delta;
        walk.offsets.push_back({at, part});
        walk.remaining -= delta;
    }
    walk.open_interest = markets.at(market).open_interest;
    return walk;
}

} // namespace plimsoll::risk::linear
