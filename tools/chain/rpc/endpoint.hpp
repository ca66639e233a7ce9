/// The address of a node: taken apart once, shown without its keys ever after.
#pragma once

#include "tools/chain/rpc/errc.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace plimsoll::tools::chain::rpc {

/// http[s]://[USER:PASSWORD@]HOST[:PORT][/PATH][?QUERY]. Providers put their keys into user, path or query.
class Endpoint {
public:
    /// Errors: Errc::node_url_malformed, which does not repeat the text.
    [[nodiscard]] static result<Endpoint> parse(std::string_view url);

    [[nodiscard]] bool is_secure() const { return is_secure_; }
    [[nodiscard]] std::string const& host() const { return host_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string const& user() const { return user_; }
    [[nodiscard]] std::string const& password() const { return password_; }
    /// What is asked of the host: path and query. It may hold a key.
    [[nodiscard]] std::string const& target() const { return target_; }
    /// "https://host:port", as a client connects.
    [[nodiscard]] std::string origin() const;
    /// For messages: the origin, and "/..." where there is more.
    [[nodiscard]] std::string shown() const;
    /// Somebody else's words with whatever may be a key of this address blotted out.
    [[nodiscard]] std::string blotted(std::string_view words) const;

private:
    bool is_secure_ = false;
    std::string host_;
    std::uint16_t port_ = 0;
    std::string user_;
    std::string password_;
    std::string target_ = "/";
};

/// Whether a command line's FILE|URL is an address: it begins with a scheme.
[[nodiscard]] bool is_url(std::string_view text);

} // namespace plimsoll::tools::chain::rpc
