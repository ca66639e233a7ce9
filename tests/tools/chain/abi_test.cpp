#include "tests/tools/chain/abi_sample.hpp"
#include "tests/tools/chain/chain_data.hpp"

#include "ledger/event/decimal.hpp"

namespace plimsoll::tools::chain {
namespace {

TEST(AbiSignature, TypesAreWrittenAsTheyAreHashed) {
    auto const abi = Abi::parse(
        R"([{"type":"function","name":"f"},{"type":"event","name":"E","anonymous":true,"inputs":[]},
            {"type":"event","name":"Set","inputs":[{"name":"p","type":"tuple[2][]","components":[
               {"name":"a","type":"uint256"},{"name":"b","type":"tuple","components":[{"name":"c","type":"bytes3[]"}]}]},
               {"name":"who","type":"address","indexed":true}]}])",
        "sample.json");
    ASSERT_TRUE(abi) << abi.error().message();
    ASSERT_EQ(abi.value().events().size(), 1U);
    EXPECT_EQ(abi.value().events()[0].signature, "Set((uint256,(bytes3[]))[2][],address)");
}

struct BadAbi {
    std::string name;
    std::string json;
    std::string detail;
};
class AbiRefusal : public testing::TestWithParam<BadAbi> {};

TEST_P(AbiRefusal, SaysWhere) {
    auto const abi = Abi::parse(GetParam().json, "a.json");
    ASSERT_FALSE(abi);
    EXPECT_TRUE(abi.error().is(Errc::abi_malformed));
    EXPECT_EQ(abi.error().detail(), GetParam().detail);
}

[[nodiscard]] std::string one_input(std::string_view input) {
    return R"([{"type":"event","name":"E","inputs":[)" + std::string(input) + "]}]";
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, AbiRefusal,
    testing::Values(
        BadAbi{"NoList", R"({"a":1})", "a.json: no list of entries"},
        BadAbi{"NoInputs", R"([{"type":"event","name":"E"}])", "a.json: event E lacks its inputs"},
        BadAbi{"NoName", R"([{"type":"event"}])", "a.json: an event lacks its name"},
        BadAbi{"UnknownType", one_input(R"({"name":"x","type":"uint257"})"),
               "a.json: event E, input 'x': no type 'uint257'"},
        BadAbi{"OddBits", one_input(R"({"name":"x","type":"int9"})"), "a.json: event E, input 'x': no type 'int9'"},
        BadAbi{"BytesOfNone", one_input(R"({"name":"x","type":"bytes0"})"),
               "a.json: event E, input 'x': no type 'bytes0'"},
        BadAbi{"HalfABracket", one_input(R"({"name":"x","type":"bool[2"})"),
               "a.json: event E, input 'x': no type 'bool[2'"},
        BadAbi{"TupleWithoutParts", one_input(R"({"name":"x","type":"tuple"})"),
               "a.json: event E, input 'x': a tuple lacks its components"},
        BadAbi{"FourTopics", R"([{"type":"event","name":"E","inputs":[{"type":"bool","indexed":true},{"type":"bool","indexed":true},
                {"type":"bool","indexed":true},{"type":"bool","indexed":true}]}])",
               "a.json: event E has more than three indexed inputs"}),
    [](auto const& row) { return row.param.name; });

TEST(AbiFind, OneNameOfTwoEventsNeedsItsSignature) {
    Abi const abi = abi_of({"Transfer(address indexed from, address indexed to, uint256 amount)",
                            "Transfer(address indexed from, uint256 id)", "Other(uint256 x)"});
    EXPECT_TRUE(abi.find("Other"));
    EXPECT_EQ(abi.find("Transfer(address,uint256)").value()->arguments.size(), 2U);
    EXPECT_FALSE(abi.find("Transfer"));
    EXPECT_FALSE(abi.find("None"));
}

[[nodiscard]] Log log_of(AbiEvent const& event, std::initializer_list<std::string_view> topics,
                         std::initializer_list<std::string_view> data) {
    Log log;
    log.topics.push_back(event.topic);
    for (std::string_view const topic : topics) log.topics.push_back(word(topic));
    log.data = words(data);
    return log;
}

TEST(AbiDecode, TwoStandardsShareATopicAndDifferInTheirTopics) {
    Abi const abi = abi_of({"Transfer(address indexed from, address indexed to, uint256 amount)",
                            "Transfer(address indexed from, address indexed to, uint256 indexed id)"});
    Log const token = log_of(abi.events()[0], {"1", "2"}, {"3"});
    Log const owner = log_of(abi.events()[0], {"1", "2", "3"}, {});
    EXPECT_EQ(abi.event_of(token), &abi.events()[0]);
    EXPECT_EQ(abi.event_of(owner), &abi.events()[1]);
    EXPECT_EQ(abi.event_of(Log{}), nullptr);
    std::vector<AbiValue> values;
    ASSERT_TRUE(decode_log(abi.events()[1], owner, values));
    EXPECT_EQ(values[2].word, word("3"));
}

TEST(AbiDecode, DynamicValuesListsAndTuples) {
    auto const abi = Abi::parse(
        R"([{"type":"event","name":"E","inputs":[{"name":"note","type":"string","indexed":true},{"name":"path","type":"address[]"},
            {"name":"pair","type":"uint8[2]"},{"name":"order","type":"tuple","components":[{"name":"ok","type":"bool"},
            {"name":"memo","type":"bytes"}]}]}])",
        "sample.json");
    AbiEvent const& event = abi.value().events()[0];
    Log const log = log_of(event, {"abc"},
                           {"80", "7", "8", "e0",               // path at 0x80, pair in place, order at 0xe0
                            "2", "11", "22",                    // two addresses
                            "1", "40", "3", "6162630000000000000000000000000000000000000000000000000000000000"});
    std::vector<AbiValue> values;
    auto const read = decode_log(event, log, values);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_TRUE(values[0].is_hash);
    EXPECT_EQ(values[0].word, word("abc"));
    ASSERT_EQ(values[1].items.size(), 2U);
    EXPECT_EQ(values[1].items[1].word, word("22"));
    EXPECT_EQ(values[2].items[1].word, word("8"));
    EXPECT_EQ(values[3].items[0].word, word("1"));
    EXPECT_EQ(hex_of(values[3].items[1].bytes), "0x616263");
}

struct BadLog {
    std::string name;
    std::string event;
    std::vector<std::string_view> topics;
    Bytes data;
    std::string detail;
};
class LogRefusal : public testing::TestWithParam<BadLog> {};

TEST_P(LogRefusal, SaysWhichArgumentAndWhere) {
    Abi const abi = abi_of({GetParam().event});
    Log log;
    log.topics.push_back(abi.events()[0].topic);
    for (std::string_view const topic : GetParam().topics) log.topics.push_back(word(topic));
    log.data = GetParam().data;
    std::vector<AbiValue> values;
    auto const read = decode_log(abi.events()[0], log, values);
    ASSERT_FALSE(read);
    EXPECT_TRUE(read.error().is(Errc::log_malformed));
    EXPECT_EQ(read.error().detail(), GetParam().detail);
}

constexpr std::string_view ones = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
constexpr std::string_view high = "8000000000000000000000000000000000000000000000000000000000000000";

INSTANTIATE_TEST_SUITE_P(
    EveryReason, LogRefusal,
    testing::Values(
        BadLog{"TooShort", "E(uint256 x)", {}, Bytes(31, 0), "E(uint256), x: byte 0: the data ends, after 31 bytes"},
        BadLog{"TooLong", "E(uint256 x)", {}, Bytes(33, 0),
               "E(uint256): the data has 33 bytes where its arguments take 32"},
        BadLog{"TopicMissing", "E(uint256 indexed x)", {}, {}, "E(uint256): the topics are not its"},
        BadLog{"DirtyAddress", "E(address indexed who)", {high}, {},
               "E(address), who: byte 0: 0x" + std::string(high) + " is no address: its padding is not clean"},
        BadLog{"BoolOfTwo", "E(bool b)", {}, words({"2"}),
               "E(bool), b: byte 0: " + hex_of(words({"2"})) + " is no bool: its padding is not clean"},
        BadLog{"Uint8Of256", "E(bool a, uint8 b)", {}, words({"1", "100"}),
               "E(bool,uint8), b: byte 32: " + hex_of(words({"100"})) + " is no uint8: its padding is not clean"},
        BadLog{"Int8Of128", "E(int8 b)", {}, words({"80"}),
               "E(int8), b: byte 0: " + hex_of(words({"80"})) + " is no int8: its padding is not clean"},
        BadLog{"Bytes4WithATail", "E(bytes4 b)", {}, words({"1"}),
               "E(bytes4), b: byte 0: " + hex_of(words({"1"})) + " is no bytes4: its padding is not clean"},
        BadLog{"OffsetAnywhere", "E(bytes b)", {}, words({"40", "0", "0"}),
               "E(bytes), b: byte 0: the offset is 64 where 32 would be the next free place"},
        BadLog{"HugeOffset", "E(bytes b)", {}, words({ones, "0"}),
               "E(bytes), b: byte 0: 0x" + std::string(ones) + " is no uint32: its padding is not clean"},
        BadLog{"HugeLength", "E(bytes b)", {}, words({"20", "ffff"}),
               "E(bytes), b: byte 32: 65535 is more than the log holds"},
        BadLog{"LengthPastTheEnd", "E(bytes b)", {}, words({"20", "21", "0"}),
               "E(bytes), b: byte 96: the data ends, after 96 bytes"},
        BadLog{"DirtyTail", "E(bytes b)", {}, words({"20", "1", ones}),
               "E(bytes), b: byte 65: what follows the bytes is not zero"},
        BadLog{"ListPastTheEnd", "E(uint256[] b)", {}, words({"20", "2", "1"}),
               "E(uint256[]), b: byte 96: the data ends, after 96 bytes"}),
    [](auto const& row) { return row.param.name; });

TEST(AbiDecode, NegativeNumbersAreClean) {
    Abi const abi = abi_of({"E(int8 a, int256 b)"});
    Log const log = log_of(abi.events()[0], {}, {ones, ones});
    std::vector<AbiValue> values;
    EXPECT_TRUE(decode_log(abi.events()[0], log, values));
}

// ---- real logs ----

[[nodiscard]] Abi real_events() {
    return abi_of({
    "Transfer(address indexed from, address indexed to, uint256 value)",
    "LiquidationCall(address indexed collateral, address indexed debt, address indexed user, uint256 debtToCover, "
    "uint256 collateralTaken, address liquidator, bool receiveToken)",
    "LiquidationCall(address indexed collateral, address indexed reserve, address indexed user, uint256 purchaseAmount, "
    "uint256 collateralTaken, uint256 accruedInterest, address liquidator, bool receiveToken, uint256 timestamp)",
    "LiquidateBorrow(address liquidator, address borrower, uint256 repayAmount, address collateral, uint256 seizeTokens)",
    "CreateIncreasePosition(address indexed account, address[] path, address indexToken, uint256 amountIn, uint256 minOut, "
    "uint256 sizeDelta, bool isLong, uint256 acceptablePrice, uint256 executionFee, uint256 index, uint256 queueIndex, "
    "uint256 blockNumber, uint256 blockTime, uint256 gasPrice)",
    "ExecuteDecreasePosition(address indexed account, address[] path, address indexToken, uint256 collateralDelta, "
    "uint256 sizeDelta, bool isLong, address receiver, uint256 acceptablePrice, uint256 minOut, uint256 executionFee, "
    "uint256 blockGap, uint256 timeGap)",
    "Swap(address account, address tokenIn, address tokenOut, uint256 amountIn, uint256 amountOut)",
    "StakeGmx(address account, address token, uint256 amount)",
    "FinalizedWithdrawal(address indexed user, address destination, uint64 usd, uint64 nonce, bytes32 message)"});
}

/// A word as a decimal with that many digits after the point.
[[nodiscard]] std::string amount(AbiValue const& value, int decimals) {
    Int128 units = 0;
    for (std::size_t i = 16; i < 32; ++i) units = units << 8 | value.word[i];
    return format_decimal(parse_minor_units(format_integer(units), decimals).value());
}

class RealLogs : public RealChain {
protected:
    /// Every decoded log of a receipt, by the event's name, in order.
    struct Decoded {
        std::string event;
        Log log;
        std::vector<AbiValue> values;
    };
    [[nodiscard]] static std::vector<Decoded> decode(Receipt const& receipt) {
        static Abi const abi = real_events();
        std::vector<Decoded> all;
        for (Log const& log : receipt.logs) {
            AbiEvent const* const event = abi.event_of(log);
            if (event == nullptr) continue;
            Decoded one{event->name, log, {}};
            auto const read = decode_log(*event, one.log, one.values);
            EXPECT_TRUE(read) << (read ? "" : read.error().message());
            all.push_back(std::move(one));
        }
        return all;
    }
    [[nodiscard]] static std::vector<Decoded> of(std::string_view name) {
        for (auto const& one : recorded_receipts()) {
            if (one.name.find(name) != std::string::npos) return decode(one.receipt);
        }
        ADD_FAILURE() << name;
        return {};
    }
    [[nodiscard]] static bool has_transfer(std::vector<Decoded> const& logs, std::string const& want, int decimals) {
        return std::ranges::any_of(logs, [&](Decoded const& one) {
            return one.event == "Transfer" && amount(one.values[2], decimals) == want;
        });
    }
};

// The amounts are those of the README of the data.
TEST_F(RealLogs, HyperliquidDepositAndWithdrawal) {
    EXPECT_TRUE(has_transfer(of("hyperliquid__test_deposit"), "500.59", 6));
    auto const withdrawal = of("hyperliquid__test_withdrawal");
    EXPECT_TRUE(has_transfer(withdrawal, "60.49", 6));
    ASSERT_EQ(withdrawal.back().event, "FinalizedWithdrawal");
    EXPECT_EQ(amount(withdrawal.back().values[2], 6), "60.49");
}

TEST_F(RealLogs, GmxLongShortSwapAndStake) {
    auto const increase = of("test_long_in_gmx");
    ASSERT_EQ(increase.back().event, "CreateIncreasePosition");
    EXPECT_EQ(amount(increase.back().values[3], 18), "0.000785648767580506");
    EXPECT_EQ(amount(increase.back().values[8], 18), "0.00021"); // execution fee
    EXPECT_EQ(increase.back().values[1].items.size(), 1U);       // the path: one token

    auto const decrease = of("decrease_short_in_gmx");
    EXPECT_TRUE(has_transfer(decrease, "140.09783", 6));
    EXPECT_TRUE(has_transfer(decrease, "0.000215", 18));
    ASSERT_EQ(decrease.back().event, "ExecuteDecreasePosition");
    EXPECT_EQ(amount(decrease.back().values[9], 18), "0.000215");

    auto const swap = of("swap_in_gmx");
    ASSERT_EQ(swap.back().event, "Swap");
    EXPECT_EQ(amount(swap.back().values[3], 6), "14964.074104");
    EXPECT_EQ(format_decimal(parse_decimal(amount(swap.back().values[4], 18)).value()).substr(0, 14), "947.4907214801");

    auto const stake = of("stake_gmx");
    ASSERT_EQ(stake.back().event, "StakeGmx");
    EXPECT_TRUE(has_transfer(stake, amount(stake.back().values[2], 18), 18));
}

TEST_F(RealLogs, LiquidationsTakeWhatTheirTokensMove) {
    int liquidations = 0;
    for (auto const& one : recorded_receipts()) {
        auto const logs = decode(one.receipt);
        EXPECT_FALSE(logs.empty()) << one.name;
        for (Decoded const& each : logs) {
            if (each.event == "LiquidationCall") { // both amounts are transfers of the same receipt
                EXPECT_TRUE(has_transfer(logs, amount(each.values[3], 18), 18)) << one.name;
                bool const to_liquidator = has_transfer(logs, amount(each.values[4], 18), 18);
                EXPECT_TRUE(to_liquidator || one.name.find("v3") != std::string::npos) << one.name;
                ++liquidations;
            } else if (each.event == "LiquidateBorrow") {
                EXPECT_TRUE(has_transfer(logs, amount(each.values[4], 18), 18)) << one.name; // what is seized
                ++liquidations;
            }
        }
    }
    EXPECT_EQ(liquidations, 6);
}

TEST_F(RealLogs, TheDepositContractsFiveByteStrings) {
    Abi const abi = abi_of({"DepositEvent(bytes pubkey, bytes withdrawal_credentials, bytes amount, bytes signature, bytes index)"});
    JsonFile const file(mainnet_block() / "logs.json");
    Log const log = taken(read_log(file.root().at(0)));
    ASSERT_EQ(abi.event_of(log), &abi.events()[0]);
    std::vector<AbiValue> values;
    auto const read = decode_log(abi.events()[0], log, values);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(values[0].bytes.size(), 48U);
    EXPECT_EQ(values[3].bytes.size(), 96U);
    EXPECT_EQ(hex_of(values[2].bytes), "0x0040597307000000"); // 32 ether in gwei, little endian
}

} // namespace
} // namespace plimsoll::tools::chain
