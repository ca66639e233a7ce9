#include "tools/chain/rpc/client.hpp"

#include "tools/text/json_writer.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace plimsoll::tools::chain::rpc {
namespace {

using simdjson::dom::element;

/// Failures that the next try may not meet.
[[nodiscard]] bool may_pass(Error const& error) {
    return error.is(Errc::node_unreachable) || error.is(Errc::node_timed_out) || error.is(Errc::node_busy) ||
           error.is(Errc::node_answers_garbage) || error.is(Errc::answer_incomplete);
}

[[nodiscard]] std::string request_of(std::span<Call const> calls, std::uint64_t first_id) {
    std::string out = calls.size() == 1 ? "" : "[";
    std::uint64_t id = first_id;
    for (Call const& call : calls) {
        if (id != first_id) out += ',';
        out += fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id++, call.method, call.params);
    }
    if (calls.size() != 1) out += ']';
    return out;
}

[[nodiscard]] std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

[[nodiscard]] bool has_one_of(std::string const& text, std::initializer_list<std::string_view> parts) {
    return std::ranges::any_of(parts, [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

/// The start of what is no JSON, so that a person sees whose page it is.
[[nodiscard]] std::string glimpse(Endpoint const& endpoint, std::string_view body) {
    constexpr std::size_t shown_bytes = 60;
    constexpr std::size_t longest_key = 1024; // blotted before it is cut: half a key is one too
    std::string const blotted = endpoint.blotted(body.substr(0, shown_bytes + longest_key));
    std::string text = valid_utf8(blotted, shown_bytes);
    std::ranges::replace_if(text, [](char c) { return c >= 0 && c < ' '; }, ' ');
    return "'" + text + (blotted.size() > shown_bytes ? "...'" : "'");
}

} // namespace

Client::Client(Endpoint endpoint, ClientOptions const& options, std::unique_ptr<Transport> transport, Clock clock)
    : endpoint_(std::move(endpoint)), options_(options), transport_(std::move(transport)), clock_(clock),
      rate_(options.calls_per_second, {clock.now, [this](std::chrono::nanoseconds wait) { pause(wait); }}) {
    PLIMSOLL_ASSERT(options_.batch_calls > 0 && options_.attempts > 0);
}

Client::Client(Endpoint const& endpoint, ClientOptions const& options)
    : Client(endpoint, options, http_transport(endpoint, options.limits), real_clock()) {}

void Client::pause(std::chrono::nanoseconds wait) {
    cost_.paused += wait;
    clock_.sleep(wait);
}

result<void> Client::ask(std::span<Call const> calls, Take const& take) {
    for (std::size_t first = 0; first < calls.size(); first += options_.batch_calls) {
        PLIMSOLL_TRYV(ask_batch(calls.subspan(first, std::min(options_.batch_calls, calls.size() - first)), first, take));
    }
    return outcome::success();
}

result<void> Client::ask_batch(std::span<Call const> calls, std::size_t first, Take const& take) {
    for (unsigned failures = 0;;) {
        retry_after_.reset();
        auto const answers = attempt(calls);
        if (answers) {
            for (std::size_t i = 0; i < calls.size(); ++i) {
                PLIMSOLL_TRYV(take(first + i, answers.value()[i]));
            }
            return outcome::success();
        }
        Error const& error = answers.error();
        if (error.is(Errc::answer_too_large) && calls.size() > 1) {
            std::size_t const half = calls.size() / 2;
            PLIMSOLL_TRYV(ask_batch(calls.first(half), first, take));
            return ask_batch(calls.subspan(half), first + half, take);
        }
        if (!may_pass(error)) return outcome::failure(error);
        if (++failures >= options_.attempts) {
            return outcome::failure(failures == 1 ? error : error.at(fmt::format("{} tries in a row", failures)));
        }
        pause(wait_after_failure(failures, retry_after_));
    }
}

result<std::vector<element>> Client::attempt(std::span<Call const> calls) {
    rate_.take(calls.size());
    std::uint64_t const first_id = next_id_;
    next_id_ += calls.size(); // also of what fails: a late answer to it is nobody's
    cost_.calls += calls.size();
    ++cost_.requests;
    auto const begin = clock_.now();
    auto answer = transport_->post(request_of(calls, first_id));
    cost_.waited += clock_.now() - begin;
    if (!answer) return outcome::failure(answer.error());
    body_ = std::move(answer.value().body);
    cost_.bytes += body_.size();
    int const status = answer.value().status;
    if (status == 200) return read(calls, first_id);
    retry_after_ = answer.value().retry_after;
    std::string const place = fmt::format("{}: HTTP {}", endpoint_.shown(), status);
    if (status == 429 || status == 502 || status == 503 || status == 504) {
        return fail(Errc::node_busy, place + "; ask again later, or slower with --rate");
    }
    if (status == 401 || status == 403) return fail(Errc::node_refuses, place + "; is the key in the address right?");
    if (status == 404 || status == 405) return fail(Errc::node_refuses, place + "; is this the address of its JSON-RPC?");
    if (status == 413 && calls.size() > 1) return fail(Errc::answer_too_large, place); // too many calls: halve them
    // Some nodes say with a status of their own what the body says as well.
    auto told = read(calls, first_id);
    if (!told && !told.error().is(Errc::node_answers_garbage)) return told;
    return fail(Errc::node_answers_garbage, place + " with " + glimpse(endpoint_, body_));
}

result<std::vector<element>> Client::read(std::span<Call const> calls, std::uint64_t first_id) {
    auto const garbage = [&](std::string_view why) {
        return fail(Errc::node_answers_garbage, fmt::format("{}: {}: {}; is this the address of its JSON-RPC?", endpoint_.shown(), why,
                                                            glimpse(endpoint_, body_)));
    };
    element root;
    body_.reserve(body_.size() + simdjson::SIMDJSON_PADDING);
    if (auto const problem = parser_.parse(body_).get(root); problem != simdjson::SUCCESS) {
        return garbage(simdjson::error_message(problem));
    }
    std::vector<element> replies;
    if (root.is_array()) {
        for (element const reply : root.get_array()) replies.push_back(reply);
    } else {
        replies.push_back(root);
    }
    std::vector<element> results(calls.size());
    std::vector<bool> has(calls.size());
    for (element const reply : replies) {
        simdjson::dom::object object;
        if (reply.get(object) != simdjson::SUCCESS) return garbage("an answer that is no object");
        element const error = [&] { element found; return object["error"].get(found) == simdjson::SUCCESS ? found : element(); }();
        bool const is_error = object["error"].error() == simdjson::SUCCESS && !error.is_null();
        std::uint64_t id = 0;
        if (object["id"].get(id) != simdjson::SUCCESS) {
            if (is_error) return outcome::failure(refusal(calls.front().method, error)); // of the whole request
            return garbage("an answer without an id");
        }
        if (id < first_id || id >= first_id + calls.size()) return garbage("an answer to what was not asked");
        std::size_t const place = static_cast<std::size_t>(id - first_id);
        if (has[place]) return garbage("two answers to one call");
        has[place] = true;
        if (is_error) return outcome::failure(refusal(calls[place].method, error));
        if (object["result"].get(results[place]) != simdjson::SUCCESS) return garbage("an answer without a result");
    }
    if (auto const missing = std::ranges::find(has, false); missing != has.end()) {
        return fail(Errc::answer_incomplete, fmt::format("{}: {} of {} calls were not answered, the first of them {}", endpoint_.shown(),
                                                         std::ranges::count(has, false), calls.size(),
                                                         calls[static_cast<std::size_t>(missing - has.begin())].method));
    }
    return results;
}

Error Client::refusal(std::string const& method, element error) const {
    std::int64_t code = 0;
    std::string_view message = "no reason given";
    std::ignore = error["code"].get(code);
    std::ignore = error["message"].get(message);
    std::string const told = valid_utf8(endpoint_.blotted(message), 300);
    std::string const detail = fmt::format("{}: {}: {} ({})", endpoint_.shown(), method, told, code);
    std::string const words = lower(message);
    auto const as = [&](Errc errc) { return Error(describe(errc), static_cast<int>(errc), detail); };
    if (code == -32601) return as(Errc::method_absent);
    if (code == 429 || has_one_of(words, {"rate limit", "too many requests", "per second", "throughput", "capacity exceeded"})) {
        return as(Errc::node_busy);
    }
    bool const is_about_size = has_one_of(words, {"range", "more than", "limit", "too large", "too many", "response size", "exceed"});
    if (method == "eth_getLogs" && (code == -32005 || is_about_size)) return as(Errc::range_too_large);
    if (code == -32005) return as(Errc::node_busy);
    return as(Errc::node_refuses);
}

} // namespace plimsoll::tools::chain::rpc
