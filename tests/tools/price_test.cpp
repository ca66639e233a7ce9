// The price command as its users meet it.
#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>
#include <simdjson.h>

#include <optional>
#include <ostream>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// Deribit, 2026-02-03T04:29:35Z and, for the second forward, made up.
constexpr std::string_view chain =
    "timestamp,instrument_name,option_type,strike,expiry_datetime,mark_price,futures_price,"
    "implied_volatility,currency,index_price\n"
    "2026-02-03T04:29:35Z,BTC-24APR26-65000-P,put,65000.0,2026-04-24T08:00:00+00:00,0.02253174,"
    "79090.95076923077,0.4893,BTC,78447.77\n"
    "2026-02-04T04:29:35Z,BTC-24APR26-65000-P,put,65000.0,2026-04-24T08:00:00+00:00,0.03,75000,0.5,BTC,"
    "74500\n"
    "2026-02-04T04:29:35Z,BTC-24APR26-0-WAITS,put,65000.0,2026-04-24T08:00:00+00:00,0,0,0,BTC,74500\n";

struct Row {
    std::string name;
    std::string words;
    int status;
    std::string line; ///< in what it prints, on either stream
    friend void PrintTo(Row const& row, std::ostream* out) { *out << row.words; }
};

class PriceCommand : public testing::TestWithParam<Row> {
protected:
    static void SetUpTestSuite() {
        setting().emplace();
        setting()->tell_story();
        setting()->write("chain.csv", chain);
        ASSERT_EQ(setting()->run("init books").status, 0);
        Outcome const imported = setting()->run("import books --format deribit-chain chain.csv");
        ASSERT_EQ(imported.status, 0) << imported.err;
    }
    static void TearDownTestSuite() { setting().reset(); }
    static std::optional<CommandSetting>& setting() {
        static std::optional<CommandSetting> one;
        return one;
    }
};

TEST_P(PriceCommand, EndsAsItShould) {
    Outcome const outcome = setting()->run("price " + GetParam().words);
    EXPECT_EQ(outcome.status, GetParam().status) << outcome.err;
    EXPECT_THAT(outcome.out + outcome.err, HasSubstr(GetParam().line));
    if (GetParam().status > 1) {
        EXPECT_THAT(outcome.err, StartsWith("plimsoll: "));
    }
}

[[nodiscard]] std::string const& name_of(testing::TestParamInfo<Row> const& row) { return row.param.name; }

std::string const at_the_money = "--side call --forward 100 --strike 100 --days 365 ";

INSTANTIATE_TEST_SUITE_P(
    Answers, PriceCommand,
    testing::Values(
        // 100 (2 N(0.1) - 1) = 7.965567455406
        Row{"AtTheMoney", at_the_money + "--volatility 0.2", 0, "price    7.965567455405"},
        Row{"Discounted", at_the_money + "--volatility 0.2 --rate 0.1", 0, "price     7.2075434895"},
        Row{"NegativeRate", at_the_money + "--volatility 0.2 --rate -0.1", 0, "price    8.803313497684"},
        Row{"Seconds", "--side put --forward 100 --strike 100 --seconds 31536000 --volatility 0.2", 0, "7.965567455405"},
        Row{"Expiry",
            "--side put --forward 100 --strike 100 --at 2026-01-01 --expiry 2027-01-01 --volatility 0.2", 0,
            "years of 365 days, to 2027-01-01T00:00:00Z"},
        Row{"LongerYear", at_the_money + "--volatility 0.2 --year-days 365.25", 0, "years of 365.25 days"},
        Row{"Implied", at_the_money + "--price 7.965567455405798", 0, "implied by the price"},
        Row{"Inverse", at_the_money + "--volatility 0.2 --inverse", 0, "0.079655674554  coin"},
        Row{"Expired", "--side call --forward 110 --strike 100 --days 0 --volatility 0.2", 0, "Expired: worth what exercise is"},
        Row{"OfALedger", "books BTC-24APR26-65000-P --at 2026-02-03T12:00:00Z", 0, "0.02253"},
        Row{"OfALedgerLater", "books BTC-24APR26-65000-P", 0, "75,000"},
        Row{"OfALedgerWithAnotherForward", "books BTC-24APR26-65000-P --forward 65000", 0, "forward             65,000"},
        Row{"Help", "--help", 0, "plimsoll price books BTC-24APR26-65000-P"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Refusals, PriceCommand,
    testing::Values(
        Row{"Nothing", "", 2, "give --side, --forward, --strike, one of --expiry, --days, --seconds, one of --volatility, --price"},
        Row{"NoVolatility", at_the_money, 2, "give one of --volatility, --price"},
        Row{"NotADecimal", at_the_money + "--volatility lots", 2, "--volatility 'lots' is not a decimal"},
        Row{"NotASide", "--side straddle", 2, "--side 'straddle' is neither call nor put"},
        Row{"TwoTimes", at_the_money + "--seconds 5 --volatility 1", 2, "give one of --expiry, --days and --seconds"},
        Row{"VolatilityAndPrice", at_the_money + "--volatility 1 --price 5", 2, "give --volatility or --price"},
        Row{"NotATime", "--side call --expiry tomorrow", 2, "--expiry 'tomorrow' is not a time"},
        Row{"NotAYear", at_the_money + "--volatility 1 --year-days 0", 2, "--year-days '0' is not between"},
        Row{"TooManyDays", "--side call --days 900000000000000000", 2, "is too many"},
        Row{"NegativeStrike", "--side call --forward 1 --strike -1 --days 1 --volatility 1", 2,
            "the strike must not be negative"},
        Row{"BelowIntrinsic", "--side call --forward 100 --strike 90 --days 10 --price 5", 2,
            "below the intrinsic value"},
        Row{"InverseWithoutForward", "--side call --forward 0 --strike 1 --days 1 --volatility 1 --inverse", 2,
            "divides by the forward"},
        Row{"NoInstrument", "books", 2, "plimsoll price books INSTRUMENT"},
        Row{"NearInstrument", "books BTC-24APR26-6500-P", 3, "did you mean 'BTC-24APR26-65000-P'?"},
        Row{"NotAnOption", "day PERP", 2, "'PERP' is not an option"},
        Row{"NotObserved", "books BTC-24APR26-0-WAITS", 2,
            "give --forward, one of --volatility, --price; the ledger has not observed it by that moment"},
        Row{"BeforeItWasDefined", "books BTC-24APR26-65000-P --at 2026-01-01", 3, "at that moment"},
        Row{"NoLedger", "nowhere X", 3, "nowhere"}),
    name_of);

TEST(PriceCommandJson, HasEveryDigitAndItsBasis) {
    CommandSetting setting;
    setting.write("chain.csv", chain);
    ASSERT_EQ(setting.run("init books").status, 0);
    ASSERT_EQ(setting.run("import books --format deribit-chain chain.csv").status, 0);
    simdjson::dom::parser parser;
    auto text = [&](std::string const& words, char const* pointer) {
        Outcome const outcome = setting.run("price " + words + " --json");
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        simdjson::dom::element root;
        std::string_view value;
        EXPECT_EQ(parser.parse(outcome.out).get(root), simdjson::SUCCESS) << outcome.out;
        EXPECT_EQ(root.at_pointer(pointer).get(value), simdjson::SUCCESS) << pointer;
        return std::string(value);
    };
    std::string const option = "books BTC-24APR26-65000-P --at 2026-02-03T12:00:00Z";
    EXPECT_EQ(text(option, "/instrument"), "BTC-24APR26-65000-P");
    EXPECT_EQ(text(option, "/price_asset"), "BTC");
    EXPECT_EQ(text(option, "/mark"), "0.02253174");
    EXPECT_EQ(text(option, "/expiry"), "2026-04-24T08:00:00Z");
    EXPECT_EQ(text(option, "/basis/time"), "2026-02-03T04:29:35Z");
    // A price in coin gives its volatility, and that the price again.
    std::string const volatility = text(option + " --price 0.02253174", "/volatility");
    EXPECT_EQ(text(option + " --volatility " + volatility, "/price").substr(0, 18), "0.0225317399999999");
    std::string const plain = "--side call --forward 100 --strike 100 --days 365 --volatility 0.2";
    EXPECT_EQ(text(plain, "/price_asset"), "quote");
    EXPECT_EQ(text(plain, "/years"), "1");
    EXPECT_THAT(text(plain, "/build"), StartsWith("plimsoll"));
}

} // namespace
} // namespace plimsoll::tools
