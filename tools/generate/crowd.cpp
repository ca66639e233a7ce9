#include "tools/generate/crowd.hpp"

#include <fmt/core.h>

#include <array>

namespace plimsoll::tools {
namespace {

/// A scramble that gives every 32-bit number another one (Wellons, hash-prospector, public domain).
[[nodiscard]] std::uint32_t permute(std::uint32_t value) {
    value ^= value >> 16;
    value *= 0x7FEB'352DU;
    value ^= value >> 15;
    value *= 0x846C'A68BU;
    return value ^ (value >> 16);
}

constexpr std::array<std::int64_t, 16> leverages_tenths{10, 12, 15, 20, 20, 25, 30, 30,
                                                        40, 40, 50, 60, 70, 80, 90, 100};
constexpr std::int64_t maker_leverage_tenths = 25;

} // namespace

std::string Crowd::name(std::uint64_t number) const {
    if (is_sub(number)) return name(number - 1) + "-1";
    auto const key = static_cast<std::uint32_t>(seed_);
    return fmt::format("0x{:08x}", permute(static_cast<std::uint32_t>(number)) ^ key);
}

Micro Crowd::first_deposit(std::uint64_t number) const {
    std::uint64_t const drawn = traits(number) >> 8;
    Micro const whole =
        (std::int64_t{500} << (drawn % 6)) + static_cast<std::int64_t>((drawn >> 8) % 500);
    return whole * one_micros * (is_maker(number) ? 60 : 1);
}

std::int64_t Crowd::leverage_tenths(std::uint64_t number) const {
    return is_maker(number) ? maker_leverage_tenths
                            : leverages_tenths[(traits(number) >> 32) % leverages_tenths.size()];
}

AssetId Crowd::coin(std::uint64_t number) const {
    std::size_t const known = catalogue_->listings().size();
    if (extra(number) < known && (*catalogue_)[extra(number)].is_spot()) {
        return Catalogue::asset_of((*catalogue_)[extra(number)].underlying);
    }
    if (satellite(number) < known && (*catalogue_)[satellite(number)].settle == btc) return btc;
    return {};
}

std::size_t Crowd::pick_listing(std::uint64_t number, Random& random) const {
    std::uint64_t const drawn = random.below(100);
    std::size_t const known = catalogue_->listings().size();
    std::size_t const wanted = drawn < 50   ? number % majors
                               : drawn < 80 ? satellite(number)
                                            : extra(number);
    if (wanted < known) return wanted;
    return number % majors < known ? number % majors : 0;
}

/// Customers whose numbers are equal modulo this trade the listing.
std::uint64_t Crowd::class_size(std::size_t listing) const {
    if (catalogue_->listings().size() < majors) return 1;
    return listing < majors ? majors : listing < majors + satellites ? satellites : 3 * satellites;
}

std::uint64_t Crowd::pick_partner(std::uint64_t number, std::size_t listing, Random& random) const {
    std::uint64_t const modulus = class_size(listing);
    std::uint64_t const drawn = pick(random);
    std::uint64_t const partner = drawn - drawn % modulus + number % modulus;
    for (std::uint64_t const tried :
         {partner, partner + modulus, partner - modulus, number % modulus}) {
        if (tried < count_ && tried != number) return tried;
    }
    return count_;
}

} // namespace plimsoll::tools
