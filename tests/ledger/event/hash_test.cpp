#include "ledger/event/hash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace plimsoll {
namespace {

[[nodiscard]] std::string hash_of(std::string const& text) { return to_hex(sha256(bytes_of(std::string_view(text)))); }

// FIPS 180-4's examples and NIST's long-message file (csrc.nist.gov, SHA256 examples).
TEST(Hash, AgreesWithFips180) {
    EXPECT_EQ(hash_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hash_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hash_of("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
                      "mnopqrstnopqrstu"),
              "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    EXPECT_EQ(hash_of(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Hash, OfPartsIsTheHashOfTheirConcatenation) {
    std::string const text = "the quick brown fox";
    for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
            std::string_view const all = text;
            EXPECT_EQ(to_hex(sha256(bytes_of(all.substr(0, first)), bytes_of(all.substr(first, second - first)),
                                    bytes_of(all.substr(second)))),
                      hash_of(text));
        }
        std::string_view const all = text;
        EXPECT_EQ(to_hex(sha256(bytes_of(all.substr(0, first)), bytes_of(all.substr(first)))), hash_of(text));
    }
}

TEST(Hash, IsWrittenInLowerCase) {
    EXPECT_EQ(to_hex(Bytes{}), "");
    EXPECT_EQ(to_hex(bytes_of(std::string_view("\x00\x0f\xf0\xff\x5a", 5))), "000ff0ff5a");
}

} // namespace
} // namespace plimsoll
