#include "tests/tools/chain/rpc/scripted_node.hpp"
#include "tools/chain/rpc/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace plimsoll::tools::chain::rpc {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// Time that passes only by sleeping.
struct BentTime {
    std::chrono::nanoseconds now{0};
    std::vector<std::chrono::milliseconds> slept;

    [[nodiscard]] Clock clock() {
        return {[this] { return now; }, [this](std::chrono::nanoseconds wait) {
                    now += wait;
                    slept.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(wait));
                }};
    }
};

/// Answers out of a list; the last one again and again.
class ListedAnswers final : public Transport {
public:
    explicit ListedAnswers(std::vector<std::string>* asked) : asked_(asked) {}
    std::deque<result<Answer>> answers;

    result<Answer> post(std::string const& body) override {
        asked_->push_back(body);
        result<Answer> const answer = answers.front();
        if (answers.size() > 1) answers.pop_front();
        if (!answer) return answer;
        Answer told = answer.value();
        std::string const id = body.substr(body.rfind("\"id\":") + 5); // "LAST" stands for the last call's, of any try
        if (std::size_t const at = told.body.find("LAST"); at != std::string::npos) {
            told.body.replace(at, 4, id.substr(0, id.find(',')));
        }
        return told;
    }

private:
    std::vector<std::string>* asked_;
};

class RpcClient : public testing::Test {
protected:
    [[nodiscard]] Client client(std::deque<result<Answer>> answers, ClientOptions const& options = {},
                                std::string_view url = "http://node:8545/SECRETKEY") {
        auto transport = std::make_unique<ListedAnswers>(&asked_);
        transport->answers = std::move(answers);
        return Client(Endpoint::parse(url).value(), options, std::move(transport), time_.clock());
    }
    /// Asks for a, b, ... and gives the results as JSON, or the failure.
    [[nodiscard]] static result<std::vector<std::string>> ask(Client& client, std::size_t calls) {
        std::vector<Call> many;
        for (std::size_t i = 0; i < calls; ++i) many.push_back({std::string("method_") + static_cast<char>('a' + i), "[]"});
        std::vector<std::string> got(calls);
        PLIMSOLL_TRYV(client.ask(many, [&](std::size_t place, simdjson::dom::element value) -> result<void> {
            EXPECT_EQ(got[place], "") << "handed out twice";
            got[place] = simdjson::minify(value);
            return outcome::success();
        }));
        return got;
    }
    [[nodiscard]] static Answer ok(std::string body) { return {200, std::move(body), {}}; }

    BentTime time_;
    std::vector<std::string> asked_;
};

TEST_F(RpcClient, FindsEachAnswerByItsId) {
    Client asks = client({ok(R"([{"id":2,"result":"two"},{"id":3,"result":{"x":[3]}},{"id":1,"result":null}])")});
    auto const got = ask(asks, 3);
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_THAT(got.value(), ElementsAre("null", "\"two\"", R"({"x":[3]})"));
    EXPECT_THAT(asked_, ElementsAre(R"([{"jsonrpc":"2.0","id":1,"method":"method_a","params":[]},{"jsonrpc":"2.0","id":2,"method":"method_b","params":[]},{"jsonrpc":"2.0","id":3,"method":"method_c","params":[]}])"));
}

TEST_F(RpcClient, SendsOneCallWithoutAList) {
    Client asks = client({ok(R"({"id":1,"result":5})"), ok(R"({"id":2,"result":6})")});
    EXPECT_THAT(ask(asks, 1).value(), ElementsAre("5"));
    EXPECT_THAT(ask(asks, 1).value(), ElementsAre("6"));
    EXPECT_EQ(asked_.front(), R"({"jsonrpc":"2.0","id":1,"method":"method_a","params":[]})");
}

TEST_F(RpcClient, CutsManyCallsIntoRequests) {
    ClientOptions options;
    options.batch_calls = 2;
    Client asks = client({ok(R"([{"id":1,"result":1},{"id":2,"result":2}])"), ok(R"([{"id":3,"result":3},{"id":4,"result":4}])"),
                          ok(R"({"id":5,"result":5})")}, options);
    EXPECT_THAT(ask(asks, 5).value(), ElementsAre("1", "2", "3", "4", "5"));
    EXPECT_EQ(asks.cost().requests, 3U);
    EXPECT_EQ(asks.cost().calls, 5U);
}

TEST_F(RpcClient, AsksForAnAnswerThatIsTooLargeInHalves) {
    Client asks = client({fail(Errc::answer_too_large, "x"), ok(R"({"id":4,"result":1})"), fail(Errc::answer_too_large, "x"),
                          ok(R"({"id":7,"result":2})"), ok(R"({"id":8,"result":3})")});
    EXPECT_THAT(ask(asks, 3).value(), ElementsAre("1", "2", "3"));
    Client alone = client({fail(Errc::answer_too_large, "x")});
    EXPECT_TRUE(ask(alone, 1).error().is(Errc::answer_too_large));
}

struct Trouble {
    char const* name;
    result<Answer> answer;
    Errc want;
    int tries;
    friend void PrintTo(Trouble const& row, std::ostream* out) { *out << row.name; }
};

class RpcTrouble : public RpcClient, public testing::WithParamInterface<Trouble> {};

TEST_P(RpcTrouble, IsToldAsWhatItIsWithoutTheKey) {
    Client asks = client({GetParam().answer});
    auto const got = ask(asks, 2);
    ASSERT_FALSE(got);
    EXPECT_TRUE(got.error().is(GetParam().want)) << got.error().message();
    EXPECT_EQ(got.error().message().find("SECRETKEY"), std::string::npos) << got.error().message();
    EXPECT_THAT(got.error().message(), HasSubstr("node"));
    EXPECT_EQ(asked_.size(), static_cast<std::size_t>(GetParam().tries));
}

[[nodiscard]] Trouble body(char const* name, char const* text, Errc want, int tries = 5) {
    return {name, Answer{200, text, {}}, want, tries};
}
[[nodiscard]] Trouble status(char const* name, int code, Errc want, int tries, char const* text = "<html>SECRETKEY</html>") {
    return {name, Answer{code, text, {}}, want, tries};
}

INSTANTIATE_TEST_SUITE_P(
    EveryKind, RpcTrouble,
    testing::Values(
        Trouble{"Unreachable", fail(Errc::node_unreachable, "node"), Errc::node_unreachable, 5},
        Trouble{"TimedOut", fail(Errc::node_timed_out, "node"), Errc::node_timed_out, 5},
        body("Empty", "", Errc::node_answers_garbage),
        body("WebPage", "<html>SECRETKEY</html>", Errc::node_answers_garbage),
        body("CutJson", R"([{"id":1,"result":"0x)", Errc::node_answers_garbage),
        body("Number", "5", Errc::node_answers_garbage),
        body("ListOfNumbers", "[5,6]", Errc::node_answers_garbage),
        body("NoId", R"([{"result":1},{"id":2,"result":2}])", Errc::node_answers_garbage),
        body("TextId", R"([{"id":"1","result":1},{"id":2,"result":2}])", Errc::node_answers_garbage),
        body("NoResult", R"([{"id":1},{"id":2,"result":2}])", Errc::node_answers_garbage),
        body("OneTwice", R"([{"id":1,"result":1},{"id":1,"result":2}])", Errc::node_answers_garbage),
        body("NotAsked", R"([{"id":1,"result":1},{"id":2,"result":2},{"id":99,"result":2}])", Errc::node_answers_garbage),
        body("OneMissing", R"([{"id":LAST,"result":1}])", Errc::answer_incomplete),
        body("NoneOfThem", "[]", Errc::answer_incomplete),
        body("Refused", R"([{"id":1,"result":1},{"id":2,"error":{"code":-32000,"message":"missing trie node SECRETKEY"}}])",
             Errc::node_refuses, 1),
        body("AllRefused", R"({"error":{"code":-32600,"message":"no batches with SECRETKEY"}})", Errc::node_refuses, 1),
        body("NullId", R"({"id":null,"error":{"code":-32700,"message":"parse error"}})", Errc::node_refuses, 1),
        body("ErrorWithoutWords", R"([{"id":1,"error":7},{"id":2,"result":1}])", Errc::node_refuses, 1),
        body("TooFast", R"({"error":{"code":-32005,"message":"daily request count exceeded, request rate limited"}})", Errc::node_busy),
        body("TooFastByNumber", R"({"error":{"code":429,"message":"compute units"}})", Errc::node_busy),
        status("Http429", 429, Errc::node_busy, 5),
        status("Http502", 502, Errc::node_busy, 5),
        status("Http503", 503, Errc::node_busy, 5),
        status("Http504", 504, Errc::node_busy, 5),
        status("Http401", 401, Errc::node_refuses, 1),
        status("Http404", 404, Errc::node_refuses, 1),
        status("Http500", 500, Errc::node_answers_garbage, 5),
        status("Http400WithReason", 400, Errc::node_refuses, 1, R"({"error":{"code":-32602,"message":"no such parameter"}})"),
        body("MethodAbsent", R"([{"id":1,"error":{"code":-32601,"message":"no such method"}},{"id":2,"result":1}])",
             Errc::method_absent, 1)),
    [](auto const& row) { return row.param.name; });

TEST_F(RpcClient, OnlyWhatIsAboutLogsAndTheirNumberIsARangeTooLarge) {
    for (auto const& [method, message, want] : std::initializer_list<std::tuple<char const*, char const*, Errc>>{
             {"eth_getLogs", "query returned more than 10000 results", Errc::range_too_large},
             {"eth_getLogs", "block range is too wide", Errc::range_too_large},
             {"eth_getLogs", "unknown block", Errc::node_refuses},
             {"eth_getProof", "distance to target block exceeds maximum proof window", Errc::node_refuses}}) {
        Client asks = client({ok(std::string(R"({"id":1,"error":{"code":-32000,"message":")") + message + "\"}}")});
        Call const call{method, "[]"};
        auto const got = asks.ask(std::span(&call, 1), [](auto, auto) -> result<void> { return outcome::success(); });
        EXPECT_TRUE(got.error().is(want)) << message;
    }
}

TEST_F(RpcClient, WaitsLongerEachTimeAndGoesOnWhenTheNodeIsBack) {
    ClientOptions options;
    options.attempts = 9;
    std::deque<result<Answer>> answers(8, result<Answer>(fail(Errc::node_unreachable, "node")));
    answers.push_back(ok(R"({"id":9,"result":1})"));
    Client asks = client(std::move(answers), options);
    EXPECT_THAT(ask(asks, 1).value(), ElementsAre("1"));
    EXPECT_THAT(time_.slept, ElementsAre(250ms, 500ms, 1000ms, 2000ms, 4000ms, 8000ms, 8000ms, 8000ms));
    EXPECT_EQ(asks.cost().paused, 31'750ms);
}

TEST_F(RpcClient, WaitsAsLongAsABusyNodeAsksWithinAMinute) {
    Client asks = client({Answer{429, "", 7s}, Answer{503, "", 3'600s}, ok(R"({"id":3,"result":1})")});
    EXPECT_THAT(ask(asks, 1).value(), ElementsAre("1"));
    EXPECT_THAT(time_.slept, ElementsAre(7'000ms, 60'000ms));
}

TEST_F(RpcClient, KeepsToItsRate) {
    ClientOptions options;
    options.calls_per_second = 10;
    options.batch_calls = 2;
    Client asks = client({ok(R"([{"id":1,"result":1},{"id":2,"result":2}])"), ok(R"([{"id":3,"result":3},{"id":4,"result":4}])"),
                          ok(R"({"id":5,"result":5})"), ok(R"({"id":6,"result":6})")}, options);
    EXPECT_TRUE(ask(asks, 5));
    EXPECT_THAT(time_.slept, ElementsAre(200ms, 200ms));
    EXPECT_TRUE(ask(asks, 1));
    EXPECT_THAT(time_.slept, ElementsAre(200ms, 200ms, 100ms));
}

TEST_F(RpcClient, ARefusalOfTheTakerEndsTheAsking) {
    Client asks = client({ok(R"({"id":1,"result":1})")});
    Call const call{"m", "[]"};
    auto const got = asks.ask(std::span(&call, 1), [](auto, auto) -> result<void> { return fail(Errc::answers_differ, "here"); });
    EXPECT_TRUE(got.error().is(Errc::answers_differ));
    EXPECT_EQ(asked_.size(), 1U);
}

// The same over HTTP.

class HttpNode : public testing::Test {
protected:
    [[nodiscard]] static result<std::string> ask(std::string const& url, ClientOptions options = {}) {
        if (options.attempts == ClientOptions{}.attempts) options.attempts = 1;
        PLIMSOLL_TRY(endpoint, Endpoint::parse(url));
        Client client(endpoint, options);
        std::string got;
        Call const call{"m", "[]"};
        PLIMSOLL_TRYV(client.ask(std::span(&call, 1), [&](auto, simdjson::dom::element value) -> result<void> {
            got = simdjson::minify(value);
            return outcome::success();
        }));
        return got;
    }
    static void answer(httplib::Response& response, std::string const& text) { response.set_content(text, "application/json"); }
};

TEST_F(HttpNode, AnswersAtThePathThatHoldsTheKey) {
    ScriptedNode node([](auto const&, auto& response) { answer(response, R"({"id":1,"result":"0x7a69"})"); });
    EXPECT_EQ(ask(node.url() + "/v2/KEY?a=b").value(), "\"0x7a69\"");
    EXPECT_EQ(node.last_target(), "/v2/KEY?a=b");
}

TEST_F(HttpNode, ThatIsNotThereIsUnreachable) {
    std::string const url = [] { return ScriptedNode([](auto const&, auto&) {}).url(); }();
    auto const got = ask(url + "/SECRETKEY");
    ASSERT_TRUE(got.error().is(Errc::node_unreachable)) << got.error().message();
    EXPECT_THAT(got.error().message(), HasSubstr("is the node running"));
    EXPECT_EQ(got.error().message().find("SECRETKEY"), std::string::npos);
}

TEST_F(HttpNode, ThatIsSilentTimesOut) {
    std::atomic<bool> is_over = false;
    ScriptedNode node([&](auto const&, auto&) { while (!is_over) std::this_thread::sleep_for(1ms); });
    ClientOptions options;
    options.limits.timeout = 100ms;
    auto const got = ask(node.url(), options);
    is_over = true;
    EXPECT_TRUE(got.error().is(Errc::node_timed_out)) << got.error().message();
    EXPECT_THAT(got.error().message(), HasSubstr("--timeout"));
}

TEST_F(HttpNode, ThatDripsTimesOutAsAWhole) {
    ScriptedNode node([](auto const&, auto& response) {
        response.set_chunked_content_provider("application/json", [](std::size_t, httplib::DataSink& sink) {
            std::this_thread::sleep_for(20ms);
            return sink.write(" ", 1);
        });
    });
    ClientOptions options;
    options.limits.timeout = 150ms;
    auto const got = ask(node.url(), options);
    EXPECT_TRUE(got.error().is(Errc::node_timed_out)) << got.error().message();
}

TEST_F(HttpNode, ThatDiesWithinItsAnswerGivesAnIncompleteOne) {
    ScriptedNode node([](auto const&, auto& response) {
        response.set_content_provider(1000, "application/json", [](std::size_t offset, std::size_t, httplib::DataSink& sink) {
            return offset == 0 && sink.write(R"({"id":1,)", 8); // and closes
        });
    });
    auto const got = ask(node.url());
    EXPECT_TRUE(got.error().is(Errc::answer_incomplete)) << got.error().message();
}

TEST_F(HttpNode, ThatSendsTooMuchIsCut) {
    ScriptedNode node([](auto const&, auto& response) { answer(response, std::string(3 << 20, ' ')); });
    ClientOptions options;
    options.limits.answer_bytes = 2 << 20;
    auto const got = ask(node.url(), options);
    EXPECT_TRUE(got.error().is(Errc::answer_too_large)) << got.error().message();
    EXPECT_THAT(got.error().message(), HasSubstr("more than 2 MiB"));
}

TEST_F(HttpNode, ThatComesBackIsAskedAgain) {
    std::atomic<int> count = 0;
    ScriptedNode node([&](auto const&, auto& response) {
        if (count++ == 0) {
            response.status = 503;
            response.set_header("Retry-After", "0");
        } else {
            answer(response, R"({"id":2,"result":1})");
        }
    });
    ClientOptions options;
    options.attempts = 2;
    EXPECT_EQ(ask(node.url(), options).value(), "1");
    EXPECT_EQ(node.requests(), 2);
}

TEST(RpcRules, EachHasItsWords) {
    for (Errc const code : {Errc::node_url_malformed, Errc::node_unreachable, Errc::node_timed_out, Errc::node_busy,
                            Errc::node_answers_garbage, Errc::answer_incomplete, Errc::answer_too_large, Errc::node_refuses, Errc::method_absent,
                            Errc::range_too_large, Errc::block_absent, Errc::answers_differ}) {
        EXPECT_NE(describe(code).name, "unknown");
        EXPECT_FALSE(describe(code).sentence.empty());
    }
}

} // namespace
} // namespace plimsoll::tools::chain::rpc
