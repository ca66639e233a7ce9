#include "tests/replay/clearing/vault_ledger.hpp"
#include "tests/vectors/vector_reading.hpp"

#include "risk/number/wide_integer.hpp"

#include <iostream>

namespace plimsoll::risk {
namespace {

using testing_aid::Answer;
using testing_aid::VaultLedger;
using testing_aid::VaultTerms;
using L = VaultLedger;
using vectors::Json;

/// Published rows of Maker's auctions (shared/vectors/protocols/maker.jsonl), driven through a book by commands. A book
/// counts 10^-18: debts are rounded up into it, and what comes back may differ from a rad by a unit for each number.
class MakerRows : public testing::Test {
protected:
    std::filesystem::path const file = std::filesystem::path(PLIMSOLL_SHARED_DIR) / "vectors/protocols/maker.jsonl";

    void SetUp() override {
        if (!std::filesystem::exists(file)) GTEST_SKIP() << "skipped: no " << file;
    }
    template <class Each> int for_kind(std::string_view kind, Each&& each) {
        int rows = 0;
        vectors::for_each_line(file, [&](Json row, std::string const& place) {
            if (std::string_view(row["kind"]) != kind) return;
            SCOPED_TRACE(place + " " + std::string(std::string_view(row["source"])));
            each(row);
            ++rows;
        });
        return rows;
    }
    [[nodiscard]] static Wide wide(Json row, std::string_view name) { return Wide(std::string(std::string_view(row["inputs"][name]))); }
    [[nodiscard]] static Int128 narrow_of(Wide const& value) { return narrowed(value).value(); }
    [[nodiscard]] static Int128 from_rad(Wide const& rad) { return narrow_of(quotient(rad, power_of_ten(27), Rounding::ceiling)); }
    [[nodiscard]] static Int128 from_ray(Wide const& value) { return narrow_of(quotient(value, power_of_ten(9), Rounding::floor)); }
    [[nodiscard]] static std::string text(Int128 units) { return format_decimal(units); }
    [[nodiscard]] static bool has(Json row, std::string_view name) { return row["expected"][name].error() == simdjson::SUCCESS; }
    /// Our units against a figure in rads or wads.
    static void is_near(Int128 ours, Json row, std::string_view name, bool is_rad, Int128 slack) {
        if (row["expected"].error() != simdjson::SUCCESS || !has(row, name)) return;
        Wide const theirs(std::string(std::string_view(row["expected"][name])));
        Int128 const want = is_rad ? from_rad(theirs) : narrow_of(theirs);
        EXPECT_LE(ours - want, slack) << name << ": " << text(ours) << " for " << text(want);
        EXPECT_LE(want - ours, slack) << name << ": " << text(ours) << " for " << text(want);
    }
    /// Prices may be as fine as 10^-27 in a row: what is paid for a lot moves with the digits that a book lacks.
    static constexpr Int128 slack_of_a_lot = 100;
};

TEST_F(MakerRows, OfSeizingVaults) {
    int const rows = for_kind("maker.bark", [](Json row) {
        Wide const debt_rad = wide(row, "art_wad") * wide(row, "rate_ray");
        Wide const ink = wide(row, "ink_wad");
        Wide const spot = wide(row, "spot_ray");
        bool const is_unsafe = ink * spot < debt_rad;
        VaultTerms terms;
        terms.ratio = "2";
        terms.debt_floor = text(from_rad(wide(row, "dust_rad")));
        terms.penalty = text(narrow_of(wide(row, "chop_wad") - power_of_ten(18)));
        terms.all_limit = text(from_rad(wide(row, "Hole_rad")));
        terms.limit = text(from_rad(wide(row, "hole_rad")));
        terms.incentive_flat = terms.incentive_share = "0";
        terms.asset = "*";
        VaultLedger venue(terms);
        AssetDefined defined;
        defined.name = "OTHER";
        defined.decimals = 18;
        venue.submit(rare(std::move(defined)));
        AssetId const other{venue.book().assets.size()};
        // What is in flight already is another vault's, of the same coin or of another.
        Int128 const in_flight = from_rad(wide(row, "Dirt_rad"));
        AssetId const coin = wide(row, "dirt_rad").is_zero() ? other : L::btc;
        ASSERT_TRUE(coin == other || wide(row, "Dirt_rad") == wide(row, "dirt_rad"));
        if (in_flight != 0) {
            Wide const chop = wide(row, "chop_wad");
            Int128 const debt = narrow_of(quotient(widened(in_flight) * power_of_ten(18), chop, Rounding::ceiling));
            venue.record_vault(L::bob, one_units, debt, coin);
            venue.must_take(L::observe(Observation::asset_price, coin.number(), "0.000001"));
            venue.must_take(L::liquidate(L::bob));
        }
        venue.record_vault(L::alice, narrow_of(ink), from_rad(debt_rad));
        venue.price(text(from_ray(spot * 2)));
        Answer const answer = venue.ask(L::liquidate(L::alice));
        auto const error = row["error"];
        if (!is_unsafe) {
            EXPECT_EQ(L::rule_of(answer), "account_above_maintenance");
            return;
        }
        if (error.error() == simdjson::SUCCESS) {
            std::string const want{std::string_view(row["error"])};
            std::map<std::string, std::string> const ours{{"dusty_auction", "auction_would_be_dust"}, {"liquidation_limit_hit", "liquidation_limit_hit"},
                                                          {"null_auction", "nothing_to_liquidate"}, {"not_unsafe", "account_above_maintenance"}};
            ASSERT_TRUE(ours.contains(want)) << want;
            EXPECT_EQ(L::rule_of(answer), ours.at(want));
            return;
        }
        ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
        Int128 const lot = L::said(answer, "lot");
        Int128 const tab = L::said(answer, "tab");
        is_near(narrow_of(ink) - lot, row, "ink_after_wad", false, 1);
        is_near(lot, row, "lot_wad", false, 1);
        is_near(tab, row, "tab_rad", true, 2);
        is_near(L::said(answer, "in_flight") + tab, row, "Dirt_after_rad", true, 3);
        is_near(L::said(answer, "in_flight_of_collateral") + tab, row, "dirt_after_rad", true, 3);
    });
    EXPECT_GE(rows, 15);
    std::cout << rows << " rows through the book" << std::endl;
}

/// A vault whose auction has that much to raise and to sell, from that price.
struct Sold : VaultLedger {
    bool is_started = false;
    Answer started;
    Sold(VaultTerms const& terms, Int128 lot, Int128 debt, std::string const& worth) : VaultLedger(terms) {
        open_vault(alice, lot, debt);
        price(worth);
        started = ask(liquidate(alice));
        is_started = started.accepted();
    }
};

TEST_F(MakerRows, OfStartingAuctions) {
    int skipped = 0;
    int const rows = for_kind("maker.kick", [&](Json row) {
        if (wide(row, "lot_wad").is_zero()) { // a vault without collateral has nothing to auction: another rule says so
            ++skipped;
            return;
        }
        VaultTerms terms;
        terms.ratio = "100";
        terms.debt_floor = "0";
        terms.penalty = "0.1";
        terms.price_buffer = text(from_ray(wide(row, "buf_ray")));
        terms.incentive_flat = text(from_rad(wide(row, "tip_rad")));
        terms.incentive_share = text(narrow_of(wide(row, "chip_wad")));
        Int128 const tab = from_rad(wide(row, "tab_rad"));
        if (tab < 10) { // of a single unit: no debt of a book has such a tab with a penalty
            ++skipped;
            return;
        }
        Int128 const market = narrow_of(wide(row, "feed_price_wad"));
        Sold venue(terms, narrow_of(wide(row, "lot_wad")), tab / 11 * 10, text(market));
        if (row["error"].error() == simdjson::SUCCESS) {
            EXPECT_FALSE(venue.is_started);
            EXPECT_TRUE(market == 0);
            return;
        }
        ASSERT_TRUE(venue.is_started) << venue.started.refusal->message();
        EXPECT_EQ(L::said(venue.started, "tab"), tab);
        if (has(row, "top_ray")) {
            EXPECT_EQ(L::said(venue.started, "start_price"), from_ray(Wide(std::string(std::string_view(row["expected"]["top_ray"])))));
        }
        is_near(L::said(venue.started, "incentive"), row, "incentive_rad", true, 0);
    });
    EXPECT_GE(rows - skipped, 3);
    std::cout << rows - skipped << " rows through the book, " << skipped << " that no book can hold" << std::endl;
}

/// Takes of both kinds: at a price, or by a curve after some seconds.
void drive_take(Json row, bool has_curve) {
    auto wide = [&](std::string_view name) { return Wide(std::string(std::string_view(row["inputs"][name]))); };
    auto units_of_rad = [&](std::string_view name) { return narrowed(quotient(wide(name), power_of_ten(27), Rounding::ceiling)).value(); };
    auto units_of_ray = [&](std::string_view name) { return narrowed(quotient(wide(name), power_of_ten(9), Rounding::floor)).value(); };
    Int128 const least = units_of_rad("min_leftover_tab_rad");
    Int128 const tab = units_of_rad("tab_rad");
    VaultTerms terms;
    terms.ratio = "100";
    terms.debt_floor = format_decimal(least / 11 * 10);
    terms.penalty = "0.1";
    terms.price_buffer = "1";
    terms.incentive_flat = terms.incentive_share = "0";
    if (has_curve) terms.curve = "step_factor = \"" + format_decimal(units_of_ray("cut_ray")) + "\"\nstep_seconds = \"" + std::string(std::string_view(row["inputs"]["step_seconds"])) + "\"";
    Int128 const lot = narrowed(wide("lot_wad")).value();
    Sold venue(terms, lot, tab / 11 * 10, format_decimal(units_of_ray(has_curve ? "top_ray" : "price_ray")));
    ASSERT_TRUE(venue.is_started) << venue.started.refusal->message();
    ASSERT_EQ(L::said(venue.started, "tab"), tab);
    TimeNs const elapsed = has_curve ? static_cast<TimeNs>(narrowed(wide("elapsed_seconds")).value()) * L::second : 0;
    Answer const answer = venue.ask(L::take(L::alice, L::carol, format_decimal(narrowed(wide("take_up_to_wad")).value()), format_decimal(units_of_ray("max_price_ray"))),
                                    elapsed == 0 ? 0 : venue.book().time() + elapsed);
    if (row["error"].error() == simdjson::SUCCESS) {
        std::map<std::string, std::string> const ours{{"too_expensive", "price_limit_exceeded"}, {"no_partial_purchase", "partial_take_leaves_dust"}};
        EXPECT_EQ(L::rule_of(answer), ours.at(std::string(std::string_view(row["error"]))));
        return;
    }
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    auto near = [&](Int128 got, std::string_view name, bool is_rad) {
        if (row["expected"][name].error() != simdjson::SUCCESS) return;
        Wide const theirs(std::string(std::string_view(row["expected"][name])));
        Int128 const want = narrowed(is_rad ? quotient(theirs, power_of_ten(27), Rounding::ceiling) : theirs).value();
        EXPECT_LE(got > want ? got - want : want - got, 100) << name << ": " << format_decimal(got) << " for " << format_decimal(want);
    };
    Int128 const paid = L::said(answer, "pays");
    Int128 const bought = L::said(answer, "bought");
    bool const ended = !venue.is_open(L::alice);
    near(paid, "paid_rad", true);
    near(bought, "bought_wad", false);
    near(ended ? 0 : tab - paid, "tab_after_rad", true);
    near(ended ? 0 : lot - bought, "lot_after_wad", false);
    near(ended ? lot - bought : 0, "returned_to_owner_wad", false);
    if (row["expected"]["ended"].error() == simdjson::SUCCESS) {
        EXPECT_EQ(ended, bool(row["expected"]["ended"]));
    }
    if (row["expected"]["paid_above_rad"].error() == simdjson::SUCCESS) {
        EXPECT_GT(widened(paid) * power_of_ten(27), Wide(std::string(std::string_view(row["expected"]["paid_above_rad"]))));
        EXPECT_LE(widened(paid) * power_of_ten(27), Wide(std::string(std::string_view(row["expected"]["paid_at_most_rad"]))));
    }
    // What was sold is where it should be, whatever the row says.
    EXPECT_EQ(venue.cash(L::carol, L::btc), bought);
    EXPECT_EQ(venue.cash(L::alice, L::btc), lot - bought);
}

TEST_F(MakerRows, OfTakingFromAuctions) {
    int const rows = for_kind("maker.take", [](Json row) { drive_take(row, false); });
    EXPECT_GE(rows, 6);
    int const curves = for_kind("maker.take_with_curve", [](Json row) { drive_take(row, true); });
    EXPECT_GE(curves, 1);
    std::cout << rows + curves << " rows through the book" << std::endl;
}

TEST_F(MakerRows, OfAuctionsThatNeedToBeStartedAgain) {
    int const rows = for_kind("maker.reset_status", [](Json row) {
        VaultTerms terms;
        terms.ratio = "100";
        terms.price_buffer = "1";
        terms.curve = "duration_seconds = \"" + std::string(std::string_view(row["inputs"]["tau_seconds"])) + "\"";
        terms.reset_after_seconds = std::string(std::string_view(row["inputs"]["tail_seconds"]));
        terms.reset_below = text(from_ray(wide(row, "cusp_ray")));
        Sold venue(terms, 40 * one_units, 100 * one_units, text(from_ray(wide(row, "top_ray"))));
        ASSERT_TRUE(venue.is_started);
        TimeNs const then = venue.book().time() + static_cast<TimeNs>(narrow_of(wide(row, "elapsed_seconds"))) * L::second;
        bool const needs_reset = bool(row["expected"]["needs_reset"]);
        EXPECT_EQ(venue.rule(L::take(L::alice, L::carol, "1"), then), needs_reset ? "auction_needs_restart" : "");
        EXPECT_EQ(venue.rule(L::liquidate(L::alice), then), needs_reset ? "" : "auction_already_ongoing");
    });
    EXPECT_GE(rows, 3);
    std::cout << rows << " rows through the book" << std::endl;
}

TEST_F(MakerRows, OfTheIncentiveForStartingAgain) {
    int const rows = for_kind("maker.redo_incentive", [](Json row) {
        VaultTerms terms;
        terms.ratio = "100";
        terms.penalty = "0.1";
        terms.price_buffer = "1";
        terms.debt_floor = text(from_rad(wide(row, "min_leftover_tab_rad")) / 11 * 10 + (from_rad(wide(row, "min_leftover_tab_rad")) % 11 != 0 ? 1 : 0));
        terms.curve = "duration_seconds = \"36000\"";
        terms.reset_after_seconds = "3600";
        terms.incentive_flat = text(from_rad(wide(row, "tip_rad")));
        terms.incentive_share = text(narrow_of(wide(row, "chip_wad")));
        Int128 const tab = from_rad(wide(row, "tab_rad"));
        Int128 const debt = tab / 11 * 10;
        Sold venue(terms, narrow_of(wide(row, "lot_wad")), debt, text(narrow_of(wide(row, "feed_price_wad"))));
        ASSERT_TRUE(venue.is_started) << venue.started.refusal->message();
        TimeNs const then = venue.book().time() + 3'601 * L::second;
        Answer const again = venue.ask(L::liquidate(L::alice), then);
        ASSERT_TRUE(again.accepted()) << again.refusal->message();
        is_near(L::said(again, "incentive"), row, "incentive_rad", true, 2);
    });
    EXPECT_GE(rows, 3);
    std::cout << rows << " rows through the book" << std::endl;
}

} // namespace
} // namespace plimsoll::risk
