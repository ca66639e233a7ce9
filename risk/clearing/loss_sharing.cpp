#include "risk/clearing/loss_sharing.hpp"

#include <algorithm>

namespace plimsoll::risk::settlement {
namespace {

/// Gives wins what the floors of both sides left over, so that they add up to the losses.
void give_remainder(std::vector<Wide>& due, std::vector<Wide> const& exact, Wide left) {
    std::size_t largest = 0;
    for (std::size_t i = 0; i < due.size(); ++i) {
        if (exact[i] > exact[largest]) largest = i;
        if (left > 0 && exact[i] > 0 && due[i].is_zero()) {
            due[i] = 1;
            --left;
        }
    }
    if (left > 0 && exact[largest] > 0) due[largest] += left;
}

} // namespace

Wide Holding::size() const {
    Wide sum = settled_size;
    for (Trade const& trade : trades) sum += trade.size;
    return sum;
}

std::vector<Wide> amounts_due(std::vector<Holding> const& holdings, Wide const& last_mark,
                              Wide const& mark, int size_decimals) {
    Wide const lot = power_of_ten(std::max(size_decimals, 0));
    Wide const wholes = power_of_ten(std::max(-size_decimals, 0));
    std::vector<Wide> exact;
    std::vector<Wide> due;
    Wide sum;
    for (Holding const& holding : holdings) {
        Wide change = (mark - last_mark) * holding.settled_size;
        for (Trade const& trade : holding.trades) change += (mark - trade.price) * trade.size;
        exact.push_back(change * wholes);
        due.push_back(quotient(exact.back(), lot, Rounding::toward_zero));
        sum += due.back();
    }
    if (sum < 0) give_remainder(due, exact, -sum);
    return due;
}

Draw collect(Wide const& loss, Purse const& purse, Wide& insurance) {
    Wide left = loss;
    auto const from = [&](Wide const& balance) {
        Wide const part = std::clamp<Wide>(balance, 0, left);
        left -= part;
        return part;
    };
    Draw draw;
    draw.margin = from(purse.margin);
    draw.general = from(purse.general);
    draw.bond = from(purse.bond);
    draw.insurance = from(insurance);
    insurance -= draw.insurance;
    return draw;
}

std::vector<Wide> share(std::vector<Wide> const& wins, Wide const& lost, Wide const& collected,
                        std::optional<std::size_t> residue) {
    std::vector<Wide> paid = wins;
    if (wins.empty() || collected >= lost) return paid;
    Wide const one = power_of_ten(16);
    Wide const ratio = quotient(2 * collected * one + lost, 2 * lost, Rounding::floor);
    Wide left = collected;
    for (Wide& each : paid) {
        each = scale(each, ratio, one, Rounding::floor);
        left -= each;
    }
    paid[residue.value_or(paid.size() - 1)] += left;
    return paid;
}

} // namespace plimsoll::risk::settlement
