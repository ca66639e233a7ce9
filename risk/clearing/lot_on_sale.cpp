#include "risk/clearing/lot_on_sale.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] wire::Figure const* find_figure(Figures const& figures, wire::FigureKind kind) {
    auto const found = std::ranges::find(figures, static_cast<std::uint16_t>(kind), &wire::Figure::kind);
    return found == figures.end() ? nullptr : &*found;
}

} // namespace

Int128 figure_of(Figures const& figures, wire::FigureKind kind) {
    wire::Figure const* const found = find_figure(figures, kind);
    return found == nullptr ? 0 : units(found->amount());
}

void add_figure(Figures& figures, wire::FigureKind kind, AssetId subject, Int128 amount) {
    figures.emplace_back(subject.number(), static_cast<std::uint16_t>(kind), std::uint16_t{0}, to_wire(amount));
}

void recall_lot(LotOnSale& lot, LiquidationStarted const& fact, TimeNs time) {
    lot = {};
    wire::Figure const* const collateral = find_figure(fact.figures, wire::FigureKind::collateral);
    if (collateral == nullptr) return; // of another procedure
    lot.asset = AssetId{collateral->subject()};
    lot.instrument = InstrumentId{fact.instrument};
    lot.lot = figure_of(fact.figures, wire::FigureKind::lot);
    lot.debt = figure_of(fact.figures, wire::FigureKind::debt);
    lot.tab = figure_of(fact.figures, wire::FigureKind::tab);
    lot.start = time;
    lot.terms = fact.figures;
}

void recall_lot(LotOnSale& lot, LiquidationBid const& fact) {
    if (lot.terms.empty()) return;
    lot.lot = figure_of(fact.figures, wire::FigureKind::lot);
    lot.debt = figure_of(fact.figures, wire::FigureKind::debt);
    lot.tab = figure_of(fact.figures, wire::FigureKind::tab);
}

} // namespace plimsoll::risk
