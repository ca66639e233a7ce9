/// Prices of the synthetic day: an integer walk for each underlying, and what follows from it.
#pragma once

#include "tools/generate/catalogue.hpp"
#include "tools/generate/random.hpp"
#include "tools/generate/weather.hpp"

namespace plimsoll::tools {

class Market {
public:
    explicit Market(Catalogue const& catalogue);

    /// Lets an underlying wander to its price at this time, whether anybody publishes it or not.
    void advance(std::size_t underlying, TimeNs time_of_day, Weather const& weather,
                 Random& random);

    /// Where an underlying, or an instrument, really stands: what trades follow. On its tick.
    [[nodiscard]] Micro spot(std::size_t underlying) const { return walks_[underlying].price; }
    [[nodiscard]] Micro fair(Listing const& listing) const;
    [[nodiscard]] Micro forward(Listing const& listing) const;
    [[nodiscard]] std::int64_t volatility_ppm(Listing const& listing) const;

    // What was published last: what accounts are valued at.
    [[nodiscard]] Micro mark(std::size_t listing) const { return published_[listing].mark; }
    [[nodiscard]] std::uint64_t mark_sequence(std::size_t listing) const {
        return published_[listing].sequence;
    }
    [[nodiscard]] Micro coin_price(std::size_t underlying) const {
        return walks_[underlying].published;
    }
    void publish_mark(std::size_t listing, Micro mark, std::uint64_t sequence) {
        published_[listing] = {mark, sequence};
    }
    void publish_coin(std::size_t underlying, Micro price) { walks_[underlying].published = price; }

    /// In USDC, what one contract is worth as exposure: the base of leverage and of maintenance.
    [[nodiscard]] Micro notional_of_one(std::size_t listing) const;

private:
    struct Walk {
        Micro price = 0;
        Micro published = 0;
        std::int64_t noise_ppb = 0;
        TimeNs at = 0;
        std::int64_t fall_ppm = 0;
    };
    struct Published {
        Micro mark = 0;
        std::uint64_t sequence = 0;
    };

    [[nodiscard]] Micro option_price(Listing const& listing) const;

    Catalogue const* catalogue_;
    std::vector<Walk> walks_;
    std::vector<Published> published_;
};

} // namespace plimsoll::tools
