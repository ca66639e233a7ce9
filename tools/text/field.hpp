/// How a kind of event is described: the visitor's side of event_fields.hpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace plimsoll::tools {

// `fields_of(visitor, fact)` calls one method of the visitor for each field, in the order of the
// text. A reader passes a fact to fill, a writer a fact that is full. Fields bear the schema's
// names, but for the few that every line has already: the `kind` of a trade is `trade_kind`.

/// Whether a line must have the field.
enum class Need : std::uint8_t {
    always,
    maybe, ///< left out where it is 0, none or empty
};

template <class Fact, class Kind>
concept Is = std::same_as<std::remove_const_t<Fact>, Kind>;

} // namespace plimsoll::tools
