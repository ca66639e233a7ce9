#include "ledger/event/result.hpp"

#include "ledger/book/errc.hpp"
#include "ledger/event/errc.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace plimsoll {
namespace {

using event::Errc;

constexpr std::array every_errc{
    Errc::not_a_decimal, Errc::too_many_decimals, Errc::number_overflow, Errc::not_a_time,
    Errc::name_empty, Errc::name_too_long, Errc::name_has_control_character, Errc::bytes_not_a_batch,
    Errc::schema_newer, Errc::counts_disagree, Errc::unknown_kind, Errc::leaf_outside_tree,
    Errc::old_tree_empty, Errc::tree_shrinks, Errc::path_length_wrong, Errc::path_leads_elsewhere};

/// Every rule from 1 to `last` has a name and a sentence of its own, of its folder.
template <class E> void expect_own_words(E last, std::string const& room) {
    std::set<std::string_view> names;
    std::set<std::string_view> sentences;
    for (int i = 1; i <= static_cast<int>(last); ++i) {
        Rule const rule = describe(static_cast<E>(i));
        EXPECT_EQ(rule.room, room) << i;
        EXPECT_NE(rule.name, "unknown") << i;
        EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
        EXPECT_TRUE(sentences.insert(rule.sentence).second) << rule.sentence;
        EXPECT_TRUE(rule.status == Status::bad_input || rule.status == Status::damaged ||
                    rule.status == Status::finding)
            << rule.name;
    }
    EXPECT_EQ(describe(static_cast<E>(static_cast<int>(last) + 1)).name, "unknown");
}

TEST(Result, EveryRuleOfEventsHasItsOwnWords) {
    expect_own_words(Errc::path_leads_elsewhere, "event");
    EXPECT_EQ(every_errc.size(), static_cast<std::size_t>(Errc::path_leads_elsewhere));
}

TEST(Result, EveryRuleOfTheBookHasItsOwnWords) { expect_own_words(book::Errc::row_proof_differs, "book"); }

TEST(Result, OnlyStoredBytesAreDamagedAndOnlyProofsFindings) {
    for (Errc const code : every_errc) {
        bool const stored = code >= Errc::bytes_not_a_batch;
        bool const proof = code >= Errc::leaf_outside_tree;
        EXPECT_EQ(describe(code).status, proof    ? Status::finding
                                         : stored ? Status::damaged
                                                  : Status::bad_input)
            << describe(code).name;
    }
}

[[nodiscard]] result<int> refuse(std::string detail) { return fail(Errc::name_empty, std::move(detail)); }

TEST(Result, SaysWhatThenWhere) {
    EXPECT_EQ(refuse("").error().message(), "a name must not be empty");
    EXPECT_EQ(refuse("line 3").error().message(), "a name must not be empty: line 3");
    EXPECT_EQ(refuse("line 3").error().at("a.csv").message(), "a name must not be empty: a.csv: line 3");
    EXPECT_EQ(refuse("").error().at("a.csv").message(), "a name must not be empty: a.csv");
}

TEST(Result, IsToldApartByFolderAndNumber) {
    Error const error = refuse("").error();
    EXPECT_TRUE(error.is(Errc::name_empty));
    EXPECT_FALSE(error.is(Errc::name_too_long));
    EXPECT_FALSE(error.is(static_cast<book::Errc>(Errc::name_empty))) << "the same number in another folder";
    EXPECT_TRUE(error.at("here").is(Errc::name_empty));
    EXPECT_FALSE(Error{}.is(Errc::name_empty));
}

[[nodiscard]] result<int> twice(result<int> const& once) {
    PLIMSOLL_TRY(value, once);
    return value * 2;
}

TEST(Result, TryPassesFailuresOn) {
    EXPECT_EQ(twice(21).value(), 42);
    EXPECT_EQ(twice(refuse("x")).error().detail(), "x");
}

TEST(ResultDeathTest, AssertionsAreOnInEveryBuild) {
    EXPECT_DEATH(PLIMSOLL_ASSERT(1 + 1 == 3), "a bug: 1 \\+ 1 == 3 does not hold at .*result_test.cpp");
}

} // namespace
} // namespace plimsoll
