/// Closing a linear position against the other side's holders, where nobody else takes it.
#pragma once

#include "risk/clearing/order_book_close.hpp"
#include "risk/margin/linear_update.hpp"

namespace plimsoll::risk::linear {

struct Deleverageable {
    bool at_bankruptcy_price = false; ///< below nothing
    bool at_oracle_price = false;     ///< the market is being settled for good
};

[[nodiscard]] or_refusal<Deleverageable, CloseRefusal>
deleverageable(Account const& account, Markets const& markets, bool final_settlement);

enum class DeleveragePrice : std::uint8_t { bankruptcy, oracle };

enum class DeleverageRefusal : std::uint8_t {
    perpetual_does_not_exist,
    invalid_size_delta,
    update_rejected,
};
[[nodiscard]] std::string_view word(DeleverageRefusal refusal);

struct Pair {
    Account liquidated;
    Account offsetting;
    Wide open_interest_delta;
};

/// Both sides after the liquidated one changes by a delta at the price, the other by the opposite.
/// Refused whole where either update would be.
[[nodiscard]] or_refusal<Pair, DeleverageRefusal>
deleverage(Pair const& pair, Markets const& markets, MarketId market, Wide const& size_delta,
           DeleveragePrice price);

struct Offset {
    std::size_t candidate = 0;
    Wide size; ///< base quantums, above 0
};

struct Walk {
    Account liquidated;
    std::vector<Account> candidates;
    std::vector<Offset> offsets;
    Wide remaining; ///< of the delta, with its sign
    Wide open_interest;
};

/// Offsets a delta against candidates in turn, from a recorded start and around: each gives what it
/// can, and one of the wrong side, or that may not, is passed over.
[[nodiscard]] or_refusal<Walk, DeleverageRefusal>
offset_walk(Account const& liquidated, std::vector<Account> const& candidates, Markets markets,
            MarketId market, Wide const& size_delta, std::size_t start, DeleveragePrice price);

} // namespace plimsoll::risk::linear
