#include "tools/text/command_reader.hpp"

#include "tools/import/definitions.hpp"
#include "tools/text/bridge_command_fields.hpp"
#include "tools/text/credit_command_fields.hpp"
#include "tools/text/field_reader.hpp"
#include "tools/text/pool_command_fields.hpp"
#include "tools/text/vault_command_fields.hpp"

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

using ReadFields = risk::Command (*)(FieldReader&);

template <class Ask> [[nodiscard]] risk::Command read_fields(FieldReader& reader) {
    Ask ask;
    fields_of(reader, ask);
    return ask;
}

/// One of a family that has a command of its own.
template <class Family, class Ask> [[nodiscard]] risk::Command read_family(FieldReader& reader) {
    Ask ask;
    fields_of(reader, ask);
    return Family{std::move(ask)};
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
    Word{"bridge_observe", read_family<risk::BridgeCommand, risk::BridgeObserve>},
    Word{"bridge_advance", read_family<risk::BridgeCommand, risk::BridgeAdvance>},
    Word{"bridge_reverse", read_family<risk::BridgeCommand, risk::BridgeReverse>},
    Word{"bridge_withdraw", read_family<risk::BridgeCommand, risk::BridgeWithdraw>},
    Word{"bridge_release", read_family<risk::BridgeCommand, risk::BridgeRelease>},
    Word{"bridge_dispute", read_family<risk::BridgeCommand, risk::BridgeDispute>},
    Word{"pool_list", read_family<risk::PoolCommand, risk::PoolList>},
    Word{"pool_trade", read_family<risk::PoolCommand, risk::PoolTrade>},
    Word{"pool_deposit", read_family<risk::PoolCommand, risk::PoolDeposit>},
    Word{"pool_withdraw", read_family<risk::PoolCommand, risk::PoolWithdraw>},
    Word{"pool_process", read_family<risk::PoolCommand, risk::PoolProcess>},
    Word{"pool_hedge", read_family<risk::PoolCommand, risk::PoolHedge>},
    Word{"open_vault", read_family<risk::VaultCommand, risk::OpenVault>},
    Word{"lock", read_family<risk::VaultCommand, risk::LockInVault>},
    Word{"unlock", read_family<risk::VaultCommand, risk::UnlockFromVault>},
    Word{"mint", read_family<risk::VaultCommand, risk::MintOption>},
    Word{"burn", read_family<risk::VaultCommand, risk::BurnOption>},
    Word{"exercise", read_family<risk::VaultCommand, risk::ExerciseOption>},
    Word{"settle_vault", read_family<risk::VaultCommand, risk::SettleVault>},
    Word{"perpetual_trade", read_family<risk::PerpetualPoolCommand, risk::TradeWithPool>},
    Word{"perpetual_funding", read_family<risk::PerpetualPoolCommand, risk::AccruePoolFunding>},
    Word{"perpetual_deleverage", read_family<risk::PerpetualPoolCommand, risk::DeleveragePool>},
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
