#include "tools/chain/keccak.hpp"

#include <cryptopp/keccak.h>

namespace plimsoll::tools::chain {

Bytes32 keccak256(ByteView bytes) {
    static thread_local CryptoPP::Keccak_256 hasher; // its state is as new after each digest
    Bytes32 digest;
    hasher.CalculateDigest(digest.data(), bytes.data(), bytes.size());
    return digest;
}

} // namespace plimsoll::tools::chain
