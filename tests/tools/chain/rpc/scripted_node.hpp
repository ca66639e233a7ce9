/// An HTTP server on loopback that answers as a test tells it to: a node on its worst day.
#pragma once

#include <httplib.h>
#if !defined(CPPHTTPLIB_OPENSSL_SUPPORT)
#error "without its flags, httplib's classes are not those of its library: plimsoll_speaks_http() in CMakeLists.txt"
#endif

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace plimsoll::tools::chain::rpc {

class ScriptedNode {
public:
    using Script = std::function<void(std::string const& body, httplib::Response&)>;

    explicit ScriptedNode(Script script) : script_(std::move(script)) {
        server_.Post(".*", [this](httplib::Request const& request, httplib::Response& response) {
            ++requests_;
            last_target_ = request.target;
            script_(request.body, response);
        });
        server_.set_tcp_nodelay(true);
        server_.set_keep_alive_timeout(1); // seconds for which stop() may have to wait
        port_ = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_.listen_after_bind(); });
        while (!server_.is_running()) std::this_thread::yield();
    }
    ~ScriptedNode() { stop(); }
    ScriptedNode(ScriptedNode const&) = delete;
    ScriptedNode& operator=(ScriptedNode const&) = delete;

    void stop() {
        server_.stop();
        if (thread_.joinable()) thread_.join();
    }

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] int requests() const { return requests_; }
    [[nodiscard]] std::string const& last_target() const { return last_target_; }

private:
    Script script_;
    httplib::Server server_;
    std::thread thread_;
    std::string last_target_;
    std::atomic<int> requests_ = 0;
    int port_ = 0;
};

} // namespace plimsoll::tools::chain::rpc
