#include "tests/replay/clearing/opyn_rows.hpp"
#include "tests/replay/clearing/peer_ledger.hpp"

namespace plimsoll::risk {
namespace {

using testing_aid::Answer;
using testing_aid::units_of;
using L = testing_aid::PeerLedger;
using wire::LiquidationOutcome;

TEST(Vaults, ANakedPutFromItsWritingToItsEnd) {
    L venue;
    InstrumentId const put = venue.put("100");
    AccountId const vault = venue.open(L::alice, "alice:1");
    EXPECT_EQ(venue.book().account(vault).parent, L::alice);
    venue.must_take(L::lock(vault, "60"));
    EXPECT_EQ(venue.cash(L::alice), units_of("99940"));
    Answer const minted = venue.ask(L::mint(vault, put, "2"));
    ASSERT_TRUE(minted.accepted()) << minted.refusal->message();
    EXPECT_EQ(L::said(minted, "required"), units_of("33.56")) << "far out of the money: 0.1678 of the strike each";
    EXPECT_EQ(venue.size(vault, put), units_of("-2"));
    EXPECT_EQ(venue.size(L::alice, put), units_of("2"));
    venue.must_take(L::unlock(vault, "26.44"));
    EXPECT_EQ(venue.rule(L::unlock(vault, "0.000001")), "vault_collateral_insufficient");
    venue.must_take(L::lock(vault, "30"));
    venue.must_take(L::burn(vault, "0.5"));
    EXPECT_EQ(venue.book().instrument(put).open_interest.units(), units_of("1.5"));
    venue.expire(put, "70");
    EXPECT_EQ(venue.book().instrument(put).settlement.value.units(), units_of("70"));
    EXPECT_EQ(venue.size(vault, put), units_of("-1.5")) << "nobody settles it but who exercises";
    Answer const exercised = venue.ask(L::exercise(vault, L::alice));
    ASSERT_TRUE(exercised.accepted()) << exercised.refusal->message();
    EXPECT_EQ(L::said(exercised, "paid"), units_of("45"));
    EXPECT_EQ(venue.size(vault, put), 0);
    EXPECT_EQ(venue.cash(vault), units_of("18.56"));
    venue.must_take(L::settle(vault));
    EXPECT_EQ(venue.cash(vault), 0);
    EXPECT_EQ(venue.cash(L::alice), units_of("100000"));
    EXPECT_EQ(venue.rule(L::settle(vault)), "nothing_to_settle");
}

TEST(Vaults, ACoveredCallPaysInCoinsAndItsOwnerTakesTheRestFirst) {
    L venue;
    InstrumentId const call = venue.call("500");
    AccountId const vault = venue.open(L::alice, "covered");
    venue.must_take(L::lock(vault, "1", L::btc));
    venue.must_take(L::mint(vault, call, "1", L::bob)); // to who bought it
    EXPECT_EQ(venue.size(L::bob, call), units_of("1"));
    venue.price("100000");
    EXPECT_EQ(venue.rule(Liquidate{vault, {}}), "account_above_maintenance") << "at any price";
    venue.expire(call, "800");
    venue.must_take(L::settle(vault)); // 300 / 800 stays for bob
    EXPECT_EQ(venue.cash(vault, L::btc), units_of("0.375"));
    EXPECT_EQ(venue.rule(L::unlock(vault, "0.000001", L::btc)), "vault_collateral_insufficient");
    venue.must_take(L::exercise(vault, L::bob));
    EXPECT_EQ(venue.cash(L::bob, L::btc), units_of("100.375"));
    EXPECT_EQ(venue.cash(vault, L::btc), 0);
    EXPECT_EQ(venue.book().losses.size(), 0U);
}

TEST(Vaults, ASpreadHoldsItsLargestLossAndExercisesItsLongFirst) {
    L venue;
    InstrumentId const sold = venue.put("250");
    InstrumentId const bought = venue.put("200");
    AccountId const other = venue.open(L::bob, "bob:200");
    venue.must_take(L::lock(other, "200"));
    venue.must_take(L::mint(other, bought, "1", L::alice));
    AccountId const vault = venue.open(L::alice, "spread");
    venue.must_take(L::lock(vault, "50"));
    venue.must_take(L::lock_long(vault, bought, "1"));
    EXPECT_EQ(venue.size(L::alice, bought), 0);
    EXPECT_EQ(venue.rule(L::mint(vault, sold, "1.01", L::carol)), "vault_collateral_insufficient");
    venue.must_take(L::mint(vault, sold, "1", L::carol));
    EXPECT_EQ(venue.rule(L::unlock_long(vault, bought, "0.01")), "vault_collateral_insufficient");
    venue.price("1");
    EXPECT_EQ(venue.rule(Liquidate{vault, {}}), "account_above_maintenance");
    venue.expire(sold, "150");
    EXPECT_EQ(venue.rule(L::exercise(vault, L::carol)), "settlement_price_missing") << "of the long leg";
    venue.expire(bought, "150");
    Answer const early = venue.ask(L::exercise(vault, L::carol)); // 100 are due, 50 are there
    ASSERT_FALSE(early.accepted());
    EXPECT_EQ(L::rule_of(early), "long_leg_not_exercised");
    EXPECT_NE(early.refusal->message().find("spread has 1 of S2, worth 50 USD"), std::string::npos) << early.refusal->message();
    EXPECT_EQ(venue.rule(L::exercise(vault, L::carol, "0.5")), "") << "half of it is there";
    venue.must_take(L::exercise(other, vault));
    EXPECT_EQ(venue.cash(vault), units_of("50"));
    venue.must_take(L::exercise(vault, L::carol));
    EXPECT_EQ(venue.cash(L::carol), units_of("100100"));
    EXPECT_EQ(venue.cash(vault), 0);
    EXPECT_EQ(venue.book().losses.size(), 0U);
}

TEST(Vaults, WhatAVaultCannotPayItsHoldersGoWithoutEachTheSameShare) {
    L venue;
    InstrumentId const put = venue.put("100");
    AccountId const vault = venue.open(L::alice, "thin");
    AccountId const sound = venue.open(L::alice, "sound");
    venue.must_take(L::lock(vault, "60"));
    venue.must_take(L::lock(sound, "100"));
    venue.must_take(L::mint(vault, put, "1.5", L::bob));
    venue.must_take(L::mint(vault, put, "0.5", L::carol));
    venue.must_take(L::mint(sound, put, "1", L::bob));
    venue.expire(put, "20");
    Answer const first = venue.ask(L::exercise(vault, L::carol));
    ASSERT_TRUE(first.accepted()) << first.refusal->message();
    EXPECT_EQ(L::said(first, "due"), units_of("40"));
    EXPECT_EQ(L::said(first, "paid"), units_of("15")) << "a quarter of what is there";
    EXPECT_EQ(venue.rule(L::settle(vault)), "nothing_to_settle");
    venue.must_take(L::exercise(vault, L::bob, "1.5"));
    EXPECT_EQ(venue.cash(L::carol), units_of("100015"));
    EXPECT_EQ(venue.cash(L::bob), units_of("100045"));
    EXPECT_EQ(venue.cash(vault), 0);
    ASSERT_EQ(venue.book().losses.size(), 2U);
    EXPECT_EQ(venue.book().losses[1].account, vault);
    EXPECT_EQ(venue.book().losses[1].recognised.units(), units_of("25"));
    EXPECT_EQ(venue.book().losses[2].recognised.units(), units_of("75"));
    for (std::uint32_t loss : {1U, 2U}) EXPECT_EQ(venue.book().losses[loss].open().units(), 0) << "borne by who exercised";
    EXPECT_EQ(venue.book().asset(L::usd).bad_debt.units(), 0);
    venue.must_take(L::exercise(sound, L::bob)); // the other vault's are paid in full
    EXPECT_EQ(venue.cash(L::bob), units_of("100125"));
    EXPECT_EQ(venue.cash(sound), units_of("20"));
}

TEST(Vaults, AnAuctionTakesContractsBackForARisingShare) {
    L venue;
    InstrumentId const put = venue.put("100", 14);
    AccountId const vault = venue.open(L::alice, "naked");
    venue.must_take(L::lock(vault, "60"));
    venue.must_take(L::mint(vault, put, "1", L::bob));
    EXPECT_EQ(venue.rule(Liquidate{vault, {}}), "account_above_maintenance");
    venue.price("60");
    EXPECT_EQ(venue.rule(L::mint(vault, put, "0.001", L::bob)), "vault_collateral_insufficient");
    Answer const started = venue.ask(Liquidate{vault, {}});
    ASSERT_TRUE(started.accepted()) << started.refusal->message();
    EXPECT_EQ(L::said(started, "required"), units_of("65.665")) << "55, and 0.237 of 45";
    EXPECT_EQ(L::said(started, "start_price"), units_of("37")) << "40 less a twentieth of 60";
    TimeNs const began = venue.book().time();
    EXPECT_EQ(venue.rule(L::unlock(vault, "1")), "account_in_liquidation");
    EXPECT_EQ(venue.rule(L::settle(vault)), "account_in_liquidation");
    EXPECT_EQ(venue.rule(L::take(vault, L::carol, "0.1")), "options_insufficient") << "carol has none to give back";
    EXPECT_EQ(venue.rule(L::take(vault, L::bob, "0.1", "37.01"), began), "price_limit_exceeded");
    Answer const half = venue.ask(L::take(vault, L::bob, "0.5"), began + 1'800 * L::second);
    ASSERT_TRUE(half.accepted()) << half.refusal->message();
    EXPECT_EQ(L::said(half, "price"), units_of("48.5"));
    EXPECT_EQ(venue.size(L::bob, put), units_of("0.5"));
    EXPECT_EQ(venue.size(vault, put), units_of("-0.5"));
    EXPECT_EQ(venue.cash(L::bob), units_of("100024.25"));
    EXPECT_FALSE(venue.is_on_sale(vault)) << "35.75 are enough for half of 65.665";
    EXPECT_EQ(venue.outcome(), LiquidationOutcome::recovered);
    EXPECT_EQ(venue.rule(L::take(vault, L::bob, "0.1")), "auction_not_ongoing");

    venue.price("10", 4'000);
    venue.must_take(Liquidate{vault, {}});
    testing_aid::must(venue.house().close());
    venue.reopen(); // another process goes on
    EXPECT_EQ(venue.rule(L::take(vault, L::bob, "0.4"), venue.book().time() + 3'600 * L::second), "partial_take_leaves_dust");
    Answer const rest = venue.ask(L::take(vault, L::bob, "7"));
    ASSERT_TRUE(rest.accepted()) << rest.refusal->message();
    EXPECT_EQ(L::said(rest, "takes"), units_of("0.5")) << "no more than there is";
    EXPECT_EQ(L::said(rest, "earns"), units_of("35.75")) << "all that there is";
    EXPECT_EQ(venue.outcome(), LiquidationOutcome::closed);
    EXPECT_EQ(venue.book().instrument(put).open_interest.units(), 0);
    EXPECT_EQ(venue.book().losses.size(), 0U) << "nobody was promised more than the contracts that are gone";
}

TEST(Vaults, AnAuctionAsksForAPriceSeenAfterTheVaultsLastDeed) {
    L venue;
    InstrumentId const put = venue.put("100");
    AccountId const vault = venue.open(L::alice, "naked");
    venue.must_take(L::lock(vault, "60"));
    venue.must_take(L::mint(vault, put, "1", L::bob));
    venue.price("60", 0); // of the same second
    EXPECT_EQ(venue.rule(Liquidate{vault, {}}), "price_older_than_account");
    Answer const all = venue.ask(LiquidateAll{});
    EXPECT_TRUE(all.accepted()) << "it waits: " << L::rule_of(all);
    EXPECT_EQ(L::said(all, "waits_for_room"), one_units);
    venue.price("60");
    venue.must_take(LiquidateAll{});
    EXPECT_TRUE(venue.is_on_sale(vault));
    EXPECT_EQ(venue.rule(Liquidate{vault, {}}), "auction_already_ongoing");
    venue.must_take(L::lock(vault, "10"));
    EXPECT_EQ(venue.rule(L::take(vault, L::bob, "1")), "auction_must_be_terminated");
    venue.must_take(Liquidate{vault, {}});
    EXPECT_FALSE(venue.is_on_sale(vault));
    EXPECT_EQ(venue.outcome(), LiquidationOutcome::recovered);
}

TEST(Vaults, AnAuctionThatNobodyWantedEndsWithTheSeries) {
    L venue;
    InstrumentId const put = venue.put("100");
    AccountId const vault = venue.open(L::alice, "naked");
    venue.must_take(L::lock(vault, "60"));
    venue.must_take(L::mint(vault, put, "1", L::bob));
    venue.price("60");
    venue.must_take(Liquidate{vault, {}});
    venue.expire(put, "20");
    EXPECT_EQ(venue.rule(L::take(vault, L::bob, "1")), "option_expired");
    venue.must_take(L::exercise(vault, L::bob));
    EXPECT_EQ(venue.cash(L::bob), units_of("100060"));
    EXPECT_EQ(venue.book().losses[1].recognised.units(), units_of("20"));
    venue.must_take(Liquidate{vault, {}});
    EXPECT_EQ(venue.outcome(), LiquidationOutcome::closed);
}

TEST(Vaults, ASeriesIsSettledOnce) {
    L venue;
    InstrumentId const put = venue.put("100");
    venue.expire(put, "70");
    EXPECT_EQ(venue.rule(SettleExpiry{put, Price{units_of("60")}}), "nothing_to_settle");
    EXPECT_EQ(venue.rule(L::observe(Observation::settlement_price, put.number(), "60")), "nothing_to_settle");
    EXPECT_EQ(venue.book().instrument(put).settlement.value.units(), units_of("70"));
    InstrumentId const call = venue.call("100");
    EXPECT_EQ(venue.rule(SettleExpiry{call, Price{}}), "arithmetic_overflow") << "what is paid in coins has no price of 0";
}

TEST(Vaults, WhatTheirHoldersLoseHoldsNobodysWithdrawalBack) {
    std::string text(shipped_clearing_preset("opyn")->body);
    for (auto const& [from, to] : {std::pair("withdrawals_wait_while_hole = \"no\"", "withdrawals_wait_while_hole = \"yes\""),
                                   std::pair("withdrawals_wait_seconds = \"0\"", "withdrawals_wait_seconds = \"3600\"")}) {
        auto const at = text.find(from);
        ASSERT_NE(at, std::string::npos);
        text.replace(at, std::string_view(from).size(), to);
    }
    L venue(*shipped_preset("opyn-gamma"), testing_aid::must(ClearingPreset::parse(text, "opyn.toml")), "400");
    InstrumentId const put = venue.put("100");
    AccountId const vault = venue.open(L::alice, "thin");
    venue.must_take(L::lock(vault, "20"));
    venue.must_take(L::mint(vault, put, "1", L::bob));
    venue.expire(put, "10");
    venue.must_take(L::exercise(vault, L::bob));
    EXPECT_EQ(venue.book().losses.size(), 1U);
    EXPECT_EQ(venue.rule(L::withdraw(L::carol, "1")), "");
}

// ---- refusals, each with its rule ----

struct Refused {
    std::string name;
    std::function<testing_aid::Command(L&, AccountId vault, InstrumentId put)> ask;
    std::string rule;
    friend void PrintTo(Refused const& row, std::ostream* out) { *out << row.name; }
};
class VaultRefusal : public testing::TestWithParam<Refused> {};
/// A vault of alice's with 60 USD behind one put at 100 of seven days, which bob has.
TEST_P(VaultRefusal, LeavesNoTrace) {
    L venue;
    InstrumentId const put = venue.put("100");
    AccountId const vault = venue.open(L::alice, "v");
    venue.must_take(L::lock(vault, "60"));
    venue.must_take(L::mint(vault, put, "1", L::bob));
    auto const command = GetParam().ask(venue, vault, put);
    std::uint64_t const before = venue.book().sequence();
    EXPECT_EQ(venue.rule(command), GetParam().rule);
    EXPECT_EQ(venue.book().sequence(), before);
}
using V = AccountId;
using I = InstrumentId;
INSTANTIATE_TEST_SUITE_P(
    EveryReason, VaultRefusal,
    testing::Values(
        Refused{"DepositIntoAVault", [](L&, V v, I) { return L::deposit(v, "1"); }, "vault_has_its_own_commands"},
        Refused{"WithdrawFromAVault", [](L&, V v, I) { return L::withdraw(v, "1"); }, "vault_has_its_own_commands"},
        Refused{"TransferFromAVault", [](L&, V v, I) { return Transfer{v, L::bob, L::usd, testing_aid::amount("1")}; }, "vault_has_its_own_commands"},
        Refused{"TransferToAVault", [](L&, V v, I) { return Transfer{L::bob, v, L::usd, testing_aid::amount("1")}; }, "vault_has_its_own_commands"},
        Refused{"TradeOfAVault", [](L&, V v, I i) { return L::trade(L::bob, v, "1", "5", i); }, "vault_has_its_own_commands"},
        Refused{"NakedSaleOutsideAVault", [](L&, V, I i) { return L::trade(L::bob, L::carol, "1", "5", i); }, "options_insufficient"},
        Refused{"VaultOfAVault", [](L&, V v, I) { return VaultCommand{OpenVault{v, testing_aid::must(Name::from("w"))}}; }, "vault_has_its_own_commands"},
        Refused{"NameThatIsTaken", [](L&, V, I) { return VaultCommand{OpenVault{L::bob, testing_aid::must(Name::from("v"))}}; }, "name_taken"},
        Refused{"LockIntoACustomer", [](L&, V, I) { return L::lock(L::bob, "1"); }, "not_a_vault"},
        Refused{"LockFromAVault", [](L& l, V v, I) { return L::lock(v, "1", L::usd, l.open(L::bob, "w")); }, "vault_has_its_own_commands"},
        Refused{"LockOfAnotherAsset", [](L&, V v, I) { return L::lock(v, "1", L::btc); }, "collateral_does_not_fit"},
        Refused{"LockOfNothing", [](L&, V v, I) { return L::lock(v, "0"); }, "amount_must_be_positive"},
        Refused{"LockOfNoLong", [](L&, V v, I i) { return L::lock_long(v, i, "0"); }, "size_must_be_positive"},
        Refused{"LockOfBoth",
                [](L&, V v, I i) { return VaultCommand{LockInVault{v, {}, L::usd, testing_aid::amount("1"), i, Quantity::whole(1)}}; }, "collateral_does_not_fit"},
        Refused{"LockOfMoreThanThereIs", [](L&, V v, I) { return L::lock(v, "100000.000001"); }, "balance_insufficient"},
        Refused{"LockOfTheShortItself", [](L&, V v, I i) { return L::lock_long(v, i, "1", L::bob); }, "series_does_not_fit"},
        Refused{"LongThatTheGiverLacks", [](L& l, V v, I) { return L::lock_long(v, l.put("90"), "1"); }, "options_insufficient"},
        Refused{"LongOfAnotherExpiry", [](L& l, V v, I) { return L::lock_long(v, l.put("90", 8), "1"); }, "series_does_not_fit"},
        Refused{"LongThatWouldAskForMore",
                [](L& l, V v, I) {
                    V const other = l.open(L::carol, "w");
                    I const low = l.put("30");
                    l.must_take(L::lock(other, "30"));
                    l.must_take(L::mint(other, low, "1"));
                    return L::lock_long(v, low, "1", L::carol); // 70 may be lost, which is more than the bound on a naked one
                },
                "vault_collateral_insufficient"},
        Refused{"UnlockOfMoreThanThereIs", [](L&, V v, I) { return L::unlock(v, "60.000001"); }, "balance_insufficient"},
        Refused{"UnlockOfAnotherAsset", [](L&, V v, I) { return L::unlock(v, "1", L::btc); }, "balance_insufficient"},
        Refused{"UnlockToAVault", [](L& l, V v, I) { return L::unlock(v, "1", L::usd, l.open(L::bob, "w")); }, "vault_has_its_own_commands"},
        Refused{"UnlockOfALongThatIsNotThere", [](L& l, V v, I) { return L::unlock_long(v, l.put("90"), "1"); }, "options_insufficient"},
        Refused{"MintOfASecondSeries", [](L& l, V v, I) { return L::mint(v, l.put("90"), "0.1"); }, "series_does_not_fit"},
        Refused{"MintOfWhatTheHouseSettles", [](L& l, V v, I) { return L::mint(v, l.option(wire::OptionSide::put, "100", L::start + 7 * 86'400 * L::second, "90"), "0.1"); },
                "series_does_not_fit"},
        Refused{"MintInAnotherAsset",
                [](L& l, V, I) {
                    V const other = l.open(L::bob, "w");
                    l.must_take(L::lock(other, "50"));
                    return L::mint(other, l.call("400"), "0.1");
                },
                "collateral_does_not_fit"},
        Refused{"MintOfTooMuch", [](L&, V v, I i) { return L::mint(v, i, "4"); }, "vault_collateral_insufficient"},
        Refused{"MintOfNothing", [](L&, V v, I i) { return L::mint(v, i, "0"); }, "size_must_be_positive"},
        Refused{"MintBeyondTheTable",
                [](L& l, V, I) {
                    V const other = l.open(L::bob, "w");
                    l.must_take(L::lock(other, "50"));
                    return L::mint(other, l.put("100", 70), "0.1");
                },
                "tenor_beyond_table"},
        Refused{"BurnOfMoreThanIsShort", [](L&, V v, I) { return L::burn(v, "2", L::bob); }, "options_insufficient"},
        Refused{"BurnByWhoHasNone", [](L&, V v, I) { return L::burn(v, "1"); }, "options_insufficient"},
        Refused{"BurnOfNothing", [](L&, V v, I) { return L::burn(v, "0", L::bob); }, "size_must_be_positive"},
        Refused{"ExerciseBeforeTheExpiry", [](L&, V v, I) { return L::exercise(v, L::bob); }, "instrument_not_expired"},
        Refused{"ExerciseByWhoHasNone", [](L& l, V v, I i) { return l.expire(i, "50"), L::exercise(v, L::carol); }, "options_insufficient"},
        Refused{"ExerciseOfMoreThanBothHave", [](L& l, V v, I i) { return l.expire(i, "50"), L::exercise(v, L::bob, "1.01"); }, "options_insufficient"},
        Refused{"ExerciseOfABareVault", [](L& l, V, I i) { return l.expire(i, "50"), L::exercise(l.open(L::carol, "w"), L::bob); }, "options_insufficient"},
        Refused{"MintAfterTheExpiry", [](L& l, V v, I i) { return l.expire(i, "150"), L::mint(v, i, "0.1"); }, "option_expired"},
        Refused{"BurnAfterTheExpiry", [](L& l, V v, I i) { return l.expire(i, "150"), L::burn(v, "1", L::bob); }, "option_expired"},
        Refused{"SettleBeforeTheExpiry", [](L&, V v, I) { return L::settle(v); }, "instrument_not_expired"},
        Refused{"BidWithoutAnAuction", [](L&, V v, I) { return L::take(v, L::bob, "1"); }, "auction_not_ongoing"}),
    [](auto const& row) { return row.param.name; });

TEST(VaultRefusal, NamesItsRule) {
    for (auto const& [code, name] : {std::pair(Errc::vault_has_its_own_commands, "vault_has_its_own_commands"), std::pair(Errc::not_a_vault, "not_a_vault"),
                                     std::pair(Errc::collateral_does_not_fit, "collateral_does_not_fit"),
                                     std::pair(Errc::vault_collateral_insufficient, "vault_collateral_insufficient"),
                                     std::pair(Errc::options_insufficient, "options_insufficient"),
                                     std::pair(Errc::long_leg_not_exercised, "long_leg_not_exercised"), std::pair(Errc::nothing_to_settle, "nothing_to_settle")}) {
        EXPECT_EQ(describe(code).name, name);
        EXPECT_FALSE(describe(code).sentence.empty());
    }
}

TEST(VaultRefusal, WithoutAPresetInForceOnlyWhatIsLockedMoves) {
    testing_aid::ClearingLedger venue("");
    venue.must_take(L::deposit(L::alice, "100"));
    venue.must_take(VaultCommand{OpenVault{L::alice, testing_aid::must(Name::from("v"))}});
    AccountId const vault{venue.book().accounts.size()};
    venue.must_take(L::lock(vault, "50"));
    EXPECT_EQ(venue.rule(L::mint(vault, L::perp, "1")), "no_margin_rule");
    venue.must_take(L::unlock(vault, "50"));
    testing_aid::ClearingLedger other("dydx-v4-perp");
    other.must_take(VaultCommand{OpenVault{L::alice, testing_aid::must(Name::from("v"))}});
    EXPECT_EQ(other.rule(L::mint(AccountId{other.book().accounts.size()}, L::perp, "1")), "procedure_does_not_fit");
}

TEST(VaultRefusal, WithoutAuctionTermsNothingIsPutUp) {
    testing_aid::ClearingLedger venue("opyn-gamma");
    venue.must_take(L::deposit(L::alice, "100"));
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "400"));
    InstrumentDefined fact = L::instrument("P", wire::InstrumentKind::option);
    fact.side = wire::OptionSide::put;
    fact.strike = to_wire(units_of("100"));
    fact.expiry = L::start + 7 * 86'400 * L::second;
    fact.market_account = 0;
    venue.submit(rare(std::move(fact)));
    venue.must_take(VaultCommand{OpenVault{L::alice, testing_aid::must(Name::from("v"))}});
    AccountId const vault{venue.book().accounts.size()};
    venue.must_take(L::lock(vault, "20"));
    venue.must_take(L::mint(vault, InstrumentId{2}, "1", L::bob));
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "60"), L::start + L::second);
    EXPECT_EQ(venue.rule(Liquidate{vault, {}}), "collateral_not_auctioned");
    EXPECT_EQ(venue.rule(Liquidate{vault, {}}, fact.expiry), "option_expired");
}

TEST(Vaults, TellWhatTheyHoldAndHaveToHold) {
    L venue;
    InstrumentId const put = venue.put("100");
    AccountId const vault = venue.open(L::alice, "v");
    venue.must_take(L::lock(vault, "60"));
    venue.must_take(L::mint(vault, put, "1", L::bob));
    Answer const told = venue.ask(Check{vault});
    EXPECT_EQ(L::said(told, "locked"), units_of("60"));
    EXPECT_EQ(L::said(told, "required"), units_of("16.78"));
}

/// By commands of writers, holders and bidders.
class OpynVaultAuctions : public OpynRows {};

TEST_F(OpynVaultAuctions, AskTheirPublishedPrices) {
    int const rows = for_auction_prices([](OpynAuctionPrice const& row) {
        L venue(row.calm_spot);
        InstrumentId const series = venue.series(row.is_put ? wire::OptionSide::put : wire::OptionSide::call, row.strike);
        AccountId const vault = venue.open(L::alice, "v");
        venue.must_take(L::lock(vault, row.collateral, row.is_put ? L::usd : L::btc));
        venue.must_take(L::mint(vault, series, row.contracts, L::bob));
        venue.price(row.spot);
        venue.must_take(Liquidate{vault, {}});
        Answer const taken = venue.ask(L::take(vault, L::bob, "1"), venue.book().time() + row.elapsed_seconds * L::second);
        ASSERT_TRUE(taken.accepted()) << taken.refusal->message();
        EXPECT_EQ(format_decimal(L::said(taken, "price")), row.price);
    });
    EXPECT_GE(rows, 3);
    std::cout << rows << " rows through vaults" << std::endl;
}

} // namespace
} // namespace plimsoll::risk
