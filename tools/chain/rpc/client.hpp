/// JSON-RPC 2.0: many calls in one request, answers found by their id, failures that may pass tried again.
#pragma once

#include "tools/chain/rpc/pace.hpp"
#include "tools/chain/rpc/transport.hpp"

#include <simdjson.h>

#include <functional>
#include <span>

namespace plimsoll::tools::chain::rpc {

struct Call {
    std::string method;
    std::string params; ///< a JSON array
};

struct ClientOptions {
    Limits limits;
    std::size_t batch_calls = 100;      ///< of one request
    unsigned attempts = 5;              ///< for one request, before its failure is told
    std::uint32_t calls_per_second = 0; ///< 0: no limit
};

/// What asking has taken so far.
struct ClientCost {
    std::uint64_t calls = 0;
    std::uint64_t requests = 0; ///< those tried again count again
    std::uint64_t bytes = 0;    ///< received
    std::chrono::nanoseconds waited{0}; ///< for the node
    std::chrono::nanoseconds paused{0}; ///< by the rate limit and after failures
};

class Client {
public:
    /// What becomes of one result: it may refuse it, and that failure ends the asking.
    using Take = std::function<result<void>(std::size_t, simdjson::dom::element)>;

    Client(Endpoint endpoint, ClientOptions const& options, std::unique_ptr<Transport> transport, Clock clock);
    /// Over HTTP, by the real clock.
    Client(Endpoint const& endpoint, ClientOptions const& options);
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;

    /// Sends all calls, in requests of at most batch_calls, and hands out each result once, within a request in the
    /// order of the calls. An answer that is too large is asked for again in halves.
    /// Errors: Errc; those that may pass only after `attempts` tries; whatever `take` refuses.
    [[nodiscard]] result<void> ask(std::span<Call const> calls, Take const& take);

    [[nodiscard]] Endpoint const& endpoint() const { return endpoint_; }
    [[nodiscard]] ClientCost const& cost() const { return cost_; }

private:
    [[nodiscard]] result<void> ask_batch(std::span<Call const> calls, std::size_t first, Take const& take);
    [[nodiscard]] result<std::vector<simdjson::dom::element>> attempt(std::span<Call const> calls);
    [[nodiscard]] result<std::vector<simdjson::dom::element>> read(std::span<Call const> calls, std::uint64_t first_id);
    [[nodiscard]] Error refusal(std::string const& method, simdjson::dom::element error) const;
    void pause(std::chrono::nanoseconds wait);

    Endpoint endpoint_;
    ClientOptions options_;
    std::unique_ptr<Transport> transport_;
    Clock clock_;
    RateLimit rate_;
    ClientCost cost_;
    std::uint64_t next_id_ = 1;
    simdjson::dom::parser parser_;
    std::string body_; ///< of the answer: what the parser's elements stand on
    std::optional<std::chrono::seconds> retry_after_;
};

} // namespace plimsoll::tools::chain::rpc
