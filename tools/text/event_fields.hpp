/// What each kind of event consists of, said once: names, types, and which fields may be left out.
#pragma once

#include "ledger/event/event.hpp"
#include "tools/text/clearing_fields.hpp"
#include "tools/text/field.hpp"

namespace plimsoll::tools {

/// Kinds that name things: they may come without a source, a cursor and a time.
template <class Fact>
inline constexpr bool is_definition =
    Is<Fact, AssetDefined> || Is<Fact, InstrumentDefined> || Is<Fact, SourceDefined> ||
    Is<Fact, FeedDefined> || Is<Fact, ChainDefined> || Is<Fact, AccountOpened>;

// ---- what moves often ----

void fields_of(auto& v, Is<Transferred> auto& fact) {
    v.choice("type", fact.type);
    v.account("account", fact.account);
    v.account("counter", fact.counter);
    v.asset("asset", fact.asset);
    v.amount("amount", fact.amount, fact.asset);
    v.amount("fee", fact.fee, fact.asset, Need::maybe);
    v.account("fee_account", fact.fee_account, Need::maybe);
    v.instrument("instrument", fact.instrument, Need::maybe);
}

void fields_of(auto& v, Is<Traded> auto& fact) {
    v.instrument("instrument", fact.instrument);
    v.choice("booking", fact.booking);
    v.choice("trade_kind", fact.kind);
    v.choice("taker", fact.taker, Need::maybe);
    v.account("buyer", fact.buyer);
    v.account("seller", fact.seller);
    v.decimal("size", fact.size);
    v.decimal("price", fact.price);
    v.asset("asset", fact.asset);
    v.decimal("quote", fact.quote);
    v.asset("base", fact.base, Need::maybe);
    v.decimal("buyer_fee", fact.buyer_fee, Need::maybe);
    v.decimal("seller_fee", fact.seller_fee, Need::maybe);
    v.account("fee_account", fact.fee_account, Need::maybe);
    v.decimal("index", fact.index, Need::maybe);
}

void fields_of(auto& v, Is<Observed> auto& fact) {
    v.choice("observation", fact.kind);
    v.subject("subject", fact.subject, fact.kind == Observation::asset_price);
    v.feed("feed", fact.feed, Need::maybe);
    v.decimal("value", fact.value);
    v.confidence("confidence", fact.confidence);
}

void fields_of(auto& v, Is<IndexRecorded> auto& fact) {
    v.choice("index_kind", fact.kind);
    v.subject("subject", fact.subject, fact.kind != IndexKind::funding);
    v.decimal("value", fact.value);
    v.decimal("rate", fact.rate, Need::maybe);
}

void fields_of(auto& v, Is<IndexMet> auto& fact) {
    v.choice("index_kind", fact.kind);
    v.subject("subject", fact.subject, fact.kind != IndexKind::funding);
    v.account("account", fact.account);
    v.account("counter", fact.counter);
    v.asset("asset", fact.asset);
    v.decimal("index", fact.index);
    v.decimal("amount", fact.amount);
}

void fields_of(auto& v, Is<PositionSettled> auto& fact) {
    v.choice("type", fact.type);
    v.account("account", fact.account);
    v.account("counter", fact.counter);
    v.instrument("instrument", fact.instrument);
    v.decimal("size", fact.size);
    v.decimal("price", fact.price);
    v.asset("asset", fact.asset);
    v.decimal("quote", fact.quote);
    v.decimal("amount", fact.amount);
}

// ---- definitions ----

void fields_of(auto& v, Is<AssetDefined> auto& fact) {
    v.text("name", fact.name, Need::always);
    v.count("decimals", fact.decimals, Need::always);
    v.choice("asset_kind", fact.kind);
    v.text("chain", fact.chain);
    v.text("contract", fact.contract);
}

void fields_of(auto& v, Is<InstrumentDefined> auto& fact) {
    v.text("name", fact.name, Need::always);
    v.choice("instrument_kind", fact.kind);
    v.choice("payoff", fact.payoff);
    v.choice("side", fact.side, Need::maybe);
    v.choice("exercise", fact.exercise, Need::maybe);
    v.asset("base", fact.base);
    v.asset("quote", fact.quote);
    v.asset("settle", fact.settle);
    v.account("market_account", fact.market_account, Need::maybe);
    v.fraction("multiplier", fact.multiplier_numerator, fact.multiplier_denominator);
    v.decimal("strike", fact.strike, Need::maybe);
    v.time("expiry", fact.expiry);
    v.decimal("tick", fact.tick, Need::maybe);
    v.decimal("lot", fact.lot, Need::maybe);
}

void fields_of(auto& v, Is<SourceDefined> auto& fact) {
    v.text("name", fact.name, Need::always);
    v.choice("source_kind", fact.kind);
}

void fields_of(auto& v, Is<FeedDefined> auto& fact) { v.text("name", fact.name, Need::always); }

void fields_of(auto& v, Is<ChainDefined> auto& fact) {
    v.text("name", fact.name, Need::always);
    v.count("chain_id", fact.chain_id, Need::always);
    v.account("account", fact.account);
}

void fields_of(auto& v, Is<AccountOpened> auto& fact) {
    v.text("name", fact.name, Need::always);
    v.choice("account_kind", fact.kind);
    v.account("parent", fact.parent, Need::maybe);
    v.text("owner", fact.owner);
}

// ---- what comes from outside, or mends it ----

void fields_of(auto& v, Is<BlockRecorded> auto& fact) {
    v.text("chain", fact.chain, Need::always);
    v.count("number", fact.number, Need::always);
    v.digest("hash", fact.hash, Need::always);
    v.digest("parent", fact.parent);
    v.time("block_time", fact.time);
}

void fields_of(auto& v, Is<OpeningEntered> auto& fact) {
    v.account("account", fact.account);
    v.text("reason", fact.reason);
    v.list("legs", fact.legs);
    v.list("stands", fact.stands);
}

void fields_of_correction(auto& v, auto& fact) {
    v.count("of_sequence", fact.sequence, Need::always);
    v.text("reason", fact.reason);
    v.list("legs", fact.legs);
    v.list("stands", fact.stands);
}
void fields_of(auto& v, Is<Corrected> auto& fact) { fields_of_correction(v, fact); }
void fields_of(auto& v, Is<Reversed> auto& fact) { fields_of_correction(v, fact); }

void fields_of(auto& v, Is<Quarantined> auto& fact) {
    v.text("place", fact.place);
    v.text("reason", fact.reason);
    v.text("record_text", fact.record);
}

void fields_of(auto& v, Is<CheckpointTaken> auto& fact) {
    v.count("of_sequence", fact.sequence, Need::always);
    v.digest("state_root", fact.state_root, Need::always);
    v.digest("log_root", fact.log_root, Need::always);
    v.text("note", fact.note);
}

} // namespace plimsoll::tools
