/// Reads StarkEx words one after another, and says where it stands when one is not what it must be.
#pragma once

#include "tools/import/stark_words.hpp"

#include <optional>

namespace plimsoll::tools {

/// Words of some pages as one run. The pages must outlive it.
class StarkReader {
public:
    StarkReader(std::vector<StarkPage> const& pages, std::size_t first_page, std::size_t end_page);

    [[nodiscard]] bool is_done() const { return next_ == places_.size(); }
    [[nodiscard]] std::size_t position() const { return next_; }
    /// The words read since `first`.
    [[nodiscard]] StarkRun since(std::size_t first) const;

    // The next word as what it must be. Errors: Errc::words_malformed.
    [[nodiscard]] result<StarkWord> word(std::string_view what);
    [[nodiscard]] result<std::uint64_t> number(std::string_view what);
    /// Seconds since 1970, in 32 bits.
    [[nodiscard]] result<std::uint64_t> seconds(std::string_view what);
    /// A count of things of `words_each` words, which must all be there.
    [[nodiscard]] result<std::uint64_t> count(std::string_view what, std::uint64_t words_each);
    /// A signed number, stored with 2^63 added.
    [[nodiscard]] result<std::int64_t> biased(std::string_view what);
    /// A signed number, stored with 2^64 added.
    [[nodiscard]] result<std::int64_t> wide_biased(std::string_view what);
    [[nodiscard]] result<StarkAsset> asset();
    /// An asset and its balance in one word: 9 zero bytes, 15 of the id, 8 of balance plus 2^63.
    [[nodiscard]] result<StarkBalance> balance();

    /// Refuses the word read last, or the one at `position`.
    [[nodiscard]] Error refuse(std::string reason, std::optional<std::size_t> position = {}) const;

private:
    struct Place {
        std::size_t page;
        std::size_t word;
    };
    [[nodiscard]] result<StarkAsset> asset_in(StarkWord const& word, std::size_t first_byte) const;

    std::vector<StarkPage> const* pages_;
    std::vector<Place> places_;
    std::size_t next_ = 0;
};

} // namespace plimsoll::tools
