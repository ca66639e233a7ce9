#include "tools/chain/expression_node.hpp"

#include <cctype>

namespace plimsoll::tools::chain {
namespace {

using risk::Int256;
using Node = ExpressionNode;

constexpr int nesting_limit = 64;

[[nodiscard]] auto malformed(std::string detail) {
    return fail(Errc::expression_malformed, std::move(detail));
}

[[nodiscard]] ValueType value_type(AbiType const& type) {
    switch (type.kind) {
    case AbiType::Kind::address: return ValueType::address;
    case AbiType::Kind::boolean: return ValueType::boolean;
    case AbiType::Kind::fixed_bytes: return ValueType::bytes;
    case AbiType::Kind::string: return ValueType::text;
    default: return ValueType::number;
    }
}

[[nodiscard]] Node constant_number(Int256 const& number, ValueType type = ValueType::number) {
    Node node{Operation::constant, type, {}, {}, nullptr, {}};
    node.constant.number = number;
    return node;
}
[[nodiscard]] Node constant_text(std::string text) {
    Node node{Operation::constant, ValueType::text, {}, {}, nullptr, {}};
    node.constant.text = std::move(text);
    return node;
}
[[nodiscard]] bool is_zero_literal(Node const& node) {
    return node.operation == Operation::constant && node.type == ValueType::number && node.constant.number.is_zero();
}

/// A recursive descent over one expression.
class Parser {
    [[nodiscard]] auto wrong(std::string_view why) const {
        return malformed("'" + std::string(text_) + "', at character " + std::to_string(at_ + 1) + ": " +
                         std::string(why));
    }

public:
    Parser(std::string_view text, Scope const& scope) : text_(text), scope_(scope) {}

    [[nodiscard]] result<Node> whole() {
        PLIMSOLL_TRY(node, alternative());
        skip();
        if (at_ != text_.size()) return wrong("something follows it");
        return std::move(node);
    }

    [[nodiscard]] result<Node> pieces() {
        Node joined{Operation::join, ValueType::text, {}, {}, nullptr, {}};
        while (at_ < text_.size()) {
            auto const open = std::min(text_.find('{', at_), text_.size());
            if (open != at_) joined.parts.push_back(constant_text(std::string(text_.substr(at_, open - at_))));
            at_ = open;
            if (at_ == text_.size()) break;
            ++at_;
            PLIMSOLL_TRY(node, alternative());
            if (!take("}")) return wrong("'}' is missing");
            joined.parts.push_back(std::move(node));
        }
        if (joined.parts.size() == 1 && joined.parts[0].type == ValueType::text) return std::move(joined.parts[0]);
        return joined;
    }

private:
    void skip() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    }
    [[nodiscard]] static bool is_word_letter(char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    }
    [[nodiscard]] bool take(std::string_view sign) {
        skip();
        if (!text_.substr(at_).starts_with(sign)) return false;
        bool const is_word = is_word_letter(sign.back());
        std::size_t const end = at_ + sign.size();
        if (is_word && end < text_.size() && is_word_letter(text_[end])) return false;
        at_ = end;
        return true;
    }
    [[nodiscard]] std::string_view take_word() {
        skip();
        std::size_t const begin = at_;
        while (at_ < text_.size() && is_word_letter(text_[at_])) ++at_;
        return text_.substr(begin, at_ - begin);
    }

    [[nodiscard]] static Node make(Operation operation, ValueType type, std::vector<Node> parts) {
        return Node{operation, type, {}, {}, nullptr, std::move(parts)};
    }
    template <class... Nodes> [[nodiscard]] static std::vector<Node> list(Nodes&&... nodes) {
        std::vector<Node> parts;
        (parts.push_back(std::forward<Nodes>(nodes)), ...);
        return parts;
    }
    /// 0 stands for either kind of number.
    static void agree(Node& a, Node& b) {
        if (a.type == ValueType::scaled && is_zero_literal(b)) b.type = ValueType::scaled;
        if (b.type == ValueType::scaled && is_zero_literal(a)) a.type = ValueType::scaled;
    }
    [[nodiscard]] static bool is_numeric(Node const& node) {
        return node.type == ValueType::number || node.type == ValueType::scaled;
    }
    [[nodiscard]] result<void> need(Node const& node, ValueType type) const {
        if (node.type == type) return outcome::success();
        return wrong("a " + std::string(type_text(type)) + " belongs here, not a " + std::string(type_text(node.type)));
    }

    [[nodiscard]] result<Node> alternative() {
        if (++depth_ > nesting_limit) return wrong("brackets lie in each other too deeply");
        PLIMSOLL_TRY(left, conjunction());
        while (take("or")) {
            PLIMSOLL_TRY(right, conjunction());
            PLIMSOLL_TRYV(need(left, ValueType::boolean));
            PLIMSOLL_TRYV(need(right, ValueType::boolean));
            left = make(Operation::either, ValueType::boolean, list(std::move(left), std::move(right)));
        }
        --depth_;
        return std::move(left);
    }
    [[nodiscard]] result<Node> conjunction() {
        PLIMSOLL_TRY(left, inversion());
        while (take("and")) {
            PLIMSOLL_TRY(right, inversion());
            PLIMSOLL_TRYV(need(left, ValueType::boolean));
            PLIMSOLL_TRYV(need(right, ValueType::boolean));
            left = make(Operation::both, ValueType::boolean, list(std::move(left), std::move(right)));
        }
        return std::move(left);
    }
    [[nodiscard]] result<Node> inversion() {
        if (!take("not")) return comparison();
        PLIMSOLL_TRY(inner, comparison());
        PLIMSOLL_TRYV(need(inner, ValueType::boolean));
        return make(Operation::invert, ValueType::boolean, list(std::move(inner)));
    }
    [[nodiscard]] result<Node> comparison() {
        PLIMSOLL_TRY(left, sum());
        struct Sign {
            std::string_view text;
            Operation operation;
            bool is_swapped;
        };
        static constexpr Sign signs[] = {{"==", Operation::equal, false},  {"!=", Operation::unequal, false},
                                         {"<=", Operation::at_most, false}, {">=", Operation::at_most, true},
                                         {"<", Operation::less, false},     {">", Operation::less, true}};
        for (Sign const& sign : signs) {
            if (!take(sign.text)) continue;
            PLIMSOLL_TRY(right, sum());
            agree(left, right);
            PLIMSOLL_TRYV(need(right, left.type));
            bool const is_order = sign.operation == Operation::less || sign.operation == Operation::at_most;
            if (is_order && !is_numeric(left)) return wrong("only numbers have an order");
            if (sign.is_swapped) std::swap(left, right);
            return make(sign.operation, ValueType::boolean, list(std::move(left), std::move(right)));
        }
        return std::move(left);
    }
    [[nodiscard]] result<Node> sum() {
        PLIMSOLL_TRY(left, product());
        while (true) {
            bool const plus = take("+");
            if (!plus && !take("-")) return std::move(left);
            PLIMSOLL_TRY(right, product());
            agree(left, right);
            if (!is_numeric(left)) return wrong("only numbers can be added");
            PLIMSOLL_TRYV(need(right, left.type));
            ValueType const type = left.type;
            left = make(plus ? Operation::add : Operation::subtract, type, list(std::move(left), std::move(right)));
        }
    }
    [[nodiscard]] result<Node> product() {
        PLIMSOLL_TRY(left, factor());
        while (take("*")) {
            PLIMSOLL_TRY(right, factor());
            if (!is_numeric(left) || !is_numeric(right)) return wrong("only numbers can be multiplied");
            if (left.type == ValueType::scaled && right.type == ValueType::scaled) {
                return wrong("two numbers of 10^-18 have a product of 10^-36: multiply before @, and divide");
            }
            bool const is_scaled = left.type == ValueType::scaled || right.type == ValueType::scaled;
            left = make(Operation::multiply, is_scaled ? ValueType::scaled : ValueType::number,
                        list(std::move(left), std::move(right)));
        }
        return std::move(left);
    }
    [[nodiscard]] result<Node> factor() {
        if (take("-")) {
            PLIMSOLL_TRY(inner, factor());
            if (!is_numeric(inner)) return wrong("only a number has a sign");
            ValueType const type = inner.type;
            return make(Operation::negate, type, list(std::move(inner)));
        }
        PLIMSOLL_TRY(node, primary());
        if (!take("@")) return std::move(node);
        PLIMSOLL_TRYV(need(node, ValueType::number));
        PLIMSOLL_TRY(decimals, small_number(60));
        auto const places = decimals > 18 ? decimals - 18 : 18 - decimals;
        Node scaled = make(decimals > 18 ? Operation::scale_down : Operation::scale_up, ValueType::scaled,
                           list(std::move(node)));
        scaled.constant.number = power_of_ten(places);
        return scaled;
    }

    [[nodiscard]] static Int256 power_of_ten(std::size_t places) {
        Int256 power{1};
        for (std::size_t i = 0; i < places; ++i) power = Int256::of_bits(*risk::product(power.bits(), Int256{10}.bits()));
        return power;
    }
    [[nodiscard]] result<std::size_t> small_number(std::size_t most) {
        std::string_view const word = take_word();
        auto const number = risk::parse_int256(word);
        if (word.empty() || !number || Int256{static_cast<Int128>(most)} < *number) {
            return wrong("a whole number up to " + std::to_string(most) + " belongs here");
        }
        return static_cast<std::size_t>(number->to_128());
    }

    [[nodiscard]] result<Node> primary() {
        skip();
        if (take("(")) {
            PLIMSOLL_TRY(inner, alternative());
            if (!take(")")) return wrong("')' is missing");
            return std::move(inner);
        }
        if (take("'")) return quoted();
        if (take("$")) return mapped_name();
        std::string_view const word = take_word();
        if (word.empty()) return wrong("a value belongs here");
        if (std::isdigit(static_cast<unsigned char>(word[0])) != 0) return literal(word);
        if (take("(")) return call(word);
        return named(word);
    }

    [[nodiscard]] result<Node> quoted() {
        auto const end = text_.find('\'', at_);
        if (end == std::string_view::npos) return wrong("the quote does not end");
        std::string_view const inner = text_.substr(at_, end - at_);
        at_ = end + 1;
        return Parser(inner, scope_).pieces();
    }

    [[nodiscard]] result<Node> literal(std::string_view word) {
        auto const number = risk::parse_int256(word);
        if (!number) return wrong("'" + std::string(word) + "' is no number of 255 bits");
        if (!take("^")) return constant_number(*number);
        if (*number != Int256{10}) return wrong("only 10 has powers here");
        PLIMSOLL_TRY(exponent, small_number(76));
        return constant_number(power_of_ten(exponent));
    }

    /// A name of the mapping: a contract's address, or a parameter.
    [[nodiscard]] result<Node> mapped_name() {
        std::string_view const word = take_word();
        auto const found = scope_.names == nullptr ? std::map<std::string, std::string, std::less<>>::const_iterator{}
                                                   : scope_.names->find(word);
        if (scope_.names == nullptr || found == scope_.names->end()) {
            return wrong("no contract or parameter is called '" + std::string(word) + "'");
        }
        std::string const& text = found->second;
        Node node = constant_text(text);
        if (auto const address = parse_hex_array<20>(text)) {
            node.type = ValueType::address;
            node.constant.text.clear();
            std::ranges::copy(address.value(), node.constant.word.begin() + 12);
        } else if (auto const number = risk::parse_int256(text)) {
            node.type = ValueType::number;
            node.constant.text.clear();
            node.constant.number = *number;
        }
        return node;
    }

    [[nodiscard]] result<Node> named(std::string_view word) {
        if (word == "block" || word == "log" || word == "transaction") {
            if (auto const node = built_in(word)) return *node;
        }
        auto const place = scope_.event == nullptr ? std::nullopt : scope_.event->find(word);
        if (!place) return wrong("the event has no argument '" + std::string(word) + "'");
        AbiArgument const& argument = scope_.event->arguments[*place];
        Node node = make(Operation::argument, ValueType::number, {});
        node.path.push_back(*place);
        node.abi = &argument.type;
        if (argument.indexed && !argument.type.is_word()) {
            return wrong("'" + std::string(word) + "' is indexed: the log has only its hash");
        }
        while (true) {
            if (take(".")) {
                std::string_view const part = take_word();
                std::size_t i = 0;
                while (i < node.abi->names.size() && node.abi->names[i] != part) ++i;
                if (i == node.abi->names.size()) return wrong("there is no part '" + std::string(part) + "'");
                node.path.push_back(i);
                node.abi = &node.abi->parts[i];
            } else if (take("[")) {
                bool const is_list = node.abi->kind == AbiType::Kind::list || node.abi->kind == AbiType::Kind::fixed_list;
                if (!is_list) return wrong("it is no list");
                PLIMSOLL_TRY(item, small_number(1'000'000));
                if (!take("]")) return wrong("']' is missing");
                node.path.push_back(item);
                node.abi = node.abi->parts.data();
            } else {
                break;
            }
        }
        bool const is_value = node.abi->is_word() || node.abi->kind == AbiType::Kind::string;
        if (!is_value) return wrong("a " + node.abi->text() + " is no single value: name a part of it");
        node.type = value_type(*node.abi);
        return node;
    }

    /// block.number, block.time, log.index, log.address, transaction.index. Nothing, and back, where it is none.
    [[nodiscard]] std::optional<Node> built_in(std::string_view word) {
        std::size_t const before = at_;
        if (take(".")) {
            std::string const name = std::string(word) + "." + std::string(take_word());
            if (name == "block.number") return make(Operation::block_number, ValueType::number, {});
            if (name == "block.time") return make(Operation::block_time, ValueType::number, {});
            if (name == "log.index") return make(Operation::log_index, ValueType::number, {});
            if (name == "log.address") return make(Operation::log_address, ValueType::address, {});
            if (name == "transaction.index") return make(Operation::transaction_index, ValueType::number, {});
        }
        at_ = before;
        return std::nullopt;
    }

    [[nodiscard]] result<Node> call(std::string_view name);
    [[nodiscard]] result<Node> divide();
    [[nodiscard]] result<Node> bytes_of_word(bool are_first);
    [[nodiscard]] result<Node> bits();
    [[nodiscard]] result<Node> of_transaction(bool is_later, std::vector<Node> const& parts);

    std::string_view text_;
    Scope const& scope_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

result<Node> Parser::call(std::string_view name) {
    if (name == "divide") return divide();
    if (name == "first" || name == "last") return bytes_of_word(name == "first");
    if (name == "bits") return bits();
    std::vector<Node> parts;
    do {
        PLIMSOLL_TRY(part, alternative());
        parts.push_back(std::move(part));
    } while (take(","));
    if (!take(")")) return wrong("')' is missing");
    auto const takes = [&](std::size_t count) -> result<void> {
        if (parts.size() == count) return outcome::success();
        return wrong(std::string(name) + " takes " + std::to_string(count) + " values");
    };
    if (name == "abs") {
        PLIMSOLL_TRYV(takes(1));
        if (!is_numeric(parts[0])) return wrong("only numbers have a magnitude");
        ValueType const type = parts[0].type;
        return make(Operation::absolute, type, std::move(parts));
    }
    if (name == "min" || name == "max") {
        PLIMSOLL_TRYV(takes(2));
        agree(parts[0], parts[1]);
        PLIMSOLL_TRYV(need(parts[1], parts[0].type));
        if (!is_numeric(parts[0])) return wrong("only numbers have an order");
        ValueType const type = parts[0].type;
        return make(name == "min" ? Operation::smaller : Operation::larger, type, std::move(parts));
    }
    if (name == "if") {
        PLIMSOLL_TRYV(takes(3));
        PLIMSOLL_TRYV(need(parts[0], ValueType::boolean));
        agree(parts[1], parts[2]);
        PLIMSOLL_TRYV(need(parts[2], parts[1].type));
        ValueType const type = parts[1].type;
        return make(Operation::choose, type, std::move(parts));
    }
    if (name == "times") {
        PLIMSOLL_TRYV(takes(2));
        PLIMSOLL_TRYV(need(parts[0], ValueType::scaled));
        PLIMSOLL_TRYV(need(parts[1], ValueType::scaled));
        return make(Operation::times, ValueType::scaled, std::move(parts));
    }
    if (name == "later" || name == "earlier") return of_transaction(name == "later", parts);
    struct Held {
        std::string_view name;
        Operation operation;
        std::size_t count;
        ValueType type;
    };
    static constexpr Held questions[] = {{"cash", Operation::cash, 2, ValueType::scaled},
                                         {"size", Operation::size, 2, ValueType::scaled},
                                         {"quote", Operation::quote, 2, ValueType::scaled},
                                         {"mark", Operation::mark, 1, ValueType::scaled},
                                         {"liquidation", Operation::liquidation, 1, ValueType::number},
                                         {"tripped", Operation::tripped, 1, ValueType::boolean}};
    for (Held const& question : questions) {
        if (name != question.name) continue;
        PLIMSOLL_TRYV(takes(question.count));
        for (Node const& part : parts) {
            PLIMSOLL_TRYV(need(part, ValueType::text));
        }
        return make(question.operation, question.type, std::move(parts));
    }
    return wrong("there is no function '" + std::string(name) + "'");
}

result<Node> Parser::divide() {
    PLIMSOLL_TRY(dividend, alternative());
    if (!take(",")) return wrong("divide(a, b, rounding)");
    PLIMSOLL_TRY(divisor, alternative());
    if (!take(",")) return wrong("a quotient names its rounding: down, up or toward_zero");
    std::string_view const rounding = take_word();
    if (!take(")")) return wrong("')' is missing");
    PLIMSOLL_TRYV(need(divisor, ValueType::number));
    if (!is_numeric(dividend)) return wrong("only numbers can be divided");
    ValueType const type = dividend.type;
    auto parts = list(std::move(dividend), std::move(divisor));
    if (rounding == "down") return make(Operation::divide_down, type, std::move(parts));
    if (rounding == "up") return make(Operation::divide_up, type, std::move(parts));
    if (rounding == "toward_zero") return make(Operation::divide_toward_zero, type, std::move(parts));
    return wrong("a quotient names its rounding: down, up or toward_zero");
}

result<Node> Parser::bytes_of_word(bool are_first) {
    PLIMSOLL_TRY(word, alternative());
    PLIMSOLL_TRYV(need(word, ValueType::bytes));
    if (!take(",")) return wrong("say how many bytes");
    PLIMSOLL_TRY(count, small_number(31));
    if (!take(")")) return wrong("')' is missing");
    bool const is_address = are_first && count == 20;
    if (are_first && !is_address) return wrong("first takes 20 bytes: an address");
    Node node = make(are_first ? Operation::first_bytes : Operation::last_bytes,
                     is_address ? ValueType::address : ValueType::number, list(std::move(word)));
    node.path.push_back(count);
    return node;
}

/// later('Bid'), earlier('Bid'): another log of the same contract and transaction.
result<Node> Parser::of_transaction(bool is_later, std::vector<Node> const& parts) {
    bool const is_name = parts.size() == 1 && parts[0].operation == Operation::constant && parts[0].type == ValueType::text;
    if (!is_name || scope_.abi == nullptr) return wrong("an event of the contract belongs here, in quotes");
    auto const found = scope_.abi->find(parts[0].constant.text);
    if (!found) return wrong(found.error().detail());
    Node node = make(is_later ? Operation::later : Operation::earlier, ValueType::boolean, {});
    node.constant.word = found.value()->topic;
    return node;
}

/// bits(number, from, count): a packed field.
result<Node> Parser::bits() {
    PLIMSOLL_TRY(number, alternative());
    PLIMSOLL_TRYV(need(number, ValueType::number));
    if (!take(",")) return wrong("bits(number, from, count)");
    PLIMSOLL_TRY(from, small_number(254));
    if (!take(",")) return wrong("bits(number, from, count)");
    PLIMSOLL_TRY(count, small_number(127));
    if (!take(")")) return wrong("')' is missing");
    Node node = make(Operation::bits, ValueType::number, list(std::move(number)));
    node.path = {from, count};
    return node;
}

} // namespace

result<Expression> Expression::parse(std::string_view text, Scope const& scope) {
    PLIMSOLL_TRY(root, Parser(text, scope).whole());
    Expression expression;
    expression.root_ = std::make_unique<Node>(std::move(root));
    return expression;
}

result<Expression> Expression::parse_template(std::string_view text, Scope const& scope) {
    PLIMSOLL_TRY(root, Parser(text, scope).pieces());
    Expression expression;
    expression.root_ = std::make_unique<Node>(std::move(root));
    return expression;
}

} // namespace plimsoll::tools::chain
