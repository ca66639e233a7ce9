/// What a mapping says of a log's values: small expressions, checked when they are read.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/number/int256.hpp"
#include "tools/chain/abi.hpp"

#include <map>
#include <memory>

namespace plimsoll::tools::chain {

/// number: a plain integer of up to 255 bits. scaled: one that counts 10^-18, as the ledger does;
/// `amount@6` makes one of a count of 10^-6. They never mix by themselves.
enum class ValueType : std::uint8_t { number, scaled, address, bytes, boolean, text };

struct Value {
    risk::Int256 number; ///< of number, scaled, boolean
    Bytes32 word{};      ///< an address at its right end, bytes at its left
    std::string text;
};

/// What names in an expression can stand for: arguments of the event, `$names` of the mapping.
struct Scope {
    AbiEvent const* event = nullptr;
    std::map<std::string, std::string, std::less<>> const* names = nullptr; ///< $name to its text
    Abi const* abi = nullptr; ///< of the event's contract, for later() and earlier()
};

/// What an expression is asked about.
struct Frame {
    std::vector<AbiValue> const& arguments;
    Log const& log;
    std::uint64_t block_number = 0;
    std::uint64_t block_time_seconds = 0;
    book::Book const& book;
    std::span<Log const* const> transaction = {}; ///< the mapped logs of the log's transaction
    std::size_t place = 0;                        ///< of the log among them
};

struct ExpressionNode;

/// Grammar: integers (`10^18`), 'text', names, `.part` and `[0]` of tuples and lists, `@decimals`, unary - and
/// `not`, * + -, comparisons, `and`, `or`, brackets, and the functions of tools/chain/README.md.
class Expression {
public:
    Expression();
    Expression(Expression&&) noexcept;
    Expression& operator=(Expression&&) noexcept;
    ~Expression();

    /// Errors: Errc::expression_malformed: syntax, unknown names, types that do not fit.
    [[nodiscard]] static result<Expression> parse(std::string_view text, Scope const& scope);
    /// Text with expressions in braces: "0x{account}", or none at all.
    [[nodiscard]] static result<Expression> parse_template(std::string_view text, Scope const& scope);

    [[nodiscard]] ValueType type() const;
    /// The literal 0, which may stand for a scaled number.
    [[nodiscard]] bool is_zero() const;
    /// A template that is one argument of one word and nothing else: its place, so that what is made of it
    /// can be remembered by the word.
    [[nodiscard]] std::optional<std::size_t> sole_argument() const;

    /// Errors: Errc::value_refused: more than 255 bits, a quotient by zero, an item that is not there.
    [[nodiscard]] result<Value> evaluate(Frame const& frame) const;

private:
    std::unique_ptr<ExpressionNode> root_;
};

/// "address", "number of 10^-18": for messages.
[[nodiscard]] std::string_view type_text(ValueType type);
/// As a template writes it.
[[nodiscard]] std::string value_text(ValueType type, Value const& value);

} // namespace plimsoll::tools::chain
