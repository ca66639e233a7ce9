/// What can go wrong between this program and a chain's node.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::tools::chain::rpc {

enum class Errc {
    node_url_malformed = 1,
    node_unreachable,
    node_timed_out,
    node_busy,
    node_answers_garbage,
    answer_incomplete,
    answer_too_large,
    node_refuses,
    method_absent,
    range_too_large,
    block_absent,
    answers_differ,
};

[[nodiscard]] plimsoll::Rule describe(Errc code);

} // namespace plimsoll::tools::chain::rpc
