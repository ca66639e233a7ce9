#include "tools/chain/keccak.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace plimsoll::tools::chain {
namespace {

constexpr std::size_t rate_bytes = 136; ///< of Keccak-256: what a permutation takes in
constexpr std::size_t rate_lanes = rate_bytes / 8;
constexpr int rounds = 24;

/// The same lane of four states.
using Lanes = std::uint64_t __attribute__((vector_size(32)));

/// Source: the Keccak reference, section 1.2: x^t mod x^8 + x^6 + x^5 + x^4 + 1 at the bits 2^j - 1.
consteval std::array<std::uint64_t, rounds> round_constants() {
    std::array<std::uint64_t, rounds> constants{};
    unsigned register_bits = 1;
    for (auto& constant : constants) {
        for (unsigned j = 0; j < 7; ++j) {
            if ((register_bits & 1) != 0) constant |= std::uint64_t{1} << ((1U << j) - 1);
            register_bits = register_bits << 1;
            if ((register_bits & 0x100) != 0) register_bits ^= 0x171;
        }
    }
    return constants;
}
constexpr auto constants = round_constants();

struct Step {
    std::size_t lane;
    int turn;
};
/// Where pi takes each lane on its way from (1, 0), and by how much rho turns it there.
consteval std::array<Step, 24> steps_of_rho_and_pi() {
    std::array<Step, 24> steps{};
    std::size_t x = 1;
    std::size_t y = 0;
    for (std::size_t t = 0; t < steps.size(); ++t) {
        std::size_t const next = (2 * x + 3 * y) % 5;
        x = y;
        y = next;
        steps[t] = {x + 5 * y, static_cast<int>((t + 1) * (t + 2) / 2 % 64)};
    }
    return steps;
}
constexpr auto steps = steps_of_rho_and_pi();

[[nodiscard]] inline Lanes turned(Lanes lanes, int by) { return lanes << by | lanes >> (64 - by); }

void permute(std::array<Lanes, 25>& a) {
    for (std::uint64_t const constant : constants) {
        Lanes column[5];
#pragma GCC unroll 5
        for (std::size_t x = 0; x < 5; ++x) column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
#pragma GCC unroll 5
        for (std::size_t x = 0; x < 5; ++x) {
            Lanes const mixed = column[(x + 4) % 5] ^ turned(column[(x + 1) % 5], 1);
#pragma GCC unroll 5
            for (std::size_t y = 0; y < 25; y += 5) a[x + y] ^= mixed;
        }
        Lanes carried = a[1];
#pragma GCC unroll 24
        for (std::size_t t = 0; t < steps.size(); ++t) {
            Lanes const kept = a[steps[t].lane];
            a[steps[t].lane] = turned(carried, steps[t].turn);
            carried = kept;
        }
#pragma GCC unroll 5
        for (std::size_t y = 0; y < 25; y += 5) {
            Lanes const first = a[y];
            Lanes const second = a[y + 1];
            a[y] ^= ~a[y + 1] & a[y + 2];
            a[y + 1] ^= ~a[y + 2] & a[y + 3];
            a[y + 2] ^= ~a[y + 3] & a[y + 4];
            a[y + 3] ^= ~a[y + 4] & first;
            a[y + 4] ^= ~first & second;
        }
        a[0] ^= Lanes{constant, constant, constant, constant};
    }
}

/// The input's block of that number, padded where it is the last.
[[nodiscard]] std::array<std::uint64_t, rate_lanes> block_of(ByteView input, std::size_t number) {
    std::array<std::uint8_t, rate_bytes> bytes{};
    std::size_t const begin = number * rate_bytes;
    std::size_t const size = std::min(rate_bytes, input.size() - begin);
    std::copy_n(input.data() + begin, size, bytes.data());
    if (size < rate_bytes) {
        bytes[size] ^= 0x01;
        bytes[rate_bytes - 1] ^= 0x80;
    }
    return std::bit_cast<std::array<std::uint64_t, rate_lanes>>(bytes);
}

} // namespace

std::array<Bytes32, 4> keccak256(std::array<ByteView, 4> const& inputs) {
    std::array<Lanes, 25> state{};
    std::array<Bytes32, 4> digests{};
    std::size_t most = 0;
    for (ByteView const input : inputs) most = std::max(most, input.size() / rate_bytes);
    for (std::size_t number = 0; number <= most; ++number) {
        std::array<std::array<std::uint64_t, rate_lanes>, 4> blocks{};
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (number > inputs[i].size() / rate_bytes) continue; // its digest is taken; its state goes on unused
            blocks[i] = block_of(inputs[i], number);
        }
        for (std::size_t lane = 0; lane < rate_lanes; ++lane) {
            state[lane] ^= Lanes{blocks[0][lane], blocks[1][lane], blocks[2][lane], blocks[3][lane]};
        }
        permute(state);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (number != inputs[i].size() / rate_bytes) continue;
            std::array<std::uint64_t, 4> const words{state[0][i], state[1][i], state[2][i], state[3][i]};
            std::memcpy(digests[i].data(), words.data(), sizeof(words));
        }
    }
    return digests;
}

} // namespace plimsoll::tools::chain
