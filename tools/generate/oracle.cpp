#include "tools/generate/oracle.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

void add_observed(World const& world, Group& group, Observation kind, std::uint32_t subject,
                  Micro value) {
    Observed observed;
    observed.subject = subject;
    observed.kind = kind;
    observed.feed = oracle_feed;
    observed.value = Price{units_of(value)};
    // Feeds disagree by a hundredth of a percent, and more as unrest grows; above half they say nothing.
    Micro const doubt = std::min<Micro>(100 * world.weather.unrest, 500'000);
    observed.confidence = Ratio{units_of(1'000'000 - doubt)};
    group.add(observed);
}

} // namespace

std::size_t pick_news(World& world) {
    std::size_t const listings = world.catalogue.listings().size();
    std::size_t const favoured =
        world.random.chance_percent(30) ? std::min(majors, listings) : listings;
    return world.random.below(favoured);
}

void add_mark(World& world, Group& group, std::size_t index) {
    Listing const& listing = world.catalogue[index];
    world.market.advance(listing.underlying, world.time_of_day, world.weather, world.random);
    Micro const mark = world.market.fair(listing);
    world.market.publish_mark(index, mark, group.next_sequence());
    add_observed(world, group, Observation::mark_price, Catalogue::instrument_of(index).number(),
                 mark);
}

void add_news(World& world, Group& group, std::size_t index) {
    Listing const& listing = world.catalogue[index];
    std::uint32_t const instrument = Catalogue::instrument_of(index).number();
    world.market.advance(listing.underlying, world.time_of_day, world.weather, world.random);
    if (listing.is_perpetual()) {
        Micro const spot = world.market.spot(listing.underlying);
        if (listing.is_linear()) {
            world.market.publish_coin(listing.underlying, spot);
            add_observed(world, group, Observation::asset_price,
                         Catalogue::asset_of(listing.underlying).number(), spot);
        }
        add_observed(world, group, Observation::index_price, instrument, spot);
    } else if (!listing.is_spot()) {
        add_observed(world, group, Observation::forward, instrument, world.market.forward(listing));
        if (listing.is_option()) {
            add_observed(world, group, Observation::volatility, instrument,
                         world.market.volatility_ppm(listing));
        }
    }
    add_mark(world, group, index);
}

/// The rate wanders between -80 and 160 millionths: longs pay more often. The index grows by rate *
/// mark; for an inverse perpetual by rate / mark, in coin.
bool Funding::add_index(book::Book const& book, World& world, Group& group) {
    if (world.time_of_day < due_) return false;
    Listing const& listing = world.catalogue[next_];
    std::int64_t const rate_ppm = world.random.between(-80, 160);
    Micro const mark = std::max<Micro>(1, world.market.mark(next_));
    Int128 const step_units = listing.is_inverse()
                                  ? divide(Int128{rate_ppm} * one_units, mark, Rounding::floor)
                                  : Int128{rate_ppm} * mark * one_micros;
    InstrumentId const instrument = Catalogue::instrument_of(next_);
    IndexRecorded recorded;
    recorded.subject = instrument.number();
    recorded.kind = IndexKind::funding;
    recorded.value = Index{book.instrument(instrument).funding_index.units() + step_units};
    recorded.rate = Index{step_units};
    group.add(recorded);
    std::size_t const listings = world.catalogue.listings().size();
    do next_ = (next_ + 1) % listings;
    while (!world.catalogue[next_].is_perpetual());
    if (next_ == 0) due_ += interval_ns;
    return true;
}

} // namespace plimsoll::tools
