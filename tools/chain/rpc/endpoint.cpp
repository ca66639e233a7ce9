#include "tools/chain/rpc/endpoint.hpp"

#include "tools/text/number_text.hpp"

#include <algorithm>
#include <vector>

namespace plimsoll::tools::chain::rpc {
namespace {

constexpr std::string_view form = "write http://HOST:PORT or https://HOST/PATH (the address is not repeated here: it may hold a key)";

/// What lies before the first of `marks`, taken off the text; the mark stays.
[[nodiscard]] std::string_view take_until(std::string_view& text, std::string_view marks) {
    std::string_view const part = text.substr(0, text.find_first_of(marks));
    text.remove_prefix(part.size());
    return part;
}

[[nodiscard]] bool is_host(std::string_view host) {
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
               c == ':';
    });
}

/// The parts of an address that a provider could have given as a secret: anything of some length.
[[nodiscard]] std::vector<std::string_view> secrets(std::string_view text) {
    constexpr std::size_t shortest_key = 5;
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        std::string_view const part = take_until(text, "/?&=");
        if (part.size() >= shortest_key) parts.push_back(part);
        text.remove_prefix(text.empty() ? 0 : 1);
    }
    return parts;
}

} // namespace

bool is_url(std::string_view text) { return text.find("://") != std::string_view::npos; }

result<Endpoint> Endpoint::parse(std::string_view url) {
    Endpoint endpoint;
    std::size_t const scheme_end = url.find("://");
    std::string_view const scheme = url.substr(0, scheme_end);
    if (scheme_end != std::string_view::npos && (scheme == "ws" || scheme == "wss")) {
        return fail(Errc::node_url_malformed, "websockets are not spoken here; most nodes answer on http:// too");
    }
    if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https")) {
        return fail(Errc::node_url_malformed, std::string(form));
    }
    endpoint.is_secure_ = scheme == "https";
    endpoint.port_ = endpoint.is_secure_ ? 443 : 80;
    url.remove_prefix(scheme_end + 3);

    std::string_view authority = take_until(url, "/?#");
    if (std::size_t const at = authority.rfind('@'); at != std::string_view::npos) {
        std::string_view user = authority.substr(0, at);
        endpoint.user_ = take_until(user, ":");
        endpoint.password_ = user.empty() ? "" : user.substr(1);
        authority.remove_prefix(at + 1);
    }
    std::string_view host = authority;
    std::string_view port;
    if (authority.starts_with('[')) { // an IPv6 address
        std::size_t const close = authority.find(']');
        if (close == std::string_view::npos) return fail(Errc::node_url_malformed, std::string(form));
        host = authority.substr(1, close - 1);
        port = authority.substr(close + 1);
    } else if (std::size_t const colon = authority.find(':'); colon != std::string_view::npos) {
        host = authority.substr(0, colon);
        port = authority.substr(colon);
    }
    if (!is_host(host)) return fail(Errc::node_url_malformed, std::string(form));
    if (!port.empty()) {
        port.remove_prefix(1);
        auto const number = read_unsigned<std::uint16_t>(port);
        if (!number || *number == 0) return fail(Errc::node_url_malformed, "the port is a number from 1 to 65535");
        endpoint.port_ = *number;
    }
    endpoint.host_ = host;
    std::string_view const target = url.substr(0, url.find('#'));
    if (!target.empty()) endpoint.target_ = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
    if (std::ranges::any_of(endpoint.target_, [](char c) { return c <= ' ' || c == '\x7f'; })) {
        return fail(Errc::node_url_malformed, std::string(form));
    }
    return endpoint;
}

std::string Endpoint::origin() const {
    bool const is_ipv6 = host_.find(':') != std::string::npos;
    return std::string(is_secure_ ? "https" : "http") + "://" + (is_ipv6 ? "[" + host_ + "]" : host_) + ":" +
           std::to_string(port_);
}

std::string Endpoint::shown() const { return origin() + (target_ == "/" ? "" : "/..."); }

std::string Endpoint::blotted(std::string_view words) const {
    std::string text(words);
    std::vector<std::string_view> parts = secrets(target_);
    for (std::string_view const each : {std::string_view(user_), std::string_view(password_)}) {
        if (!each.empty()) parts.push_back(each);
    }
    std::ranges::sort(parts, std::ranges::greater{}, &std::string_view::size); // a longer one may hold a shorter one
    for (std::string_view const part : parts) {
        for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 3)) {
            text.replace(at, part.size(), "...");
        }
    }
    return text;
}

} // namespace plimsoll::tools::chain::rpc
