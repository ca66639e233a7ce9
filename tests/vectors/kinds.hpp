/// Which function answers which kind of row.
#pragma once

#include "tests/vectors/answer.hpp"

namespace plimsoll::vectors {

/// Takes the inputs of a row and what it expects, whose names tell which figure is asked for.
using Rule = Said (*)(Fields const& inputs, Fields const& expected);
using Rules = std::map<std::string, Rule, std::less<>>;

void add_dydx_margin(Rules& rules);
void add_dydx_clearing(Rules& rules);
void add_opyn(Rules& rules);
void add_maker_vaults(Rules& rules);
void add_maker_auctions(Rules& rules);
void add_drift_clearing(Rules& rules);
void add_drift_margin(Rules& rules);

} // namespace plimsoll::vectors
