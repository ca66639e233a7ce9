#include "risk/margin/market.hpp"

#include "ledger/event/time.hpp"

#include <algorithm>
#include <map>

namespace plimsoll::risk {
namespace {

using book::InstrumentRow;
using book::Reading;

constexpr TimeNs second_ns = 1'000'000'000;

[[nodiscard]] TimeNs limit_of(Preset const& preset, std::string_view key) {
    if (!preset.has(key)) return 0;
    return static_cast<TimeNs>(preset.number(key) / one_units) * second_ns;
}

/// The newer one; of equals, the one that is there.
void take_newer(Reading& best, Reading const& other) {
    if (other.is_some() && (!best.is_some() || other.time > best.time)) best = other;
}

} // namespace

ReadingLimits ReadingLimits::of(Preset const& preset) {
    return {limit_of(preset, "spot_stale_after"),       limit_of(preset, "mark_stale_after"),
            limit_of(preset, "forward_stale_after"),    limit_of(preset, "volatility_stale_after"),
            limit_of(preset, "rate_stale_after"),       limit_of(preset, "price_stale_after")};
}

std::optional<AssetId> most_quoted_asset(book::Book const& book) {
    std::vector<std::uint32_t> quoted(book.assets.size() + 1);
    for (InstrumentRow const& row : book.instruments.rows()) {
        if (row.kind != wire::InstrumentKind::spot && book.has(row.quote)) ++quoted[row.quote.number()];
    }
    auto const most = std::ranges::max_element(quoted);
    if (*most == 0) return std::nullopt;
    return AssetId{static_cast<std::uint32_t>(most - quoted.begin())};
}

result<Market> Market::of(book::Book const& book, AssetId quote) {
    if (!book.has(quote)) return fail(book::Errc::unknown_asset, "#" + std::to_string(quote.number()));
    Market market(book, quote);
    market.add_spots();
    market.add_expiries();
    return market;
}

void Market::add_spots() {
    spots_.resize(book_->assets.size() + 1);
    for (std::uint32_t id = 1; id <= book_->assets.size(); ++id) {
        Reading const& price = book_->assets[id].price;
        if (!price.value.is_zero()) spots_[id] = price;
    }
    for (InstrumentRow const& row : book_->instruments.rows()) {
        if (row.base.is_some()) take_newer(spots_[row.base.number()], row.index_price);
    }
}

void Market::add_expiries() {
    std::map<std::pair<AssetId, TimeNs>, std::uint32_t> found;
    option_numbers_.resize(book_->instruments.size() + 1);
    for (InstrumentRow const& row : book_->instruments.rows()) {
        if (row.expiry != 0 && row.base.is_some()) found.try_emplace({row.base, row.expiry}, 0);
    }
    for (auto& [key, number] : found) {
        number = static_cast<std::uint32_t>(expiries_.size());
        ExpiryMarket& expiry = expiries_.emplace_back();
        expiry.base = key.first;
        expiry.expiry = key.second;
    }
    for (std::uint32_t id = 1; id <= book_->instruments.size(); ++id) {
        InstrumentRow const& row = book_->instruments[id];
        if (row.expiry == 0 || !row.base.is_some()) continue;
        std::uint32_t const number = found.at({row.base, row.expiry});
        ExpiryMarket& expiry = expiries_[number];
        take_newer(expiry.forward, row.forward);
        take_newer(expiry.forward_settled, row.forward_settled);
        take_newer(expiry.rate, row.rate);
        if (row.kind != wire::InstrumentKind::option) continue;
        if (row.volatility.is_some()) {
            expiry.volatility_confidence = std::min(expiry.volatility_confidence, row.volatility.confidence);
        }
        options_.push_back({InstrumentId{id}, number, row.side == wire::OptionSide::call, row.strike.units(),
                            row.volatility, row.mark});
        option_numbers_[id] = static_cast<std::uint32_t>(options_.size());
        plain_.push_back(row.multiplier_numerator == row.multiplier_denominator && row.quote == quote_);
    }
}

Int128 Market::quote_price() const {
    Int128 const price = book_->asset(quote_).price.value.units();
    return price > 0 ? price : one_units;
}

result<void> Market::refuse(Reading const& reading, TimeNs limit, Errc missing, std::string const& subject) const {
    if (!reading.is_some()) return fail(missing, subject);
    if (limit != 0 && time() - reading.time > limit) {
        return fail(Errc::reading_stale, subject + ": of " + format_time(reading.time) + ", may be " +
                                             std::to_string(limit / second_ns) + " s old");
    }
    return fail(Errc::confidence_is_zero, subject);
}

} // namespace plimsoll::risk
