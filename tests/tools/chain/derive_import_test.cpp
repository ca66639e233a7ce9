// Derive v2's raw logs, imported by the shipped mapping: after each operation the ledger is the recorded state.
#include "tests/tools/chain/chain_data.hpp"
#include "tests/tools/chain/vault_sample.hpp"
#include "tools/chain/block_booking.hpp"
#include "tools/chain/chain_file.hpp"
#include "tools/chain/file_source.hpp"
#include "tools/chain/reconcile.hpp"
#include "tools/chain/scratch_keeper.hpp"
#include "tools/import/evm_json.hpp"

#include "ledger/event/wide.hpp"

#include <cstdlib>
#include <map>

namespace plimsoll::tools::chain {
namespace {

[[nodiscard]] std::filesystem::path vectors() { return std::filesystem::path(PLIMSOLL_SHARED_DIR) / "vectors" / "derive"; }

[[nodiscard]] Int128 number(JsonElement value) {
    std::string_view const text = value.get_string();
    return parse_integer(text).value();
}

struct Operation {
    std::uint64_t sequence = 0;
    std::uint64_t n = 0;
    std::string name;
    bool ok = false;
    std::uint64_t now = 0;
    Int128 loss = 0; ///< of socialize_loss
    std::map<std::string, std::array<Int128, 5>> accounts;
    std::map<std::string, Int128> state;
};

/// The mapping with the addresses of the contracts that the logs are of.
[[nodiscard]] MappingText derive_text() {
    JsonFile const file(vectors() / "raw_logs_contracts.json");
    MappingText text = MappingText::load("derive-v2").value();
    for (auto const& [name, key] : {std::pair{"sub_accounts", "sub_accounts"}, {"cash", "cash_asset"}, {"perp", "perp_asset"}}) {
        text.parameters[name] = std::string(std::string_view(file.root()[key].get_string()));
    }
    return text;
}

[[nodiscard]] ImportOptions derive_options(MappingText const& text) {
    ImportOptions options;
    options.mapping = "derive-v2";
    options.parameters = {text.parameters.begin(), text.parameters.end()};
    return options;
}

class DeriveLogs : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(vectors())) GTEST_SKIP() << "vectors are absent: " << vectors();
        read_logs();
        read_operations();
    }

    void read_logs() {
        auto file = ChainFile::open(vectors() / "raw_logs.jsonl");
        ASSERT_TRUE(file);
        while (true) {
            auto record = file.value().next([](Header const&) { return true; });
            ASSERT_TRUE(record) << record.error().message();
            if (!record.value()) return;
            Log log = std::move(std::get<FileLog>(*record.value()).log);
            logs_[log.block_number].push_back(std::move(log));
        }
    }

    void read_operations() {
        auto lines = LineReader::open(vectors() / "cash_perp.jsonl");
        ASSERT_TRUE(lines);
        simdjson::dom::parser parser;
        while (auto const line = lines.value().next().value()) {
            JsonElement const json = parser.parse(line->data(), line->size());
            JsonElement n;
            if (json["n"].get(n) != simdjson::SUCCESS) continue;
            Operation one;
            one.sequence = json["sequence"].get_uint64();
            if (one.sequence > 100) return; // of which there are no logs
            one.n = n.get_uint64();
            one.name = std::string(std::string_view(json["op"].get_string()));
            one.ok = json["ok"].get_bool();
            JsonElement loss;
            if (json["args"]["loss"].get(loss) == simdjson::SUCCESS) one.loss = number(loss);
            if (one.ok) read_state(json["state"], one);
            operations_.push_back(std::move(one));
        }
    }

    static void read_state(JsonElement state, Operation& one) {
        one.now = state["now"].get_uint64();
        for (char const* key : {"borrow_index", "supply_index", "net_settled_cash", "funding_index"}) one.state[key] = number(state[key]);
        for (char const* key : {"cash", "cash_index", "perp", "last_mark_price", "stored_pnl", "stored_funding"}) {
            std::size_t i = 0;
            for (JsonElement const value : state["accounts"][key].get_array()) one.accounts[key][i++] = number(value);
        }
    }

    /// The first sequence as proved blocks, one transaction each, and the last operation in it.
    struct FirstSequence {
        std::string chain; ///< as a file
        Operation const* last = nullptr;
        std::uint64_t blocks = 0;
    };
    [[nodiscard]] FirstSequence first_sequence() {
        ChainMaker chain(1, 1);
        chain.add({logs_[0]}, 0);
        FirstSequence told{"", nullptr, 1};
        std::uint64_t now = 1;
        for (Operation const& one : operations_) {
            if (one.sequence != 1 || !one.ok) continue;
            chain.add({logs_[one.n]}, one.now - now);
            now = one.now;
            told.last = &one;
            ++told.blocks;
        }
        told.chain = chain.file();
        return told;
    }

    std::map<std::uint64_t, std::vector<Log>> logs_; ///< by operation
    std::vector<Operation> operations_;
};

[[nodiscard]] Int128 cash(book::Book const& book, std::string_view account) {
    auto const id = book.find_account(account);
    auto const* const row = id ? book.balance(*id, *book.find_asset("CASH")) : nullptr;
    return row == nullptr ? 0 : row->amount.units();
}

TEST_F(DeriveLogs, AfterEachOperationTheLedgerIsTheRecordedStateToTheWei) {
    MappingText const text = derive_text();
    auto const mapping = Mapping::read(text, "derive-v2");
    ASSERT_TRUE(mapping) << mapping.error().message();
    std::uint64_t sequence = 0;
    std::size_t compared = 0;
    std::size_t losses = 0;
    std::size_t met = 0;
    Int128 worst_quote = 0;
    std::unique_ptr<ScratchKeeper> keeper;
    std::unique_ptr<BlockBooking> booking;
    auto const take = [&](std::uint64_t n, std::uint64_t now, std::vector<Log> const& logs) {
        std::vector<Log const*> own;
        for (Log const& log : logs) own.push_back(&log);
        return booking->take(BlockPlace{n + 1, now, {}, {}}, own);
    };
    for (Operation const& one : operations_) {
        if (one.sequence != sequence) { // everything starts afresh, from the same set-up
            sequence = one.sequence;
            keeper = std::make_unique<ScratchKeeper>();
            booking = std::make_unique<BlockBooking>(mapping.value(), *keeper, "derive");
            ASSERT_TRUE(booking->begin(text, 0, 1));
            auto const set_up = take(0, 1, logs_[0]);
            ASSERT_TRUE(set_up) << set_up.error().message();
        }
        if (!one.ok) {
            ASSERT_TRUE(logs_[one.n].empty()) << one.n;
            continue;
        }
        Int128 const before = cash(keeper->book(), "derive:unattributed");
        auto const taken = take(one.n, one.now, logs_[one.n]);
        ASSERT_TRUE(taken) << one.n << " " << one.name << ": " << taken.error().message();
        book::Book const& book = keeper->book();
        for (std::size_t i = 0; i < 5; ++i) {
            auto const id = book.find_account("derive-" + std::to_string(i + 1));
            ASSERT_TRUE(id);
            auto const* const row = book.balance(*id, *book.find_asset("CASH"));
            ASSERT_EQ(format_integer(cash(book, "derive-" + std::to_string(i + 1))), format_integer(one.accounts.at("cash")[i])) << one.n;
            ASSERT_EQ(row == nullptr ? 0 : row->interest_index.units(), one.accounts.at("cash_index")[i]) << one.n;
            auto const perpetual = book.find_instrument("PERP-ETH");
            auto const* const position = perpetual ? book.position(*id, *perpetual) : nullptr;
            Int128 const size = position == nullptr ? 0 : position->size.units();
            ASSERT_EQ(size, one.accounts.at("perp")[i]) << one.n;
            // What the position has gained and not settled: the ledger divides at other places, by a few wei.
            Int128 const quote = position == nullptr ? 0 : position->quote.units();
            Int128 const want = one.accounts.at("stored_pnl")[i] + one.accounts.at("stored_funding")[i] -
                                *multiply_divide(size, one.accounts.at("last_mark_price")[i], one_units, Rounding::toward_zero);
            worst_quote = std::max(worst_quote, quote > want ? quote - want : want - quote);
        }
        auto const& asset = book.asset(*book.find_asset("CASH"));
        if (!asset.borrow_index.is_zero()) {
            ASSERT_EQ(asset.borrow_index.units(), one.state.at("borrow_index")) << one.n;
            ASSERT_EQ(asset.supply_index.units(), one.state.at("supply_index")) << one.n;
            ++met;
        }
        ASSERT_EQ(-cash(book, "derive:settlement"), one.state.at("net_settled_cash")) << one.n;
        ASSERT_EQ(cash(book, "derive:clearing"), 0) << one.n;
        if (auto const perpetual = book.find_instrument("PERP-ETH")) {
            ASSERT_EQ(book.instrument(*perpetual).funding_index.units(), one.state.at("funding_index")) << one.n;
        }
        if (one.name == "socialize_loss") { // it was printed, and no event says so
            ASSERT_EQ(before - cash(book, "derive:unattributed"), one.loss) << one.n;
            ++losses;
        }
        ++compared;
    }
    EXPECT_EQ(compared, 3'503U); // of 3,679 operations, 176 were refused
    EXPECT_EQ(losses, 101U);
    EXPECT_GT(met, 1'000U);
    EXPECT_LE(worst_quote, 3);
}

/// The same through files: proved blocks, the command's importer, a ledger on disk that is opened again.
TEST_F(DeriveLogs, ASequenceAsProvedBlocksInALedger) {
    MappingText const text = derive_text();
    FirstSequence const told = first_sequence();
    ImportSetting setting;
    ImportOptions const options = derive_options(text);
    auto const summary = setting.run(import_evm_json, setting.file(told.chain), options);
    ASSERT_TRUE(summary) << summary.error().message();
    setting.reopen();
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(cash(setting.book(), "derive-" + std::to_string(i + 1)), told.last->accounts.at("cash")[i]);
    }
    auto const again = setting.run(import_evm_json, setting.file(told.chain), options);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().events_added, 0U);
}

/// A saved chain whose contract answers `getBalance(account, asset, subId)`.
class WithBalances : public ChainSource {
public:
    using Balance = std::function<Int128(Int128 account, ByteView asset)>;
    WithBalances(ChainSource& saved, Balance balance) : saved_(&saved), balance_(std::move(balance)) {}

    result<std::uint64_t> chain_id() override { return saved_->chain_id(); }
    result<Header> header(BlockTag tag) override { return saved_->header(tag); }
    result<Header> header(std::uint64_t number) override { return saved_->header(number); }
    result<std::vector<Receipt>> receipts(Header const& header) override { return saved_->receipts(header); }
    result<std::vector<Log>> logs(std::span<Address const> of, std::uint64_t first, std::uint64_t last) override {
        return saved_->logs(of, first, last);
    }
    result<Bytes> call(Address const&, std::span<std::uint8_t const> data, std::uint64_t) override {
        ByteView const words = ByteView(data).subspan(4);
        EXPECT_EQ(words.size(), 96U);
        EXPECT_EQ(number_of_word(words.subspan(64, 32)), 0) << "cash and the perpetual have one sub id";
        Int128 units = balance_(number_of_word(words.first(32)), words.subspan(44, 20));
        Bytes answer(32, units < 0 ? 0xff : 0x00);
        for (std::size_t i = 32; i > 16; units >>= 8) answer[--i] = static_cast<std::uint8_t>(units & 0xff);
        return answer;
    }
    result<AccountProof> proof(Address const& of, std::span<Bytes32 const> slots, std::uint64_t block) override {
        return saved_->proof(of, slots, block);
    }
    std::string name() const override { return saved_->name(); }

private:
    [[nodiscard]] static Int128 number_of_word(ByteView word) {
        Int128 number = 0;
        for (std::uint8_t const byte : word.subspan(16)) number = number << 8 | byte;
        return number;
    }
    ChainSource* saved_;
    Balance balance_;
};

/// The recorded state answers for the contract: nothing differs; one wei elsewhere is found, with both sides.
TEST_F(DeriveLogs, TheContractsOwnBalancesAreCompared) {
    MappingText const text = derive_text();
    FirstSequence const told = first_sequence();
    ImportSetting setting;
    ImportOptions const options = derive_options(text);
    auto const summary = setting.run(import_evm_json, setting.file(told.chain), options);
    ASSERT_TRUE(summary) << summary.error().message();
    auto saved = FileSource::open(setting.file(told.chain, "saved.jsonl"));
    ASSERT_TRUE(saved) << saved.error().message();
    auto const compare = [&](Int128 wrong_by) {
        WithBalances source(*saved.value(), [&](Int128 account, ByteView asset) {
            bool const is_cash = hex_of(asset) == text.parameters.find("cash")->second;
            Int128 const recorded = told.last->accounts.at(is_cash ? "cash" : "perp").at(static_cast<std::size_t>(account - 1));
            return recorded + (is_cash && account == 2 ? wrong_by : 0);
        });
        ReconcileAsk ask;
        ask.at = told.blocks;
        ask.source = "derive-v2";
        auto report = reconcile_chain(*setting.reader(), source, ask);
        EXPECT_TRUE(report) << (report ? "" : report.error().message());
        return report ? std::move(report.value()) : ReconcileReport{};
    };
    ReconcileReport const same = compare(0);
    EXPECT_TRUE(same.findings.empty()) << same.findings.front().what << ": " << same.findings.front().ledger << " / " << same.findings.front().chain;
    EXPECT_GE(same.balances, 5U);
    EXPECT_EQ(same.balances_proved, 0U) << "the mapping knows no slot";
    ReconcileReport const wrong = compare(1);
    ASSERT_EQ(wrong.findings.size(), 1U);
    EXPECT_EQ(wrong.findings.front().kind, FindingKind::amount);
    EXPECT_EQ(wrong.findings.front().what, "cash of derive-2 in CASH");
}

TEST_F(DeriveLogs, ALostLogIsNoticedByTheBalanceBefore) {
    MappingText const text = derive_text();
    auto const mapping = Mapping::read(text, "derive-v2");
    ASSERT_TRUE(mapping);
    ScratchKeeper keeper;
    BlockBooking booking(mapping.value(), keeper, "derive");
    ASSERT_TRUE(booking.begin(text, 0, 1));
    std::size_t taken = 0;
    for (Operation const& one : operations_) {
        if (one.sequence != 1 || one.name == "set_prices") continue;
        std::vector<Log const*> own;
        for (Log const& log : logs_[one.n]) own.push_back(&log);
        if (taken++ == 1) continue; // the second operation: a deposit of account 2
        auto const verdict = booking.take(BlockPlace{one.n + 1, 1, {}, {}}, own);
        if (verdict) continue;
        EXPECT_TRUE(verdict.error().is(Errc::value_refused));
        EXPECT_NE(verdict.error().detail().find("it requires that preBalance@18 == cash('derive-{accountId}', 'CASH')"),
                  std::string::npos) << verdict.error().detail();
        return;
    }
    FAIL() << "nothing noticed";
}

} // namespace
} // namespace plimsoll::tools::chain
