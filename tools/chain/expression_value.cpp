#include "tools/chain/expression_node.hpp"

#include "ledger/event/decimal.hpp"
#include "risk/number/wei.hpp"

#include <algorithm>

namespace plimsoll::tools::chain {
namespace {

using risk::Checked;
using risk::Int256;
using Node = ExpressionNode;

[[nodiscard]] auto refused(std::string detail) { return fail(Errc::value_refused, std::move(detail)); }

[[nodiscard]] Int256 bits_of(Bytes32 const& word) {
    risk::Uint256 bits;
    for (std::size_t limb = 0; limb < 4; ++limb) {
        for (std::size_t i = 0; i < 8; ++i) bits.limbs[3 - limb] = bits.limbs[3 - limb] << 8 | word[8 * limb + i];
    }
    return Int256::of_bits(bits);
}

[[nodiscard]] result<Value> argument(Node const& node, Frame const& frame) {
    AbiValue const* found = &frame.arguments[node.path[0]];
    for (std::size_t i = 1; i < node.path.size(); ++i) {
        if (node.path[i] >= found->items.size()) {
            return refused("the list has " + std::to_string(found->items.size()) + " items, none at [" +
                           std::to_string(node.path[i]) + "]");
        }
        found = &found->items[node.path[i]];
    }
    Value value;
    switch (node.type) {
    case ValueType::number:
    case ValueType::boolean:
        value.number = bits_of(found->word);
        if (node.abi->kind == AbiType::Kind::unsigned_integer && value.number.is_negative()) {
            return refused(hex_of(found->word) + " has more than 255 bits");
        }
        break;
    case ValueType::text: value.text.assign(found->bytes.begin(), found->bytes.end()); break;
    default: value.word = found->word;
    }
    return value;
}

[[nodiscard]] Value of_number(Int256 const& number) {
    Value value;
    value.number = number;
    return value;
}
[[nodiscard]] Value of_bool(bool truth) { return of_number(Int256{truth ? 1 : 0}); }

[[nodiscard]] result<Value> quotient(Operation rounding, Int256 const& a, Int256 const& b) {
    if (b.is_zero()) return refused("a quotient by zero");
    Checked on;
    Int256 whole = on.divide(a, b); // toward zero
    bool const is_exact = on.multiply(whole, b) == a;
    bool const is_below_zero = a.is_negative() != b.is_negative();
    if (!is_exact && rounding == Operation::divide_down && is_below_zero) whole = on.subtract(whole, Int256{1});
    if (!is_exact && rounding == Operation::divide_up && !is_below_zero) whole = on.add(whole, Int256{1});
    if (on.broken()) return refused("a quotient leaves 255 bits");
    return of_number(whole);
}

[[nodiscard]] result<Value> arithmetic(Node const& node, Frame const& frame) {
    PLIMSOLL_TRY(left, evaluate(node.parts[0], frame));
    Value right;
    if (node.parts.size() > 1) {
        PLIMSOLL_TRY(second, evaluate(node.parts[1], frame));
        right = std::move(second);
    }
    Int256 const& a = left.number;
    Int256 const& b = right.number;
    Checked on;
    Int256 number;
    switch (node.operation) {
    case Operation::negate: number = on.negate(a); break;
    case Operation::absolute: number = on.absolute(a); break;
    case Operation::add: number = on.add(a, b); break;
    case Operation::subtract: number = on.subtract(a, b); break;
    case Operation::multiply: number = on.multiply(a, b); break;
    case Operation::times: number = on.times(a, b); break;
    case Operation::smaller: number = std::min(a, b); break;
    case Operation::larger: number = std::max(a, b); break;
    case Operation::scale_up: number = on.multiply(a, node.constant.number); break;
    case Operation::scale_down:
        number = on.divide(a, node.constant.number);
        if (on.multiply(number, node.constant.number) != a) {
            return refused(risk::format_int256(a) + " has more than 18 decimals");
        }
        break;
    default: return quotient(node.operation, a, b);
    }
    if (on.broken()) return refused("a number leaves 255 bits");
    return of_number(number);
}

[[nodiscard]] result<Value> comparison(Node const& node, Frame const& frame) {
    PLIMSOLL_TRY(a, evaluate(node.parts[0], frame));
    PLIMSOLL_TRY(b, evaluate(node.parts[1], frame));
    bool const are_equal = a.number == b.number && a.word == b.word && a.text == b.text;
    switch (node.operation) {
    case Operation::equal: return of_bool(are_equal);
    case Operation::unequal: return of_bool(!are_equal);
    case Operation::less: return of_bool(a.number < b.number);
    default: return of_bool(a.number <= b.number);
    }
}

/// The second side is asked only where it decides.
[[nodiscard]] result<Value> logic(Node const& node, Frame const& frame) {
    PLIMSOLL_TRY(first, evaluate(node.parts[0], frame));
    bool const truth = !first.number.is_zero();
    switch (node.operation) {
    case Operation::invert: return of_bool(!truth);
    case Operation::choose: return evaluate(node.parts[truth ? 1 : 2], frame);
    case Operation::both: return truth ? evaluate(node.parts[1], frame) : std::move(first);
    default: return truth ? std::move(first) : evaluate(node.parts[1], frame);
    }
}

[[nodiscard]] bool is_tripped(book::Book const& book, std::string_view name) {
    return std::ranges::any_of(book.breakers.rows(), [&](book::BreakerRow const& row) {
        return row.tripped != 0 && row.name.view() == name;
    });
}

[[nodiscard]] Int128 mark_of(book::Book const& book, std::string_view name) {
    auto const instrument = book.find_instrument(name);
    return instrument ? book.instrument(*instrument).mark.value.units() : Int128{0};
}

/// Of its contract, before or after it in its transaction.
[[nodiscard]] bool has_other(Node const& node, Frame const& frame) {
    for (std::size_t i = 0; i < frame.transaction.size(); ++i) {
        bool const is_asked = node.operation == Operation::later ? i > frame.place : i < frame.place;
        Log const& other = *frame.transaction[i];
        if (is_asked && other.address == frame.log.address && !other.topics.empty() && other.topics[0] == node.constant.word) {
            return true;
        }
    }
    return false;
}

/// What the ledger holds; 0 of names that it does not have yet.
[[nodiscard]] result<Value> held(Node const& node, Frame const& frame) {
    PLIMSOLL_TRY(owner, evaluate(node.parts[0], frame));
    if (node.operation == Operation::mark) return of_number(Int256{mark_of(frame.book, owner.text)});
    if (node.operation == Operation::tripped) return of_bool(is_tripped(frame.book, owner.text));
    if (node.operation == Operation::liquidation) {
        auto const id = frame.book.find_account(owner.text);
        bool const is_open = id && frame.book.account(*id).in_liquidation != 0;
        return of_number(Int256{is_open ? Int128{frame.book.account(*id).liquidation} : Int128{0}});
    }
    PLIMSOLL_TRY(what, evaluate(node.parts[1], frame));
    auto const account = frame.book.find_account(owner.text);
    if (!account) return Value{};
    if (node.operation == Operation::cash) {
        auto const asset = frame.book.find_asset(what.text);
        auto const* const row = asset ? frame.book.balance(*account, *asset) : nullptr;
        return of_number(Int256{row == nullptr ? Int128{0} : row->amount.units()});
    }
    auto const instrument = frame.book.find_instrument(what.text);
    auto const* const row = instrument ? frame.book.position(*account, *instrument) : nullptr;
    if (row == nullptr) return Value{};
    return of_number(Int256{node.operation == Operation::size ? row->size.units() : row->quote.units()});
}

[[nodiscard]] result<Value> bytes_of_word(Node const& node, Frame const& frame) {
    PLIMSOLL_TRY(whole, evaluate(node.parts[0], frame));
    std::size_t const count = node.path[0];
    Bytes32 right{};
    auto const begin = whole.word.begin() + static_cast<std::ptrdiff_t>(node.operation == Operation::first_bytes ? 0 : 32 - count);
    std::copy_n(begin, count, right.end() - static_cast<std::ptrdiff_t>(count));
    if (node.operation == Operation::last_bytes) return of_number(bits_of(right));
    Value value;
    value.word = right;
    return value;
}

[[nodiscard]] result<Value> bits(Node const& node, Frame const& frame) {
    PLIMSOLL_TRY(whole, evaluate(node.parts[0], frame));
    if (whole.number.is_negative()) return refused("a negative number has no fields of bits");
    risk::Uint256 const shifted = whole.number.bits() >> static_cast<int>(node.path[0]);
    Uint128 const mask = (Uint128{1} << node.path[1]) - 1;
    return of_number(Int256::of_bits(risk::Uint256(shifted.low() & mask)));
}

[[nodiscard]] result<Value> join(Node const& node, Frame const& frame) {
    Value joined;
    for (Node const& part : node.parts) {
        PLIMSOLL_TRY(value, evaluate(part, frame));
        joined.text += value_text(part.type, value);
    }
    return joined;
}

} // namespace

std::string value_text(ValueType type, Value const& value) {
    switch (type) {
    case ValueType::number: return risk::format_int256(value.number);
    case ValueType::scaled:
        return value.number.fits_128() ? format_decimal(value.number.to_128())
                                       : risk::format_int256(value.number) + "e-18";
    case ValueType::address: return hex_of(ByteView(value.word).subspan(12));
    case ValueType::bytes: return hex_of(value.word);
    case ValueType::boolean: return value.number.is_zero() ? "false" : "true";
    case ValueType::text: break;
    }
    return value.text;
}

result<Value> evaluate(ExpressionNode const& node, Frame const& frame) {
    switch (node.operation) {
    case Operation::constant: return node.constant;
    case Operation::argument: return argument(node, frame);
    case Operation::block_number: return of_number(Int256{Int128{frame.block_number}});
    case Operation::block_time: return of_number(Int256{Int128{frame.block_time_seconds}});
    case Operation::log_index: return of_number(Int256{Int128{frame.log.log_index}});
    case Operation::transaction_index: return of_number(Int256{Int128{frame.log.transaction_index}});
    case Operation::log_address: {
        Value value;
        std::ranges::copy(frame.log.address, value.word.begin() + 12);
        return value;
    }
    case Operation::equal:
    case Operation::unequal:
    case Operation::less:
    case Operation::at_most: return comparison(node, frame);
    case Operation::invert:
    case Operation::choose:
    case Operation::both:
    case Operation::either: return logic(node, frame);
    case Operation::first_bytes:
    case Operation::last_bytes: return bytes_of_word(node, frame);
    case Operation::bits: return bits(node, frame);
    case Operation::join: return join(node, frame);
    case Operation::cash:
    case Operation::size:
    case Operation::quote:
    case Operation::mark:
    case Operation::liquidation:
    case Operation::tripped: return held(node, frame);
    case Operation::later:
    case Operation::earlier: return of_bool(has_other(node, frame));
    default: return arithmetic(node, frame);
    }
}

// ---- the expression around the tree ----

Expression::Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

ValueType Expression::type() const { return root_->type; }
bool Expression::is_zero() const {
    return root_->operation == Operation::constant && root_->type == ValueType::number && root_->constant.number.is_zero();
}

std::optional<std::size_t> Expression::sole_argument() const {
    if (root_->operation != Operation::join || root_->parts.size() != 1) return std::nullopt;
    Node const& only = root_->parts[0];
    bool const is_plain = only.operation == Operation::argument && only.path.size() == 1 && only.abi->is_word();
    if (!is_plain) return std::nullopt;
    return only.path[0];
}

result<Value> Expression::evaluate(Frame const& frame) const { return chain::evaluate(*root_, frame); }

std::string_view type_text(ValueType type) {
    switch (type) {
    case ValueType::number: return "plain number";
    case ValueType::scaled: return "number of 10^-18 (say its decimals: amount@6)";
    case ValueType::address: return "address";
    case ValueType::bytes: return "word of bytes";
    case ValueType::boolean: return "condition";
    case ValueType::text: return "text";
    }
    return "value";
}

} // namespace plimsoll::tools::chain
