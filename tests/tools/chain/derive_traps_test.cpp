// What misleads an importer of Derive v2's events (design notes, section 5), each with logs made by hand.
#include "tests/tools/chain/vault_sample.hpp"
#include "tools/chain/block_booking.hpp"
#include "tools/chain/scratch_keeper.hpp"

#include "ledger/event/decimal.hpp"

#include <gmock/gmock.h>

namespace plimsoll::tools::chain {
namespace {

Address const accounts_contract = address_of(0x51);
Address const cash_contract = address_of(0xca);
Address const perp_contract = address_of(0x9e);
Address const option_contract = address_of(0x09);
Address const auction_contract = address_of(0xac);
Address const manager_contract = address_of(0x3a);

class DeriveTraps : public testing::Test {
protected:
    DeriveTraps() : text_(MappingText::load("derive-v2").value()) {
        text_.parameters = {{"sub_accounts", hex_of(accounts_contract)}, {"cash", hex_of(cash_contract)},
                            {"perp", hex_of(perp_contract)},             {"option", hex_of(option_contract)},
                            {"auction", hex_of(auction_contract)},       {"manager", hex_of(manager_contract)}};
        auto mapping = Mapping::read(text_, "derive-v2");
        EXPECT_TRUE(mapping) << (mapping ? "" : mapping.error().message());
        mapping_ = std::make_unique<Mapping>(std::move(mapping.value()));
        booking_ = std::make_unique<BlockBooking>(*mapping_, keeper_, "derive");
        EXPECT_TRUE(booking_->begin(text_, 0, 1'700'000'000));
    }

    /// One block of one transaction.
    [[nodiscard]] result<void> book(std::vector<Log> logs) {
        std::vector<Log const*> own;
        for (std::size_t i = 0; i < logs.size(); ++i) {
            logs[i].log_index = i;
            own.push_back(&logs[i]);
        }
        ++block_;
        return booking_->take(BlockPlace{block_, 1'700'000'000 + block_, {}, {}}, own);
    }
    void booked(std::vector<Log> logs) {
        auto const verdict = book(std::move(logs));
        ASSERT_TRUE(verdict) << verdict.error().message();
    }

    [[nodiscard]] static Bytes32 asset_and_id(Address const& asset, Int128 id) {
        Bytes32 word = word_of(id);
        std::ranges::copy(asset, word.begin());
        return word;
    }
    [[nodiscard]] Log adjusted(Int128 account, Address const& asset, Int128 id, Int128 before, Int128 after) {
        return made_log(accounts_contract, "BalanceAdjusted(uint256,address,bytes32,int256,int256,int256,uint256)",
                        {word_of(account), word_of(manager_contract), asset_and_id(asset, id)},
                        {word_of(after - before), word_of(before), word_of(after), word_of(++trade_)});
    }
    [[nodiscard]] static Log interest(Int128 account, Int128 before, Int128 amount, Int128 index = one) {
        return made_log(cash_contract, "InterestAccruedOnAccount(uint256,int256,int256,uint256)", {word_of(account)},
                        {word_of(before), word_of(amount), word_of(index)});
    }
    [[nodiscard]] static Log cash_deposit(Int128 account, Int128 amount) {
        return made_log(cash_contract, "Deposit(uint256,address,uint256,uint256)", {word_of(account), word_of(address_of(7))},
                        {word_of(amount), word_of(amount / 1'000'000'000'000)});
    }
    [[nodiscard]] static Log settled(Int128 change, Int128 now) {
        return made_log(cash_contract, "SettledCashUpdated(int256,int256)", {}, {word_of(change), word_of(now)});
    }
    [[nodiscard]] Log moved(Int128 from, Int128 to, Int128 amount) {
        return made_log(accounts_contract, "AssetTransferred(uint256,uint256,address,uint256,int256,bytes32,uint256)",
                        {word_of(from), word_of(to)},
                        {word_of(cash_contract), word_of(Int128{0}), word_of(amount), Bytes32{}, word_of(++trade_)});
    }
    void give(Int128 account, Int128 amount) {
        booked({interest(account, 0, 0), adjusted(account, cash_contract, 0, 0, amount), cash_deposit(account, amount)});
    }

    [[nodiscard]] std::string cash(std::string_view account) const {
        auto const& book = keeper_.book();
        auto const id = book.find_account(account);
        auto const* const row = id ? book.balance(*id, *book.find_asset("CASH")) : nullptr;
        return row == nullptr ? "0" : format_decimal(row->amount);
    }
    [[nodiscard]] bool is_in_liquidation(std::string_view account) const {
        return keeper_.book().account(*keeper_.book().find_account(account)).in_liquidation != 0;
    }

    MappingText text_;
    std::unique_ptr<Mapping> mapping_;
    ScratchKeeper keeper_;
    std::unique_ptr<BlockBooking> booking_;
    std::uint64_t block_ = 0;
    Int128 trade_ = 0;
};

TEST_F(DeriveTraps, One_AssetAndIdShareAWord) {
    Int128 const expiry = 1'800'000'000;
    Int128 const id = (Int128{1} << 95) | (Int128{3'000} * 100'000'000 << 32) | expiry; // a call at 3,000
    booked({adjusted(1, option_contract, id, 0, 2 * one), adjusted(2, option_contract, id, 0, -2 * one)});
    auto const& book = keeper_.book();
    auto const instrument = book.find_instrument("OPTION-" + format_integer(id));
    ASSERT_TRUE(instrument);
    auto const& row = book.instrument(*instrument);
    EXPECT_EQ(format_decimal(row.strike), "3000");
    EXPECT_EQ(row.expiry, static_cast<TimeNs>(expiry) * 1'000'000'000);
    EXPECT_EQ(row.side, wire::OptionSide::call);
    EXPECT_EQ(format_decimal(book.position(*book.find_account("derive-2"), *instrument)->size), "-2");
}

TEST_F(DeriveTraps, Two_TheAdjustmentIncludesInterestAndTheTransferDoesNot) {
    give(1, 100 * one);
    booked({interest(1, 100 * one, 2 * one, one + 1), adjusted(1, cash_contract, 0, 100 * one, 92 * one), interest(2, 0, 0),
            adjusted(2, cash_contract, 0, 0, 10 * one), moved(1, 2, 10 * one)});
    EXPECT_EQ(cash("derive-1"), "92"); // 100 and 2 of interest, less 10
    EXPECT_EQ(cash("derive-2"), "10");
    EXPECT_EQ(cash("derive:interest"), "-2");
    EXPECT_EQ(cash("derive:clearing"), "0");
    EXPECT_EQ(cash("derive:unattributed"), "0");
}

TEST_F(DeriveTraps, Three_HooksComeBetweenAnAdjustmentAndItsDeposit) {
    give(9, 5 * one);
    booked({interest(1, 0, 0), adjusted(1, cash_contract, 0, 0, 50 * one), interest(1, 50 * one, 0),
            adjusted(1, cash_contract, 0, 50 * one, 49 * one), interest(9, 5 * one, 0), // a fee to account 9
            adjusted(9, cash_contract, 0, 5 * one, 6 * one), moved(1, 9, one), cash_deposit(1, 50 * one)});
    EXPECT_EQ(cash("derive-1"), "49");
    EXPECT_EQ(cash("derive-9"), "6");
    EXPECT_EQ(cash("chain:derive"), "-55");
    EXPECT_EQ(cash("derive:unattributed"), "0");
}

TEST_F(DeriveTraps, Four_ASocialisedLossHasNoEventOfItsOwn) {
    give(1, 100 * one);
    booked({interest(1, 100 * one, 0), adjusted(1, cash_contract, 0, 100 * one, 107 * one)});
    EXPECT_EQ(cash("derive-1"), "107");
    EXPECT_EQ(cash("derive:unattributed"), "-7"); // printed, and nobody paid it
    EXPECT_EQ(cash("derive:clearing"), "0");
}

TEST_F(DeriveTraps, Five_NestedSettlementsCarryHigherTradeIdsThanTheTradeAroundThem) {
    give(1, 100 * one);
    trade_ = 40; // the outer trade's number comes last in the log, and is the lowest
    Log outer = moved(1, 2, 10 * one);
    booked({interest(1, 100 * one, 0), adjusted(1, cash_contract, 0, 100 * one, 103 * one), settled(3 * one, 3 * one),
            interest(1, 103 * one, 0), adjusted(1, cash_contract, 0, 103 * one, 93 * one), interest(2, 0, 0),
            adjusted(2, cash_contract, 0, 0, 10 * one), outer});
    EXPECT_EQ(cash("derive-1"), "93");
    EXPECT_EQ(cash("derive:settlement"), "-3");
    EXPECT_EQ(cash("derive:unattributed"), "0");
}

TEST_F(DeriveTraps, Six_TheUnpairedScalesAreInEachOthersPlace) {
    std::vector<Bytes32> words{word_of(Int128{1})};
    for (int i = 1; i <= 8; ++i) words.push_back(word_of(i * one));
    booked({made_log(manager_contract, "OptionMarginParamsSet(uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256)",
                     {}, words)});
    std::map<std::string, std::string> set;
    for (book::ParameterRow const& row : keeper_.book().parameters.rows()) {
        set[std::string(row.name.view())] = format_decimal(row.value);
    }
    EXPECT_EQ(set["unpaired maintenance scale"], "6"); // in the place that is called unpairedIMScale
    EXPECT_EQ(set["unpaired initial scale"], "7");
}

TEST_F(DeriveTraps, Seven_TheWithdrawFeeIsSwitchedOffOnEveryCall) {
    auto const off = made_log(cash_contract, "WithdrawFeeDisabled(uint256)", {}, {word_of(one)});
    auto const still_short = made_log(cash_contract, "WithdrawFeeDisabled(uint256)", {}, {word_of(one - 1)});
    auto const on = made_log(cash_contract, "WithdrawFeeEnabled(uint256)", {}, {word_of(one - 1)});
    booked({off}); // nothing was on
    EXPECT_EQ(keeper_.book().breakers.size(), 0U);
    booked({on});
    booked({still_short});
    EXPECT_EQ(keeper_.book().breakers[1].tripped, 1U);
    booked({off});
    booked({off});
    EXPECT_EQ(keeper_.book().breakers[1].tripped, 0U);
}

TEST_F(DeriveTraps, Eight_WhatIsDeclaredAndNeverSentStopsTheImportWhereItIsSent) {
    auto const verdict = book({made_log(accounts_contract, "AccountBurned(address,uint256,address)",
                                        {word_of(address_of(7)), word_of(Int128{1}), word_of(manager_contract)}, {})});
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::log_unmapped));
}

TEST_F(DeriveTraps, Nine_AConvertedAuctionNeverEndsAndABidEndsItBeforeItself) {
    auto const solvent = made_log(auction_contract, "SolventAuctionStarted(uint256,uint256,int256,uint256)", {},
                                  {word_of(Int128{1}), word_of(Int128{0}), word_of(5 * one), word_of(Int128{0})});
    auto const insolvent = made_log(auction_contract, "InsolventAuctionStarted(uint256,uint256,int256)", {},
                                    {word_of(Int128{1}), word_of(Int128{0}), word_of(-5 * one)});
    auto const ended = made_log(auction_contract, "AuctionEnded(uint256,uint256)", {}, {word_of(Int128{1}), word_of(Int128{9})});
    auto const bid = made_log(auction_contract, "Bid(uint256,uint256,uint256,uint256,uint256)", {},
                              {word_of(Int128{1}), word_of(Int128{2}), word_of(one), word_of(3 * one), word_of(Int128{0})});
    give(1, 100 * one);
    give(2, 100 * one);
    booked({solvent});
    EXPECT_TRUE(is_in_liquidation("derive-1"));
    booked({insolvent}); // without an end between
    EXPECT_TRUE(is_in_liquidation("derive-1"));
    EXPECT_EQ(keeper_.book().liquidations.size(), 2U);
    booked({bid}); // a part: it goes on
    EXPECT_TRUE(is_in_liquidation("derive-1"));
    booked({ended, bid});
    EXPECT_FALSE(is_in_liquidation("derive-1"));
    EXPECT_EQ(keeper_.book().liquidations[2].bids, 2U);
    EXPECT_EQ(keeper_.book().liquidations[2].outcome, static_cast<std::uint64_t>(wire::LiquidationOutcome::closed));
    booked({solvent});
    booked({ended}); // terminated by nobody's bid
    EXPECT_FALSE(is_in_liquidation("derive-1"));
    EXPECT_EQ(keeper_.book().liquidations[3].outcome, static_cast<std::uint64_t>(wire::LiquidationOutcome::terminated));
}

} // namespace
} // namespace plimsoll::tools::chain
