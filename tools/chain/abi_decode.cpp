#include "tools/chain/abi.hpp"

#include <algorithm>

namespace plimsoll::tools::chain {
namespace {

using Kind = AbiType::Kind;

constexpr std::size_t word_bytes = 32;

[[nodiscard]] bool all_are(ByteView bytes, std::uint8_t value) {
    return std::ranges::all_of(bytes, [=](std::uint8_t byte) { return byte == value; });
}

/// Whether what surrounds a value in its word is what it must be.
[[nodiscard]] bool is_clean(AbiType const& type, ByteView word) {
    switch (type.kind) {
    case Kind::unsigned_integer: return all_are(word.first(word_bytes - type.size / 8), 0);
    case Kind::signed_integer: {
        std::size_t const unused = word_bytes - type.size / 8;
        bool const is_negative = (word[unused] & 0x80) != 0;
        return all_are(word.first(unused), is_negative ? 0xff : 0);
    }
    case Kind::address: return all_are(word.first(12), 0);
    case Kind::boolean: return all_are(word.first(31), 0) && word[31] <= 1;
    case Kind::fixed_bytes: return all_are(word.subspan(type.size), 0);
    default: return false;
    }
}

/// Reads one log's data.
class Decoder {
    [[nodiscard]] static auto broken(std::size_t at, std::string const& detail) {
        return fail(Errc::log_malformed, "byte " + std::to_string(at) + ": " + detail);
    }
    [[nodiscard]] auto short_of(std::size_t at) const {
        return broken(at, "the data ends, after " + std::to_string(data_.size()) + " bytes");
    }

public:
    explicit Decoder(ByteView data) : data_(data) {}

    [[nodiscard]] result<void> word(AbiType const& type, std::size_t at, AbiValue& out) const {
        if (data_.size() < word_bytes || at > data_.size() - word_bytes) return short_of(at);
        ByteView const bytes = data_.subspan(at, word_bytes);
        if (!is_clean(type, bytes)) {
            return broken(at, hex_of(bytes) + " is no " + type.text() + ": its padding is not clean");
        }
        std::ranges::copy(bytes, out.word.begin());
        return outcome::success();
    }

    /// A value whose head is at `at`; offsets count from `base`, and what they lead to begins at
    /// `tail`, which moves behind it.
    [[nodiscard]] result<void> value(AbiType const& type, std::size_t base, std::size_t at, std::size_t& tail,
                                     AbiValue& out) const {
        if (type.is_word()) return word(type, at, out);
        if (!type.is_dynamic()) return parts(type, at, at, tail, out);
        PLIMSOLL_TRY(offset, count(at));
        if (offset != tail - base) {
            return broken(at, "the offset is " + std::to_string(offset) + " where " + std::to_string(tail - base) +
                                  " would be the next free place");
        }
        std::size_t const start = tail;
        switch (type.kind) {
        case Kind::bytes:
        case Kind::string: return text(start, tail, out);
        case Kind::list: {
            PLIMSOLL_TRY(items, count(start));
            std::size_t const head = type.parts[0].head_bytes();
            std::size_t const content = start + word_bytes;
            if (items > (data_.size() - content) / head) return short_of(data_.size());
            tail = content + items * head;
            return list(type.parts[0], items, content, tail, out);
        }
        default:
            tail = start + width(type);
            return parts(type, start, start, tail, out);
        }
    }

private:
    /// Of a tuple's or fixed list's heads.
    [[nodiscard]] static std::size_t width(AbiType const& type) {
        if (type.kind == Kind::fixed_list) return type.size * type.parts[0].head_bytes();
        std::size_t sum = 0;
        for (AbiType const& part : type.parts) sum += part.head_bytes();
        return sum;
    }

    [[nodiscard]] result<void> parts(AbiType const& type, std::size_t base, std::size_t at, std::size_t& tail,
                                     AbiValue& out) const {
        if (type.kind == Kind::fixed_list) {
            if (type.size > data_.size() / word_bytes) return short_of(data_.size());
            return list(type.parts[0], type.size, at, tail, out);
        }
        for (AbiType const& part : type.parts) {
            PLIMSOLL_TRYV(value(part, base, at, tail, out.items.emplace_back()));
            at += part.head_bytes();
        }
        return outcome::success();
    }

    [[nodiscard]] result<void> list(AbiType const& item, std::size_t items, std::size_t at, std::size_t& tail,
                                    AbiValue& out) const {
        std::size_t const base = at;
        for (std::size_t i = 0; i < items; ++i) {
            PLIMSOLL_TRYV(value(item, base, at, tail, out.items.emplace_back()));
            at += item.head_bytes();
        }
        return outcome::success();
    }

    [[nodiscard]] result<void> text(std::size_t start, std::size_t& tail, AbiValue& out) const {
        PLIMSOLL_TRY(size, count(start));
        std::size_t const content = start + word_bytes;
        std::size_t const padded = (size + word_bytes - 1) / word_bytes * word_bytes;
        if (padded > data_.size() - content) return short_of(data_.size());
        if (!all_are(data_.subspan(content + size, padded - size), 0)) {
            return broken(content + size, "what follows the bytes is not zero");
        }
        out.bytes = data_.subspan(content, size);
        tail = content + padded;
        return outcome::success();
    }

    /// A word that counts bytes or items: not more than there are.
    [[nodiscard]] result<std::size_t> count(std::size_t at) const {
        AbiValue read;
        PLIMSOLL_TRYV(word({Kind::unsigned_integer, 32, {}, {}}, at, read));
        std::size_t number = 0;
        for (std::size_t i = 28; i < word_bytes; ++i) number = number << 8 | read.word[i];
        if (number > data_.size()) return broken(at, std::to_string(number) + " is more than the log holds");
        return number;
    }

    ByteView data_;
};

} // namespace

result<void> decode_log(AbiEvent const& event, Log const& log, std::vector<AbiValue>& out) {
    auto const place = [&](AbiArgument const& argument) {
        return event.signature + ", " + (argument.name.empty() ? "an argument" : argument.name);
    };
    if (log.topics.size() != event.indexed + 1 || log.topics[0] != event.topic) {
        return fail(Errc::log_malformed, event.signature + ": the topics are not its");
    }
    std::size_t tail = 0;
    for (AbiArgument const& argument : event.arguments) {
        if (!argument.indexed) tail += argument.type.head_bytes();
    }
    out.clear();
    out.resize(event.arguments.size());
    Decoder const decoder(log.data);
    std::size_t topic = 1;
    std::size_t at = 0;
    for (std::size_t i = 0; i < event.arguments.size(); ++i) {
        AbiArgument const& argument = event.arguments[i];
        result<void> read = outcome::success();
        if (!argument.indexed) {
            read = decoder.value(argument.type, 0, at, tail, out[i]);
            at += argument.type.head_bytes();
        } else if (argument.type.is_word()) {
            read = Decoder(log.topics[topic++]).word(argument.type, 0, out[i]);
        } else {
            out[i].word = log.topics[topic++];
            out[i].is_hash = true;
        }
        if (!read) return outcome::failure(read.error().at(place(argument)));
    }
    if (tail != log.data.size()) {
        return fail(Errc::log_malformed, event.signature + ": the data has " + std::to_string(log.data.size()) +
                                             " bytes where its arguments take " + std::to_string(tail));
    }
    return outcome::success();
}

} // namespace plimsoll::tools::chain
