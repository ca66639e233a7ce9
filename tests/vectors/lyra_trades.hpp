/// A recorded series of trades with Lyra's option pool.
#pragma once

#include "risk/number/high_precision.hpp"
#include "tests/vectors/report.hpp"

namespace plimsoll::vectors {

/// A difference where ours is not within the tolerance, relative to figures above one.
[[nodiscard]] std::optional<Answer::Difference> near(risk::Precise const& ours, Fields const& row,
                                                     std::string const& name,
                                                     risk::Precise const& tolerance);

void lyra_trades(Fields const& series, Report& report);

} // namespace plimsoll::vectors
