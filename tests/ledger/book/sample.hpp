/// Small books for tests, told event by event: each event is decided, applied and remembered.
#pragma once

#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "tests/ledger/event/fields.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plimsoll::testing_aid {

/// The value, or an exception with the failure's words: tests need no other handling.
template <class T> [[nodiscard]] T need(result<T> const& value) {
    if (!value) throw std::logic_error(value.error().message());
    return value.value();
}
inline void need(result<void> const& value) {
    if (!value) throw std::logic_error(value.error().message());
}

[[nodiscard]] inline Int128 units_of(std::string_view text) { return need(parse_decimal(text)); }
[[nodiscard]] inline Amount amount(std::string_view text) { return Amount{units_of(text)}; }
[[nodiscard]] inline Price price(std::string_view text) { return Price{units_of(text)}; }
[[nodiscard]] inline Quantity quantity(std::string_view text) { return Quantity{units_of(text)}; }
[[nodiscard]] inline Index index_at(std::string_view text) { return Index{units_of(text)}; }

/// `Sample().asset("USDC", 6).account("world", outside).account("alice").deposit("alice", "USDC", "5")`
class Sample {
public:
    // ---- definitions ----
    Sample& asset(std::string name, std::uint8_t decimals = 6) {
        AssetDefined fact;
        fact.name = std::move(name);
        fact.decimals = decimals;
        return happens(fact);
    }
    Sample& account(std::string name, wire::AccountKind kind = wire::AccountKind::customer) {
        AccountOpened fact;
        fact.name = std::move(name);
        fact.kind = kind;
        return happens(fact);
    }
    Sample& source(std::string name) {
        SourceDefined fact;
        fact.name = std::move(name);
        return happens(fact);
    }
    Sample& feed(std::string name) {
        FeedDefined fact;
        fact.name = std::move(name);
        return happens(fact);
    }
    /// Settled in its quote asset; one contract is one of the base.
    Sample& instrument(std::string name, wire::InstrumentKind kind, std::string_view base, std::string_view quote,
                       std::string_view market_account = "") {
        InstrumentDefined fact;
        fact.name = std::move(name);
        fact.kind = kind;
        fact.base = asset_of(base).number();
        fact.quote = asset_of(quote).number();
        fact.settle = fact.quote;
        fact.market_account = market_account.empty() ? 0 : account_of(market_account).number();
        fact.multiplier_numerator = to_wire(Int128{1});
        fact.multiplier_denominator = to_wire(Int128{1});
        return happens(fact);
    }

    // ---- facts of life ----
    /// From the outside account "world".
    Sample& deposit(std::string_view account, std::string_view asset, std::string_view much) {
        Transferred fact;
        fact.account = account_of(account);
        fact.counter = account_of("world");
        fact.asset = asset_of(asset);
        fact.type = TransferType::deposit;
        fact.amount = amount(much);
        return happens(fact);
    }
    /// In an order book, booked as the instrument wants it, without fees.
    Sample& trade(std::string_view buyer, std::string_view seller, std::string_view instrument, std::string_view size,
                  std::string_view at) {
        Traded fact;
        fact.buyer = account_of(buyer);
        fact.seller = account_of(seller);
        fact.instrument = instrument_of(instrument);
        auto const& row = book_.instrument(fact.instrument);
        bool const spot = row.kind == wire::InstrumentKind::spot;
        fact.booking = spot                                       ? Booking::spot
                       : row.kind == wire::InstrumentKind::option ? Booking::premium
                                                                  : Booking::variation;
        fact.asset = spot ? row.quote : row.settle;
        if (spot) fact.base = row.base;
        fact.size = quantity(size);
        fact.price = price(at);
        fact.quote = Amount{scaled_product(fact.size.units(), fact.price.units(), book::multiplier(row.multiplier_numerator),
                                           book::multiplier(row.multiplier_denominator), Rounding::floor)
                                .value()};
        return happens(fact);
    }
    Sample& funding(std::string_view instrument, std::string_view index) {
        IndexRecorded fact;
        fact.subject = instrument_of(instrument).number();
        fact.kind = IndexKind::funding;
        fact.value = index_at(index);
        return happens(fact);
    }
    Sample& mark(std::string_view instrument, std::string_view at) {
        Observed fact;
        fact.subject = instrument_of(instrument).number();
        fact.kind = Observation::mark_price;
        fact.value = price(at);
        return happens(fact);
    }

    template <class Fact> Sample& happens(Fact const& fact, Origin const& origin = {}) {
        return happens(Event{origin, body_of(fact)});
    }
    /// Decides and applies; throws where the book refuses.
    Sample& happens(Event const& ask) {
        need(try_event(ask));
        return *this;
    }
    [[nodiscard]] result<void> try_event(Event const& ask) {
        std::vector<Event> decided;
        PLIMSOLL_TRYV(book::decide(book_, ask, decided));
        for (Event const& event : decided) {
            PLIMSOLL_TRYV(book::apply(book_, event));
            events_.push_back(event);
        }
        return outcome::success();
    }

    // ---- what there is ----
    [[nodiscard]] book::Book const& book() const { return book_; }
    /// To damage it, or to bring it near a limit.
    [[nodiscard]] book::Book& raw() { return book_; }
    [[nodiscard]] std::vector<Event> const& events() const { return events_; }

    [[nodiscard]] AccountId account_of(std::string_view name) const { return known(book_.find_account(name), name); }
    [[nodiscard]] AssetId asset_of(std::string_view name) const { return known(book_.find_asset(name), name); }
    [[nodiscard]] InstrumentId instrument_of(std::string_view name) const {
        return known(book_.find_instrument(name), name);
    }
    [[nodiscard]] std::string balance(std::string_view account, std::string_view asset) const {
        auto const* row = book_.balance(account_of(account), asset_of(asset));
        return row == nullptr ? "none" : format_decimal(row->amount);
    }
    /// "size quote index", in decimals.
    [[nodiscard]] std::string position(std::string_view account, std::string_view instrument) const {
        auto const* row = book_.position(account_of(account), instrument_of(instrument));
        if (row == nullptr) return "none";
        return format_decimal(row->size) + " " + format_decimal(row->quote) + " " + format_decimal(row->index);
    }

private:
    template <class T> static T known(std::optional<T> const& found, std::string_view name) {
        if (!found) throw std::logic_error("the sample has no '" + std::string(name) + "'");
        return *found;
    }
    book::Book book_;
    std::vector<Event> events_;
};

} // namespace plimsoll::testing_aid
