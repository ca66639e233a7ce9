/// Real records of chains, as their nodes answered, for the tests of tools/chain.
#pragma once

#include "tests/tools/import_setting.hpp"
#include "tools/chain/records.hpp"

namespace plimsoll::tools::chain {

template <class T> [[nodiscard]] T taken(result<T> value) {
    EXPECT_TRUE(value) << (value ? "" : value.error().message());
    return value ? std::move(value.value()) : T{};
}

[[nodiscard]] inline std::filesystem::path chain_records() {
    return shared_data("eth_logs_receipts_proofs");
}
[[nodiscard]] inline std::filesystem::path mainnet_block() {
    return chain_records() / "helios_mainnet_block_21925176";
}

/// A JSON file of real data, kept parsed.
class JsonFile {
public:
    explicit JsonFile(std::filesystem::path const& path) {
        EXPECT_EQ(parser_.load(path.string()).get(root_), simdjson::SUCCESS) << path;
    }
    [[nodiscard]] JsonElement root() const { return root_; }

private:
    simdjson::dom::parser parser_;
    JsonElement root_;
};

/// A test over real records; skipped, with a line, where they are absent.
class RealChain : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(chain_records())) {
            GTEST_SKIP() << "real data is absent: " << chain_records();
        }
    }
};

/// The twelve receipts that an indexer recorded, with the header of each one's block.
struct RecordedReceipt {
    std::string name;
    Header header;
    Receipt receipt;
};
[[nodiscard]] inline std::vector<RecordedReceipt> recorded_receipts() {
    std::vector<RecordedReceipt> all;
    for (auto const& entry : std::filesystem::directory_iterator(chain_records() / "rotki_receipts")) {
        JsonFile const file(entry.path());
        RecordedReceipt one;
        one.name = entry.path().stem().string();
        for (JsonElement const call : file.root().get_array()) {
            std::string_view const method = call["method"].get_string();
            if (method == "eth_getBlockByNumber") one.header = taken(read_header(call["result"]));
            if (method == "eth_getTransactionReceipt") one.receipt = taken(read_receipt(call["result"]));
        }
        all.push_back(std::move(one));
    }
    std::ranges::sort(all, {}, &RecordedReceipt::name);
    return all;
}

} // namespace plimsoll::tools::chain
