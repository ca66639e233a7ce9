/// The customers of the synthetic day: who they are, what they trade, and whom the dice pick.
#pragma once

#include "tools/generate/catalogue.hpp"
#include "tools/generate/options.hpp"
#include "tools/generate/random.hpp"

#include <string>

namespace plimsoll::tools {

/// Everything about a customer follows from its number, so that half a million of them take no
/// memory.
///
/// A customer has a major perpetual, a satellite (a perpetual of its theme, number % 16) and an
/// extra (an option, future or spot of its class, number % 48): three positions at most. The first
/// percent are makers: rich, careful, and on one side of most trades.
class Crowd {
public:
    Crowd(Catalogue const& catalogue, std::uint64_t seed, std::uint64_t count)
        : catalogue_(&catalogue), seed_(scramble(seed)), count_(count) {}

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t makers() const { return count_ / 100 + 1; }
    [[nodiscard]] bool is_maker(std::uint64_t number) const { return number < makers(); }

    [[nodiscard]] AccountId account(std::uint64_t number) const {
        return AccountId{catalogue_->first_customer().number() +
                         static_cast<std::uint32_t>(number)};
    }
    [[nodiscard]] std::uint64_t number(AccountId account) const {
        return account.number() - catalogue_->first_customer().number();
    }
    [[nodiscard]] bool is_customer(AccountId account) const {
        return account.number() >= catalogue_->first_customer().number();
    }

    [[nodiscard]] std::string name(std::uint64_t number) const;
    /// Every tenth is a sub-account of the one before it.
    [[nodiscard]] bool is_sub(std::uint64_t number) const {
        return number % 10 == 9 && !is_maker(number - 1);
    }

    [[nodiscard]] Micro first_deposit(std::uint64_t number) const;
    /// How much exposure it takes for its equity, in tenths.
    [[nodiscard]] std::int64_t leverage_tenths(std::uint64_t number) const;
    /// One in 20 holds what no liquidator bids for in a storm.
    [[nodiscard]] bool is_stranded(std::uint64_t number) const { return traits(number) % 20 == 7; }
    /// The coin that it needs beside dollars: none, or the base of its spot market, or bitcoin
    /// where its satellite settles in it.
    [[nodiscard]] AssetId coin(std::uint64_t number) const;

    /// Half of the picks hit the makers, who are 1 %.
    [[nodiscard]] std::uint64_t pick(Random& random) const {
        return random.chance_percent(50) ? random.below(makers()) : random.below(count_);
    }
    /// What the customer trades next.
    [[nodiscard]] std::size_t pick_listing(std::uint64_t number, Random& random) const;
    /// Somebody else who trades that too; nobody (count) where there is none.
    [[nodiscard]] std::uint64_t pick_partner(std::uint64_t number, std::size_t listing,
                                             Random& random) const;

private:
    [[nodiscard]] std::uint64_t traits(std::uint64_t number) const {
        return scramble(seed_ ^ number);
    }
    [[nodiscard]] std::size_t satellite(std::uint64_t number) const {
        return majors + number % satellites;
    }
    [[nodiscard]] std::size_t extra(std::uint64_t number) const {
        return majors + satellites + number % (3 * satellites);
    }
    [[nodiscard]] std::uint64_t class_size(std::size_t listing) const;

    Catalogue const* catalogue_;
    std::uint64_t seed_;
    std::uint64_t count_;
};

} // namespace plimsoll::tools
