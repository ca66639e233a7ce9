#include "tools/import/definitions.hpp"

#include "ledger/event/hash.hpp"

#include <cstring>

namespace plimsoll::tools {

std::uint64_t record_fingerprint(std::string_view canonical) {
    Hash const hash = sha256(bytes_of(canonical));
    std::uint64_t first = 0;
    std::memcpy(&first, hash.data(), sizeof(first));
    return first;
}

template <class Fact> result<void> Definitions::define(Fact const& fact) {
    Event event;
    event.origin.source_time = time_;
    event.origin.source = source_;
    event.origin.cause = Cause::definition;
    event.body = rare(fact);
    PLIMSOLL_TRY(receipt, engine_->submit(event));
    events_ += receipt.count;
    return outcome::success();
}

result<std::uint16_t> Definitions::source(std::string_view name, wire::SourceKind kind) {
    if (auto const id = engine_->book().find_source(name)) return *id;
    SourceDefined fact;
    fact.name = name;
    fact.kind = kind;
    PLIMSOLL_TRYV(define(fact));
    return *engine_->book().find_source(name);
}

result<std::uint16_t> Definitions::feed(std::string_view name) {
    if (auto const id = engine_->book().find_feed(name)) return *id;
    FeedDefined fact;
    fact.name = name;
    PLIMSOLL_TRYV(define(fact));
    return *engine_->book().find_feed(name);
}

result<AccountId> Definitions::account(std::string_view name, wire::AccountKind kind,
                                       std::string_view owner) {
    if (auto const id = engine_->book().find_account(name)) return *id;
    AccountOpened fact;
    fact.name = name;
    fact.kind = kind;
    fact.owner = owner;
    PLIMSOLL_TRYV(define(fact));
    return *engine_->book().find_account(name);
}

result<AssetId> Definitions::asset(std::string_view name, int decimals, wire::AssetKind kind) {
    if (auto const id = engine_->book().find_asset(name)) return *id;
    AssetDefined fact;
    fact.name = name;
    fact.decimals = static_cast<std::uint8_t>(decimals);
    fact.kind = kind;
    PLIMSOLL_TRYV(define(fact));
    return *engine_->book().find_asset(name);
}

result<InstrumentId> Definitions::instrument(InstrumentDefined const& definition) {
    if (auto const id = engine_->book().find_instrument(definition.name)) return *id;
    PLIMSOLL_TRYV(define(definition));
    return *engine_->book().find_instrument(definition.name);
}

} // namespace plimsoll::tools
