#include "tools/chain/rpc/endpoint.hpp"

#include <gtest/gtest.h>

namespace plimsoll::tools::chain::rpc {
namespace {

struct Good {
    char const* name;
    char const* url;
    char const* origin;
    char const* target;
    char const* shown;
    friend void PrintTo(Good const& row, std::ostream* out) { *out << row.name; }
};

class GoodAddress : public testing::TestWithParam<Good> {};

TEST_P(GoodAddress, IsTakenApartAndShownWithoutItsKeys) {
    auto const endpoint = Endpoint::parse(GetParam().url);
    ASSERT_TRUE(endpoint) << endpoint.error().message();
    EXPECT_EQ(endpoint.value().origin(), GetParam().origin);
    EXPECT_EQ(endpoint.value().target(), GetParam().target);
    EXPECT_EQ(endpoint.value().shown(), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    EveryForm, GoodAddress,
    testing::Values(
        Good{"Local", "http://127.0.0.1:8545", "http://127.0.0.1:8545", "/", "http://127.0.0.1:8545"},
        Good{"Slash", "http://node:1/", "http://node:1", "/", "http://node:1"},
        Good{"DefaultPort", "http://node", "http://node:80", "/", "http://node:80"},
        Good{"Secure", "https://node.example", "https://node.example:443", "/", "https://node.example:443"},
        Good{"KeyInPath", "https://eth.example/v2/SECRETKEY", "https://eth.example:443", "/v2/SECRETKEY",
             "https://eth.example:443/..."},
        Good{"KeyInQuery", "https://eth.example/?apikey=SECRET", "https://eth.example:443", "/?apikey=SECRET",
             "https://eth.example:443/..."},
        Good{"QueryWithoutPath", "https://eth.example?k=SECRET", "https://eth.example:443", "/?k=SECRET",
             "https://eth.example:443/..."},
        Good{"KeyAsUser", "https://user:SECRET@eth.example", "https://eth.example:443", "/", "https://eth.example:443"},
        Good{"AtInPassword", "https://u:a@b@eth.example:5", "https://eth.example:5", "/", "https://eth.example:5"},
        Good{"Fragment", "http://node:1/a#SECRET", "http://node:1", "/a", "http://node:1/..."},
        Good{"IPv6", "http://[::1]:8545", "http://[::1]:8545", "/", "http://[::1]:8545"},
        Good{"LastPort", "http://node:65535", "http://node:65535", "/", "http://node:65535"}),
    [](auto const& row) { return row.param.name; });

TEST(Address, ThatIsNoneIsRefusedWithoutBeingRepeated) {
    for (char const* url : {"", "node:8545", "SECRETS", "ftp://SECRET", "http://", "http://:8545", "http://SECRET:0", "http://SECRET:65536",
                            "http://SECRET:12x", "http://SECRET:", "http://[::1", "http://a b/SECRET", "http://a/SE CRET",
                            "http://a/\nSECRET", "ws://SECRET", "wss://a/SECRET"}) {
        auto const endpoint = Endpoint::parse(url);
        ASSERT_FALSE(endpoint) << url;
        EXPECT_TRUE(endpoint.error().is(Errc::node_url_malformed)) << url;
        EXPECT_EQ(endpoint.error().message().find("SECRET"), std::string::npos) << url;
        EXPECT_EQ(endpoint.error().status(), Status::usage);
    }
}

TEST(Address, ItsKeysAreBlottedOutOfWhatTheNodeSays) {
    auto const endpoint = Endpoint::parse("https://me:hunter2@eth.example/v2/0123456789abcdef?token=topsecret");
    ASSERT_TRUE(endpoint);
    EXPECT_EQ(endpoint.value().blotted("no such key 0123456789abcdef (token topsecret) for me:hunter2 in v2"),
              "no such key ... (... ...) for ...:... in v2");
    EXPECT_EQ(endpoint.value().blotted("nothing of it"), "nothing of it");
}

TEST(Address, AFileIsNone) {
    EXPECT_TRUE(is_url("http://127.0.0.1:8545"));
    EXPECT_FALSE(is_url("saved/blocks.jsonl"));
}

} // namespace
} // namespace plimsoll::tools::chain::rpc
