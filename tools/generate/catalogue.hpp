/// What the synthetic protocol lists: its underlyings and instruments, in the order of definition.
#pragma once

#include "ledger/event/event.hpp"
#include "tools/generate/micro.hpp"

#include <span>
#include <string>
#include <vector>

namespace plimsoll::tools {

struct Underlying {
    std::string_view name;
    int decimals = 0;
    Micro price = 0; ///< at midnight, in USDC
    Micro tick = 0;
    Micro lot = 0;
    std::int64_t depth_ppm = 0;         ///< how far it falls in a crash
    std::int64_t noise_ppb_per_day = 0; ///< of a calm day
    std::int64_t volatility_ppm = 0;    ///< annual, as options imply it
};

struct Listing {
    std::string name;
    wire::InstrumentKind kind{};
    wire::Payoff payoff{};
    wire::OptionSide side{};
    std::size_t underlying = 0;
    AssetId settle;
    AccountId market_account; ///< none for spot
    std::int64_t multiplier_denominator = 1;
    Micro strike = 0;
    std::int64_t days_left = 0; ///< until expiry, 0: never
    TimeNs expiry = 0;
    Micro tick = 0;
    Micro lot = 0;
    std::int64_t maintenance_ppm = 0; ///< of the notional; long options need none

    [[nodiscard]] bool is_spot() const { return kind == wire::InstrumentKind::spot; }
    [[nodiscard]] bool is_perpetual() const { return kind == wire::InstrumentKind::perpetual; }
    [[nodiscard]] bool is_option() const { return kind == wire::InstrumentKind::option; }
    [[nodiscard]] bool is_inverse() const { return payoff == wire::Payoff::inverse; }
    [[nodiscard]] bool is_linear() const { return payoff == wire::Payoff::linear; }
};

// Ids count from 1 in the order of definition, and that order is the same every day.
inline constexpr AssetId usdc{1};
inline constexpr AssetId btc{2};
inline constexpr AccountId outside_account{1};
inline constexpr AccountId fee_account{2};
inline constexpr AccountId insurance_account{3};
inline constexpr AccountId liquidator_account{4};
inline constexpr AccountId shared_loss_account{5}; ///< pays socialised losses; everybody owes it
inline constexpr std::uint16_t generator_source = 1;
inline constexpr std::uint16_t oracle_feed = 1;

inline constexpr std::size_t majors = 2;      ///< listings 0 and 1: BTC-PERP and ETH-PERP
inline constexpr std::size_t satellites = 16; ///< then one perpetual for each theme (crowd.hpp)
inline constexpr std::size_t listings_full = 64;
inline constexpr std::size_t linear_perpetuals = 16; ///< the first so many are nothing else

class Catalogue {
public:
    /// The first `listings` of 64, of a day that starts at midnight `start`.
    Catalogue(std::size_t listings, TimeNs start);

    [[nodiscard]] std::span<Listing const> listings() const { return listings_; }
    [[nodiscard]] Listing const& operator[](std::size_t listing) const {
        return listings_[listing];
    }
    [[nodiscard]] std::span<Underlying const> underlyings() const { return underlyings_; }
    [[nodiscard]] AccountId first_customer() const { return first_customer_; }

    [[nodiscard]] static AssetId asset_of(std::size_t underlying) {
        return AssetId{static_cast<std::uint32_t>(underlying + 2)};
    }
    [[nodiscard]] static std::size_t underlying_of(AssetId asset) { return asset.number() - 2; }
    [[nodiscard]] static InstrumentId instrument_of(std::size_t listing) {
        return InstrumentId{static_cast<std::uint32_t>(listing + 1)};
    }
    [[nodiscard]] static std::size_t listing_of(InstrumentId instrument) {
        return instrument.number() - 1;
    }

private:
    std::span<Underlying const> underlyings_;
    std::vector<Listing> listings_;
    AccountId first_customer_;
};

} // namespace plimsoll::tools
