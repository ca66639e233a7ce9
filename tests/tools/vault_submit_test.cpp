#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;

/// A ledger of two vaults under maker-cdp and maker, commanded as a user commands it.
class VaultSubmit : public testing::Test {
protected:
    CommandSetting setting;

    void SetUp() override {
        setting.begin("vaults", R"({"kind":"AssetDefined","name":"USD","decimals":6,"asset_kind":"stablecoin"}
{"kind":"AssetDefined","name":"ETH","decimals":18,"asset_kind":"token"}
{"kind":"AccountOpened","name":"world","account_kind":"outside"}
{"kind":"AccountOpened","name":"surplus","account_kind":"insurance"}
{"kind":"AccountOpened","name":"keeper","account_kind":"liquidator"}
{"kind":"AccountOpened","name":"alice","account_kind":"customer"}
{"kind":"AccountOpened","name":"carol","account_kind":"customer"}
)", {"maker-cdp", "maker"});
    }
    [[nodiscard]] Outcome submit(std::string const& lines) const { return setting.submit("vaults", lines); }
};

constexpr char const* opening = R"({"id":1,"command":"deposit","account":"alice","asset":"ETH","amount":"10","time":"2026-02-01T00:00:00Z"}
{"id":2,"command":"deposit","account":"carol","asset":"USD","amount":"50000"}
{"id":3,"command":"deposit","account":"surplus","asset":"USD","amount":"1000"}
{"id":4,"command":"observe","observation":"asset_price","subject":"ETH","value":"2000"}
{"id":5,"command":"withdraw","account":"alice","asset":"USD","amount":"12000"}
{"id":6,"command":"observe","observation":"asset_price","subject":"ETH","value":"1700","time":"2026-02-01T01:00:00Z"}
)";

TEST_F(VaultSubmit, TellsAnAuctionFromItsTriggerToItsEnd) {
    Outcome const outcome = submit(std::string(opening) + R"({"id":7,"command":"liquidate","account":"alice"}
{"id":8,"command":"bid","account":"alice","bidder":"carol","size":"2.5","price":"2188","time":"2026-02-01T01:01:30Z"}
{"id":9,"command":"bid","account":"alice","bidder":"carol","size":"10","time":"2026-02-01T01:03:00Z"}
)");
    ASSERT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr(R"("lot":"10","tab":"13560","start_price":"2210")"));
    EXPECT_THAT(outcome.out, HasSubstr(R"("alice":{"equity":"5000","requirement":"6000","maintenance_excess":"-1000","lot")")) << "each account once";
    EXPECT_THAT(outcome.out, HasSubstr(R"("price":"2187.9")")) << "1 % down after 90 s";
    Outcome const told = setting.run("liquidations vaults alice --json");
    EXPECT_EQ(told.status, 0) << told.err;
    for (auto const* part : {R"("procedure": "collateral_auction")", R"("preset": "maker-cdp 1, maker 1")", R"("equity": "5000")", R"("buffer": "-1000")",
                             R"("penalty_share": "0.13")", R"("incentive": "313.56")", R"("least_left": "5650")", R"("system_limit": "100000000")",
                             R"("outcome": "closed")", R"("penalty": "1560")"}) {
        EXPECT_THAT(told.out, HasSubstr(part));
    }
    Outcome const text = setting.run("liquidations vaults");
    EXPECT_THAT(text.out, HasSubstr("1 10 ETH from 2210, 13560 USD to raise; after 2 bids"));
    EXPECT_EQ(setting.run("verify vaults").status, 0);

    // The same events elsewhere give the same ledger, with all their figures.
    ASSERT_EQ(setting.run("export vaults --format events --output out.jsonl").status, 0);
    ASSERT_EQ(setting.run("init copy").status, 0);
    Outcome const copied = setting.run("import copy --format events out.jsonl");
    ASSERT_EQ(copied.status, 0) << copied.err;
    auto root = [&](std::string const& ledger) {
        std::string const out = setting.run("state-root " + ledger + " --json").out;
        auto const at = out.find("\"state_root\"");
        return at == std::string::npos ? ledger : out.substr(at, 84);
    };
    EXPECT_EQ(root("copy"), root("vaults"));
    EXPECT_EQ(setting.run("liquidations copy alice --json --at latest").status, 0);
}

TEST_F(VaultSubmit, RefusesWithTheReasonAndTakesNothing) {
    Outcome const outcome = submit(std::string(opening) + R"({"id":7,"command":"liquidate","account":"alice"}
{"id":8,"command":"bid","account":"alice","bidder":"carol","size":"5","price":"2209.99"}
{"id":9,"command":"bid","account":"alice","bidder":"carol"}
{"id":10,"command":"withdraw","account":"alice","asset":"ETH","amount":"1"}
{"id":11,"command":"bid","account":"alice","bidder":"carol","size":"1","time":"2026-02-01T03:20:01Z"}
)");
    EXPECT_EQ(outcome.status, 1);
    for (auto const* rule : {"price_limit_exceeded", "share_out_of_bounds", "account_in_liquidation", "auction_needs_restart"}) {
        EXPECT_THAT(outcome.err, HasSubstr(std::string("1 ") + rule));
    }
    EXPECT_THAT(setting.run("presets show maker").out, HasSubstr("to 0.99 every 90 s"));
}

} // namespace
} // namespace plimsoll::tools
