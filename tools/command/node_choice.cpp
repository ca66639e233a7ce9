#include "tools/command/node_choice.hpp"

#include "tools/chain/file_source.hpp"
#include "tools/text/people.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {

void NodeChoice::add_to(CLI::App& command) {
    command.add_option("--timeout", timeout_seconds, "Seconds that one answer of the node may take")->capture_default_str();
    command.add_option("--tries", tries, "For one request, with longer and longer waits between them")->capture_default_str();
    command.add_option("--rate", calls_per_second, "Most calls a second; 0: as fast as the node answers")->capture_default_str();
    command.add_option("--batch", batch_calls, "Most calls of one request; 1 for nodes that take no batches")->capture_default_str();
}

result<std::unique_ptr<chain::rpc::NodeSource>> NodeChoice::open(std::string const& url) const {
    if (!(timeout_seconds >= 0.001 && timeout_seconds <= 3600)) return fail(Errc::usage, "--timeout is from 0.001 to 3600 seconds");
    if (tries == 0 || tries > 100) return fail(Errc::usage, "--tries is from 1 to 100");
    if (batch_calls == 0 || batch_calls > 10'000) return fail(Errc::usage, "--batch is from 1 to 10,000");
    chain::rpc::NodeOptions options;
    options.client.limits.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(timeout_seconds * 1000));
    options.client.attempts = tries;
    options.client.calls_per_second = calls_per_second;
    options.client.batch_calls = batch_calls;
    return chain::rpc::NodeSource::open(url, options);
}

result<ChainChoice> ChainChoice::open(std::string const& file_or_url, NodeChoice const& node) {
    ChainChoice choice;
    if (chain::rpc::is_url(file_or_url)) {
        PLIMSOLL_TRY(source, node.open(file_or_url));
        choice.node_ = source.get();
        choice.source_ = std::move(source);
    } else {
        PLIMSOLL_TRY(source, chain::FileSource::open(file_or_url));
        choice.source_ = std::move(source);
    }
    return choice;
}

void ChainChoice::tell_cost() const {
    if (node_ != nullptr) tools::tell_cost(node_->cost(), std::chrono::steady_clock::now() - opened_);
}

void tell_cost(chain::rpc::ClientCost const& cost, std::chrono::nanoseconds spent) {
    auto const seconds = [](std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); };
    std::string paused = cost.paused.count() == 0 ? "" : fmt::format(", {:.1f} s paused", seconds(cost.paused));
    fmt::print(stderr, "note: asked {} in {}, {}; {:.1f} s, of which {:.1f} s for the node{} and {:.1f} s here\n",
               people_plural(cost.calls, "call"), people_plural(cost.requests, "request"), people_bytes(cost.bytes), seconds(spent),
               seconds(cost.waited), paused, seconds(spent - cost.waited - cost.paused));
}

} // namespace plimsoll::tools
