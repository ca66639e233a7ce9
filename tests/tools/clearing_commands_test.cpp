#include "ledger/event/decimal.hpp"
#include "tests/tools/command_story.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <set>

namespace plimsoll::tools {
namespace {

/// alice is under water by 30.50. Her penalty of 1, a contribution of 5 and a withdrawal of 2; her loss is 30.50, of
/// which the fund pays 20 in two parts, and another loss of 3.
constexpr std::string_view fund_story =
    R"({"kind":"Transferred","source":"venue","cursor":"6:0","time":"2026-01-01T03:00:00Z","type":"liquidation_penalty","account":"alice","counter":"fund","asset":"USD","amount":"-1"}
{"kind":"Transferred","source":"venue","cursor":"7:0","time":"2026-01-01T03:01:00Z","type":"insurance_contribution","account":"fund","counter":"fees","asset":"USD","amount":"5"}
{"kind":"BadDebtRecognised","source":"venue","cursor":"8:0","time":"2026-01-01T03:02:00Z","loss":1,"account":"alice","asset":"USD","amount":"30.50"}
{"kind":"WaterfallPaid","source":"venue","cursor":"9:0","time":"2026-01-01T03:03:00Z","loss":1,"layer":"shared_fund","payer":"fund","account":"alice","asset":"USD","amount":"15"}
{"kind":"WaterfallPaid","source":"venue","cursor":"10:0","time":"2026-01-01T03:04:00Z","loss":1,"layer":"shared_fund","payer":"fund","account":"alice","asset":"USD","amount":"5"}
{"kind":"BadDebtRecognised","source":"venue","cursor":"11:0","time":"2026-01-01T03:05:00Z","loss":2,"account":"bob","asset":"USD","amount":"3"}
{"kind":"WaterfallPaid","source":"venue","cursor":"12:0","time":"2026-01-01T03:06:00Z","loss":2,"layer":"market_fund","payer":"fund","account":"bob","asset":"USD","amount":"3"}
{"kind":"Transferred","source":"venue","cursor":"13:0","time":"2026-01-01T03:07:00Z","type":"withdrawal","account":"fund","counter":"world","asset":"USD","amount":"-2"}
)";

using Object = simdjson::dom::element;

struct Answer {
    simdjson::dom::parser parser;
    Object root;
};

void ask(CommandSetting const& setting, std::string const& words, Answer& answer) {
    Outcome const outcome = setting.run(words + " --json");
    ASSERT_EQ(outcome.status, 0) << words << "\n" << outcome.err << outcome.out;
    ASSERT_EQ(answer.parser.parse(outcome.out).get(answer.root), simdjson::SUCCESS) << outcome.out;
}

[[nodiscard]] std::string text(Object const& of, std::string_view pointer) {
    std::string_view value;
    if (of.at_pointer(pointer).get(value) != simdjson::SUCCESS) return "nothing at " + std::string(pointer);
    return std::string(value);
}
[[nodiscard]] Int128 units(Object const& of, std::string_view pointer) {
    auto const value = parse_decimal(text(of, pointer));
    EXPECT_TRUE(value) << pointer << ": " << text(of, pointer);
    return value ? value.value() : 0;
}
[[nodiscard]] std::uint64_t count(Object const& of, std::string_view pointer) {
    std::uint64_t value = ~0ULL;
    EXPECT_EQ(of.at_pointer(pointer).get(value), simdjson::SUCCESS) << pointer;
    return value;
}
/// The elements of an array.
[[nodiscard]] std::vector<Object> items(Object const& of, std::string_view pointer) {
    std::vector<Object> out;
    simdjson::dom::array array;
    EXPECT_EQ(of.at_pointer(pointer).get(array), simdjson::SUCCESS) << pointer;
    for (Object const each : array) out.push_back(each);
    return out;
}

/// What is written out of "day" and read into a new ledger has the same state.
void expect_it_comes_back(CommandSetting const& setting) {
    ASSERT_EQ(setting.run("export day --format events --output day.jsonl").status, 0);
    ASSERT_EQ(setting.run("init again").status, 0);
    Outcome const again = setting.run("import again --format events day.jsonl");
    ASSERT_EQ(again.status, 0) << again.err;
    EXPECT_EQ(setting.run("state-root again").out.substr(0, 64), setting.run("state-root day").out.substr(0, 64));
}

class ClearingCommands : public testing::Test {
protected:
    CommandSetting setting;
    void SetUp() override {
        setting.tell_story();
        setting.write("fund.jsonl", fund_story);
        Outcome const outcome = setting.run("import day --format events fund.jsonl");
        ASSERT_EQ(outcome.status, 0) << outcome.err;
    }
};

TEST_F(ClearingCommands, FundShowsEveryCauseAndEveryDraw) {
    Answer answer;
    ask(setting, "fund day fund", answer);
    EXPECT_EQ(text(answer.root, "/assets/0/opening"), "0.00");
    EXPECT_EQ(text(answer.root, "/assets/0/closing"), "11.00");
    std::set<std::string> flows;
    for (Object const& flow : items(answer.root, "/assets/0/flows")) {
        flows.insert(text(flow, "/cause") + " " + text(flow, "/in") + " " + text(flow, "/out") + " " + std::to_string(count(flow, "/events")));
    }
    EXPECT_EQ(flows, (std::set<std::string>{"deposit 30.00 0.00 1", "insurance_contribution 5.00 0.00 1", "liquidation_penalty 1.00 0.00 1",
                                            "waterfall market_fund 0.00 -3.00 1", "waterfall shared_fund 0.00 -20.00 2",
                                            "withdrawal 0.00 -2.00 1"}));
    auto const draws = items(answer.root, "/assets/0/draws");
    ASSERT_EQ(draws.size(), 2u);
    EXPECT_EQ(text(draws[0], "/account"), "alice");
    EXPECT_EQ(text(draws[0], "/paid"), "20.00") << "both parts of one loss";
    EXPECT_EQ(text(draws[1], "/layer"), "market_fund");
}

TEST_F(ClearingCommands, FundBetweenTwoMoments) {
    Answer answer;
    ask(setting, "fund day fund --from '#17' --to '#19'", answer);
    EXPECT_EQ(text(answer.root, "/assets/0/opening"), "36.00");
    EXPECT_EQ(text(answer.root, "/assets/0/closing"), "21.00");
    EXPECT_EQ(text(answer.root, "/assets/0/lowest"), "21.00");
    EXPECT_EQ(count(answer.root, "/assets/0/lowest_after"), 19u);
    EXPECT_EQ(setting.run("fund day nobody").status, 3);
    EXPECT_EQ(setting.run("fund day fund --from latest --to '#3'").status, 2);
}

/// Alice owes 110, bob holds 610 after she pays him 160 she does not have; a year at 2 % and 8 % of 110 / 610.
TEST_F(ClearingCommands, InterestShowsWhatIsLentAndAtWhatRate) {
    Answer none;
    ask(setting, "interest day", none);
    EXPECT_EQ(items(none.root, "/assets").size(), 0u);
    EXPECT_NE(setting.run("interest day").out.find("No asset's interest has begun"), std::string::npos);
    setting.write("lend.jsonl", R"({"kind":"AccountOpened","name":"interest:USD","account_kind":"treasury"}
{"kind":"Transferred","source":"venue","cursor":"14:0","time":"2026-01-01T04:00:00Z","type":"transfer","account":"bob","counter":"alice","asset":"USD","amount":"128"}
)");
    ASSERT_EQ(setting.run("import day --format events lend.jsonl").status, 0);
    setting.write("accrue.jsonl", R"({"id":1,"command":"accrue","asset":"USD","time":"2026-01-01T05:00:00Z"}
{"id":2,"command":"accrue","asset":"USD","time":"2027-01-01T05:00:00Z"}
{"id":3,"command":"accrue","asset":"COIN","time":"2027-01-01T05:00:00Z"}
)");
    Outcome const accrued = setting.run("submit day accrue.jsonl");
    EXPECT_EQ(accrued.status, 1) << "COIN has nobody who pays interest";
    EXPECT_NE(accrued.out.find("interest:COIN"), std::string::npos) << accrued.out;
    Answer answer;
    ask(setting, "interest day", answer);
    ASSERT_EQ(items(answer.root, "/assets").size(), 1u);
    EXPECT_EQ(text(answer.root, "/assets/0/account"), "interest:USD");
    Int128 const borrow = units(answer.root, "/assets/0/borrow");
    Int128 const supply = units(answer.root, "/assets/0/supply");
    EXPECT_GT(borrow, 0);
    EXPECT_GT(supply, borrow);
    EXPECT_EQ(units(answer.root, "/assets/0/borrow_rate"),
              one_units / 50 + units(answer.root, "/assets/0/utilisation") * 2 / 25) << "below the kink";
    EXPECT_GT(units(answer.root, "/assets/0/borrow_index"), units(answer.root, "/assets/0/supply_index"));
    EXPECT_GT(units(answer.root, "/assets/0/supply_index"), one_units);
    EXPECT_NE(setting.run("interest day").out.find("borrowers"), std::string::npos);
    Answer before;
    ask(setting, "interest day --at 2026-01-01T04:30:00Z", before);
    EXPECT_EQ(items(before.root, "/assets").size(), 0u);
    EXPECT_EQ(setting.run("interest nowhere").status, 3);
    setting.write("pay.jsonl", R"({"id":4,"command":"deposit","account":"alice","asset":"USD","amount":"500","time":"2027-01-02T05:00:00Z"})");
    ASSERT_EQ(setting.run("submit day pay.jsonl").status, 0) << "she owed, and holds";
    EXPECT_EQ(setting.run("verify day").status, 0) << setting.run("verify day").out;
    expect_it_comes_back(setting);
}

TEST_F(ClearingCommands, DeleverageComparesPolicies) {
    Answer answer;
    ask(setting, "deleverage day --instrument PERP --deficit 30.50", answer);
    EXPECT_EQ(text(answer.root, "/winners_side"), "short");
    EXPECT_EQ(text(answer.root, "/profit"), "80.00") << "bob sold 2 at 100, and they stand at 60";
    EXPECT_EQ(items(answer.root, "/policies").size(), 4u);
    for (Object const& policy : items(answer.root, "/policies")) {
        EXPECT_EQ(text(policy, "/taken"), "30.50");
        EXPECT_EQ(text(policy, "/accounts/0/account"), "bob");
    }
    // 30.50 of 80 on 2 contracts is 0.7625 of one, and alice is below zero with 2 of them
    EXPECT_EQ(text(answer.root, "/policies/0/accounts/0/contracts"), "1") << "a lot is 1";
    EXPECT_EQ(text(answer.root, "/policies/3/accounts/0/contracts"), "2");
    EXPECT_EQ(text(answer.root, "/policies/3/accounts/0/price"), "75.25") << "her bankruptcy price: 60 + 30.50 / 2";
    ask(setting, "deleverage day --instrument PERP --deficit 30.50 --policy queue --price mid --lot 0.0001", answer);
    EXPECT_EQ(text(answer.root, "/policies/0/kept"), "15.25");
    EXPECT_EQ(text(answer.root, "/policies/0/accounts/0/contracts"), "0.3813");
}

struct Misuse {
    std::string words;
    int status;
    std::string says;
};

TEST_F(ClearingCommands, RefuseInWords) {
    for (Misuse const& row : std::vector<Misuse>{
             {"deleverage day --instrument PERP --deficit -1", 2, "must be a number above zero"},
             {"deleverage day --instrument PERP --deficit 1 --policy lottery", 2, "capped_pro_rata"},
             {"deleverage day --instrument PERP --deficit 1 --price best", 2, "bankruptcy, mid or mark"},
             {"deleverage day --instrument PERP --deficit 1 --side up", 2, "long or short"},
             {"deleverage day --instrument PERP --deficit 1 --capacity 1.5", 2, "at most 1"},
             {"deleverage day --instrument NONE --deficit 1", 3, "NONE"},
             {"stress day --shock ETH --preset dydx-v4-perp", 2, "write 'ETH -30%'"},
             {"stress day --shock 'COIN -101%' --preset dydx-v4-perp", 2, "more than 100 %"},
             {"stress day --shock 'USD -1%' --preset dydx-v4-perp", 2, "prices are in USD itself"},
             {"stress day --shock 'NONE -1%' --preset dydx-v4-perp", 3, "NONE"},
             {"stress day --shock 'COIN -1%' --preset dydx-v4-perp --impact x", 2, "basis points"},
             {"stress day --shock 'COIN -1%' --preset dydx-v4-perp --clearing none", 2, "there are ccp-like, derive-v2, dydx-v4, hyperliquid, maker, opyn"},
             {"stress day --shock 'COIN -1%' --preset dydx-v4-perp --clearing ./none.toml", 3, "none.toml"}}) {
        Outcome const outcome = setting.run(row.words);
        EXPECT_EQ(outcome.status, row.status) << row.words << "\n" << outcome.err;
        EXPECT_NE(outcome.err.find(row.says), std::string::npos) << row.words << "\n" << outcome.err;
    }
}

TEST_F(ClearingCommands, StressShowsWhoPays) {
    Answer answer;
    ask(setting, "stress day --shock 'COIN +200%' --preset dydx-v4-perp", answer);
    // at 180 bob has 503 - 160 = 343 of the 36 that are asked at most, and alice 209.50
    EXPECT_EQ(items(answer.root, "/without_breakers/accounts").size(), 0u);
    ask(setting, "stress day --shock 'COIN +800%' --preset dydx-v4-perp", answer);
    // at 540 bob has 503 + 200 - 1080 = -377, the fund 11
    ASSERT_EQ(items(answer.root, "/without_breakers/accounts").size(), 1u);
    EXPECT_EQ(text(answer.root, "/without_breakers/accounts/0/account"), "bob");
    EXPECT_EQ(text(answer.root, "/without_breakers/shortfall"), "377.00");
    Int128 paid = units(answer.root, "/without_breakers/residual");
    for (Object const& layer : items(answer.root, "/without_breakers/layers")) paid += units(layer, "/paid");
    EXPECT_TRUE(paid == units(answer.root, "/without_breakers/shortfall"));
    EXPECT_EQ(text(answer.root, "/without_breakers/layers/2/paid"), "11.00");
    EXPECT_EQ(text(answer.root, "/without_breakers/cover_two/fund"), "11.00");
    Outcome const again = setting.run("stress day --shock 'COIN +800%' --preset dydx-v4-perp --json");
    EXPECT_EQ(again.out, setting.run("stress day --shock 'COIN +800%' --preset dydx-v4-perp --json").out) << "the same bytes";
}

/// The mark falls from nothing known to 60, then to 50 a minute later: a sixth. A rule of a tenth trips, and releases
/// when the window has passed. The fund falls from 36 to 21 and 16.
TEST_F(ClearingCommands, BreakersTellWhatWouldHaveTripped) {
    setting.write("mark.jsonl",
                  R"({"kind":"Observed","source":"venue","cursor":"14:0","time":"2026-01-01T04:00:00Z","observation":"mark_price","subject":"PERP","value":"60"}
{"kind":"Observed","source":"venue","cursor":"15:0","time":"2026-01-01T04:01:00Z","observation":"mark_price","subject":"PERP","value":"50"}
{"kind":"Observed","source":"venue","cursor":"16:0","time":"2026-01-01T04:30:00Z","observation":"mark_price","subject":"PERP","value":"50"}
)");
    ASSERT_EQ(setting.run("import day --format events mark.jsonl").status, 0);
    Answer answer;
    ask(setting, "breakers day --clearing ccp-like --fund fund", answer);
    std::vector<std::string> moves;
    for (Object const& each : items(answer.root, "/moves")) {
        moves.push_back(text(each, "/move") + " " + text(each, "/breaker") + " " + text(each, "/scope") + " " + text(each, "/value") + " #" +
                        std::to_string(count(each, "/sequence")));
    }
    // 36 at its largest: 16 of them are 20/36 less, 13 23/36, and it has 11 at the end
    EXPECT_EQ(moves, (std::vector<std::string>{"trip fund-drawdown fund 0.555555555555555556 #20",
                                               "trip band-10m PERP 0.166666666666666666 #25", "release band-10m PERP 0 #26"}));
    EXPECT_EQ(count(answer.root, "/rules/0/trips"), 1u);
    EXPECT_EQ(setting.run("breakers day --clearing none").status, 2);
}

/// On a day of the generator: the fund's path and what all losses say the fund paid are the same number, at any cut.
TEST(FundOfAGeneratedDay, AgreesWithTheLosses) {
    CommandSetting setting;
    ASSERT_EQ(setting.run("generate --ledger day --accounts 1000 --events 60000 --seed 3 --scenario crash").status, 0);
    Answer fund;
    ask(setting, "fund day insurance", fund);
    Answer losses;
    ask(setting, "losses day", losses);
    std::string paid;
    for (Object const& layer : items(losses.root, "/assets/0/paid")) {
        if (text(layer, "/layer") == "shared_fund") paid = text(layer, "/amount");
    }
    EXPECT_FALSE(paid.empty());
    EXPECT_EQ(text(fund.root, "/assets/0/layers/0/paid"), paid);
    Answer first;
    Answer second;
    ask(setting, "fund day insurance --to 2026-01-15T14:30:00Z", first);
    ask(setting, "fund day insurance --from 2026-01-15T14:30:00Z", second);
    EXPECT_EQ(text(first.root, "/assets/0/closing"), text(second.root, "/assets/0/opening"));
    EXPECT_EQ(text(second.root, "/assets/0/closing"), text(fund.root, "/assets/0/closing"));
    Int128 sum = units(fund.root, "/assets/0/opening");
    for (Object const& flow : items(fund.root, "/assets/0/flows")) sum += units(flow, "/in") + units(flow, "/out");
    EXPECT_TRUE(sum == units(fund.root, "/assets/0/closing"));
    Answer stress;
    ask(setting, "stress day --at 2026-01-15T13:00:00Z --shock '* -30%' --impact 20 --preset greeks --clearing ccp-like", stress);
    Int128 paid_by = units(stress.root, "/without_breakers/residual");
    for (Object const& layer : items(stress.root, "/without_breakers/layers")) paid_by += units(layer, "/paid");
    EXPECT_TRUE(paid_by == units(stress.root, "/without_breakers/shortfall"));
    EXPECT_GT(items(stress.root, "/without_breakers/accounts").size(), 0u);
    EXPECT_EQ(items(stress.root, "/with_breakers/accounts").size(), 0u) << "halt-10m";
    EXPECT_GT(count(stress.root, "/with_breakers/waiting"), 0u);
}

/// The engine decides: the fund's path is deposits, penalties and draws, what losses drew is what it paid, and no
/// asset is off by a unit.
class DecidedCrash : public testing::TestWithParam<std::pair<char const*, char const*>> {};

TEST_P(DecidedCrash, BalancesAndSolvencyExplainsTheFund) {
    CommandSetting const setting;
    auto const& [margin, clearing] = GetParam();
    std::string const words = std::string("generate --ledger day --accounts 400 --events 40000 --seed 5 --decide ") + margin + " --clearing " + clearing;
    Outcome const made = setting.run(words);
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_NE(made.out.find("Decided under"), std::string::npos) << made.out;
    Answer solvency;
    ask(setting, "solvency day", solvency);
    for (Object const& sheet : items(solvency.root, "/assets")) EXPECT_EQ(units(sheet, "/booked_sum"), 0) << text(sheet, "/asset");
    auto const funds = items(solvency.root, "/funds");
    ASSERT_FALSE(funds.empty());
    Int128 sum = 0;
    Int128 drawn = 0;
    Int128 penalties = 0;
    for (Object const& flow : items(funds[0], "/flows")) {
        sum += units(flow, "/in") + units(flow, "/out");
        if (text(flow, "/cause").starts_with("waterfall")) drawn -= units(flow, "/out");
        if (text(flow, "/cause") == "liquidation_penalty") penalties += units(flow, "/in");
    }
    EXPECT_EQ(sum, units(funds[0], "/balance"));
    EXPECT_EQ(sum, units(solvency.root, "/fund"));
    EXPECT_GT(penalties, 0);
    Answer losses;
    ask(setting, "losses day", losses);
    Int128 by_losses = 0;
    for (Object const& loss : items(losses.root, "/losses")) {
        Int128 paid = 0;
        for (Object const& layer : items(loss, "/paid")) {
            paid += units(layer, "/amount");
            if (text(layer, "/layer") == "shared_fund") by_losses += units(layer, "/amount");
        }
        EXPECT_EQ(paid + units(loss, "/not_covered"), units(loss, "/recognised"));
    }
    EXPECT_EQ(by_losses, drawn);
    EXPECT_GT(items(losses.root, "/losses").size(), 3U) << "a crash leaves losses";
    EXPECT_EQ(setting.run("verify day").status, 0);
    expect_it_comes_back(setting);
}

INSTANTIATE_TEST_SUITE_P(EveryPreset, DecidedCrash,
                         testing::Values(std::pair("dydx-v4-perp", "dydx-v4"), std::pair("hyperliquid-perp", "dydx-v4"),
                                         std::pair("dydx-v4-perp", "ccp-like"), std::pair("dydx-v4-perp", "derive-v2")),
                         [](auto const& row) { std::string name = std::string(row.param.first) + row.param.second; std::erase(name, '-'); return name; });

TEST(DecidedCrash, RefusesWhatItCannotDecide) {
    CommandSetting const setting;
    EXPECT_EQ(setting.run("generate --ledger day --decide nobody").status, 2);
    EXPECT_EQ(setting.run("generate --ledger day --decide derive-pmrm2").status, 2) << "it lists no options";
    EXPECT_EQ(setting.run("generate day.jsonl --decide dydx-v4-perp").status, 2);
    EXPECT_EQ(setting.run("generate --ledger day --decide dydx-v4-perp --clearing nobody").status, 2);
}

TEST(ClearingPresets, AreListedShownCheckedAndAdopted) {
    CommandSetting const setting;
    std::string const list = setting.run("presets list").out;
    for (char const* const name : {"ccp-like", "derive-v2", "dydx-v4 ", "hyperliquid "}) EXPECT_NE(list.find(name), std::string::npos) << name;
    EXPECT_NE(setting.run("presets show ccp-like").out.find("halt-10m"), std::string::npos);
    std::string const toml = setting.run("presets show ccp-like --toml").out;
    setting.write("mine.toml", toml);
    EXPECT_NE(setting.run("presets check mine.toml").out.find("sound"), std::string::npos);
    std::string broken = toml;
    broken.replace(broken.find("layer = \"market_fund\""), 21, "layer = \"shared_fund\"");
    setting.write("broken.toml", broken);
    Outcome const refused = setting.run("presets check broken.toml");
    EXPECT_EQ(refused.status, 3);
    EXPECT_NE(refused.err.find("named twice"), std::string::npos) << refused.err;
    ASSERT_EQ(setting.run("init books").status, 0);
    Outcome const adopted = setting.run("presets adopt books derive-v2");
    EXPECT_EQ(adopted.status, 0) << adopted.err;
    EXPECT_NE(adopted.out.find("derive-v2 1 (clearing: account, staked_module, socialised) is in force from event #1"), std::string::npos) << adopted.out;
    Answer answer;
    ask(setting, "presets adopt books mine.toml", answer);
    EXPECT_EQ(text(answer.root, "/preset/scope"), "clearing");
    EXPECT_EQ(count(answer.root, "/preset/adopted"), 2U);
}

} // namespace
} // namespace plimsoll::tools
