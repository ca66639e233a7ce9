#include "risk/clearing/liquidation.hpp"

#include <algorithm>

namespace plimsoll::risk {

bool has_anything(Portfolio const& portfolio) {
    auto is_held = [](PerpetualHolding const& held) { return held.size != 0 || held.unsettled != 0; };
    auto is_owned = [](AssetHolding const& held) { return held.amount > 0; };
    return !portfolio.options.empty() || std::ranges::any_of(portfolio.perpetuals, is_held) ||
           std::ranges::any_of(portfolio.assets, is_owned);
}

/// What a bid says is left of the notional that a pace lets go.
void recall_pace(PacedClose& paced, Event const& event) {
    visit_body(event.body, [&](auto const& fact) {
        if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, LiquidationBid>) {
            if (paced.at_start != 0) paced.left = figure_of(fact.figures, wire::FigureKind::lot);
        }
    });
}

void recall(OpenLiquidation& open, Event const& event) {
    visit_body(event.body, [&](auto const& fact) {
        using Fact = std::decay_t<decltype(fact)>;
        if constexpr (std::is_same_v<Fact, LiquidationStarted>) {
            if (fact.liquidation != open.id) return;
            open.is_auction = fact.procedure != "order_book_close";
            open.procedure = find_procedure(fact.procedure).value_or(Procedure::by_kernel);
            recall_lot(open.lot, fact, event.origin.source_time);
            Int128 const paced = open.is_auction ? 0 : figure_of(fact.figures, wire::FigureKind::lot);
            open.paced = {paced, paced, event.origin.source_time};
            open.worst = InstrumentId{fact.instrument};
            open.auction.ongoing = true;
            open.auction.insolvent = fact.procedure == "dutch_auction_insolvent";
            open.auction.start_seconds = event.origin.source_time / 1'000'000'000;
            Checked on;
            if (open.auction.insolvent) open.auction.cached_mm = on.negate(Int256{units(fact.buffer)});
        } else if constexpr (std::is_same_v<Fact, LiquidationBid>) {
            if (fact.liquidation == open.id) recall_lot(open.lot, fact);
            if (fact.liquidation == open.id) recall_pace(open.paced, event);
            bool const pays_in = open.is_auction && !open.auction.insolvent && fact.liquidation == open.id;
            Checked on;
            if (pays_in) open.auction.reserved_cash = on.add(open.auction.reserved_cash, Int256{units(fact.amount)});
        } else if constexpr (std::is_same_v<Fact, Transferred>) {
            bool const is_penalty = fact.type == TransferType::liquidation_penalty && fact.account == open.account;
            if (is_penalty) open.penalty -= fact.amount.units();
        }
    });
}

} // namespace plimsoll::risk
