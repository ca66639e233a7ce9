#include "tools/text/command_reader.hpp"

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

void fields_of(FieldReader& v, risk::PoolList& ask) {
    v.account("pool", ask.pool);
    v.instrument("instrument", ask.instrument);
    v.decimal("base_volatility", ask.base_volatility, Need::maybe);
    v.decimal("skew", ask.skew, Need::maybe);
}

void fields_of(FieldReader& v, risk::PoolTrade& ask) {
    v.account("pool", ask.pool);
    v.account("account", ask.account);
    v.instrument("instrument", ask.instrument);
    if (auto const side = v.string("side", Need::always)) {
        ask.side = *side == "buy" ? Taker::buyer : *side == "sell" ? Taker::seller : Taker::unknown;
        if (ask.side == Taker::unknown) v.refuse("side", fail(Errc::field_malformed, FieldReader::quoted(*side) + " is neither buy nor sell"));
    }
    v.decimal("size", ask.size);
    v.decimal("limit", ask.limit, Need::maybe);
}

void fields_of(FieldReader& v, risk::PoolDeposit& ask) {
    v.account("pool", ask.pool);
    v.account("account", ask.account);
    v.asset("asset", ask.asset);
    v.amount("amount", ask.amount, ask.asset);
}

void fields_of(FieldReader& v, risk::PoolWithdraw& ask) {
    v.account("pool", ask.pool);
    v.account("account", ask.account);
    v.decimal("shares", ask.shares);
}

void fields_of(FieldReader& v, risk::PoolProcess& ask) {
    v.account("pool", ask.pool);
    v.count("most", ask.most);
}

void fields_of(FieldReader& v, risk::PoolHedge& ask) {
    v.account("pool", ask.pool);
    v.decimal("price", ask.price, Need::maybe);
}

template <class Ask> [[nodiscard]] risk::Command read_pool_fields(FieldReader& reader) {
    Ask ask;
    fields_of(reader, ask);
    return risk::PoolCommand{ask};
}

void fields_of(FieldReader& v, risk::Bid& ask) {
    v.account("account", ask.account);
    v.account("bidder", ask.bidder);
    v.decimal("share", ask.share, Need::maybe); // one of the two; the auction says so
    v.decimal("size", ask.size, Need::maybe);
    v.decimal("limit", ask.limit, Need::maybe);
    v.decimal("price", ask.price, Need::maybe);
}

void fields_of(FieldReader& v, risk::Check& ask) { v.account("account", ask.account); }

using ReadFields = risk::Command (*)(FieldReader&);

template <class Ask> [[nodiscard]] risk::Command read_fields(FieldReader& reader) {
    Ask ask;
    fields_of(reader, ask);
    return ask;
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
    Word{"pool_trade", read_pool_fields<risk::PoolTrade>},
    Word{"pool_list", read_pool_fields<risk::PoolList>},
    Word{"pool_deposit", read_pool_fields<risk::PoolDeposit>},
    Word{"pool_withdraw", read_pool_fields<risk::PoolWithdraw>},
    Word{"pool_process", read_pool_fields<risk::PoolProcess>},
    Word{"pool_hedge", read_pool_fields<risk::PoolHedge>},
    Word{"liquidate", read_fields<risk::Liquidate>},
    Word{"liquidate_all", read_fields<risk::LiquidateAll>},
    Word{"bid", read_fields<risk::Bid>},
    Word{"check", read_fields<risk::Check>},
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
