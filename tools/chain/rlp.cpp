#include "tools/chain/rlp.hpp"

namespace plimsoll::tools::chain {
namespace {

constexpr std::uint8_t string_base = 0x80;
constexpr std::uint8_t list_base = 0xc0;
constexpr std::size_t short_limit_bytes = 55; ///< more need a length of their own

struct Prefix {
    std::array<std::uint8_t, 9> bytes{};
    std::size_t size = 0;
};

[[nodiscard]] Prefix prefix_of(std::uint8_t base, std::size_t length) {
    Prefix prefix;
    if (length <= short_limit_bytes) {
        prefix.bytes[prefix.size++] = static_cast<std::uint8_t>(base + length);
        return prefix;
    }
    std::size_t width = 0;
    for (std::size_t rest = length; rest != 0; rest >>= 8) ++width;
    prefix.bytes[prefix.size++] = static_cast<std::uint8_t>(base + short_limit_bytes + width);
    for (std::size_t i = width; i-- > 0;) {
        prefix.bytes[prefix.size++] = static_cast<std::uint8_t>(length >> (8 * i));
    }
    return prefix;
}

[[nodiscard]] auto malformed(std::string_view why) {
    return fail(Errc::rlp_malformed, std::string(why));
}

/// Takes one item off the front.
[[nodiscard]] result<RlpItem> take(ByteView& rest) {
    if (rest.empty()) return malformed("it ends where an item should be");
    std::uint8_t const first = rest[0];
    RlpItem item;
    if (first < string_base) {
        item.content = item.whole = rest.first(1);
        rest = rest.subspan(1);
        return item;
    }
    item.is_list = first >= list_base;
    std::size_t length = static_cast<std::uint8_t>(first - (item.is_list ? list_base : string_base));
    std::size_t head = 1;
    if (length > short_limit_bytes) {
        std::size_t const width = length - short_limit_bytes;
        head += width;
        if (rest.size() < head) return malformed("a length is cut off");
        if (rest[1] == 0) return malformed("a length begins with zero");
        length = 0;
        for (std::size_t i = 1; i < head; ++i) length = length << 8 | rest[i];
        if (length <= short_limit_bytes) return malformed("a length has more bytes than it needs");
    }
    if (length > rest.size() - head) return malformed("an item is longer than what is there");
    item.content = rest.subspan(head, length);
    item.whole = rest.first(head + length);
    if (!item.is_list && length == 1 && item.content[0] < string_base) {
        return malformed("a small byte has a prefix");
    }
    rest = rest.subspan(head + length);
    return item;
}

} // namespace

void RlpWriter::bytes(ByteView item) {
    if (item.size() == 1 && item[0] < string_base) {
        out_->push_back(item[0]);
        return;
    }
    Prefix const prefix = prefix_of(string_base, item.size());
    raw(ByteView(prefix.bytes).first(prefix.size));
    raw(item);
}

void RlpWriter::number(std::uint64_t value) {
    std::array<std::uint8_t, 8> bytes_be{};
    for (std::size_t i = bytes_be.size(); i-- > 0; value >>= 8) {
        bytes_be[i] = static_cast<std::uint8_t>(value);
    }
    number(ByteView(bytes_be));
}

void RlpWriter::end_list(std::size_t begin) {
    Prefix const prefix = prefix_of(list_base, out_->size() - begin);
    out_->insert(out_->begin() + static_cast<std::ptrdiff_t>(begin), prefix.bytes.begin(),
                 prefix.bytes.begin() + static_cast<std::ptrdiff_t>(prefix.size));
}

result<RlpItem> read_rlp(ByteView bytes) {
    PLIMSOLL_TRY(item, take(bytes));
    if (!bytes.empty()) return malformed("bytes follow the item");
    return item;
}

result<std::vector<RlpItem>> read_rlp_items(ByteView content) {
    std::vector<RlpItem> items;
    while (!content.empty()) {
        PLIMSOLL_TRY(item, take(content));
        items.push_back(item);
    }
    return items;
}

result<std::vector<RlpItem>> read_rlp_list(ByteView bytes) {
    PLIMSOLL_TRY(item, read_rlp(bytes));
    if (!item.is_list) return malformed("a string where a list should be");
    return read_rlp_items(item.content);
}

} // namespace plimsoll::tools::chain
