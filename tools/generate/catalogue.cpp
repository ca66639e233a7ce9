#include "tools/generate/catalogue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace plimsoll::tools {
namespace {

using wire::InstrumentKind;
using wire::OptionSide;
using wire::Payoff;

// Name, decimals, price, tick, lot, depth of a crash, noise of a calm day, volatility
// (catalogue.hpp).
constexpr std::array all_underlyings{
    Underlying{"BTC", 8, 95'000'000'000, 100'000, 100, 380'000, 11'000'000, 480'000},
    Underlying{"ETH", 18, 3'300'000'000, 10'000, 1'000, 460'000, 14'000'000, 650'000},
    Underlying{"SOL", 9, 140'000'000, 10'000, 100'000, 520'000, 16'000'000, 800'000},
    Underlying{"XRP", 6, 2'100'000, 100, 1'000'000, 510'000, 15'000'000, 800'000},
    Underlying{"DOGE", 8, 140'000, 10, 10'000'000, 580'000, 18'000'000, 900'000},
    Underlying{"BNB", 18, 900'000'000, 10'000, 10'000, 420'000, 12'000'000, 600'000},
    Underlying{"ADA", 6, 390'000, 10, 1'000'000, 560'000, 17'000'000, 900'000},
    Underlying{"AVAX", 18, 14'000'000, 1'000, 1'000'000, 570'000, 17'000'000, 900'000},
    Underlying{"LINK", 18, 13'500'000, 1'000, 1'000'000, 550'000, 16'000'000, 850'000},
    Underlying{"LTC", 8, 80'000'000, 10'000, 100'000, 480'000, 14'000'000, 750'000},
    Underlying{"DOT", 10, 2'200'000, 100, 1'000'000, 580'000, 17'000'000, 900'000},
    Underlying{"UNI", 18, 5'500'000, 1'000, 1'000'000, 590'000, 18'000'000, 950'000},
    Underlying{"AAVE", 18, 170'000'000, 10'000, 10'000, 560'000, 17'000'000, 900'000},
    Underlying{"ARB", 18, 210'000, 10, 10'000'000, 610'000, 18'000'000, 950'000},
    Underlying{"OP", 18, 320'000, 10, 1'000'000, 620'000, 18'000'000, 950'000},
    Underlying{"SUI", 9, 1'800'000, 100, 1'000'000, 600'000, 18'000'000, 950'000}};

/// Days from the start: for 2026-01-15, the last Fridays of January, March and June.
constexpr std::array<std::int64_t, 2> option_expiries{15, 71};
constexpr std::array<std::int64_t, 2> future_expiries{71, 162};
constexpr std::array strikes{std::array<std::int64_t, 5>{95'000, 90'000, 100'000, 80'000, 110'000},
                             std::array<std::int64_t, 5>{3'300, 3'000, 3'600, 2'600, 4'200}};

[[nodiscard]] Listing linear(std::size_t underlying, InstrumentKind kind, std::string_view suffix) {
    Underlying const& of = all_underlyings[underlying];
    Listing listing;
    listing.name = fmt::format("{}-{}", of.name, suffix);
    listing.kind = kind;
    listing.underlying = underlying;
    listing.settle = usdc;
    listing.tick = of.tick;
    listing.lot = of.lot;
    listing.maintenance_ppm = underlying < majors ? 20'000 : 40'000;
    return listing;
}

/// One contract is worth one dollar of bitcoin.
[[nodiscard]] Listing inverse() {
    Listing listing = linear(0, InstrumentKind::perpetual, "USD-INVERSE");
    listing.payoff = Payoff::inverse;
    listing.settle = btc;
    listing.lot = one_micros;
    return listing;
}

/// The price of ether, paid at a millionth of a bitcoin a dollar.
[[nodiscard]] Listing quanto() {
    Listing listing = linear(1, InstrumentKind::perpetual, "BTC-QUANTO");
    listing.payoff = Payoff::quanto;
    listing.settle = btc;
    listing.multiplier_denominator = 1'000'000;
    listing.lot = one_micros;
    return listing;
}

/// At 08:00 of that day.
struct Expiry {
    TimeNs start = 0;
    std::int64_t days = 0;

    [[nodiscard]] TimeNs time() const { return start + (days * 24 + 8) * 3'600'000'000'000; }
    /// 20260130.
    [[nodiscard]] std::string date() const {
        std::string const text = format_time(time());
        return text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2);
    }
};

[[nodiscard]] Listing option(std::size_t underlying, Expiry const& expiry, std::int64_t strike,
                             OptionSide side) {
    Listing listing = linear(
        underlying, InstrumentKind::option,
        fmt::format("{}-{}-{}", expiry.date(), strike, side == OptionSide::call ? "C" : "P"));
    listing.side = side;
    listing.strike = strike * one_micros;
    listing.days_left = expiry.days;
    listing.expiry = expiry.time();
    listing.lot = listing.lot * 10;
    listing.maintenance_ppm = 75'000;
    return listing;
}

[[nodiscard]] Listing future(std::size_t underlying, Expiry const& expiry) {
    Listing listing = linear(underlying, InstrumentKind::future, expiry.date());
    listing.days_left = expiry.days;
    listing.expiry = expiry.time();
    listing.maintenance_ppm = 30'000;
    return listing;
}

/// The order matters: crowd.hpp deals listings out by their place.
[[nodiscard]] std::vector<Listing> all_listings(TimeNs start) {
    std::vector<Listing> all;
    for (std::size_t i = 0; i < all_underlyings.size(); ++i) {
        all.push_back(linear(i, InstrumentKind::perpetual, "PERP"));
    }
    all.push_back(inverse());
    all.push_back(quanto());
    for (std::size_t rank = 0; rank < strikes[0].size(); ++rank) {
        for (std::size_t i = 0; i < majors; ++i) {
            for (std::int64_t const days : option_expiries) {
                Expiry const expiry{start, days};
                all.push_back(option(i, expiry, strikes[i][rank], OptionSide::call));
                all.push_back(option(i, expiry, strikes[i][rank], OptionSide::put));
            }
        }
    }
    for (std::size_t i = 0; i < majors; ++i) {
        for (std::int64_t const days : future_expiries) all.push_back(future(i, {start, days}));
    }
    for (std::size_t i = 0; i < majors; ++i) all.push_back(linear(i, InstrumentKind::spot, "USDC"));
    return all;
}

} // namespace

Catalogue::Catalogue(std::size_t listings, TimeNs start) : listings_(all_listings(start)) {
    PLIMSOLL_ASSERT(listings_.size() == listings_full && listings >= 1);
    listings_.resize(std::min(listings, listings_.size()));
    std::size_t used = 1;
    std::uint32_t account = shared_loss_account.number();
    for (Listing& listing : listings_) {
        used = std::max(used, listing.underlying + 1);
        if (!listing.is_spot()) listing.market_account = AccountId{++account};
    }
    underlyings_ = std::span(all_underlyings).first(used);
    first_customer_ = AccountId{account + 1};
}

} // namespace plimsoll::tools
