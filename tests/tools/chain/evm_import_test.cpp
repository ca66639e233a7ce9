// plimsoll import --format evm-json: proved, translated and booked, once.
#include "tests/tools/chain/vault_sample.hpp"
#include "tests/tools/import_setting.hpp"
#include "tools/chain/mapping.hpp"
#include "tools/errc.hpp"
#include "tools/import/evm_json.hpp"

#include "ledger/book/errc.hpp"
#include "replay/errc.hpp"

#include <gmock/gmock.h>

namespace plimsoll::tools::chain {
namespace {

class EvmImport : public testing::Test {
protected:
    [[nodiscard]] ImportSummary taken(std::string_view text, ImportOptions const& options = vault_options()) {
        auto summary = setting_.run(import_evm_json, setting_.file(text), options);
        EXPECT_TRUE(summary) << (summary ? "" : summary.error().message());
        return summary ? summary.value() : ImportSummary{};
    }
    [[nodiscard]] std::string refused(std::string_view text, auto code, ImportOptions const& options = vault_options()) {
        std::uint64_t const before = setting_.book().sequence();
        auto const summary = setting_.run(import_evm_json, setting_.file(text, "chain.jsonl"), options);
        EXPECT_FALSE(summary);
        if (summary) return {};
        EXPECT_TRUE(summary.error().is(code)) << summary.error().message();
        EXPECT_EQ(setting_.book().sequence(), before) << "something of it was kept";
        return summary.error().message();
    }
    [[nodiscard]] std::string cash(std::uint8_t account) const { return setting_.balance(name_of(account), "USD"); }
    [[nodiscard]] std::string size(std::uint8_t account) const {
        auto const id = setting_.book().find_account(name_of(account));
        auto const instrument = setting_.book().find_instrument("MARKET-0");
        if (!id || !instrument) return "none";
        auto const* const row = setting_.book().position(*id, *instrument);
        return row == nullptr ? "0" : format_decimal(row->size);
    }
    ImportSetting setting_;
};

// By hand, from the rules at the head of the mapping: 300 of notional at 100, fees 0.1 and 0.2; the short of 3
// is taken over at 250 with 750 of notional and a penalty of 2; the fund pays 1.
TEST_F(EvmImport, TheVaultsStoryAddsUpAsByHand) {
    ImportSummary const summary = taken(vault_story().file());
    EXPECT_EQ(summary.records_read, 9U); // the tokens' own transfers are of no mapped contract
    EXPECT_EQ(summary.records_added, 9U);
    EXPECT_EQ(cash(1), "649.9");   // 1000 - 300 - 0.1 - 50
    EXPECT_EQ(cash(2), "48.8");    // 500 + 300 - 0.2 - 750 - 2 + 1
    EXPECT_EQ(cash(3), "5750");    // takes the short and 750 for it
    EXPECT_EQ(cash(fee_collector), "0.3");
    EXPECT_EQ(cash(insurance_fund), "1");
    EXPECT_EQ(setting_.balance("chain:ethereum", "USD"), "-6450"); // what the vault's token balance is
    EXPECT_EQ(size(1), "3");
    EXPECT_EQ(size(2), "0");
    EXPECT_EQ(size(3), "-3");
    auto const& row = setting_.book().instrument(*setting_.book().find_instrument("MARKET-0"));
    EXPECT_EQ(format_decimal(row.mark.value), "250");
    setting_.reopen();
    EXPECT_EQ(cash(2), "48.8");
}

TEST_F(EvmImport, EachLogHasItsEventsAtItsOwnPlace) {
    ChainMaker chain = vault_story();
    static_cast<void>(taken(chain.file()));
    std::vector<std::string> places;
    auto const reader = setting_.reader();
    ASSERT_TRUE(reader->for_events(1, reader->log_size(), [&](std::uint64_t, Event const& event) {
        Cursor const& cursor = event.origin.cursor;
        if (cursor != Cursor{}) places.push_back(std::to_string(cursor.major) + ":" + std::to_string(cursor.minor));
        return true;
    }));
    EXPECT_THAT(places, testing::ElementsAre("1:0", "1:2", "1:4", "3:0", "3:1", "3:2", "4:0", "4:1", "4:3", "5:0", "5:1",
                                             "5:2", "5:2", "5:3"));
    auto const& row = setting_.book().chains[1];
    EXPECT_EQ(row.chain_id, 0x7a69U);
    EXPECT_EQ(row.block, 5U);
    EXPECT_EQ(std::memcmp(row.block_hash.data(), chain.blocks()[4].header.hash.data(), 32), 0);
}

TEST_F(EvmImport, AgainAddsNothingAndALongerFileAddsTheRest) {
    ChainMaker const chain = vault_story();
    static_cast<void>(taken(chain.file(0, 3)));
    ImportSummary const again = taken(chain.file(0, 3));
    EXPECT_EQ(again.events_added, 0U);
    EXPECT_EQ(again.records_duplicate, 4U);
    ImportSummary const longer = taken(chain.file());
    EXPECT_EQ(longer.records_duplicate, 4U);
    EXPECT_EQ(longer.records_added, 5U);
    ImportSetting fresh;
    auto const whole = fresh.run(import_evm_json, fresh.file(chain.file()), vault_options());
    ASSERT_TRUE(whole) << whole.error().message();
    EXPECT_EQ(fresh.engine().state_root(), setting_.engine().state_root());
}

/// A crash may leave the first logs of a block without its last ones.
TEST_F(EvmImport, ABlockOfWhichHalfIsThereIsCompleted) {
    ChainMaker const chain = vault_story();
    ImportSetting half;
    ASSERT_TRUE(half.run(import_evm_json, half.file(chain.file()), vault_options()));
    auto const reader = half.reader();
    std::vector<Event> events;
    ASSERT_TRUE(reader->for_events(1, reader->log_size(), [&](std::uint64_t, Event const& event) {
        events.push_back(event);
        return event.origin.cursor < Cursor{5, 1}; // the block itself and its first log, no more
    }));
    for (Event const& event : events) ASSERT_TRUE(setting_.engine().submit(event));
    ImportSummary const rest = taken(chain.file());
    EXPECT_EQ(rest.records_added, 2U);
    EXPECT_EQ(half.engine().state_root(), setting_.engine().state_root());
}

TEST_F(EvmImport, ABlockThatWasReplacedIsRefusedWithBothHashes) {
    ChainMaker chain = vault_story();
    static_cast<void>(taken(chain.file()));
    for (std::size_t const depth : {1U, 3U}) {
        ChainMaker other = vault_story();
        std::size_t const at = other.blocks().size() - depth;
        other.blocks()[at].header.extra_data = Bytes(1, 'x');
        other.seal_from(at);
        std::string const message = refused(other.file(), Errc::block_replaced);
        EXPECT_NE(message.find("block " + std::to_string(at + 1)), std::string::npos) << message;
        EXPECT_NE(message.find(hex_of(other.blocks()[at].header.hash)), std::string::npos) << message;
    }
}

TEST_F(EvmImport, WhatIsNotProvedIsNotBooked) {
    ChainMaker chain = vault_story();
    chain.blocks()[3].receipts[0].logs[0].data[31] ^= 1;
    EXPECT_NE(refused(chain.file(), Errc::receipts_root_differs).find("chain.jsonl:5"), std::string::npos);
    chain = vault_story();
    ++chain.blocks()[2].header.gas_used;
    EXPECT_NE(refused(chain.file(), Errc::block_hash_differs).find("chain.jsonl:4"), std::string::npos);
    chain = vault_story();
    chain.blocks()[2].header.parent_hash[0] ^= 1;
    ChainMaker::seal(chain.blocks()[2]);
    static_cast<void>(refused(chain.file(), Errc::parent_differs));
    chain = vault_story();
    static_cast<void>(refused(chain.head_line() + chain.line(chain.blocks()[1]) + chain.line(chain.blocks()[0]),
                              Errc::record_malformed));
    chain = vault_story();
    std::swap(chain.blocks()[0].receipts[0], chain.blocks()[0].receipts[1]);
    static_cast<void>(refused(chain.file(), Errc::record_malformed));
}

TEST_F(EvmImport, ABlockWithoutReceiptsWillDoWhereItsBloomShowsNoLogOfTheContracts) {
    ChainMaker const made = vault_story();
    ChainMaker chain = made;
    auto const without = [&](MadeBlock const& block) {
        std::string text = chain.line(block);
        return text.substr(0, text.find(",\"receipts\"")) + "}\n";
    };
    auto& blocks = chain.blocks();
    ImportSummary const summary = taken(chain.head_line() + chain.line(blocks[0]) + without(blocks[1]) + chain.line(blocks[2]));
    EXPECT_EQ(summary.records_added, 4U);
    std::string const message =
        refused(chain.head_line() + chain.line(blocks[2]) + without(blocks[3]), Errc::log_unproved);
    EXPECT_NE(message.find("save the block with them"), std::string::npos) << message;
}

TEST_F(EvmImport, BlocksThatAreNotInTheFileAreCounted) {
    ChainMaker chain = vault_story();
    ImportSummary const summary =
        taken(chain.head_line() + chain.line(chain.blocks()[0]) + chain.line(chain.blocks()[3]));
    ASSERT_EQ(summary.notes.size(), 2U);
    EXPECT_EQ(summary.notes[1], "2 blocks are not in the file: nothing is known of what they hold");
}

TEST_F(EvmImport, AnotherChainOrAnotherMappingIsRefused) {
    ChainMaker const chain = vault_story();
    static_cast<void>(taken(chain.file(0, 1)));
    std::string other = chain.file();
    other.replace(other.find("0x7a69"), 6, "0x1");
    static_cast<void>(refused(other, Errc::chain_differs));
    static_cast<void>(refused(chain.head_line() + R"({"plimsoll_chain":1,"chain_id":"0x2"})", Errc::chain_differs));
    ImportOptions options = vault_options();
    options.parameters["fee_collector"] = name_of(0xfd);
    EXPECT_NE(refused(chain.file(), Errc::mapping_differs, options).find("--source"), std::string::npos);
}

TEST_F(EvmImport, ALogThatNoRuleTakesStopsOrIsSetAside) {
    ChainMaker chain;
    chain.add({{deposited(1, 5 * dollar)},
               {made_log(vault_address, "Upgraded(address)", {word_of(vault_address)}, {})},
               {deposited(1, 7 * dollar)}});
    std::string const message = refused(chain.file(), Errc::log_unmapped);
    EXPECT_NE(message.find("block 1, log 1 of transaction 0x"), std::string::npos) << message;
    EXPECT_NE(message.find("the ABI of vault has no event of topic 0x"), std::string::npos) << message;
    ImportOptions options = vault_options();
    options.quarantine = true;
    ImportSummary const summary = taken(chain.file(), options);
    EXPECT_EQ(summary.records_added, 2U);
    EXPECT_EQ(summary.records_quarantined, 1U);
    EXPECT_EQ(cash(1), "12");
    EXPECT_EQ(setting_.book().head[1].quarantined, 1U);
}

TEST_F(EvmImport, ALogOfAWrongShapeNamesTheArgument) {
    ChainMaker chain;
    Log log = deposited(1, 5 * dollar);
    log.data.push_back(0);
    chain.add({{log}});
    EXPECT_NE(refused(chain.file(), Errc::log_malformed).find("Deposited(address,uint256): the data has 33 bytes"),
              std::string::npos);
    chain = ChainMaker();
    chain.add({{traded(1, 2, 0, -3 * one, one, 0, 0)}});
    EXPECT_NE(refused(chain.file(), Errc::value_refused).find("it requires that quantity > 0"), std::string::npos);
    chain = ChainMaker();
    chain.add({{deposited(1, Int128{1} << 125)}}); // of 10^-6: more than the ledger counts
    EXPECT_NE(refused(chain.file(), Errc::value_refused).find("amount: "), std::string::npos);
}

/// A block of which nothing was booked leaves no trace, and must not be taken for one that was missed.
TEST_F(EvmImport, ABlockWithNothingButIgnoredLogsIsKnownAgain) {
    std::string toml = MappingText::load("erc20-vault").value().toml;
    auto const begin = toml.find("[[rule]]\ncontract = \"vault\"\nevent = \"PricePosted\"");
    auto const end = toml.find("# The liquidator takes");
    ASSERT_NE(begin, std::string::npos);
    toml.replace(begin, end - begin, "[[ignore]]\ncontract = \"vault\"\nevent = \"PricePosted\"\n\n");
    ImportOptions options = vault_options();
    options.mapping = setting_.file(toml, "quiet.toml").string();
    ChainMaker chain;
    chain.add({{deposited(1, dollar)}});
    chain.add({{price_posted(0, one)}});
    chain.add({{deposited(1, dollar)}});
    ImportSummary const first = taken(chain.file(), options);
    EXPECT_EQ(first.records_added, 2U);
    EXPECT_EQ(first.records_passed_over, 1U);
    ImportSummary const again = taken(chain.file(), options);
    EXPECT_EQ(again.events_added, 0U);
    EXPECT_EQ(again.records_duplicate, 3U);
    // One with a log that was never booked is another matter.
    ChainMaker other;
    other.add({{deposited(1, dollar)}});
    other.add({{deposited(2, dollar)}});
    other.add({{deposited(1, dollar)}});
    static_cast<void>(refused(other.file(), replay::Errc::record_late, options));
}

TEST_F(EvmImport, LogsWithoutTheirBlocksAreTakenOnlyWhenAskedFor) {
    std::string const line = R"({"address":")" + hex_of(vault_address) + R"(","topics":[")" +
                             hex_of(keccak256("Deposited(address,uint256)")) + R"(",")" +
                             hex_of(word_of(address_of(1))) + R"("],"data":")" + hex_of(word_of(5 * dollar)) +
                             R"(","blockNumber":"0x7","logIndex":"0x0","blockTimestamp":"0x65000000"})" "\n";
    EXPECT_NE(refused(line, Errc::log_unproved).find("--unproved"), std::string::npos);
    ImportOptions options = vault_options();
    options.unproved = true;
    ImportSummary const summary = taken(line, options);
    EXPECT_EQ(summary.records_added, 1U);
    EXPECT_EQ(summary.notes[0], "1 logs were taken without a proof");
    EXPECT_EQ(cash(1), "5");
}

TEST_F(EvmImport, WithoutAMappingItSaysSo) {
    EXPECT_NE(refused("", tools::Errc::usage, {}).find("--mapping"), std::string::npos);
    ImportOptions options = vault_options();
    options.mapping = "none-such";
    EXPECT_NE(refused("", Errc::mapping_malformed, options).find("erc20-vault"), std::string::npos);
}

} // namespace
} // namespace plimsoll::tools::chain
