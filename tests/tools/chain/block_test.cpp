// Blocks and receipts of mainnet and Arbitrum, proved by what their headers commit to.
#include "tests/tools/chain/chain_data.hpp"
#include "tools/chain/block.hpp"
#include "tools/chain/keccak.hpp"
#include "tools/chain/rlp.hpp"

namespace plimsoll::tools::chain {
namespace {

class MainnetBlock : public RealChain {
protected:
    void SetUp() override {
        RealChain::SetUp();
        if (IsSkipped()) return;
        header_ = taken(read_header(JsonFile(mainnet_block() / "block.json").root()));
        receipts_ = taken(read_receipts(JsonFile(mainnet_block() / "receipts.json").root(), header_));
    }
    Header header_;
    std::vector<Receipt> receipts_;
};

TEST_F(MainnetBlock, ItsFieldsHashToItsName) {
    EXPECT_EQ(header_.number, 21'925'176U);
    EXPECT_TRUE(verify_header(header_));
    EXPECT_EQ(hex_of(header_hash(header_)),
              "0x92dabfa3f61ff1c349d12f5fd0dd4c99760a0a41b77dee8f0a80f83efdcb307a"); // block.json
}

TEST_F(MainnetBlock, AChangedFieldHashesElsewhere) {
    ++header_.timestamp;
    auto const verdict = verify_header(header_);
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::block_hash_differs));
    EXPECT_NE(verdict.error().detail().find("block 21925176 claims 0x92dabfa3"), std::string::npos)
        << verdict.error().detail();
}

TEST_F(MainnetBlock, ItsReceiptsGiveItsReceiptsRoot) {
    ASSERT_EQ(receipts_.size(), 202U); // README of the data
    std::size_t logs = 0;
    for (Receipt const& receipt : receipts_) logs += receipt.logs.size();
    EXPECT_EQ(logs, 463U); // README of the data
    ReceiptsCheck check;
    EXPECT_EQ(hex_of(check.root(receipts_)),
              "0xf883e1a2fb8df9d1d988dec80f13c8aca724590ac357e45e30e0d48b1fbd64ee");
    EXPECT_TRUE(check.verify(header_, receipts_));
}

TEST_F(MainnetBlock, AnyChangedReceiptIsNoticed) {
    ReceiptsCheck check;
    auto const refused = [&](std::string_view what, auto const& change) {
        std::vector<Receipt> changed = receipts_;
        change(changed);
        auto const verdict = check.verify(header_, changed);
        EXPECT_TRUE(!verdict && verdict.error().is(Errc::receipts_root_differs)) << what;
    };
    std::size_t with_logs = 0;
    while (receipts_[with_logs].logs.empty()) ++with_logs;
    refused("status", [](auto& all) { all[7].status = !all[7].status; });
    refused("gas", [](auto& all) { ++all[201].cumulative_gas_used; });
    refused("type", [](auto& all) { all[0].type ^= 1; });
    refused("address", [&](auto& all) { all[with_logs].logs[0].address[19] ^= 1; });
    refused("topic", [&](auto& all) { all[with_logs].logs[0].topics[0][0] ^= 1; });
    refused("data", [&](auto& all) { all[with_logs].logs[0].data.push_back(0); });
    refused("log dropped", [&](auto& all) { all[with_logs].logs.pop_back(); });
    refused("receipt dropped", [](auto& all) { all.pop_back(); });
    refused("two swapped", [](auto& all) { std::swap(all[3], all[4]); });
    refused("all gone", [](auto& all) { all.clear(); });
}

TEST_F(MainnetBlock, ItsBloomIsThatOfItsLogs) {
    Bytes bloom(bloom_bytes, 0);
    for (Receipt const& receipt : receipts_) {
        EXPECT_TRUE(verify_bloom(receipt));
        for (std::size_t i = 0; i < bloom_bytes; ++i) bloom[i] |= receipt.logs_bloom[i];
        for (Log const& log : receipt.logs) EXPECT_TRUE(may_hold(header_.logs_bloom, log.address));
    }
    EXPECT_EQ(bloom, header_.logs_bloom);
}

TEST_F(MainnetBlock, AReceiptWithAnotherBloomIsRefused) {
    receipts_[0].logs_bloom[5] ^= 0x10;
    auto const verdict = verify_bloom(receipts_[0]);
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::logs_bloom_differs));
}

TEST_F(MainnetBlock, WhatIsWrittenIsReadAgain) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("block");
    write_header(json, header_);
    json.key("receipts").begin_array();
    for (Receipt const& receipt : receipts_) write_receipt(json, receipt, header_);
    json.end_array().end_object();
    simdjson::dom::parser parser;
    JsonElement const root = parser.parse(text);
    Header const header = taken(read_header(root["block"]));
    EXPECT_TRUE(verify_header(header));
    EXPECT_TRUE(ReceiptsCheck().verify(header, taken(read_receipts(root["receipts"], header))));
}

TEST_F(MainnetBlock, TheBlockAfterNamesItAsParent) {
    Header next;
    next.number = header_.number + 1;
    next.parent_hash = header_.hash;
    EXPECT_TRUE(verify_parent(next, header_.number, header_.hash));
    next.parent_hash[0] ^= 1;
    auto const verdict = verify_parent(next, header_.number, header_.hash);
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::parent_differs));
}

TEST(OrderedTrie, OfNothingIsTheEmptyRoot) {
    OrderedTrie trie;
    EXPECT_EQ(hex_of(trie.root()), // Ethereum's empty root, as every block without transactions has it
              "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
}

/// A trie over small items, by the plain recursion of its definition, to check the fast one.
[[nodiscard]] Bytes32 slow_root(std::size_t items);

TEST(OrderedTrie, SmallItemsLieInTheirParents) {
    for (std::size_t const items : {1U, 2U, 3U, 16U, 17U, 127U, 128U, 129U, 200U, 300U}) {
        OrderedTrie trie;
        for (std::size_t i = 0; i < items; ++i) {
            trie.bytes().push_back(static_cast<std::uint8_t>(i));
            trie.end_item();
        }
        EXPECT_EQ(trie.root(), slow_root(items)) << items;
    }
}

using Entry = std::pair<std::string, std::uint8_t>; // half bytes, value
[[nodiscard]] Bytes node_of(std::vector<Entry> const& entries, std::size_t depth) {
    Bytes out;
    RlpWriter writer(out);
    auto const list = writer.begin_list();
    auto const write_path = [&](std::string const& rest, bool leaf) {
        bool const odd = rest.size() % 2 != 0;
        std::string nibbles(odd ? 1 : 2, '\0');
        nibbles[0] = static_cast<char>((leaf ? 2 : 0) + (odd ? 1 : 0));
        nibbles += rest;
        Bytes packed;
        for (std::size_t i = 0; i < nibbles.size(); i += 2) {
            packed.push_back(static_cast<std::uint8_t>(nibbles[i] << 4 | nibbles[i + 1]));
        }
        writer.bytes(packed);
    };
    auto const child = [&](std::vector<Entry> const& some, std::size_t at) {
        Bytes const node = node_of(some, at);
        if (node.size() < 32) writer.raw(node);
        else writer.bytes(keccak256(ByteView(node)));
    };
    if (entries.size() == 1) {
        write_path(entries[0].first.substr(depth), true);
        writer.bytes(Bytes{entries[0].second});
    } else {
        std::size_t shared = depth;
        auto const all_agree = [&] {
            for (Entry const& entry : entries) {
                if (entry.first[shared] != entries[0].first[shared]) return false;
            }
            return true;
        };
        while (all_agree()) ++shared;
        if (shared != depth) {
            write_path(entries[0].first.substr(depth, shared - depth), false);
            child(entries, shared);
        } else {
            for (char nibble = 0; nibble < 16; ++nibble) {
                std::vector<Entry> some;
                for (Entry const& entry : entries) {
                    if (entry.first[depth] == nibble) some.push_back(entry);
                }
                if (some.empty()) writer.bytes({});
                else child(some, depth + 1);
            }
            writer.bytes({});
        }
    }
    writer.end_list(list);
    return out;
}

Bytes32 slow_root(std::size_t items) {
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < items; ++i) {
        Bytes key;
        RlpWriter(key).number(i);
        std::string nibbles;
        for (auto const byte : key) nibbles.append({static_cast<char>(byte >> 4), static_cast<char>(byte & 15)});
        entries.emplace_back(nibbles, static_cast<std::uint8_t>(i));
    }
    return keccak256(ByteView(node_of(entries, 0)));
}

class RecordedReceipts : public RealChain {};

TEST_F(RecordedReceipts, AllTwelveBloomsAreThoseOfTheirLogs) {
    auto const all = recorded_receipts();
    EXPECT_EQ(all.size(), 12U);
    for (auto const& one : all) EXPECT_TRUE(verify_bloom(one.receipt)) << one.name;
}

TEST_F(RecordedReceipts, EveryHeaderOfTheRecordingsHashesToItsName) {
    for (auto const& one : recorded_receipts()) {
        EXPECT_TRUE(verify_header(one.header)) << one.name; // Ethereum before and after the merge, Arbitrum
    }
}

struct Malformed {
    std::string name;
    std::string json;
    std::string detail;
};
class RecordRefusal : public testing::TestWithParam<Malformed> {};

TEST_P(RecordRefusal, NamesTheField) {
    simdjson::dom::parser parser;
    auto const read = read_receipt(parser.parse(GetParam().json));
    ASSERT_FALSE(read);
    EXPECT_TRUE(read.error().is(Errc::record_malformed));
    EXPECT_EQ(read.error().detail(), GetParam().detail);
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, RecordRefusal,
    testing::Values(Malformed{"NoObject", "[]", "the receipt is no object"},
                    Malformed{"NoStatus", R"({"cumulativeGasUsed":"0x1"})", "the receipt lacks status"},
                    Malformed{"StatusIsANumber", R"({"status":1})", "status is not a text"},
                    Malformed{"StatusOfThree", R"({"status":"0x3"})", "status is neither 0 nor 1"},
                    Malformed{"TypeTooLarge", R"({"type":"0x80"})", "type is larger than 0x7f"},
                    Malformed{"LogsNoList", R"({"logs":{}})", "logs is no list"},
                    Malformed{"LogWithoutData", R"({"logs":[{"address":"0x00","topics":[]}]})",
                              "address: '0x00', which is not of 20 bytes"},
                    Malformed{"BloomOddDigits", R"({"logsBloom":"0x123"})",
                              "logsBloom: '0x123', which has half a byte"}),
    [](auto const& row) { return row.param.name; });

} // namespace
} // namespace plimsoll::tools::chain
