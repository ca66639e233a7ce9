/// An expression once it is read: a tree of typed operations.
#pragma once

#include "tools/chain/expression.hpp"

namespace plimsoll::tools::chain {

enum class Operation : std::uint8_t {
    constant,
    argument, ///< path leads into the event's arguments
    block_number,
    block_time,
    log_index,
    transaction_index,
    log_address,
    negate,
    add,
    subtract,
    multiply,
    divide_down,
    divide_up,
    divide_toward_zero,
    scale_up,   ///< times a power of ten
    scale_down, ///< by a power of ten, exactly
    absolute,
    smaller,
    larger,
    equal,
    unequal,
    less,
    at_most,
    both,
    either,
    invert,
    choose,      ///< condition, then, else
    first_bytes, ///< of a word, as an address where there are 20
    last_bytes,  ///< of a word, as a number
    bits,        ///< of a number: path says from which, and how many
    join,        ///< texts
    cash,        ///< balance of an account in an asset
    size,        ///< position of an account in an instrument
    quote,       ///< of that position
    mark,        ///< price of an instrument
    times,       ///< of two numbers of 10^-18, toward zero
    liquidation, ///< of an account, 0 where none is open
    tripped,     ///< whether a breaker is
    later,       ///< whether the transaction has a log of the constant's topic after this one, of its contract
    earlier,
};

struct ExpressionNode {
    Operation operation{};
    ValueType type{};
    Value constant;
    std::vector<std::size_t> path; ///< argument: its place, then of parts; first and last bytes: how many
    AbiType const* abi = nullptr;  ///< of the argument
    std::vector<ExpressionNode> parts;
};

/// Errors: Errc::value_refused.
[[nodiscard]] result<Value> evaluate(ExpressionNode const& node, Frame const& frame);

} // namespace plimsoll::tools::chain
