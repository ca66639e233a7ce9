/// What is told of an option pool: why its share price moved, what it is exposed to, what it would trade.
#pragma once

#include "replay/pool_view.hpp"
#include "risk/pool/pool_breakers.hpp"

#include <string>
#include <vector>

namespace plimsoll::tools {

/// What it would still trade of a series, either way; nothing of an expired one.
struct PoolRoom {
    risk::pool::LargestTrade buy;
    risk::pool::LargestTrade sell;
};

struct PoolReport {
    replay::Moment from;
    replay::Moment to;
    replay::PoolView view;
    std::vector<PoolRoom> rooms; ///< a series
    std::vector<risk::pool::PoolMetric> metrics;
};

/// `with_postings`: each posting behind the causes, too.
[[nodiscard]] std::string pool_json(PoolReport const& report, bool with_postings);
[[nodiscard]] std::string pool_text(PoolReport const& report, bool with_postings);

} // namespace plimsoll::tools
