#include "tests/tools/chain/made_chain.hpp"
#include "tests/tools/chain/vault_sample.hpp"
#include "tests/tools/import_setting.hpp"
#include "ledger/book/root.hpp"
#include "tools/chain/follow/live_ledger.hpp"
#include "tools/chain/saver.hpp"
#include "tools/import/evm_json.hpp"

#include <gmock/gmock.h>

#include <random>

namespace plimsoll::tools::chain::follow {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t confirmations = 64;

class Live : public testing::Test {
protected:
    Live() {
        ImportOptions const options = vault_options();
        text_ = MappingText::load(options.mapping).value();
        text_.parameters.insert(options.parameters.begin(), options.parameters.end());
        mapping_.emplace(std::move(Mapping::read(text_, "erc20-vault").value()));
    }

    /// A process that starts: it knows what the ledger holds, and nothing else.
    void start() {
        ledger_.emplace(setting_.engine(), *mapping_, text_, 0x7a69, mapping_->name);
        FollowRule rule;
        rule.confirmations = confirmations;
        rule.addresses = mapping_->addresses();
        follower_.emplace(source_, rule, ledger_->last_block().value_or(Anchor{0, chain_[0].header.hash}));
    }
    void look() {
        auto const looked = follower_->look();
        ASSERT_TRUE(looked) << looked.error().message();
        auto const booked = ledger_->book(looked.value().became_final);
        ASSERT_TRUE(booked) << booked.error().message();
    }

    /// Root of a fresh ledger into which blocks 1 to `last` of the chain are imported from a saved file; of an empty one where
    /// there are none.
    [[nodiscard]] Hash root_of_fresh_import(std::uint64_t last) {
        ImportSetting fresh;
        if (last != 0) {
            SaveAsk ask;
            ask.first = 1;
            ask.last = last;
            ask.file = fresh.ledger().parent_path() / "chain.jsonl";
            ScriptedSource source(chain_);
            auto const saved = save_blocks(source, ask);
            EXPECT_TRUE(saved) << saved.error().message();
            auto const summary = fresh.run(import_evm_json, ask.file, vault_options());
            EXPECT_TRUE(summary) << (summary ? "" : summary.error().message());
        }
        return book::state_root(fresh.book());
    }
    void expect_in_line() {
        EXPECT_EQ(book::state_root(setting_.book()), root_of_fresh_import(follower_->anchor().number));
        PendingView const view = ledger_->pending(follower_->pending());
        EXPECT_FALSE(view.trouble) << view.trouble->message();
        EXPECT_EQ(book::state_root(view.book), root_of_fresh_import(chain_.head()));
    }

    MadeChain chain_;
    ScriptedSource source_{chain_};
    ImportSetting setting_;
    MappingText text_;
    std::optional<Mapping> mapping_;
    std::optional<LiveLedger> ledger_;
    std::optional<ChainFollower> follower_;
};

/// Logs that a vault might emit, one after another.
class VaultLife {
public:
    explicit VaultLife(std::uint32_t seed) : random_(seed) {}

    void mine(MadeChain& chain, std::size_t blocks) {
        for (std::size_t i = 0; i < blocks; ++i) {
            std::vector<std::vector<Log>> transactions(number(0, 3));
            for (auto& logs : transactions) {
                logs.push_back(log());
                if (number(0, 4) == 0) logs.push_back(log());
            }
            chain.mine(std::move(transactions), static_cast<std::uint8_t>(number(0, 255)));
        }
    }
    [[nodiscard]] std::uint32_t number(std::uint32_t least, std::uint32_t most) { return least + static_cast<std::uint32_t>(random_()) % (most - least + 1); }

private:
    [[nodiscard]] std::uint8_t account() { return static_cast<std::uint8_t>(number(1, 6)); }
    [[nodiscard]] Log log() {
        std::uint8_t const first = account();
        std::uint8_t const second = static_cast<std::uint8_t>(first % 6 + 1);
        Int128 const price = Int128{number(1, 500)} * one;
        switch (number(0, 6)) {
        case 0: return withdrawn(first, number(1, 100) * dollar);
        case 1: return price_posted(number(0, 3), price);
        case 2: return traded(first, second, number(0, 3), number(1, 50) * one / 10, price, dollar / 10, 0);
        case 3: return liquidated(first, second, number(0, 3), (number(0, 1) == 0 ? one : -one) * number(1, 4), price, dollar);
        case 4: return insurance_paid(first, number(1, 5) * dollar);
        case 5: return token_moved(first, second, dollar);
        default: return deposited(first, number(1, 10'000) * dollar);
        }
    }
    std::mt19937 random_;
};

// R16: whatever the chain does above what is final, and whenever the process starts anew, the ledger is that of the final
// chain and the pending view that of the whole.
TEST_F(Live, RandomReorgsRestartsAndCheckpointsEndAsAFreshImport) {
    char const* const asked = std::getenv("PLIMSOLL_REORGS");
    int const steps = asked == nullptr ? 36 : std::atoi(asked);
    constexpr std::uint32_t seed = 16;
    SCOPED_TRACE("seed " + std::to_string(seed));
    VaultLife life(seed);
    start();
    std::uint64_t deepest = 0;
    for (int step = 0; step < steps && !HasFatalFailure(); ++step) {
        switch (life.number(0, 5)) {
        case 0:
        case 1: life.mine(chain_, life.number(1, 40)); break;
        case 2:
        case 3: {
            std::uint64_t const depth = std::min<std::uint64_t>(life.number(1, 64), chain_.head() - follower_->anchor().number);
            chain_.drop(depth);
            life.mine(chain_, depth + life.number(0, 2));
            deepest = std::max(deepest, depth);
            break;
        }
        case 4:
            ledger_.reset();
            setting_.reopen();
            start();
            break;
        default: ASSERT_TRUE(setting_.engine().checkpoint()); break;
        }
        look();
        if (step % 6 == 5) expect_in_line();
    }
    expect_in_line();
    EXPECT_GT(deepest, 20U); // each of up to 64 is below
    EXPECT_GT(setting_.book().sequence(), 100U);
}

TEST_F(Live, EveryDepthFrom1To64EndsAsAFreshImport) {
    VaultLife life(64);
    start();
    life.mine(chain_, 70);
    for (std::uint64_t depth = 1; depth <= 64; ++depth) {
        look();
        chain_.drop(depth);
        life.mine(chain_, depth);
        look();
        PendingView const view = ledger_->pending(follower_->pending());
        ASSERT_FALSE(view.trouble);
        if (depth % 16 != 0 && depth > 2) continue;
        ASSERT_EQ(book::state_root(view.book), root_of_fresh_import(chain_.head())) << depth;
    }
    life.mine(chain_, 64);
    look();
    EXPECT_EQ(follower_->anchor().number, 70U);
    expect_in_line();
}

TEST_F(Live, ABadLogInAFinalBlockBooksNothingOfItsLook) {
    VaultLife life(1);
    life.mine(chain_, 3);
    chain_.mine({{deposited(1, dollar)}, {made_log(vault_address, "Unknown()", {}, {})}});
    life.mine(chain_, 64);
    start();
    auto const looked = follower_->look();
    ASSERT_TRUE(looked);
    auto const booked = ledger_->book(looked.value().became_final);
    ASSERT_FALSE(booked);
    EXPECT_TRUE(booked.error().is(chain::Errc::log_unmapped)) << booked.error().message();
    EXPECT_THAT(booked.error().message(), HasSubstr("block 4"));
    EXPECT_EQ(setting_.book().sequence(), 0U);
}

TEST_F(Live, ABadLogInAPendingBlockIsToldAndTheRestIsShown) {
    chain_.mine({{deposited(1, 7 * dollar)}});
    chain_.mine({{made_log(vault_address, "Unknown()", {}, {})}});
    start();
    look();
    PendingView const view = ledger_->pending(follower_->pending());
    ASSERT_TRUE(view.trouble);
    EXPECT_TRUE(view.trouble->is(chain::Errc::log_unmapped));
    EXPECT_TRUE(view.book.find_account(name_of(1)));
    EXPECT_EQ(setting_.book().sequence(), 0U); // nothing of it is in the ledger
}

TEST_F(Live, TheLedgerStandsAtTheLastBlockThatConcernsIt) {
    chain_.mine({{deposited(1, dollar)}});
    for (int i = 0; i < 70; ++i) chain_.mine({});
    start();
    EXPECT_FALSE(ledger_->last_block());
    look();
    ASSERT_TRUE(ledger_->last_block());
    EXPECT_EQ(ledger_->last_block()->number, 1U);
    EXPECT_EQ(ledger_->last_block()->hash, chain_[1].header.hash);
    EXPECT_EQ(follower_->anchor().number, 7U);
}

} // namespace
} // namespace plimsoll::tools::chain::follow
