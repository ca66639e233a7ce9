/// The fields of every kind of event by name, so that tests can fill, compare and print them all.
#pragma once

#include "ledger/event/decimal.hpp"
#include "ledger/event/event.hpp"
#include "ledger/event/hash.hpp"
#include "tests/ledger/event/random.hpp"

#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace plimsoll::testing_aid {

template <class Fact, class Member> struct Field {
    char const* name;
    Member Fact::* member;
};
template <class Fact, class Member> Field(char const*, Member Fact::*) -> Field<Fact, Member>;

/// batch_test.cpp holds these lists against event.fbs, so none can be forgotten.
template <class Fact> inline constexpr std::tuple<> fields_of{};

#define PLIMSOLL_FIELD(x) Field{#x, &Fact::x}
#define PLIMSOLL_FIELDS(kind, ...)                                                                 \
    template <> inline constexpr auto fields_of<kind> = [] {                                       \
        using Fact = kind;                                                                         \
        return std::tuple{__VA_ARGS__};                                                            \
    }();
#define F PLIMSOLL_FIELD
PLIMSOLL_FIELDS(Cursor, F(major), F(minor))
PLIMSOLL_FIELDS(Origin, F(source_time), F(cursor), F(record), F(cause_sequence), F(source), F(cause), F(reserved))
PLIMSOLL_FIELDS(Transferred, F(account), F(counter), F(fee_account), F(asset), F(instrument), F(type), F(reserved),
                F(amount), F(fee))
PLIMSOLL_FIELDS(Traded, F(buyer), F(seller), F(fee_account), F(instrument), F(asset), F(base), F(booking), F(kind),
                F(taker), F(reserved_a), F(reserved_b), F(size), F(price), F(quote), F(buyer_fee), F(seller_fee),
                F(index))
PLIMSOLL_FIELDS(Observed, F(subject), F(kind), F(feed), F(value), F(confidence))
PLIMSOLL_FIELDS(IndexRecorded, F(subject), F(kind), F(reserved), F(value), F(rate))
PLIMSOLL_FIELDS(IndexMet, F(account), F(counter), F(subject), F(asset), F(kind), F(reserved_a), F(reserved_b),
                F(index), F(amount))
PLIMSOLL_FIELDS(PositionSettled, F(account), F(counter), F(instrument), F(asset), F(type), F(reserved_a),
                F(reserved_b), F(size), F(quote), F(amount), F(price))
PLIMSOLL_FIELDS(AssetDefined, F(name), F(decimals), F(kind), F(chain), F(contract))
PLIMSOLL_FIELDS(InstrumentDefined, F(name), F(kind), F(payoff), F(side), F(exercise), F(base), F(quote), F(settle),
                F(market_account), F(multiplier_numerator), F(multiplier_denominator), F(strike), F(expiry), F(tick),
                F(lot))
PLIMSOLL_FIELDS(SourceDefined, F(name), F(kind))
PLIMSOLL_FIELDS(FeedDefined, F(name))
PLIMSOLL_FIELDS(ChainDefined, F(name), F(chain_id), F(account))
PLIMSOLL_FIELDS(BlockRecorded, F(chain), F(number), F(hash), F(parent), F(time))
PLIMSOLL_FIELDS(AccountOpened, F(name), F(kind), F(parent), F(owner))
PLIMSOLL_FIELDS(OpeningEntered, F(account), F(legs), F(stands), F(reason))
PLIMSOLL_FIELDS(Corrected, F(sequence), F(reason), F(legs), F(stands))
PLIMSOLL_FIELDS(Reversed, F(sequence), F(reason), F(legs), F(stands))
PLIMSOLL_FIELDS(LiquidationStarted, F(liquidation), F(account), F(procedure), F(preset), F(asset), F(equity),
                F(requirement), F(buffer), F(instrument), F(mark), F(fee_cap), F(figures))
PLIMSOLL_FIELDS(LiquidationBid, F(liquidation), F(account), F(bidder), F(fraction), F(price), F(asset), F(amount),
                F(instrument), F(size), F(figures))
PLIMSOLL_FIELDS(LiquidationEnded, F(liquidation), F(account), F(outcome), F(asset), F(equity), F(penalty), F(kept),
                F(figures))
PLIMSOLL_FIELDS(BadDebtRecognised, F(loss), F(account), F(asset), F(amount), F(liquidation))
PLIMSOLL_FIELDS(WaterfallPaid, F(loss), F(layer), F(payer), F(account), F(asset), F(amount))
PLIMSOLL_FIELDS(LossSocialised, F(loss), F(asset), F(instrument), F(amount), F(index), F(remainder))
PLIMSOLL_FIELDS(AutoDeleveraged, F(liquidation), F(account), F(counterparty), F(instrument), F(rank), F(policy),
                F(size), F(price), F(score))
PLIMSOLL_FIELDS(PoolMoved, F(pool), F(account), F(asset), F(share_asset), F(amount), F(shares), F(share_price),
                F(queued_at))
PLIMSOLL_FIELDS(BreakerTripped, F(breaker), F(scope), F(metric), F(value), F(threshold), F(allowed))
PLIMSOLL_FIELDS(BreakerReleased, F(breaker), F(scope), F(metric), F(value), F(threshold))
PLIMSOLL_FIELDS(ParameterSet, F(scope), F(name), F(unit), F(value), F(text))
PLIMSOLL_FIELDS(PresetAdopted, F(scope), F(name), F(version), F(digest), F(body))
PLIMSOLL_FIELDS(ForecastRecorded, F(model), F(subject), F(inputs), F(value), F(valid_from), F(valid_until))
PLIMSOLL_FIELDS(CreditChanged, F(account), F(asset), F(limit), F(score), F(reason))
PLIMSOLL_FIELDS(Quarantined, F(place), F(reason), F(record))
PLIMSOLL_FIELDS(CheckpointTaken, F(sequence), F(state_root), F(log_root), F(note))
#undef F
#undef PLIMSOLL_FIELDS
#undef PLIMSOLL_FIELD

/// Calls f(name, value) for each field of a fact.
template <class Fact, class F> void for_fields(Fact& fact, F&& f) {
    std::apply([&](auto const&... field) { (f(field.name, fact.*field.member), ...); },
               fields_of<std::remove_const_t<Fact>>);
}

template <class T> inline constexpr bool has_fields = std::tuple_size_v<std::decay_t<decltype(fields_of<T>)>> != 0;

// ---- as text ----

template <class Fact> [[nodiscard]] std::string show(Fact const& fact);

template <class T> [[nodiscard]] std::string show_value(T const& value) {
    if constexpr (has_fields<T>) {
        return "{" + show(value) + "}";
    } else if constexpr (std::is_same_v<T, std::string>) {
        return "'" + value + "'";
    } else if constexpr (std::is_enum_v<T>) {
        return std::to_string(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_integral_v<T>) {
        return std::to_string(value);
    } else if constexpr (std::is_same_v<T, wire::Int128>) {
        return format_integer(units(value));
    } else if constexpr (requires { value.units(); }) {
        return format_integer(value.units());
    } else if constexpr (requires { value.number(); }) {
        return "#" + std::to_string(value.number());
    } else if constexpr (requires { value.begin(); }) {
        std::string text = "[";
        for (auto const& each : value) text += to_hex(bytes_of(each)) + " ";
        return text + "]";
    } else {
        return to_hex(bytes_of(value));
    }
}

/// Every field, by name.
template <class Fact> [[nodiscard]] std::string show(Fact const& fact) {
    std::string text(kind_name<Fact>);
    for_fields(fact, [&](char const* name, auto const& value) { text += std::string(" ") + name + "=" + show_value(value); });
    return text;
}

[[nodiscard]] inline std::string show(Event const& event) {
    std::string text;
    visit_body(event.body, [&](auto const& fact) { text = show(fact); });
    return show(event.origin) + " | " + text;
}

// ---- at random ----

/// Any bits at all, in every field: an event that can be written, not one that makes sense.
template <class T> void fill(Random& random, T& value) {
    if constexpr (has_fields<T>) {
        for_fields(value, [&](char const*, auto& field) { fill(random, field); });
    } else if constexpr (std::is_same_v<T, std::string>) {
        value.clear();
        for (std::uint64_t left = random.below(4) * random.below(20); left != 0; --left) {
            value.push_back(static_cast<char>(random.below(256)));
        }
    } else if constexpr (std::is_enum_v<T>) {
        value = static_cast<T>(random.word());
    } else if constexpr (std::is_integral_v<T>) {
        value = static_cast<T>(random.word());
    } else if constexpr (std::is_same_v<T, wire::Int128>) {
        value = to_wire(random.wide());
    } else if constexpr (requires { value.units(); }) {
        value = T{random.wide()};
    } else if constexpr (requires { value.number(); }) {
        value = T{static_cast<std::uint32_t>(random.word())};
    } else if constexpr (std::is_same_v<T, wire::Digest>) {
        value = wire::Digest{random.word(), random.word(), random.word(), random.word()};
    } else if constexpr (std::is_same_v<T, wire::Leg>) {
        auto const word = [&] { return static_cast<std::uint32_t>(random.word()); };
        value = wire::Leg{word(), word(), word(), static_cast<std::uint8_t>(word()), 0, 0, to_wire(random.wide())};
    } else if constexpr (std::is_same_v<T, wire::Stand>) {
        auto const word = [&] { return static_cast<std::uint32_t>(random.word()); };
        value = wire::Stand{word(), word(), static_cast<std::uint16_t>(word()), 0, 0, to_wire(random.wide())};
    } else if constexpr (std::is_same_v<T, wire::Figure>) {
        value = wire::Figure{static_cast<std::uint32_t>(random.word()), static_cast<std::uint16_t>(random.word()), 0, to_wire(random.wide())};
    } else {
        value.resize(random.below(5));
        for (auto& each : value) fill(random, each);
    }
}

/// Calls f(a default fact) for each kind there is.
template <class F> void for_kinds(F&& f) {
    f(Transferred{});
    f(Traded{});
    f(Observed{});
    f(IndexRecorded{});
    f(IndexMet{});
    f(PositionSettled{});
#define PLIMSOLL_EACH(kind) f(kind{});
    PLIMSOLL_RARE_KINDS(PLIMSOLL_EACH)
#undef PLIMSOLL_EACH
}

template <class Fact> [[nodiscard]] Body body_of(Fact const& fact) {
    if constexpr (std::is_constructible_v<Body, Fact>) {
        return fact;
    } else {
        return rare(fact);
    }
}

/// One event of every kind, in the order of their numbers.
[[nodiscard]] inline std::vector<Event> one_of_each(Random& random) {
    std::vector<Event> events;
    for_kinds([&](auto fact) {
        Event event;
        fill(random, event.origin);
        fill(random, fact);
        event.body = body_of(fact);
        events.push_back(std::move(event));
    });
    return events;
}

} // namespace plimsoll::testing_aid
