/// A market's story replayed: balances, positions and settlements by our rules, checked at each step.
#pragma once

#include "risk/clearing/loss_sharing.hpp"
#include "risk/margin/margin_levels.hpp"
#include "tests/vectors/answer.hpp"

#include <tuple>

namespace plimsoll::vectors {

/// Whose, which, and of what: the general balance is of an asset, the others are of a market.
using Purse = std::tuple<std::string, std::string, std::string>;

struct Move {
    std::string from;
    std::string from_account;
    std::string to;
    std::string to_account;
    Wide amount;
    friend bool operator==(Move const&, Move const&) = default;
};

class Story {
public:
    using Differs = std::optional<Answer::Difference>;

    explicit Story(Fields const& row);
    /// The first difference of any step.
    [[nodiscard]] Differs replay();

private:
    struct MarketState {
        std::string asset;
        risk::levels::MarketTerms terms;
        std::vector<std::string> order; ///< payees, in which they first held a position record
        std::map<std::string, risk::settlement::Holding, std::less<>> holdings;
        Wide mark;
        Wide settled_mark;
    };

    [[nodiscard]] Differs step(Fields const& step);
    [[nodiscard]] Differs check(Fields const& step) const;
    [[nodiscard]] Differs settle(Fields const& step);
    [[nodiscard]] Differs collect(Fields const& step, std::vector<Wide> const& due);
    [[nodiscard]] Differs pay(Fields const& step, std::vector<Wide> const& due);
    [[nodiscard]] Differs margin(Fields const& step);
    [[nodiscard]] Differs close_out(Fields const& step);
    [[nodiscard]] Differs trade(Fields const& step);
    void update(Fields const& step);

    [[nodiscard]] MarketState& market(Fields const& step);
    [[nodiscard]] MarketState const* find_market(std::string_view id) const;
    [[nodiscard]] Purse purse(std::string_view party, std::string_view account,
                              std::string_view market) const;
    [[nodiscard]] Wide balance(Purse const& purse) const;
    /// False where the purse holds less.
    [[nodiscard]] bool transfer(Fields const& step, Move const& move);

    Fields row_;
    std::map<std::string, MarketState, std::less<>> markets_;
    std::map<Purse, Wide> balances_;
    std::vector<Move> moves_;
};

} // namespace plimsoll::vectors
