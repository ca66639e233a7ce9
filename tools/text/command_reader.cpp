#include "tools/text/command_reader.hpp"

#include "risk/bridge/bridge_state.hpp"
#include "tools/import/definitions.hpp"
#include "tools/text/field_reader.hpp"

#include <array>

namespace plimsoll::tools {
namespace {

void fields_of(FieldReader& v, risk::Deposit& ask) {
    v.account("account", ask.account);
    v.account("outside", ask.outside, Need::maybe);
    v.asset("asset", ask.asset);
    v.amount("amount", ask.amount, ask.asset);
}

void fields_of(FieldReader& v, risk::Withdraw& ask) {
    v.account("account", ask.account);
    v.account("outside", ask.outside, Need::maybe);
    v.asset("asset", ask.asset);
    v.amount("amount", ask.amount, ask.asset);
}

void fields_of(FieldReader& v, risk::Transfer& ask) {
    v.account("from", ask.from);
    v.account("to", ask.to);
    v.asset("asset", ask.asset);
    v.amount("amount", ask.amount, ask.asset);
}

void fields_of(FieldReader& v, risk::Trade& ask) {
    v.account("buyer", ask.buyer);
    v.account("seller", ask.seller);
    v.instrument("instrument", ask.instrument);
    v.decimal("size", ask.size);
    v.decimal("price", ask.price);
    v.decimal("buyer_fee", ask.buyer_fee, Need::maybe);
    v.decimal("seller_fee", ask.seller_fee, Need::maybe);
    v.account("fee_account", ask.fee_account, Need::maybe);
    v.choice("taker", ask.taker, Need::maybe);
}

void fields_of(FieldReader& v, risk::Observe& ask) {
    Observed& fact = ask.observed;
    v.choice("observation", fact.kind);
    v.subject("subject", fact.subject, fact.kind == Observation::asset_price);
    v.feed("feed", fact.feed, Need::maybe);
    v.decimal("value", fact.value);
    v.confidence("confidence", fact.confidence);
}

void fields_of(FieldReader& v, risk::Fund& ask) {
    v.instrument("instrument", ask.instrument);
    v.decimal("step", ask.step);
}

void fields_of(FieldReader& v, risk::Accrue& ask) { v.asset("asset", ask.asset); }

void fields_of(FieldReader& v, risk::SettleExpiry& ask) {
    v.instrument("instrument", ask.instrument);
    v.decimal("price", ask.price, Need::maybe);
}

void fields_of(FieldReader& v, risk::Liquidate& ask) {
    v.account("account", ask.account);
    v.account("liquidator", ask.liquidator, Need::maybe);
}

void fields_of(FieldReader& v, risk::LiquidateAll& ask) { v.account("liquidator", ask.liquidator, Need::maybe); }

void fields_of(FieldReader& v, risk::Bid& ask) {
    v.account("account", ask.account);
    v.account("bidder", ask.bidder);
    v.decimal("share", ask.share, Need::maybe); // one of the two; the auction says so
    v.decimal("size", ask.size, Need::maybe);
    v.decimal("limit", ask.limit, Need::maybe);
    v.decimal("price", ask.price, Need::maybe);
}

void fields_of(FieldReader& v, risk::Check& ask) { v.account("account", ask.account); }

void fields_of(FieldReader& v, risk::DrawCredit& ask) {
    v.account("account", ask.account);
    v.decimal("amount", ask.amount);
}

void fields_of(FieldReader& v, risk::RepayCredit& ask) {
    v.account("account", ask.account);
    v.decimal("amount", ask.amount, Need::maybe);
}

void fields_of(FieldReader& v, risk::Vouch& ask) {
    v.account("account", ask.account);
    v.account("borrower", ask.borrower);
    v.decimal("amount", ask.amount);
}

void fields_of(FieldReader& v, risk::Unvouch& ask) {
    v.account("account", ask.account);
    v.account("borrower", ask.borrower);
    v.decimal("amount", ask.amount, Need::maybe);
}

void fields_of(FieldReader& v, risk::AssessCredit& ask) { v.account("account", ask.account); }

void fields_of(FieldReader& v, risk::DeclareDefault& ask) {
    v.account("account", ask.account);
    v.account("liquidator", ask.liquidator, Need::maybe);
}

void place_of(FieldReader& v, risk::BridgePlace& place) {
    v.text("chain", place.chain, Need::always);
    v.text("transaction", place.transaction, Need::always);
    v.count("log_index", place.log_index);
}

void fields_of(FieldReader& v, risk::BridgeObserve& ask) {
    place_of(v, ask.place);
    v.count("block", ask.block, Need::always);
    v.text("block_hash", ask.block_hash);
    v.account("account", ask.account);
    v.asset("asset", ask.asset);
    v.amount("amount", ask.amount, ask.asset);
}

void fields_of(FieldReader& v, risk::BridgeAdvance& ask) {
    place_of(v, ask.place);
    if (auto const state = v.string("state", Need::always)) {
        auto const found = risk::find_bridge_state(*state);
        bool const is_ahead = found && *found != risk::BridgeState::observed && *found != risk::BridgeState::reversed;
        if (is_ahead) ask.state = *found;
        if (!is_ahead) v.refuse("state", fail(Errc::field_malformed, FieldReader::quoted(*state) + " is none of attested, confirmed, final"));
    }
    v.decimal("stake", ask.stake, Need::maybe);
    constexpr std::uint64_t unsaid = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t confirmations = unsaid;
    v.count("confirmations", confirmations);
    if (confirmations != unsaid) ask.confirmations = confirmations;
}

void fields_of(FieldReader& v, risk::BridgeReverse& ask) {
    place_of(v, ask.place);
    v.text("reason", ask.reason);
}

void fields_of(FieldReader& v, risk::BridgeWithdraw& ask) {
    v.account("account", ask.account);
    v.asset("asset", ask.asset);
    v.amount("amount", ask.amount, ask.asset);
}

void fields_of(FieldReader& v, risk::BridgeRelease& ask) {
    v.text("chain", ask.chain, Need::always);
    v.count("withdrawal", ask.withdrawal, Need::always);
}

void fields_of(FieldReader& v, risk::BridgeDispute& ask) {
    v.text("chain", ask.chain, Need::always);
    v.count("withdrawal", ask.withdrawal, Need::always);
    v.text("reason", ask.reason);
}

using ReadFields = risk::Command (*)(FieldReader&);

template <class Ask> [[nodiscard]] risk::Command read_fields(FieldReader& reader) {
    Ask ask;
    fields_of(reader, ask);
    return ask;
}

template <class Ask> [[nodiscard]] risk::Command read_bridge(FieldReader& reader) {
    Ask ask;
    fields_of(reader, ask);
    return risk::BridgeCommand{std::move(ask)};
}

struct Word {
    std::string_view word;
    ReadFields read;
};

/// Those that come often come first.
constexpr std::array words{
    Word{"trade", read_fields<risk::Trade>},
    Word{"observe", read_fields<risk::Observe>},
    Word{"deposit", read_fields<risk::Deposit>},
    Word{"withdraw", read_fields<risk::Withdraw>},
    Word{"transfer", read_fields<risk::Transfer>},
    Word{"funding", read_fields<risk::Fund>},
    Word{"accrue", read_fields<risk::Accrue>},
    Word{"settle_expiry", read_fields<risk::SettleExpiry>},
    Word{"liquidate", read_fields<risk::Liquidate>},
    Word{"liquidate_all", read_fields<risk::LiquidateAll>},
    Word{"bid", read_fields<risk::Bid>},
    Word{"check", read_fields<risk::Check>},
    Word{"draw", read_fields<risk::DrawCredit>},
    Word{"repay", read_fields<risk::RepayCredit>},
    Word{"vouch", read_fields<risk::Vouch>},
    Word{"unvouch", read_fields<risk::Unvouch>},
    Word{"assess", read_fields<risk::AssessCredit>},
    Word{"default", read_fields<risk::DeclareDefault>},
    Word{"bridge_observe", read_bridge<risk::BridgeObserve>},
    Word{"bridge_advance", read_bridge<risk::BridgeAdvance>},
    Word{"bridge_reverse", read_bridge<risk::BridgeReverse>},
    Word{"bridge_withdraw", read_bridge<risk::BridgeWithdraw>},
    Word{"bridge_release", read_bridge<risk::BridgeRelease>},
    Word{"bridge_dispute", read_bridge<risk::BridgeDispute>},
};

[[nodiscard]] std::string list_of_words() {
    std::string list;
    for (Word const& each : words) list.append(list.empty() ? "" : ", ").append(each.word);
    return list;
}

} // namespace

struct CommandReader::Parts {
    simdjson::dom::parser parser;
    std::string padded; ///< the parser reads a few bytes past the end
    std::optional<FieldReader> reader;
    Names const* names = nullptr;
    std::uint64_t last_id = 0;
};

CommandReader::CommandReader() : parts_(std::make_unique<Parts>()) {}
CommandReader::~CommandReader() = default;

std::uint64_t CommandReader::last_id() const { return parts_->last_id; }

result<CommandLine> CommandReader::read(std::string_view line, Names const& names) {
    parts_->last_id = 0;
    simdjson::dom::object object;
    parts_->padded.reserve(line.size() + simdjson::SIMDJSON_PADDING);
    parts_->padded = line;
    auto const problem = parts_->parser.parse(parts_->padded.data(), line.size(), false).get(object);
    if (problem != simdjson::SUCCESS) return fail(Errc::json_malformed, simdjson::error_message(problem));
    if (parts_->names != &names) {
        parts_->reader.emplace(names);
        parts_->names = &names;
    }
    FieldReader& reader = *parts_->reader;
    reader.open(object);
    CommandLine read;
    reader.count("id", read.stamp.id, Need::always);
    if (read.stamp.id == 0) reader.refuse("id", fail(Errc::field_malformed, "must be a whole number from 1"));
    parts_->last_id = read.stamp.id;
    Word const* known = nullptr;
    if (auto const word = reader.string("command", Need::always)) {
        for (Word const& each : words) {
            if (each.word == *word) known = &each;
        }
        if (known == nullptr) {
            reader.refuse("command", fail(Errc::field_malformed, FieldReader::quoted(*word) + " is none of " + list_of_words()));
        }
    }
    reader.time("time", read.stamp.time, Need::maybe);
    if (auto const source = reader.string("source", Need::maybe)) read.stamp.source = *source;
    if (known == nullptr) return reader.close("command").as_failure();
    read.word = known->word;
    read.command = known->read(reader);
    PLIMSOLL_TRYV(reader.close(known->word));
    read.stamp.record = record_fingerprint(line);
    return read;
}

} // namespace plimsoll::tools
