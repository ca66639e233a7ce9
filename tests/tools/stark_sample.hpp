/// Small StarkEx state updates, word by word, for tests to bend.
#pragma once

#include "tools/import/stark_words.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace plimsoll::tools {

[[nodiscard]] inline StarkWord word_of(std::uint64_t low, std::uint8_t above = 0) {
    StarkWord word{};
    for (std::size_t i = 0; i < 8; ++i) word[31 - i] = static_cast<std::uint8_t>(low >> (8 * i));
    word[23] = above;
    return word;
}
[[nodiscard]] inline StarkWord asset_word(std::string_view id) {
    StarkWord word{};
    std::copy(id.begin(), id.end(), word.begin() + 17);
    return word;
}
[[nodiscard]] inline std::uint64_t biased(std::int64_t value) {
    return static_cast<std::uint64_t>(value) + (std::uint64_t{1} << 63);
}
[[nodiscard]] inline StarkWord balance_word(std::string_view id, std::int64_t value) {
    StarkWord word = word_of(biased(value));
    std::copy(id.begin(), id.end(), word.begin() + 9);
    return word;
}
/// A difference, stored with 2^64 added.
[[nodiscard]] inline StarkWord difference_word(std::int64_t value) {
    return word_of(static_cast<std::uint64_t>(value), value < 0 ? 0 : 1);
}

struct SamplePosition {
    std::uint64_t id = 0;
    std::uint64_t key = 0;
    std::int64_t collateral = 0;
    std::uint64_t time = 0;
    std::vector<std::pair<std::string, std::int64_t>> balances = {};
};

/// One update of two markets: prices and indices of BTC-10 and ETH-9 at three times, an hour apart.
struct SampleUpdate {
    struct Moment {
        std::uint64_t time;
        std::int64_t btc_index;
        std::int64_t eth_index;
        std::uint64_t btc_price = 0;
        std::uint64_t eth_price = 0;
    };
    Moment before{3'600, 1'000, -500, 1 << 30, 1 << 20};
    std::vector<Moment> funding{{7'200, 1'100, -600}, {10'800, 1'300, -700}};
    Moment after{10'800, 1'300, -700, 1 << 29, 1 << 21};
    std::uint64_t root_before = 1;
    std::uint64_t root_after = 2;
    std::vector<std::tuple<std::uint64_t, std::uint64_t, std::int64_t>> modifications{
        {71, 7, 5'000'000}, {81, 8, -2'000'000}};
    std::vector<SamplePosition> positions{
        {7, 71, 9'000'000, 7'200, {{"BTC-10", 20'000'000'000}}},
        {8, 81, -1'000'000, 10'800, {{"BTC-10", -5}, {"ETH-9", 3}}},
        {9, 0, 0, 0}};

    [[nodiscard]] std::vector<StarkPage> pages() const {
        StarkPage first{word_of(0xc0), word_of(2),          asset_word("BTC-10"),
                        word_of(0xb),  asset_word("ETH-9"), word_of(0xe)};
        add_state(first, before, root_before);
        add_state(first, after, root_after);
        first.push_back(word_of(450'705));
        first.push_back(word_of(modifications.size()));
        for (auto const& [key, position, difference] : modifications) {
            first.push_back(word_of(key));
            first.push_back(word_of(position));
            first.push_back(difference_word(difference));
        }
        // Two forced actions, 4 and 10 words, and one condition.
        for (std::uint64_t const word : {14U, 2U, 0U, 71U, 7U, 5U, 1U, 71U, 81U, 7U, 8U})
            first.push_back(word_of(word));
        first.push_back(asset_word("ETH-9"));
        for (std::uint64_t const word : {1U, 1U, 0U, 3U, 1U, 0xccU}) first.push_back(word_of(word));

        StarkPage second{word_of(funding.size())};
        for (Moment const& moment : funding) add_indices(second, moment);
        StarkPage third;
        for (SamplePosition const& position : positions) {
            for (std::uint64_t const word :
                 {4 + position.balances.size(), position.id, position.key,
                  biased(position.collateral), position.time}) {
                third.push_back(word_of(word));
            }
            for (auto const& [asset, value] : position.balances)
                third.push_back(balance_word(asset, value));
        }
        return {first, second, third};
    }

private:
    static void add_indices(StarkPage& page, Moment const& moment) {
        for (StarkWord const& word :
             {word_of(2), asset_word("BTC-10"), word_of(biased(moment.btc_index)),
              asset_word("ETH-9"), word_of(biased(moment.eth_index)), word_of(moment.time)}) {
            page.push_back(word);
        }
    }
    static void add_state(StarkPage& page, Moment const& moment, std::uint64_t root) {
        for (std::uint64_t const word :
             {std::uint64_t{16}, root, std::uint64_t{64}, std::uint64_t{3}, std::uint64_t{64}}) {
            page.push_back(word_of(word));
        }
        add_indices(page, moment);
        for (StarkWord const& word :
             {word_of(2), asset_word("BTC-10"), word_of(moment.btc_price), asset_word("ETH-9"),
              word_of(moment.eth_price), word_of(moment.time + 60)}) {
            page.push_back(word);
        }
    }
};

[[nodiscard]] inline std::string json_of(std::vector<StarkPage> const& pages) {
    std::string text = "[";
    for (StarkPage const& page : pages) {
        text += text.size() == 1 ? "[" : ",[";
        for (StarkWord const& word : page) {
            if (text.back() != '[') text += ",";
            text += "\"" + to_text(word).substr(2) + "\"";
        }
        text += "]";
    }
    return text + "]";
}

} // namespace plimsoll::tools
