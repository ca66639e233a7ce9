/// What the objects in an event's lists consist of: legs, the indices that rows stand at, and figures.
#pragma once

#include "ledger/event/event.hpp"
#include "tools/text/field.hpp"

namespace plimsoll::tools {

/// wire.Leg, wire.Stand and wire.Figure in a form that can be filled field by field.
struct LegFields {
    LegKind kind{};
    std::uint32_t account = 0;
    std::uint32_t subject = 0;
    std::uint32_t asset = 0;
    Amount amount;
};
struct StandFields {
    IndexKind kind{};
    std::uint32_t account = 0;
    std::uint32_t subject = 0;
    Index index;
};

struct FigureFields {
    wire::FigureKind kind{};
    std::uint32_t subject = 0;
    Amount amount;
};

void fields_of(auto& v, Is<LegFields> auto& leg) {
    v.choice("kind", leg.kind);
    v.account("account", leg.account);
    v.subject("subject", leg.subject, leg.kind == LegKind::cash);
    v.asset("asset", leg.asset, Need::maybe);
    v.decimal("amount", leg.amount);
}

void fields_of(auto& v, Is<StandFields> auto& stand) {
    v.choice("kind", stand.kind);
    v.account("account", stand.account);
    v.subject("subject", stand.subject, stand.kind != IndexKind::funding);
    v.decimal("index", stand.index);
}

void fields_of(auto& v, Is<FigureFields> auto& figure) {
    v.choice("kind", figure.kind);
    v.asset("subject", figure.subject, Need::maybe);
    v.decimal("amount", figure.amount);
}

[[nodiscard]] inline LegFields fields(wire::Leg const& leg) {
    return {static_cast<LegKind>(leg.kind()), leg.account(), leg.subject(), leg.asset(),
            Amount{units(leg.amount())}};
}
[[nodiscard]] inline StandFields fields(wire::Stand const& stand) {
    return {static_cast<IndexKind>(stand.kind()), stand.account(), stand.subject(),
            Index{units(stand.index())}};
}
[[nodiscard]] inline FigureFields fields(wire::Figure const& figure) {
    return {static_cast<wire::FigureKind>(figure.kind()), figure.subject(), Amount{units(figure.amount())}};
}
[[nodiscard]] inline wire::Leg to_wire(LegFields const& leg) {
    return {leg.account, leg.subject, leg.asset, static_cast<std::uint8_t>(leg.kind), 0, 0,
            plimsoll::to_wire(leg.amount)};
}
[[nodiscard]] inline wire::Stand to_wire(StandFields const& stand) {
    return {stand.account, stand.subject, static_cast<std::uint16_t>(stand.kind), 0, 0,
            plimsoll::to_wire(stand.index)};
}
[[nodiscard]] inline wire::Figure to_wire(FigureFields const& figure) {
    return {figure.subject, static_cast<std::uint16_t>(figure.kind), 0, plimsoll::to_wire(figure.amount)};
}

} // namespace plimsoll::tools
