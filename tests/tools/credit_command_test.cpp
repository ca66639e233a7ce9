#include "tests/tools/command_story.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

namespace plimsoll::tools {
namespace {

/// alice has two accounts and 2,066.66, bob and carol vouch with 300 together.
constexpr std::string_view definitions =
    R"({"kind":"AssetDefined","name":"USD","decimals":2,"asset_kind":"currency"}
{"kind":"AssetDefined","name":"COIN","decimals":8,"asset_kind":"token"}
{"kind":"AccountOpened","name":"world","account_kind":"outside"}
{"kind":"AccountOpened","name":"keeper","account_kind":"liquidator"}
{"kind":"AccountOpened","name":"credit:USD","account_kind":"pool"}
{"kind":"AccountOpened","name":"alice","account_kind":"customer","owner":"alice ltd"}
{"kind":"AccountOpened","name":"alice-2","account_kind":"customer","owner":"alice ltd"}
{"kind":"AccountOpened","name":"bob","account_kind":"customer"}
{"kind":"AccountOpened","name":"carol","account_kind":"customer"}
)";
constexpr std::string_view commands =
    R"({"id":1,"command":"deposit","account":"alice","asset":"USD","amount":"2066.66","time":"2026-01-01T00:00:00Z"}
{"id":2,"command":"deposit","account":"credit:USD","asset":"USD","amount":"100000"}
{"id":3,"command":"deposit","account":"bob","asset":"USD","amount":"600"}
{"id":4,"command":"deposit","account":"carol","asset":"USD","amount":"400"}
{"id":5,"command":"deposit","account":"carol","asset":"COIN","amount":"0.2"}
{"id":6,"command":"observe","observation":"asset_price","subject":"COIN","value":"333.33"}
{"id":7,"command":"vouch","account":"bob","borrower":"alice-2","amount":"200","time":"2026-12-31T12:00:00Z"}
{"id":8,"command":"vouch","account":"carol","borrower":"alice","amount":"100"}
{"id":9,"command":"draw","account":"alice-2","amount":"1000.01"}
{"id":10,"command":"draw","account":"alice-2","amount":"200"}
{"id":11,"command":"repay","account":"alice","amount":"200.01","time":"2027-01-15T12:00:00Z"}
)";

class CreditQuestions : public testing::Test {
protected:
    CommandSetting setting;

    void SetUp() override {
        setting.write("definitions.jsonl", definitions);
        setting.write("commands.jsonl", commands);
        ASSERT_EQ(setting.run("init books").status, 0);
        ASSERT_EQ(setting.run("import books --format events definitions.jsonl").status, 0);
    }
    void give_credit() {
        Outcome const adopted = setting.run("presets adopt books reputation");
        ASSERT_EQ(adopted.status, 0) << adopted.err;
        EXPECT_NE(adopted.out.find("reputation 1 (credit: age, volume, repaid, liquidations, late, concentration) is in force from event #10"), std::string::npos)
            << adopted.out;
        Outcome const outcome = setting.run("submit books commands.jsonl");
        ASSERT_EQ(outcome.status, 1) << outcome.err << outcome.out;
        EXPECT_NE(outcome.out.find(R"("line":10,"id":10,"accepted":false,"rule":"credit_limit_exceeded")"), std::string::npos) << outcome.out;
        EXPECT_NE(outcome.out.find("alice: 1200.01 of at most 1033.33, by equity"), std::string::npos) << outcome.out;
    }
    [[nodiscard]] simdjson::dom::element json(std::string const& words) {
        Outcome const outcome = setting.run(words + " --json");
        EXPECT_EQ(outcome.status, 0) << words << "\n" << outcome.err;
        simdjson::dom::element root;
        EXPECT_EQ(parser_.parse(outcome.out).get(root), simdjson::SUCCESS) << outcome.out;
        return root;
    }
    [[nodiscard]] static std::string text(simdjson::dom::element const& of, std::string_view pointer) {
        std::string_view value;
        if (of.at_pointer(pointer).get(value) != simdjson::SUCCESS) return "nothing at " + std::string(pointer);
        return std::string(value);
    }

private:
    simdjson::dom::parser parser_;
};

TEST_F(CreditQuestions, EachComponentIsExplained) {
    give_credit();
    auto const one = json("credit books alice-2 --at 2026-12-31T12:00:00Z");
    EXPECT_EQ(text(one, "/holder"), "alice");
    EXPECT_EQ(text(one, "/accounts/1"), "alice-2");
    EXPECT_EQ(text(one, "/preset/name"), "reputation");
    EXPECT_EQ(text(one, "/components/0/component"), "age");
    EXPECT_EQ(text(one, "/components/0/value"), "364.5");
    EXPECT_EQ(text(one, "/limits/median_equity"), "2066.66");
    EXPECT_EQ(text(one, "/limits/equity"), "1033.33");
    EXPECT_EQ(text(one, "/bound_by"), "equity");
    EXPECT_EQ(text(one, "/drawn"), "1000.01");
    EXPECT_EQ(text(one, "/loans/0/due"), "2027-01-30T12:00:00Z");
    EXPECT_EQ(text(one, "/vouchers/0/voucher"), "bob");
    EXPECT_EQ(text(one, "/vouchers/1/stake"), "100.00");
    std::string const people = setting.run("credit books alice").out;
    for (auto const* words : {"its owner's accounts: alice, alice-2", "0.5 of the median equity of 90 days", "<- binds", "probability of default",
                              "may be drawn now", "reputation 1, in force since #10", "2027-01-30T12:00:00Z", "carol"}) {
        EXPECT_NE(people.find(words), std::string::npos) << words << "\n" << people;
    }
}

TEST_F(CreditQuestions, EverybodyWithCreditIsListed) {
    give_credit();
    auto const all = json("credit books");
    EXPECT_EQ(text(all, "/owners/0/holder"), "alice");
    EXPECT_EQ(text(all, "/owners/0/drawn"), "800.00");
    EXPECT_EQ(text(all, "/owners/0/staked"), "300.00");
    EXPECT_EQ(text(all, "/owners/1/holder"), "nothing at /owners/1/holder");
    EXPECT_NE(setting.run("credit books").out.find("800.00 drawn by 1 owner"), std::string::npos) << setting.run("credit books").out;
    EXPECT_NE(setting.run("credit books --at '#12'").out.find("Nobody has drawn"), std::string::npos);
    EXPECT_EQ(text(json("credit books --at '#12'"), "/owners/0/holder"), "nothing at /owners/0/holder");
}

/// Nothing has happened since, but the loan has come to its term.
TEST_F(CreditQuestions, TermsGoOnAfterTheLastEvent) {
    give_credit();
    auto const later = json("credit books alice --at 2027-02-02T12:00:00.000000001Z");
    EXPECT_EQ(text(later, "/as_of"), "2027-02-02T12:00:00.000000001Z");
    EXPECT_EQ(text(later, "/overdue"), "800.00");
    EXPECT_EQ(text(later, "/components/4/value"), "800");
    EXPECT_EQ(text(later, "/drawable"), "0.00");
    EXPECT_NE(setting.run("credit books --at 2027-02-02T12:00:00.000000001Z").out.find("in default"), std::string::npos);
    EXPECT_EQ(setting.run("credit books --at 2027-02-02T12:00:00Z").out.find("in default"), std::string::npos) << "three days of grace";
    EXPECT_EQ(text(json("credit books alice --at 2027-01-30T12:00:00Z"), "/overdue"), "0.00");
}

/// What was said of a moment stays said, whatever comes after it.
TEST_F(CreditQuestions, AMomentsAnswerUsesNoLaterEvent) {
    give_credit();
    std::string const then = setting.run("credit books alice --at 2026-12-31T12:00:00Z --json").out;
    setting.write("more.jsonl", R"({"id":12,"command":"withdraw","account":"alice","asset":"USD","amount":"900","time":"2027-02-20T00:00:00Z"}
{"id":13,"command":"default","account":"alice"}
)");
    Outcome const outcome = setting.run("submit books more.jsonl");
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    std::string const now = setting.run("credit books alice --at 2026-12-31T12:00:00Z --json").out;
    auto said = [](std::string const& answer) { return answer.substr(0, answer.find("\"basis\"")); };
    EXPECT_EQ(said(then), said(now));
    EXPECT_NE(setting.run("credit books alice").out.find("closed: it was in default"), std::string::npos);
}

/// An export says all that there is: imported elsewhere it has the same root, and the same credit.
TEST_F(CreditQuestions, ExportAndImportKeepIt) {
    give_credit();
    setting.write("more.jsonl", R"({"id":12,"command":"default","account":"alice","time":"2027-02-20T00:00:00Z"}
{"id":13,"command":"unvouch","account":"bob","borrower":"alice"}
)");
    ASSERT_EQ(setting.run("submit books more.jsonl").status, 0);
    ASSERT_EQ(setting.run("export books --format events --output books.jsonl").status, 0);
    ASSERT_EQ(setting.run("init copy").status, 0);
    Outcome const imported = setting.run("import copy --format events books.jsonl");
    ASSERT_EQ(imported.status, 0) << imported.err;
    EXPECT_EQ(setting.run("state-root books").out.substr(0, 64), setting.run("state-root copy").out.substr(0, 64));
    EXPECT_EQ(text(json("credit books alice"), "/score"), text(json("credit copy alice"), "/score"));
    EXPECT_EQ(setting.run("verify books").status, 0);
}

TEST_F(CreditQuestions, WithoutARuleTheySayWhatToDo) {
    for (auto const* words : {"credit books", "credit books alice"}) {
        Outcome const outcome = setting.run(words);
        EXPECT_EQ(outcome.status, 3) << words;
        EXPECT_NE(outcome.err.find("plimsoll presets adopt"), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.err.find("--preset"), std::string::npos) << outcome.err;
    }
    EXPECT_EQ(text(json("credit books alice --preset fully-vouched"), "/preset/name"), "fully-vouched");
    EXPECT_EQ(text(json("credit books alice --preset fully-vouched"), "/limit"), "0.00");
    EXPECT_NE(setting.run("credit books alice --preset nobodys").err.find("there are fully-vouched, reputation"), std::string::npos);
    EXPECT_EQ(setting.run("credit books alice --preset none.toml").status, 3);
    Outcome const fund = setting.run("credit books world --preset reputation");
    EXPECT_EQ(fund.status, 3);
    EXPECT_NE(fund.err.find("only customers"), std::string::npos) << fund.err;
    Outcome const nobody = setting.run("credit books alise --preset reputation");
    EXPECT_EQ(nobody.status, 3);
    EXPECT_NE(nobody.err.find("alice"), std::string::npos) << nobody.err;
    EXPECT_EQ(setting.run("credit books alice --at '#999' --preset reputation").status, 2);
    EXPECT_EQ(setting.run("init empty").status, 0);
    EXPECT_NE(setting.run("credit empty --preset reputation").out.find("Nobody has drawn"), std::string::npos);
}

TEST_F(CreditQuestions, PresetsOfCreditAreShownAndChecked) {
    EXPECT_NE(setting.run("presets list").out.find("credit preset"), std::string::npos);
    Outcome const shown = setting.run("presets show reputation");
    for (auto const* words : {"30 d", "concentration", "of all exposure", "1000000", "1.05"}) EXPECT_NE(shown.out.find(words), std::string::npos) << shown.out;
    setting.write("mine.toml", setting.run("presets show reputation --toml").out);
    EXPECT_NE(setting.run("presets check mine.toml reputation").out.find("mine.toml: sound; reputation 1 (credit"), std::string::npos);
    std::string body = setting.read("mine.toml");
    body.replace(body.find("ratio = \"1.05\""), 14, "ratio = \"0.9\"");
    setting.write("mine.toml", body);
    Outcome const refused = setting.run("presets adopt books mine.toml");
    EXPECT_EQ(refused.status, 3);
    EXPECT_NE(refused.err.find("mine.toml"), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("ratio: 0.9 is below 1"), std::string::npos) << refused.err;
    EXPECT_EQ(text(json("presets show fully-vouched"), "/preset/scope"), "credit");
    EXPECT_EQ(text(json("presets list"), "/credit_presets/1/name"), "reputation");
}

} // namespace
} // namespace plimsoll::tools
