/// What following a chain can come upon.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::tools::chain::follow {

enum class Errc {
    final_block_replaced = 1,
    chain_keeps_moving,
};

[[nodiscard]] plimsoll::Rule describe(Errc code);

} // namespace plimsoll::tools::chain::follow
