// Prints a checksum of prices, Greeks and implied volatilities of many options: the same for every
// compiler and every optimisation. same_price_test.sh builds it several times and compares.
//
//     same_price OPTIONS

#include "risk/pricing/fast_spot.hpp"
#include "risk/pricing/implied.hpp"
#include "risk/pricing/inverse.hpp"

#include <cstdio>
#include <cstdlib>

namespace plimsoll::risk::fast {
namespace {

class Checksum {
public:
    void add(Int128 value) {
        for (std::uint64_t const half : {static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64)}) {
            sum_ = (sum_ ^ half) * 0x100000001b3;
            sum_ ^= sum_ >> 29;
        }
    }
    template <class Tag> void add(Fixed<Tag> value) { add(value.units()); }
    [[nodiscard]] std::uint64_t value() const { return sum_; }

private:
    std::uint64_t sum_ = 0xcbf29ce484222325;
};

[[nodiscard]] std::uint64_t checksum_of(int options) {
    Checksum sum;
    std::uint64_t state = 3;
    auto below = [&](std::uint64_t limit) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<Int128>((state >> 11) % limit);
    };
    constexpr Int128 millionth = one_units / 1'000'000;
    for (int i = 0; i < options; ++i) {
        Terms terms;
        terms.side = below(2) == 0 ? wire::OptionSide::call : wire::OptionSide::put;
        Int128 forward = 1 + below(1'000'000'000'000'000'000);
        for (auto decade = below(12); decade > 0; --decade) forward *= 10;
        terms.forward = Price{forward};
        terms.strike = Price{forward / 1'000'000 * below(3'000'000) + below(1'000'000)};
        terms.volatility = Ratio{below(4'000'000) * millionth};
        terms.years = Ratio{below(5'000'000) * millionth};
        terms.rate = Ratio{(below(400'000) - 100'000) * millionth};
        auto const all = inverse_greeks(terms);
        sum.add(all ? Int128{1} : Int128{2} + static_cast<int>(all.error()));
        if (all) {
            auto const& g = all.value();
            for (auto const price : {g.price, g.vega, g.theta, g.rho}) sum.add(price);
            for (auto const ratio : {g.delta, g.net_delta, g.gamma}) sum.add(ratio);
        }
        auto const spot = greeks(SpotTerms{terms.side, terms.forward, terms.strike, terms.volatility,
                                           terms.years, terms.rate, Ratio{below(100'000) * millionth}});
        if (spot) sum.add(spot.value().theta);
        if (i % 8 != 0) continue;
        auto const value = price(terms);
        auto const implied = value ? implied_volatility(terms, value.value()) : value.error();
        sum.add(implied ? implied.value().units() : Int128{-1} - static_cast<int>(implied.error()));
    }
    return sum.value();
}

} // namespace
} // namespace plimsoll::risk::fast

int main(int argc, char** argv) {
    int const options = argc > 1 ? std::atoi(argv[1]) : 100'000;
    std::printf("%016llx\n", static_cast<unsigned long long>(plimsoll::risk::fast::checksum_of(options)));
    return 0;
}
