/// The words that StarkEx posts on chain for one perpetual state update, decoded by their layout.
#pragma once

#include "tools/errc.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::tools {

using StarkWord = std::array<std::uint8_t, 32>; ///< big-endian
using StarkPage = std::vector<StarkWord>;

/// A run of words: where a fact was read from, for its fingerprint.
using StarkRun = std::vector<StarkWord>;

/// "BTC-10": an asset and the decimals that its balances are counted in.
struct StarkAsset {
    std::string id;     ///< BTC-10
    std::string symbol; ///< BTC
    int resolution = 0; ///< 10
    friend bool operator==(StarkAsset const&, StarkAsset const&) = default;
};

struct StarkIndex {
    StarkAsset asset;
    std::int64_t value =
        0; ///< cumulative funding, in 2^-32 of 10^-6 USDC for 10^-resolution of the asset
};
struct StarkPrice {
    StarkAsset asset;
    std::uint64_t value = 0; ///< in 2^-32 of 10^-6 USDC for 10^-resolution of the asset
};

struct StarkFunding {
    std::vector<StarkIndex> indices;
    std::uint64_t time_seconds = 0;
    StarkRun words;
};

struct StarkState {
    StarkWord position_root{};
    std::uint64_t position_height = 0;
    StarkWord order_root{};
    std::uint64_t order_height = 0;
    StarkFunding funding;
    std::vector<StarkPrice> prices;
    std::uint64_t system_time_seconds = 0;
    StarkRun words;
};

/// A deposit (positive) or withdrawal that the chain itself made.
struct StarkModification {
    StarkWord key{};
    std::uint64_t position = 0;
    std::int64_t difference = 0; ///< 10^-6 USDC
    std::size_t first_word = 0;  ///< on page 0
    StarkRun words;
};

struct StarkBalance {
    StarkAsset asset;
    std::int64_t value = 0; ///< 10^-resolution of the asset
};

struct StarkPosition {
    std::uint64_t id = 0;
    StarkWord key{};
    std::int64_t collateral = 0; ///< 10^-6 USDC, funding settled up to funding_time
    std::uint64_t funding_time_seconds = 0;
    std::vector<StarkBalance> balances;
    StarkRun words;
};

struct StarkUpdate {
    StarkWord configuration_hash{};
    std::vector<StarkAsset> configured_assets;
    StarkState old_state;
    StarkState new_state;
    std::uint64_t minimum_expiration_hours = 0;
    std::vector<StarkModification> modifications;
    std::uint64_t forced_actions = 0;
    std::uint64_t conditions = 0;
    std::vector<StarkFunding> funding;
    std::vector<StarkPosition> positions;

    /// Funding indices as they stood at a time that this update names. Null for any other time.
    [[nodiscard]] std::vector<StarkIndex> const* indices_at(std::uint64_t time_seconds) const;
};

/// Decodes the pages of one update. Page 0 holds the state transition; the pages behind it are one
/// run of words: funding entries, then positions. Every word is used, every padding is zero, times
/// do not go back, and what refers to something finds it.
/// Errors: Errc::words_malformed, with page and word.
/// Source: starkware-libs/starkex-contracts UpdatePerpetualState.sol (page 0);
/// l2beat/starkex-explorer packages/encoding (the other pages).
[[nodiscard]] result<StarkUpdate> decode_stark_words(std::vector<StarkPage> const& pages);

/// Reads a JSON array of pages, each an array of words of 64 hexadecimal digits.
/// Errors: Errc::json_malformed; Errc::words_malformed, with page and word.
[[nodiscard]] result<std::vector<StarkPage>> parse_stark_pages(std::string_view json);

/// 0x and 64 hexadecimal digits.
[[nodiscard]] std::string to_text(StarkWord const& word);

} // namespace plimsoll::tools
