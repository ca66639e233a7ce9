#include "ledger/event/decimal.hpp"
#include "risk/bridge/bridge_preset.hpp"
#include "risk/bridge/bridge_state.hpp"
#include "risk/errc.hpp"

#include <gtest/gtest.h>

namespace plimsoll::risk {
namespace {

TEST(BridgePresets, ThatAreShippedAreSound) {
    std::vector<std::string> names;
    for (ShippedBridgePreset const& each : shipped_bridge_presets()) {
        auto const preset = BridgePreset::parse(each.body, each.file);
        ASSERT_TRUE(preset) << preset.error().message();
        EXPECT_EQ(preset.value().name + ".toml", each.file);
        names.push_back(preset.value().name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"three-chains"}));
    EXPECT_FALSE(shipped_bridge_preset("nobody's"));
}

/// 1 - (1 - asset) (1 - bridge) credit: risk-models.md 2.7, with its credit of 0, 0.5, 0.9 and 1; arbitrum's haircut is 0.01,
/// USDC's there 0.005.
TEST(BridgePresets, MultiplyTheirHaircuts) {
    auto const preset = *shipped_bridge_preset("three-chains");
    BridgedAsset const& asset = *preset.asset("USDC@arbitrum");
    EXPECT_EQ(format_decimal(preset.kept(asset)), "0.98505");
    std::vector<std::string> haircuts;
    for (BridgeState const state : {BridgeState::observed, BridgeState::attested, BridgeState::confirmed, BridgeState::final_}) {
        haircuts.push_back(format_decimal(preset.haircut(asset, state)));
    }
    EXPECT_EQ(haircuts, (std::vector<std::string>{"1", "0.507475", "0.113455", "0.01495"}));
    EXPECT_EQ(format_decimal(preset.kept(*preset.asset("USDC"))), "1");
    EXPECT_EQ(preset.asset("USDC@nowhere"), nullptr);
    EXPECT_EQ(preset.chain("nowhere"), nullptr);
}

/// One change of the shipped text, and what must be said of it.
struct AbsurdBridge {
    char const* name;
    std::string from;
    std::string to;
    Errc want{};
    char const* reason;
    friend void PrintTo(AbsurdBridge const& row, std::ostream* out) { *out << row.name; }
};
class BridgePresetRefusal : public testing::TestWithParam<AbsurdBridge> {};

TEST_P(BridgePresetRefusal, SaysWhy) {
    auto const& row = GetParam();
    std::string body = shipped_bridge_preset("three-chains")->body;
    auto const at = body.find(row.from);
    ASSERT_NE(at, std::string::npos);
    body.replace(at, row.from.size(), row.to);
    auto const preset = BridgePreset::parse(body, "x.toml");
    ASSERT_FALSE(preset);
    EXPECT_TRUE(preset.error().is(row.want)) << preset.error().message();
    EXPECT_NE(preset.error().message().find(row.reason), std::string::npos) << preset.error().message();
    EXPECT_NE(preset.error().message().find("x.toml"), std::string::npos) << preset.error().message();
}

constexpr Errc absurd = Errc::preset_contradicts_itself;

INSTANTIATE_TEST_SUITE_P(
    EachReason, BridgePresetRefusal,
    testing::Values(
        AbsurdBridge{"CreditFalls", R"(credit_confirmed = "0.9")", R"(credit_confirmed = "0.4")", absurd, "home: credit falls from 0.5 to 0.4 (credit_confirmed)"},
        AbsurdBridge{"CreditFallsFromTheStart", R"(credit_observed = "0")", R"(credit_observed = "0.6")", absurd, "falls from 0.6 to 0.5 (credit_attested)"},
        AbsurdBridge{"CreditOverAll", R"(credit_confirmed = "0.9")", R"(credit_confirmed = "1.000000000000000001")", Errc::preset_value_out_of_bounds, "above 1"},
        AbsurdBridge{"NoCredit", "credit_attested = \"0.5\"\n", "", Errc::preset_key_missing, "credit_attested is missing"},
        AbsurdBridge{"HalfTheStake", R"(attestation_stake = "0.666666666666666666")", R"(attestation_stake = "0.499999999999999999")", absurd, "contradict each other"},
        AbsurdBridge{"AllTheStake", R"(attestation_stake = "0.666666666666666666")", R"(attestation_stake = "1")", absurd, "no stake is more than all of it"},
        AbsurdBridge{"NoConfirmation", R"(confirmations = "1")", R"(confirmations = "0")", absurd, "home: confirmations is 0"},
        AbsurdBridge{"HalfABlock", R"(confirmations = "1")", R"(confirmations = "1.5")", Errc::preset_value_out_of_bounds, "blocks are counted whole"},
        AbsurdBridge{"FinalBeforeConfirmed", R"(final_confirmations = "5000")", R"(final_confirmations = "19")", absurd, "arbitrum: final_confirmations is below"},
        AbsurdBridge{"NobodyCouldDispute", R"(dispute_seconds = "200")", R"(dispute_seconds = "0")", absurd, "dispute_seconds is 0"},
        AbsurdBridge{"NothingCounts", R"(haircut = "0.01")", R"(haircut = "1")", absurd, "arbitrum: haircut is 1"},
        AbsurdBridge{"NothingOfAnAssetCounts", R"(haircut = "0.005")", R"(haircut = "1")", absurd, "USDC on arbitrum: haircut is 1"},
        AbsurdBridge{"HaircutBelowNothing", R"(haircut = "0.01")", R"(haircut = "-0.01")", Errc::preset_value_out_of_bounds, "is below 0"},
        AbsurdBridge{"HaircutAtHome", R"(haircut = "0")", R"(haircut = "0.1")", absurd, "counts as itself"},
        AbsurdBridge{"FundOfNothing", R"(fund_cap_per_loss = "1000000")", R"(fund_cap_per_loss = "0")", absurd, "the fund could never pay"},
        AbsurdBridge{"ChainTwice", R"(chain = "arbitrum")", R"(chain = "home")", absurd, "[[chains]] home is there twice"},
        AbsurdBridge{"ChainThatNobodyUses", "[[assets]]",
                     "[[chains]]\nchain = \"optimism\"\ncredit_observed = \"0\"\ncredit_attested = \"0\"\ncredit_confirmed = \"0\"\nattestation_stake = \"0.5\"\n"
                     "confirmations = \"1\"\nfinal_confirmations = \"1\"\ndispute_seconds = \"1\"\nhaircut = \"0\"\nsource = \"x\"\n[[assets]]",
                     absurd, "optimism: no row of [[assets]]"},
        AbsurdBridge{"AssetOnNoChain", "asset = \"USDC\"\nchain = \"base\"", "asset = \"USDC\"\nchain = \"nowhere\"", absurd, "USDC on nowhere: there is no such chain"},
        AbsurdBridge{"AssetTwice", "asset = \"USDC\"\nchain = \"base\"", "asset = \"USDC\"\nchain = \"arbitrum\"", absurd, "USDC on arbitrum: it is there twice"},
        AbsurdBridge{"NameTwice", "asset = \"USDC\"\nchain = \"base\"", "asset = \"USDC\"\nchain = \"base\"\nname = \"USDC@arbitrum\"", absurd, "two assets are named USDC@arbitrum"},
        AbsurdBridge{"CountsAsSomethingThatCountsAsSomething", "asset = \"USDC\"\nchain = \"base\"", "asset = \"USDC@arbitrum\"\nchain = \"base\"", absurd,
                     "counts as USDC@arbitrum, which counts as something else itself"},
        AbsurdBridge{"NameWithASpace", R"(chain = "arbitrum")", R"(chain = "arbitrum one")", Errc::preset_value_out_of_bounds, "without a space or a colon"},
        AbsurdBridge{"NameTooLong", R"(chain = "arbitrum")", R"(chain = "a2345678901234567890123456789012345678901")", Errc::preset_value_out_of_bounds, "1 to 40 bytes"},
        AbsurdBridge{"LimitOfAStranger", "asset = \"USDC@base\"\nwindow", "asset = \"USDC@mars\"\nwindow", absurd, "USDC@mars: no row of [[assets]]"},
        AbsurdBridge{"LimitWithoutAWindow", R"(window_seconds = "3600")", R"(window_seconds = "0")", absurd, "has no window_seconds"},
        AbsurdBridge{"LimitTwice", R"(window_seconds = "86400")", R"(window_seconds = "3600")", absurd, "names one window twice"},
        AbsurdBridge{"NothingLeaves", "least = \"1000000\"\nshare = \"0.01\"", "least = \"0\"\nshare = \"0\"", absurd, "lets nothing out, ever"},
        AbsurdBridge{"UnknownKey", R"(version = "1")", "version = \"1\"\ntip = \"1\"", Errc::preset_key_unknown, "tip is read by nothing"},
        AbsurdBridge{"UnknownKeyOfAChain", R"(dispute_seconds = "200")", "dispute_seconds = \"200\"\ntip = \"1\"", Errc::preset_key_unknown, "tip is read by nothing"},
        AbsurdBridge{"NoNumber", R"(haircut = "0.01")", R"(haircut = "little")", Errc::preset_value_not_a_number, "little"},
        AbsurdBridge{"NoToml", "[[chains]]", "[[chains", Errc::preset_unreadable, "line"}),
    [](auto const& row) { return std::string(row.param.name); });

TEST(BridgePresetRefusal, OfAFileWithoutChains) {
    auto const preset = BridgePreset::parse("name = \"a\"\nversion = \"1\"\ndescription = \"b\"\nsource = \"c\"\n", "x.toml");
    ASSERT_FALSE(preset);
    EXPECT_TRUE(preset.error().is(Errc::preset_key_missing)) << preset.error().message();
}

// ---- the words of an event ----

/// A book with one asset and one account, whose name looks like figures.
[[nodiscard]] book::Book small_book(std::string const& account) {
    book::Book book;
    book::AssetRow asset;
    asset.name = Name::from("USD@one").value();
    book.assets.add(asset);
    book::AccountRow row;
    row.name = Name::from(account).value();
    book.accounts.add(row);
    static_cast<void>(book.rebuild_indexes());
    return book;
}

class BridgeWordsOf : public testing::TestWithParam<char const*> {};

TEST_P(BridgeWordsOf, AnyAccountAreReadAsTheyWereWritten) {
    book::Book const book = small_book(GetParam());
    BridgeTransfer transfer;
    transfer.state = BridgeState::confirmed;
    transfer.transaction = "0xamount=7,block=9";
    transfer.log_index = 3;
    transfer.block = 18'446'744'073'709'551'615ULL;
    transfer.block_hash = "account=mallory";
    transfer.asset = AssetId{1};
    transfer.account = AccountId{1};
    transfer.amount = event_limit_units;
    transfer.credited = 1;
    transfer.confirmations = 12;
    ParameterSet const told = event_of(book, "one", 4'294'967'295U, transfer, "by hand account=mallory amount=1");
    EXPECT_EQ(told.scope, "bridge:one");
    EXPECT_EQ(told.name, "in 4294967295");
    auto const read = transfer_of(book, told);
    ASSERT_TRUE(read) << told.text;
    EXPECT_EQ(read->transaction, transfer.transaction);
    EXPECT_EQ(read->block_hash, transfer.block_hash);
    EXPECT_EQ(read->place(), transfer.place());
    EXPECT_EQ(read->amount, transfer.amount);
    EXPECT_EQ(read->credited, 1);
    EXPECT_EQ(read->account, AccountId{1});
    EXPECT_EQ(read->state, BridgeState::confirmed);
    EXPECT_EQ(read->confirmations, 12U);
    BridgeWithdrawal const withdrawal{WithdrawalState::returned, 9, AssetId{1}, AccountId{1}, 5, 1'767'225'600'000'000'001, 1'767'225'700'000'000'000, 0};
    ParameterSet const left = event_of(book, "one", 2, withdrawal, "number=1 account=mallory");
    auto const out = withdrawal_of(book, left);
    ASSERT_TRUE(out) << left.text;
    EXPECT_EQ(out->number, 9U);
    EXPECT_EQ(out->asked, withdrawal.asked);
    EXPECT_EQ(out->due, withdrawal.due);
    EXPECT_EQ(out->account, AccountId{1});
    EXPECT_EQ(out->state, WithdrawalState::returned);
    EXPECT_FALSE(withdrawal_of(book, told));
    EXPECT_FALSE(transfer_of(book, left));
}

INSTANTIATE_TEST_SUITE_P(Names, BridgeWordsOf, testing::Values("alice", "alice smith", "amount=3 account=bob", " account=", "block=1"));

TEST(BridgeWordsOf, SomebodyElseAreNone) {
    book::Book const book = small_book("alice");
    BridgeTransfer transfer;
    transfer.transaction = "0xa";
    transfer.asset = AssetId{1};
    transfer.account = AccountId{1};
    ParameterSet const sound = event_of(book, "one", 1, transfer);
    ASSERT_TRUE(transfer_of(book, sound));
    for (auto const& [from, to] : {std::pair("observed", "lost"), std::pair("log=0", "log=x"), std::pair("block=0", "block="), std::pair("amount=0", "amount=1e3"),
                                   std::pair("account=alice", "account=nobody")}) {
        ParameterSet broken = sound;
        broken.text.replace(broken.text.find(from), std::string_view(from).size(), to);
        EXPECT_FALSE(transfer_of(book, broken)) << broken.text;
    }
    for (auto const* name : {"in 0", "in x", "in 4294967296", "in", "out 1"}) {
        ParameterSet broken = sound;
        broken.name = name;
        EXPECT_FALSE(transfer_of(book, broken)) << name;
    }
}

} // namespace
} // namespace plimsoll::risk
