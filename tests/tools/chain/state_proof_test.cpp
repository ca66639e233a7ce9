// eth_getProof of mainnet block 21,925,176, whole and damaged.
#include "tests/tools/chain/chain_data.hpp"
#include "tools/chain/state_proof.hpp"
#include "tools/chain/trie.hpp"

#include <cstdlib>
#include <random>

namespace plimsoll::tools::chain {
namespace {

class StateProof : public RealChain {
protected:
    void SetUp() override {
        RealChain::SetUp();
        if (IsSkipped()) return;
        Header const header = taken(read_header(JsonFile(mainnet_block() / "block.json").root()));
        state_root_ = header.state_root;
        contract_ = taken(read_account_proof(JsonFile(mainnet_block() / "proof.json").root()));
        miner_ = taken(read_account_proof(JsonFile(mainnet_block() / "block_miner_proof.json").root()));
    }
    [[nodiscard]] bool is_refused(AccountProof const& proof) const {
        auto const verdict = verify_account(state_root_, proof);
        if (verdict) return false;
        return verdict.error().is(Errc::state_proof_fails) || verdict.error().is(Errc::rlp_malformed);
    }
    Bytes32 state_root_{};
    AccountProof contract_; ///< the deposit contract and one slot of it
    AccountProof miner_;
};

TEST_F(StateProof, TheContractItsSlotAndTheMinerAreProved) {
    auto const contract = verify_account(state_root_, contract_);
    EXPECT_TRUE(contract) << contract.error().message();
    ASSERT_EQ(contract_.storage.size(), 1U);
    auto const miner = verify_account(state_root_, miner_);
    EXPECT_TRUE(miner) << miner.error().message();
}

TEST_F(StateProof, EachClaimThatDiffersIsRefused) {
    auto const refused = [&](std::string_view what, auto const& change) {
        AccountProof changed = contract_;
        change(changed);
        EXPECT_TRUE(is_refused(changed)) << what;
    };
    refused("nonce", [](auto& p) { ++p.nonce; });
    refused("balance", [](auto& p) { p.balance[31] ^= 1; });
    refused("code", [](auto& p) { p.code_hash[0] ^= 1; });
    refused("storage root", [](auto& p) { p.storage_hash[0] ^= 1; });
    refused("address", [](auto& p) { p.address[0] ^= 1; });
    refused("slot", [](auto& p) { p.storage[0].slot[31] ^= 1; });
    refused("value", [](auto& p) { p.storage[0].value[31] ^= 1; });
    refused("value of zero", [](auto& p) { p.storage[0].value = {}; });
    refused("no nodes", [](auto& p) { p.nodes.clear(); });
    refused("a node too many", [](auto& p) { p.nodes.push_back(p.nodes.back()); });
    refused("no account", [](auto& p) {
        AccountProof nothing;
        nothing.address = p.address;
        nothing.nodes = p.nodes;
        p = nothing;
    });
}

/// The way to another slot ends where the tries part: there the nodes of the proof show that it is zero.
TEST_F(StateProof, ASlotThatIsNotThereIsProvedToBeZero) {
    AccountProof asked = contract_;
    StorageProof& slot = asked.storage[0];
    std::vector<Bytes> const nodes = slot.nodes;
    int shown = 0;
    for (unsigned i = 1'000; i < 5'000; ++i) { // past what the contract uses
        slot.slot = {};
        slot.slot[30] = static_cast<std::uint8_t>(i >> 8);
        slot.slot[31] = static_cast<std::uint8_t>(i);
        slot.value = {};
        for (std::size_t count = 1; count <= nodes.size(); ++count) {
            slot.nodes.assign(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(count));
            if (!verify_account(state_root_, asked)) continue;
            ++shown;
            slot.value[31] = 1; // and has no other value
            EXPECT_TRUE(is_refused(asked)) << i;
            break;
        }
    }
    EXPECT_GT(shown, 0);
}

TEST(StateProofOfNothing, AnEmptyTrieShowsThatASlotIsZero) {
    StorageProof slot;
    Bytes const key(32, 7);
    EXPECT_FALSE(prove(empty_trie_root(), key, {}).value().has_value());
    EXPECT_FALSE(prove(empty_trie_root(), key, {Bytes{0x80}}).value().has_value()); // as anvil answers
    auto const verdict = prove(empty_trie_root(), key, {Bytes{0xc0}});
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::state_proof_fails));
}

/// 10,000 damaged proofs (PLIMSOLL_MUTATED_PROOFS: more), of which none may be accepted.
TEST_F(StateProof, NoDamagedProofIsAccepted) {
    char const* const asked = std::getenv("PLIMSOLL_MUTATED_PROOFS");
    int const rounds = asked == nullptr ? 10'000 : std::atoi(asked);
    std::uint32_t const seed = 21'925'176;
    std::mt19937 random(seed);
    int accepted = 0;
    for (int round = 0; round < rounds; ++round) {
        AccountProof changed = random() % 4 == 0 ? miner_ : contract_;
        bool const in_storage = !changed.storage.empty() && random() % 3 == 0;
        std::vector<Bytes>& nodes = in_storage ? changed.storage[0].nodes : changed.nodes;
        Bytes& node = nodes[random() % nodes.size()];
        switch (random() % 6) {
        case 0: node[random() % node.size()] ^= static_cast<std::uint8_t>(1U << random() % 8); break;
        case 1: node.resize(random() % node.size()); break;
        case 2: node.push_back(static_cast<std::uint8_t>(random())); break;
        case 3: nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(random() % nodes.size())); break;
        case 4: nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(random() % (nodes.size() + 1)), node); break;
        case 5: {
            std::size_t const other = random() % nodes.size();
            if (&nodes[other] == &node) node[0] ^= 1;
            else std::swap(nodes[other], node);
        }
        }
        accepted += is_refused(changed) ? 0 : 1;
    }
    EXPECT_EQ(accepted, 0) << "of " << rounds << ", seed " << seed;
}

} // namespace
} // namespace plimsoll::tools::chain
