/// The low-level calls: EVP fetches a provider and costs 40-350 ns more for each short message.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "ledger/event/hash.hpp"

namespace plimsoll {
namespace {

[[nodiscard]] int hex_digit(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return -1;
}

} // namespace

Hash sha256(Bytes first, Bytes second, Bytes third) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, first.data(), first.size());
    if (!second.empty()) SHA256_Update(&context, second.data(), second.size());
    if (!third.empty()) SHA256_Update(&context, third.data(), third.size());
    Hash hash;
    SHA256_Final(hash.data(), &context);
    return hash;
}

Hash sha256(Bytes part) { return sha256(part, {}, {}); }
Hash sha256(Bytes first, Bytes second) { return sha256(first, second, {}); }

bool read_hex(std::string_view text, std::span<std::byte> bytes) {
    if (text.size() != 2 * bytes.size()) return false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        int const high = hex_digit(text[2 * i]);
        int const low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        bytes[i] = static_cast<std::byte>(high * 16 + low);
    }
    return true;
}

std::string to_hex(Bytes bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (std::byte const byte : bytes) {
        text.push_back(digits[std::to_integer<unsigned>(byte) >> 4]);
        text.push_back(digits[std::to_integer<unsigned>(byte) & 15]);
    }
    return text;
}

} // namespace plimsoll
