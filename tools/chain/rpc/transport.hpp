/// One request to a node and its answer, whatever carries it.
#pragma once

#include "tools/chain/rpc/endpoint.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace plimsoll::tools::chain::rpc {

struct Limits {
    std::chrono::milliseconds timeout{30'000};         ///< of a whole answer
    std::uint64_t answer_bytes = std::uint64_t{256} << 20; ///< of one answer, unpacked
};

/// What came back. A body only where the status is 200.
struct Answer {
    int status = 0;
    std::string body;
    std::optional<std::chrono::seconds> retry_after;
};

class Transport {
public:
    virtual ~Transport() = default;
    /// Errors: Errc::node_unreachable, node_timed_out, answer_incomplete, answer_too_large.
    [[nodiscard]] virtual result<Answer> post(std::string const& body) = 0;
};

/// HTTP with one connection that is kept.
[[nodiscard]] std::unique_ptr<Transport> http_transport(Endpoint const& endpoint, Limits const& limits);

} // namespace plimsoll::tools::chain::rpc
