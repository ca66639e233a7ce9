// What customers are owed: a list that adds up to the balance sheet, a note, and a proof for each of them.
#include "risk/claims.hpp"
#include "tools/proof/liabilities.hpp"

#include "tests/ledger/book/random_life.hpp"
#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>

#include <optional>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;

TEST(Claims, AddUpToTheBalanceSheet) {
    for (std::uint64_t const seed : {1U, 2U, 3U, 4U}) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        testing_aid::RandomLife life(seed);
        while (life.sample().events().size() < 800) life.step();
        book::Book const& book = life.sample().book();
        auto const valuation = risk::Valuation::of(book, *risk::default_valuation_asset(book)).value();
        for (risk::AssetSolvency const& sheet : risk::asset_solvency(valuation)) {
            auto const claims = risk::claims_on(valuation, sheet.asset).value();
            EXPECT_EQ(claims.owed, sheet.liabilities);
            EXPECT_EQ(claims.owing, sheet.negative);
            EXPECT_EQ(claims.negative.size(), sheet.customers_negative);
            auto const tree = tree_of(book, sheet.asset, claims.positive, "secret").value();
            EXPECT_EQ(tree.tree.root().sum, sheet.liabilities);
        }
    }
}

class Liabilities : public testing::Test {
protected:
    static void SetUpTestSuite() {
        setting().emplace();
        setting()->tell_story();
        for (auto const* words :
             {"key new books.key --name example.org/books > books.pub", "key new other.key --name example.org/books > other.pub",
              "prove day liabilities --secret books.secret --key books.key --output owed", "prove day liabilities --secret books.secret --output bare",
              "prove empty liabilities --secret books.secret --output none"}) {
            Outcome const outcome = setting()->run(words);
            ASSERT_EQ(outcome.status, 0) << words << "\n" << outcome.err;
        }
        std::string forged = setting()->read("owed/bob.USD.proof");
        auto const at = forged.find("\"amount\": \"580\"");
        ASSERT_NE(at, std::string::npos) << forged;
        setting()->write("forged.proof", forged.replace(at, 15, "\"amount\": \"581\""));
        setting()->write("cut.proof", setting()->read("owed/bob.USD.proof").substr(0, 300));
        setting()->write("short.secret", "12345");
    }
    static void TearDownTestSuite() { setting().reset(); }
    static std::optional<CommandSetting>& setting() {
        static std::optional<CommandSetting> one;
        return one;
    }
};

TEST_F(Liabilities, AnswerAsTheirUsersMeetThem) {
    struct Row {
        std::string words;
        int status;
        std::string line;
    };
    for (Row const& row :
         {Row{"claims day", 0, "580.00 USD owed to 1 customer"}, Row{"claims day", 0, "alice             -30.50  in part"}, Row{"claims day", 0, "1 customer; 0.50 not covered"}, Row{"claims day --json", 0, "\"owing\": \"-30.50\""},
          Row{"claims day --csv", 0, "USD,bob,580.00,\n"}, Row{"claims day --csv", 0, "USD,alice,-30.50,"}, Row{"claims empty", 0, "Nobody is owed anything"},
          Row{"claims day --asset EUR", 3, "unknown"}, Row{"claims day --csv --json", 2, "not both"},
          Row{"check-proof owed/bob.USD.proof --key books.pub", 0, "account bob is owed 580 USD"},
          Row{"check-proof owed/bob.USD.proof --key books.pub --note owed/liabilities.note --json", 0, "\"total\": \"580\""},
          Row{"check-proof bare/bob.USD.proof --note bare/liabilities.note", 0, "as published by nobody"},
          Row{"check-proof bare/bob.USD.proof --note owed/liabilities.note", 1, "another note"}, Row{"check-proof bare/bob.USD.proof", 2, "--key"},
          Row{"check-proof bare/bob.USD.proof --key books.pub", 3, "not a signed checkpoint"},
          Row{"check-proof owed/bob.USD.proof --key other.pub", 1, "not signed by this key"},
          Row{"check-proof forged.proof --key books.pub", 1, "another root"}, Row{"check-proof cut.proof --key books.pub", 3, "not a proof file"},
          Row{"prove day liabilities --output x", 2, "--secret"}, Row{"prove day liabilities --secret short.secret --output x", 3, "less than 32 bytes"},
          Row{"prove day liabilities --secret books.secret --account nobody --output x", 3, "nobody"}}) {
        Outcome const outcome = setting()->run(row.words);
        EXPECT_EQ(outcome.status, row.status) << row.words << "\n" << outcome.out << outcome.err;
        EXPECT_THAT(outcome.out + outcome.err, HasSubstr(row.line)) << row.words;
    }
}

TEST_F(Liabilities, CountOnlyWhoIsOwed) {
    std::string const note = setting()->read("bare/liabilities.note");
    auto const says = LiabilitiesNote::parse(note);
    ASSERT_TRUE(says) << says.error().message();
    LiabilityTotal const* const total = says.value().find("USD");
    ASSERT_NE(total, nullptr);
    EXPECT_EQ(total->leaves, 1U);
    EXPECT_EQ(total->below_zero, 1U);
    EXPECT_EQ(total->root.sum, Amount::whole(580));
    EXPECT_FALSE(std::filesystem::exists(setting()->directory() / "owed/alice.USD.proof"));
    EXPECT_TRUE(LiabilitiesNote::parse(setting()->read("none/liabilities.note")).value().assets.empty());
}

} // namespace
} // namespace plimsoll::tools
