#include "tools/import/stark_words.hpp"

#include "ledger/event/hash.hpp"
#include "ledger/event/number.hpp"
#include "tools/import/stark_reader.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>

namespace plimsoll::tools {
namespace {

constexpr std::uint64_t position_header_words = 4; ///< of those that its count counts

/// A list of (asset, value), each asset once.
template <class Entry, class ReadValue> [[nodiscard]] result<std::vector<Entry>>
read_by_asset(StarkReader& reader, std::string_view what, ReadValue&& value) {
    PLIMSOLL_TRY(count, reader.count(what, 2));
    std::vector<Entry> entries;
    std::set<std::string> seen;
    for (std::uint64_t i = 0; i < count; ++i) {
        PLIMSOLL_TRY(asset, reader.asset());
        if (!seen.insert(asset.id).second)
            return outcome::failure(reader.refuse(asset.id + " comes twice"));
        PLIMSOLL_TRY(read, value());
        entries.push_back({asset, read});
    }
    return entries;
}

[[nodiscard]] result<StarkFunding> read_funding(StarkReader& reader) {
    std::size_t const first = reader.position();
    StarkFunding funding;
    PLIMSOLL_TRY(indices, read_by_asset<StarkIndex>(reader, "funding indices", [&] {
                     return reader.biased("a funding index");
                 }));
    PLIMSOLL_TRY(time, reader.seconds("a funding time"));
    funding.indices = std::move(indices);
    funding.time_seconds = time;
    funding.words = reader.since(first);
    return funding;
}

[[nodiscard]] result<StarkState> read_state(StarkReader& reader) {
    PLIMSOLL_TRY(size, reader.count("words of a state", 1));
    std::size_t const first = reader.position();
    StarkState state;
    PLIMSOLL_TRY(position_root, reader.word("a position root"));
    PLIMSOLL_TRY(position_height, reader.number("the height of the position tree"));
    PLIMSOLL_TRY(order_root, reader.word("an order root"));
    PLIMSOLL_TRY(order_height, reader.number("the height of the order tree"));
    PLIMSOLL_TRY(funding, read_funding(reader));
    PLIMSOLL_TRY(prices, read_by_asset<StarkPrice>(reader, "oracle prices", [&] {
                     return reader.number("an oracle price");
                 }));
    PLIMSOLL_TRY(system_time, reader.seconds("a system time"));
    if (reader.position() - first != size) {
        return outcome::failure(reader.refuse(
            fmt::format("the state has {} words, not {}", reader.position() - first, size)));
    }
    state.position_root = position_root;
    state.position_height = position_height;
    state.order_root = order_root;
    state.order_height = order_height;
    state.funding = std::move(funding);
    state.prices = std::move(prices);
    state.system_time_seconds = system_time;
    state.words = reader.since(first);
    return state;
}

[[nodiscard]] result<std::vector<StarkModification>> read_modifications(StarkReader& reader) {
    PLIMSOLL_TRY(count, reader.count("modifications", 3));
    std::vector<StarkModification> modifications;
    for (std::uint64_t i = 0; i < count; ++i) {
        std::size_t const first = reader.position();
        PLIMSOLL_TRY(key, reader.word("a stark key"));
        PLIMSOLL_TRY(position, reader.number("a position id"));
        PLIMSOLL_TRY(difference, reader.wide_biased("a difference"));
        modifications.push_back({key, position, difference, first, reader.since(first)});
    }
    return modifications;
}

/// Their effects are among the modifications and positions; here they are only counted.
[[nodiscard]] result<std::uint64_t> pass_forced_actions(StarkReader& reader) {
    PLIMSOLL_TRY(size, reader.number("the size of the forced actions"));
    PLIMSOLL_TRY(count, reader.count("forced actions", 1));
    std::size_t const first = reader.position();
    for (std::uint64_t i = 0; i < count; ++i) {
        PLIMSOLL_TRY(kind, reader.number("the kind of a forced action"));
        if (kind > 1)
            return outcome::failure(
                reader.refuse("neither a forced withdrawal (0) nor a forced trade (1)"));
        int const words = kind == 0 ? 3 : 9;
        for (int word = 0; word < words; ++word) {
            PLIMSOLL_TRYV(reader.word("the end of a forced action"));
        }
    }
    if (reader.position() - first != size) {
        return outcome::failure(reader.refuse(fmt::format(
            "the forced actions have {} words, not {}", reader.position() - first, size)));
    }
    return count;
}

[[nodiscard]] result<void> read_first_page(StarkReader& reader, StarkUpdate& update) {
    PLIMSOLL_TRY(configuration, reader.word("the configuration hash"));
    PLIMSOLL_TRY(assets, reader.count("asset configurations", 2));
    for (std::uint64_t i = 0; i < assets; ++i) {
        PLIMSOLL_TRY(asset, reader.asset());
        PLIMSOLL_TRYV(reader.word("an asset's configuration hash"));
        update.configured_assets.push_back(asset);
    }
    PLIMSOLL_TRY(old_state, read_state(reader));
    PLIMSOLL_TRY(new_state, read_state(reader));
    PLIMSOLL_TRY(expiration, reader.number("the minimum expiration"));
    PLIMSOLL_TRY(modifications, read_modifications(reader));
    PLIMSOLL_TRY(forced, pass_forced_actions(reader));
    PLIMSOLL_TRY(conditions, reader.count("conditions", 1));
    for (std::uint64_t i = 0; i < conditions; ++i) {
        PLIMSOLL_TRYV(reader.word("a condition"));
    }
    if (!reader.is_done())
        return outcome::failure(
            reader.refuse("the page goes on behind its last condition", reader.position()));
    update.configuration_hash = configuration;
    update.old_state = std::move(old_state);
    update.new_state = std::move(new_state);
    update.minimum_expiration_hours = expiration;
    update.modifications = std::move(modifications);
    update.forced_actions = forced;
    update.conditions = conditions;
    if (update.new_state.funding.time_seconds < update.old_state.funding.time_seconds ||
        update.new_state.system_time_seconds < update.old_state.system_time_seconds) {
        return outcome::failure(reader.refuse("the new state is older than the old one"));
    }
    return outcome::success();
}

[[nodiscard]] result<void> read_funding_entries(StarkReader& reader, StarkUpdate& update) {
    PLIMSOLL_TRY(count, reader.count("funding entries", 2));
    std::uint64_t time_seconds = update.old_state.funding.time_seconds;
    for (std::uint64_t i = 0; i < count; ++i) {
        PLIMSOLL_TRY(entry, read_funding(reader));
        if (entry.time_seconds < time_seconds ||
            entry.time_seconds > update.new_state.funding.time_seconds) {
            return outcome::failure(
                reader.refuse("a funding time outside the update, or before the last one"));
        }
        time_seconds = entry.time_seconds;
        update.funding.push_back(std::move(entry));
    }
    return outcome::success();
}

[[nodiscard]] result<StarkPosition> read_position(StarkReader& reader) {
    std::size_t const first = reader.position();
    PLIMSOLL_TRY(count, reader.count("words of a position", 1));
    if (count < position_header_words)
        return outcome::failure(reader.refuse("a position of fewer than 4 words"));
    PLIMSOLL_TRY(id, reader.number("a position id"));
    PLIMSOLL_TRY(key, reader.word("a stark key"));
    PLIMSOLL_TRY(collateral, reader.biased("a collateral balance"));
    PLIMSOLL_TRY(time, reader.seconds("a funding time"));
    StarkPosition position{id, key, collateral, time, {}, {}};
    for (std::uint64_t i = position_header_words; i < count; ++i) {
        PLIMSOLL_TRY(balance, reader.balance());
        for (StarkBalance const& other : position.balances) {
            if (other.asset == balance.asset)
                return outcome::failure(reader.refuse(balance.asset.id + " comes twice"));
        }
        position.balances.push_back(balance);
    }
    position.words = reader.since(first);
    return position;
}

/// What a position holds was settled at funding indices that are in the update. One that was
/// emptied may still list its assets, at no size and no time.
[[nodiscard]] result<void> check_references(StarkReader const& reader, StarkUpdate const& update,
                                            StarkPosition const& position, std::size_t first) {
    auto const* const indices = update.indices_at(position.funding_time_seconds);
    for (std::size_t i = 0; i < position.balances.size(); ++i) {
        StarkBalance const& balance = position.balances[i];
        if (balance.value == 0) continue;
        if (indices == nullptr) {
            return outcome::failure(reader.refuse(
                fmt::format(
                    "position {} was settled at {}, a time without funding indices in this update",
                    position.id, position.funding_time_seconds),
                first + position_header_words));
        }
        auto same = [&](StarkIndex const& entry) { return entry.asset == balance.asset; };
        if (std::ranges::any_of(*indices, same)) continue;
        return outcome::failure(
            reader.refuse(fmt::format("position {} holds {}, which has no funding index",
                                      position.id, balance.asset.id),
                          first + position_header_words + 1 + i));
    }
    return outcome::success();
}

/// The chain cannot have paid to or from a position that the update leaves as it was.
[[nodiscard]] result<void> check_modifications(StarkReader const& first_page,
                                               StarkUpdate const& update) {
    std::map<std::uint64_t, Int128> left_over;
    for (StarkModification const& each : update.modifications)
        left_over[each.position] += each.difference;
    for (StarkPosition const& position : update.positions) left_over.erase(position.id);
    for (StarkModification const& each : update.modifications) {
        auto const found = left_over.find(each.position);
        if (found == left_over.end() || found->second == 0) continue;
        return outcome::failure(first_page.refuse(
            fmt::format("position {} is paid to or from, but has no update", each.position),
            each.first_word));
    }
    return outcome::success();
}

[[nodiscard]] result<void> read_positions(StarkReader& reader, StarkUpdate& update) {
    std::set<std::uint64_t> seen;
    while (!reader.is_done()) {
        std::size_t const first = reader.position();
        PLIMSOLL_TRY(position, read_position(reader));
        if (!seen.insert(position.id).second) {
            return outcome::failure(
                reader.refuse(fmt::format("position {} comes twice", position.id), first + 1));
        }
        PLIMSOLL_TRYV(check_references(reader, update, position, first));
        update.positions.push_back(std::move(position));
    }
    return outcome::success();
}

} // namespace

std::vector<StarkIndex> const* StarkUpdate::indices_at(std::uint64_t time_seconds) const {
    for (StarkFunding const& entry : funding) {
        if (entry.time_seconds == time_seconds) return &entry.indices;
    }
    if (time_seconds == new_state.funding.time_seconds) return &new_state.funding.indices;
    if (time_seconds == old_state.funding.time_seconds) return &old_state.funding.indices;
    return nullptr;
}

result<StarkUpdate> decode_stark_words(std::vector<StarkPage> const& pages) {
    if (pages.size() < 2)
        return fail(Errc::words_malformed,
                    fmt::format("{} pages; an update has at least 2", pages.size()));
    StarkUpdate update;
    StarkReader first(pages, 0, 1);
    PLIMSOLL_TRYV(read_first_page(first, update));
    StarkReader rest(pages, 1, pages.size());
    PLIMSOLL_TRYV(read_funding_entries(rest, update));
    PLIMSOLL_TRYV(read_positions(rest, update));
    PLIMSOLL_TRYV(check_modifications(first, update));
    return update;
}

std::string to_text(StarkWord const& word) { return "0x" + to_hex(word); }

} // namespace plimsoll::tools
