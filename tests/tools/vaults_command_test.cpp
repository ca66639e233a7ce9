#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Writers and holders of puts and calls on ETH that no market account settles, commanded as a user commands it.
class VaultsCommand : public testing::Test {
protected:
    CommandSetting setting;

    void SetUp() override {
        setting.begin("peers", R"({"kind":"AssetDefined","name":"USD","decimals":6,"asset_kind":"stablecoin"}
{"kind":"AssetDefined","name":"ETH","decimals":18,"asset_kind":"token"}
{"kind":"AccountOpened","name":"world","account_kind":"outside"}
{"kind":"AccountOpened","name":"alice","account_kind":"customer"}
{"kind":"AccountOpened","name":"bob","account_kind":"customer"}
{"kind":"InstrumentDefined","name":"PUT-100","instrument_kind":"option","payoff":"linear","side":"put","exercise":"european","base":"ETH","quote":"USD","settle":"USD","strike":"100","expiry":"2026-02-08T00:00:00Z","multiplier":"1"}
{"kind":"InstrumentDefined","name":"PUT-80","instrument_kind":"option","payoff":"linear","side":"put","exercise":"european","base":"ETH","quote":"USD","settle":"USD","strike":"80","expiry":"2026-02-08T00:00:00Z","multiplier":"1"}
{"kind":"InstrumentDefined","name":"CALL-200","instrument_kind":"option","payoff":"inverse","side":"call","exercise":"european","base":"ETH","quote":"USD","settle":"ETH","strike":"200","expiry":"2026-02-08T00:00:00Z","multiplier":"1"}
)", {"opyn-gamma", "opyn"});
    }
    [[nodiscard]] Outcome submit(std::string const& lines) const { return setting.submit("peers", lines); }
};

constexpr char const* opening = R"({"id":1,"command":"deposit","account":"alice","asset":"USD","amount":"1000","time":"2026-02-01T00:00:00Z"}
{"id":2,"command":"deposit","account":"alice","asset":"ETH","amount":"10"}
{"id":3,"command":"observe","observation":"asset_price","subject":"ETH","value":"150"}
{"id":4,"command":"open_vault","owner":"alice","vault":"alice/put"}
{"id":5,"command":"lock","vault":"alice/put","asset":"USD","amount":"40"}
{"id":6,"command":"mint","vault":"alice/put","instrument":"PUT-100","size":"2","to":"bob"}
{"id":7,"command":"open_vault","owner":"alice","vault":"alice/call"}
{"id":8,"command":"lock","vault":"alice/call","asset":"ETH","amount":"1"}
{"id":9,"command":"mint","vault":"alice/call","instrument":"CALL-200","size":"1"}
{"id":10,"command":"open_vault","owner":"bob","vault":"bob/idle"}
)";

TEST_F(VaultsCommand, ShowsWhatEachHoldsAndHowFarThePriceMayGo) {
    Outcome const made = submit(opening);
    ASSERT_EQ(made.status, 0) << made.out << made.err;
    EXPECT_THAT(made.out, HasSubstr(R"("figures":{"alice/put":{"locked":"40","required":"33.56"}})"));
    Outcome const calm = setting.run("vaults peers");
    ASSERT_EQ(calm.status, 0) << calm.err;
    EXPECT_THAT(calm.out, HasSubstr("3 vaults in peers"));
    EXPECT_THAT(calm.out, HasSubstr("40.000000 USD locked in 1 vault, 33.560000 asked, 0.000000 missing"));
    // 100 - 20 a contract is 0.8322 * 0.75 of the spot
    EXPECT_THAT(calm.out, HasSubstr("from 128.18"));
    EXPECT_THAT(calm.out, HasSubstr("from 80.00")) << "paid in full down to there";
    EXPECT_THAT(calm.out, HasSubstr("covered"));
    EXPECT_THAT(calm.out, HasSubstr("at any"));

    Outcome const fallen = submit(R"({"id":11,"command":"observe","observation":"asset_price","subject":"ETH","value":"90","time":"2026-02-01T01:00:00Z"}
{"id":12,"command":"liquidate","account":"alice/put"}
)");
    ASSERT_EQ(fallen.status, 0) << fallen.out << fallen.err;
    Outcome const below = setting.run("vaults peers --below --json");
    ASSERT_EQ(below.status, 0) << below.err;
    for (auto const* part : {R"("vault": "alice/put")", R"("state": "on sale")", R"("kind": "naked")", R"("locked": "40.000000")", R"("required": "87.653)",
                             R"("cash_value": "20.000000")", R"("price_bounds": "at least")", R"("pays": "80")", R"("count": 1)", R"("below": 1)", R"("complete": true)"}) {
        EXPECT_THAT(below.out, HasSubstr(part));
    }
    EXPECT_THAT(below.out, Not(HasSubstr("alice/call")));
    EXPECT_THAT(setting.run("vaults peers --at '#20'").out, Not(HasSubstr("on sale"))) << "as it stood then";
    Outcome const cut = setting.run("vaults peers --limit 1");
    EXPECT_THAT(cut.out, HasSubstr("and 2 more: --limit 3"));
    EXPECT_THAT(setting.run("vaults peers --limit 1 --json").out, HasSubstr(R"("complete": false)"));
}

TEST_F(VaultsCommand, FollowsAnAuctionAndAnExpiryToTheirEnd) {
    Outcome const all = submit(std::string(opening) + R"({"id":11,"command":"observe","observation":"asset_price","subject":"ETH","value":"60","time":"2026-02-01T01:00:00Z"}
{"id":12,"command":"liquidate","account":"alice/put"}
{"id":13,"command":"bid","account":"alice/put","bidder":"bob","size":"1","time":"2026-02-01T01:30:00Z"}
{"id":14,"command":"settle_expiry","instrument":"PUT-100","price":"70","time":"2026-02-08T00:00:00Z"}
{"id":15,"command":"exercise","vault":"alice/put","holder":"bob"}
{"id":16,"command":"liquidate","account":"alice/put"}
{"id":17,"command":"settle_expiry","instrument":"CALL-200","price":"160"}
{"id":18,"command":"settle_vault","vault":"alice/call"}
{"id":19,"command":"exercise","vault":"alice/call","holder":"alice"}
)");
    ASSERT_EQ(all.status, 0) << all.out << all.err;
    Outcome const told = setting.run("liquidations peers alice/put --json");
    EXPECT_EQ(told.status, 0) << told.err;
    for (auto const* part : {R"("procedure": "ramped_auction")", R"("outcome": "closed")", R"("start_price": "20")", R"("instrument": "PUT-100")"}) {
        EXPECT_THAT(told.out, HasSubstr(part));
    }
    // from 20 at the start, which is already all there is for each: 40 for two; the other holder is owed 30 and has the 20 that are left
    Outcome const losses = setting.run("losses peers");
    EXPECT_THAT(losses.out, HasSubstr("socialised"));
    EXPECT_THAT(losses.out, HasSubstr("10.000000")) << losses.out;
    EXPECT_THAT(setting.run("vaults peers").out, HasSubstr("idle"));
    EXPECT_EQ(setting.run("verify peers").status, 0);
    Outcome const again = setting.run("submit peers commands.jsonl");
    EXPECT_EQ(again.status, 0);
    EXPECT_THAT(again.err, HasSubstr("19 accepted (19 there already)"));

    // The same events elsewhere give the same ledger.
    ASSERT_EQ(setting.run("export peers --format events --output out.jsonl").status, 0);
    ASSERT_EQ(setting.run("init copy").status, 0);
    Outcome const copied = setting.run("import copy --format events out.jsonl");
    ASSERT_EQ(copied.status, 0) << copied.err;
    auto root = [&](std::string const& ledger) {
        std::string const out = setting.run("state-root " + ledger + " --json").out;
        auto const at = out.find("\"state_root\"");
        return at == std::string::npos ? ledger : out.substr(at, 84);
    };
    EXPECT_EQ(root("copy"), root("peers"));
}

TEST_F(VaultsCommand, SaysWhatIsWrongAndWhatToDo) {
    Outcome const outcome = submit(std::string(opening) + R"({"id":11,"command":"withdraw","account":"alice/put","asset":"USD","amount":"1"}
{"id":12,"command":"mint","vault":"alice/put","instrument":"PUT-80","size":"1"}
{"id":13,"command":"unlock","vault":"alice/put","asset":"USD","amount":"10"}
{"id":14,"command":"lock","vault":"bob","asset":"USD","amount":"10"}
{"id":15,"command":"exercise","vault":"alice/put","holder":"bob"}
{"id":16,"command":"lock","vault":"alice/put","asset":"USD","amount":"1","instrument":"PUT-80","size":"1"}
)");
    EXPECT_EQ(outcome.status, 1);
    for (auto const* words : {"a vault moves by lock, unlock, mint, burn, exercise, settle_vault and bid alone", "the vault's one series is PUT-100; open another vault",
                              "alice/put by 3.56 USD", "not an account of kind vault with an owner; open_vault opens one", "PUT-100 until 2026-02-08T00:00:00Z",
                              "name an asset and an amount, or an instrument and a size"}) {
        EXPECT_THAT(outcome.out, HasSubstr(words));
    }
    Outcome const nameless = submit(R"({"id":17,"command":"open_vault","owner":"alice","vault":""})");
    EXPECT_EQ(nameless.status, 3);
    EXPECT_THAT(nameless.err, HasSubstr("commands.jsonl"));
    EXPECT_EQ(setting.run("vaults nowhere").status, 3);
    EXPECT_EQ(setting.run("vaults peers --preset maker-cdp").status, 3);
    EXPECT_THAT(setting.run("vaults peers --preset maker-cdp").err, HasSubstr("maker-cdp"));
    EXPECT_EQ(setting.run("vaults peers --limit many").status, 2);
    EXPECT_EQ(setting.run("init empty").status, 0);
    Outcome const empty = setting.run("vaults empty");
    EXPECT_EQ(empty.status, 2);
    EXPECT_THAT(empty.err, HasSubstr("--preset"));
    ASSERT_EQ(setting.run("init bare").status, 0);
    ASSERT_EQ(setting.run("import bare --format events names.jsonl").status, 0);
    Outcome const bare = setting.run("vaults bare --preset opyn-gamma");
    EXPECT_EQ(bare.status, 0) << bare.err;
    EXPECT_THAT(bare.out, HasSubstr("There are none"));
}

TEST_F(VaultsCommand, NamesVaultsThatItCannotTell) {
    ASSERT_EQ(submit(opening).status, 0);
    // of a source that no rule has checked
    setting.write("odd.jsonl", R"({"kind":"AccountOpened","name":"odd","account_kind":"vault","parent":"bob"}
{"kind":"Transferred","time":"2026-02-02T00:00:00Z","type":"deposit","account":"odd","counter":"world","asset":"USD","amount":"5"}
{"kind":"Transferred","time":"2026-02-02T00:00:00Z","type":"deposit","account":"odd","counter":"world","asset":"ETH","amount":"5"}
)");
    ASSERT_EQ(setting.run("import peers --format events odd.jsonl").status, 0);
    Outcome const outcome = setting.run("vaults peers");
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("Not known:\n  odd: a vault has one collateral, one short series and at most one long"));
    EXPECT_THAT(setting.run("vaults peers --json").out, HasSubstr(R"("not_known": 1)"));
}

} // namespace
} // namespace plimsoll::tools
