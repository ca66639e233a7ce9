#include "tools/chain/rpc/transport.hpp"
#include "tools/text/number_text.hpp"

#include <httplib.h>
#if !defined(CPPHTTPLIB_OPENSSL_SUPPORT)
#error "without its flags, httplib's classes are not those of its library: plimsoll_speaks_http() in CMakeLists.txt"
#endif

namespace plimsoll::tools::chain::rpc {
namespace {

class HttpTransport final : public Transport {
public:
    HttpTransport(Endpoint const& endpoint, Limits const& limits) : endpoint_(endpoint), limits_(limits), client_(endpoint.origin()) {
        client_.set_keep_alive(true);
        client_.set_tcp_nodelay(true);
        client_.set_connection_timeout(std::min<std::chrono::milliseconds>(limits.timeout, std::chrono::seconds(10)));
        client_.set_read_timeout(limits.timeout);
        client_.set_write_timeout(limits.timeout);
        if (!endpoint.user().empty()) client_.set_basic_auth(endpoint.user(), endpoint.password());
    }

    result<Answer> post(std::string const& body) override {
        Answer answer;
        bool is_too_large = false;
        auto const begin = std::chrono::steady_clock::now();
        auto const is_late = [&] { return std::chrono::steady_clock::now() - begin >= limits_.timeout; };
        httplib::Request request;
        request.method = "POST";
        request.path = endpoint_.target();
        request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
        request.body = body;
        request.content_receiver = [&](char const* data, std::size_t size, std::uint64_t, std::uint64_t) {
            is_too_large = answer.body.size() + size > limits_.answer_bytes;
            if (is_too_large || is_late()) return false; // a node that sends a byte now and then is late as well
            answer.body.append(data, size);
            return true;
        };
        httplib::Result const got = client_.send(request);
        if (is_too_large) return fail(Errc::answer_too_large, place() + ": more than " + std::to_string(limits_.answer_bytes >> 20) + " MiB");
        if (!got) return failure_of(got.error(), is_late(), !answer.body.empty());
        answer.status = got->status;
        if (got->has_header("Retry-After")) answer.retry_after = seconds_of(got->get_header_value("Retry-After"));
        return answer;
    }

private:
    [[nodiscard]] result<Answer> failure_of(httplib::Error error, bool is_late, bool has_part) const {
        using enum httplib::Error;
        if (is_late || error == ConnectionTimeout) {
            return fail(Errc::node_timed_out, place() + ": no whole answer within " + std::to_string(limits_.timeout.count()) +
                                                  " ms; ask again later, or allow it more with --timeout");
        }
        if (has_part) return fail(Errc::answer_incomplete, place() + ": the connection ended within the answer");
        std::string detail = place();
        switch (error) {
        case Connection: detail += ": nothing answers there; is the node running, and is this its address?"; break;
        case SSLConnection:
        case SSLLoadingCerts: detail += ": no secure connection; is https right for this address?"; break;
        case SSLServerVerification: detail += ": its certificate is not one that this machine trusts"; break;
        default: detail += ": the connection ended before an answer came; is the node still running?"; break;
        }
        return fail(Errc::node_unreachable, detail);
    }

    [[nodiscard]] static std::optional<std::chrono::seconds> seconds_of(std::string const& text) {
        auto const seconds = read_unsigned<std::uint32_t>(text);
        if (!seconds) return {}; // a date: back off as usual
        return std::chrono::seconds(*seconds);
    }

    [[nodiscard]] std::string place() const { return endpoint_.shown(); }

    Endpoint endpoint_;
    Limits limits_;
    httplib::Client client_;
};

} // namespace

std::unique_ptr<Transport> http_transport(Endpoint const& endpoint, Limits const& limits) {
    return std::make_unique<HttpTransport>(endpoint, limits);
}

} // namespace plimsoll::tools::chain::rpc
