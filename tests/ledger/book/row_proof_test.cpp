#include "ledger/book/row_proof.hpp"

#include "tests/ledger/book/random_life.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>

namespace plimsoll::book {
namespace {

using namespace testing_aid;

/// A book of some thousand events: tables of several pages, and of none.
[[nodiscard]] Book const& a_book() {
    static Book const book = [] {
        RandomLife life(11);
        while (life.sample().events().size() < 4'000) life.step();
        return life.sample().book();
    }();
    return book;
}
[[nodiscard]] PageHashes const& its_hashes() {
    static PageHashes const hashes = [] {
        PageHashes all;
        static_cast<void>(all.update(a_book()));
        return all;
    }();
    return hashes;
}
[[nodiscard]] Hash its_root() { return its_hashes().root(); }

TEST(RowProof, ProvesEveryRowOfEveryTable) {
    std::size_t rows = 0;
    a_book().for_tables([&](TableId id, auto const& table) {
        for (std::uint32_t row = 1; row <= table.size(); ++row) {
            RowsProof const proof = prove_rows(a_book(), its_hashes(), {{id, row}});
            auto const verdict = check_rows(proof, its_root());
            ASSERT_TRUE(verdict) << verdict.error().message();
            using Row = std::decay_t<decltype(table[row])>;
            Row const* shown_row = shown<Row>(proof, id, row);
            ASSERT_NE(shown_row, nullptr);
            EXPECT_EQ(std::memcmp(shown_row, &table[row], sizeof(Row)), 0);
            ++rows;
        }
    });
    EXPECT_GT(rows, 500U);
}

TEST(RowProof, ShowsNoRowButThoseAsked) {
    RowsProof const proof = prove_rows(a_book(), its_hashes(), {{TableId::balances, 1}, {TableId::balances, 2}});
    EXPECT_EQ(proof.rows.size(), 2U);
    EXPECT_EQ(proof.pages.size(), 1U) << "both lie in one page";
    EXPECT_EQ(shown<BalanceRow>(proof, TableId::balances, 3), nullptr);
}

struct Refusal {
    std::string name;
    std::function<void(RowsProof&)> alter;
    std::string rule;
    friend void PrintTo(Refusal const& row, std::ostream* out) { *out << row.name; }
};
class RowProofRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(RowProofRefusal, SaysWhy) {
    RowsProof proof = prove_rows(a_book(), its_hashes(), {{TableId::head, 1}, {TableId::balances, 70}});
    ASSERT_EQ(proof.pages.size(), 2U);
    GetParam().alter(proof);
    auto const verdict = check_rows(proof, its_root());
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().rule().name, GetParam().rule) << verdict.error().message();
}

std::string const incomplete(describe(Errc::row_proof_incomplete).name);
std::string const differs(describe(Errc::row_proof_differs).name);
std::string const elsewhere = "path_leads_elsewhere";

INSTANTIATE_TEST_SUITE_P(
    EveryReason, RowProofRefusal,
    testing::Values(
        Refusal{"ARowAltered", [](RowsProof& p) { p.rows[1].bytes[20] ^= std::byte{1}; }, differs},
        Refusal{"ARowOfAnotherId", [](RowsProof& p) { p.rows[1].id.second = 69; }, differs},
        Refusal{"ARowCut", [](RowsProof& p) { p.rows[1].bytes.pop_back(); }, incomplete},
        Refusal{"ARowPastTheEnd", [](RowsProof& p) { p.rows[1].id.second = 1'000'000; }, incomplete},
        Refusal{"RowZero", [](RowsProof& p) { p.rows[1].id.second = 0; }, incomplete},
        Refusal{"ATableThatIsNone", [](RowsProof& p) { p.rows[1].id.first = TableId{16}; }, incomplete},
        Refusal{"APageMissing", [](RowsProof& p) { p.pages.pop_back(); }, incomplete},
        Refusal{"APageOfNoTable", [](RowsProof& p) { p.pages[1].table = TableId{0}; }, incomplete},
        Refusal{"APagePastTheEnd", [](RowsProof& p) { p.pages[1].page = 1'000'000; }, incomplete},
        Refusal{"ANeighboursHashMissing", [](RowsProof& p) { p.pages[1].leaves.pop_back(); }, incomplete},
        Refusal{"ANeighboursHashAltered", [](RowsProof& p) { p.pages[1].leaves.back()[0] ^= 1; }, elsewhere},
        Refusal{"AnotherPage", [](RowsProof& p) { p.pages[1].page ^= 1U; }, elsewhere},
        Refusal{"ThePathAltered", [](RowsProof& p) { p.pages[1].path.front()[0] ^= 1; }, elsewhere},
        Refusal{"ThePathCut", [](RowsProof& p) { p.pages[1].path.pop_back(); }, "path_length_wrong"},
        Refusal{"ATableLonger", [](RowsProof& p) { ++p.tables[7].rows; }, differs},
        Refusal{"ATablesRootAltered", [](RowsProof& p) { p.tables[3].root[0] ^= 1; }, differs}),
    [](auto const& row) { return row.param.name; });

} // namespace
} // namespace plimsoll::book
