/// What the kinds of clearing consist of: liquidations, losses, pools, breakers and parameters.
#pragma once

#include "ledger/event/event.hpp"
#include "tools/text/field.hpp"

namespace plimsoll::tools {

// ---- liquidations and losses ----

void fields_of(auto& v, Is<LiquidationStarted> auto& fact) {
    v.count("liquidation", fact.liquidation, Need::always);
    v.account("account", fact.account);
    v.text("procedure", fact.procedure);
    v.text("preset", fact.preset);
    v.asset("asset", fact.asset);
    v.decimal("equity", fact.equity);
    v.decimal("requirement", fact.requirement);
    v.decimal("buffer", fact.buffer, Need::maybe);
    v.instrument("instrument", fact.instrument, Need::maybe);
    v.decimal("mark", fact.mark, Need::maybe);
    v.decimal("fee_cap", fact.fee_cap, Need::maybe);
    v.list("figures", fact.figures);
}

void fields_of(auto& v, Is<LiquidationBid> auto& fact) {
    v.count("liquidation", fact.liquidation, Need::always);
    v.account("account", fact.account);
    v.account("bidder", fact.bidder);
    v.decimal("fraction", fact.fraction, Need::maybe);
    v.decimal("price", fact.price, Need::maybe);
    v.asset("asset", fact.asset, Need::maybe);
    v.decimal("amount", fact.amount, Need::maybe);
    v.instrument("instrument", fact.instrument, Need::maybe);
    v.decimal("size", fact.size, Need::maybe);
    v.list("figures", fact.figures);
}

void fields_of(auto& v, Is<LiquidationEnded> auto& fact) {
    v.count("liquidation", fact.liquidation, Need::always);
    v.account("account", fact.account);
    v.choice("outcome", fact.outcome);
    v.asset("asset", fact.asset, Need::maybe);
    v.decimal("equity", fact.equity);
    v.decimal("penalty", fact.penalty, Need::maybe);
    v.decimal("kept", fact.kept, Need::maybe);
    v.list("figures", fact.figures);
}

void fields_of(auto& v, Is<BadDebtRecognised> auto& fact) {
    v.count("loss", fact.loss, Need::always);
    v.account("account", fact.account);
    v.asset("asset", fact.asset);
    v.decimal("amount", fact.amount);
    v.count("liquidation", fact.liquidation);
}

void fields_of(auto& v, Is<WaterfallPaid> auto& fact) {
    v.count("loss", fact.loss, Need::always);
    v.choice("layer", fact.layer);
    v.account("payer", fact.payer);
    v.account("account", fact.account);
    v.asset("asset", fact.asset);
    v.decimal("amount", fact.amount);
}

void fields_of(auto& v, Is<LossSocialised> auto& fact) {
    v.count("loss", fact.loss, Need::always);
    v.asset("asset", fact.asset);
    v.instrument("instrument", fact.instrument, Need::maybe);
    v.decimal("amount", fact.amount);
    v.decimal("index", fact.index);
    v.decimal("remainder", fact.remainder, Need::maybe);
}

void fields_of(auto& v, Is<AutoDeleveraged> auto& fact) {
    v.count("liquidation", fact.liquidation, Need::always);
    v.account("account", fact.account);
    v.account("counterparty", fact.counterparty);
    v.instrument("instrument", fact.instrument);
    v.count("rank", fact.rank);
    v.text("policy", fact.policy);
    v.decimal("size", fact.size);
    v.decimal("price", fact.price);
    v.decimal("score", fact.score, Need::maybe);
}

// ---- pools, breakers, parameters, models ----

void fields_of(auto& v, Is<PoolMoved> auto& fact) {
    v.account("pool", fact.pool);
    v.account("account", fact.account);
    v.asset("asset", fact.asset);
    v.asset("share_asset", fact.share_asset);
    v.decimal("amount", fact.amount);
    v.decimal("shares", fact.shares);
    v.decimal("share_price", fact.share_price, Need::maybe);
    v.time("queued_at", fact.queued_at);
}

void fields_of(auto& v, Is<BreakerTripped> auto& fact) {
    v.text("breaker", fact.breaker, Need::always);
    v.text("scope", fact.scope);
    v.text("metric", fact.metric);
    v.decimal("value", fact.value, Need::maybe);
    v.decimal("threshold", fact.threshold, Need::maybe);
    v.count("allowed", fact.allowed);
}

void fields_of(auto& v, Is<BreakerReleased> auto& fact) {
    v.text("breaker", fact.breaker, Need::always);
    v.text("scope", fact.scope);
    v.text("metric", fact.metric);
    v.decimal("value", fact.value, Need::maybe);
    v.decimal("threshold", fact.threshold, Need::maybe);
}

void fields_of(auto& v, Is<ParameterSet> auto& fact) {
    v.text("scope", fact.scope);
    v.text("name", fact.name, Need::always);
    v.text("unit", fact.unit);
    v.decimal("value", fact.value, Need::maybe);
    v.text("text", fact.text);
}

void fields_of(auto& v, Is<PresetAdopted> auto& fact) {
    v.text("scope", fact.scope);
    v.text("name", fact.name, Need::always);
    v.text("version", fact.version);
    v.digest("digest", fact.digest, Need::always);
    v.text("body", fact.body);
}

void fields_of(auto& v, Is<ForecastRecorded> auto& fact) {
    v.text("model", fact.model);
    v.text("subject", fact.subject);
    v.digest("inputs", fact.inputs);
    v.decimal("value", fact.value);
    v.time("valid_from", fact.valid_from);
    v.time("valid_until", fact.valid_until);
}

void fields_of(auto& v, Is<CreditChanged> auto& fact) {
    v.account("account", fact.account);
    v.asset("asset", fact.asset);
    v.decimal("limit", fact.limit);
    v.decimal("score", fact.score, Need::maybe);
    v.text("reason", fact.reason);
}

} // namespace plimsoll::tools
