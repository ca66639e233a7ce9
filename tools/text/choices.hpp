/// The words of the schema's enums, both ways.
#pragma once

#include "ledger/event/event.hpp"

#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::tools {

using Words = std::vector<std::string_view>;

/// Word i is the name of value i: the schema counts every enum from 0 without gaps.
template <class Enum> [[nodiscard]] Words const& words_of();

#define PLIMSOLL_WORDS(Enum)                                                                       \
    template <> [[nodiscard]] inline Words const& words_of<wire::Enum>() {                         \
        static Words const words(wire::EnumNames##Enum(),                                          \
                                 wire::EnumNames##Enum() + std::size(wire::EnumValues##Enum()));   \
        return words;                                                                              \
    }
PLIMSOLL_WORDS(Cause)
PLIMSOLL_WORDS(TransferType)
PLIMSOLL_WORDS(Booking)
PLIMSOLL_WORDS(TradeKind)
PLIMSOLL_WORDS(Taker)
PLIMSOLL_WORDS(Observation)
PLIMSOLL_WORDS(IndexKind)
PLIMSOLL_WORDS(SettlementType)
PLIMSOLL_WORDS(LegKind)
PLIMSOLL_WORDS(AssetKind)
PLIMSOLL_WORDS(InstrumentKind)
PLIMSOLL_WORDS(Payoff)
PLIMSOLL_WORDS(OptionSide)
PLIMSOLL_WORDS(Exercise)
PLIMSOLL_WORDS(SourceKind)
PLIMSOLL_WORDS(AccountKind)
PLIMSOLL_WORDS(LiquidationOutcome)
PLIMSOLL_WORDS(Layer)
PLIMSOLL_WORDS(FigureKind)
#undef PLIMSOLL_WORDS

/// "" where the schema has no such value.
template <class Enum> [[nodiscard]] std::string_view word(Enum value) {
    auto const& words = words_of<Enum>();
    auto const at = static_cast<std::size_t>(value);
    return at < words.size() ? words[at] : std::string_view{};
}

template <class Enum> [[nodiscard]] std::optional<Enum> choice(std::string_view text) {
    auto const& words = words_of<Enum>();
    for (std::size_t at = 0; at < words.size(); ++at) {
        if (words[at] == text) return static_cast<Enum>(at);
    }
    return std::nullopt;
}

/// "deposit, withdrawal, ...": for messages.
template <class Enum> [[nodiscard]] std::string list_of_words() {
    std::string list;
    for (auto const each : words_of<Enum>()) list.append(list.empty() ? "" : ", ").append(each);
    return list;
}

} // namespace plimsoll::tools
