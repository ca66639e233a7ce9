#include "tools/proof/proof_file.hpp"

#include "tests/ledger/book/random_life.hpp"
#include "tools/proof/check.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

using testing_aid::Random;
using testing_aid::RandomLife;

/// A checkpoint of 300 made-up events and of a random book, with a proof of each kind.
class Proofs : public testing::Test {
protected:
    static constexpr std::uint64_t size = 300;

    Proofs() : key_(SigningKey::fresh("example.org/books").value()), life_(7) {
        while (life_.sample().events().size() < 1'000) life_.step();
        for (std::uint64_t i = 0; i < size; ++i) {
            std::string entry = "\x04" + std::string(48 + sizeof(IndexRecorded), 'x');
            entry[20] = static_cast<char>(i);
            entry[21] = static_cast<char>(i >> 8);
            entries_.push_back(entry);
        }
        static_cast<void>(hashes_.update(book()));
        CheckpointNote const says{"example.org/books", size, merkle::root_of(size, source()).value(), hashes_.root(), TimeNs{0}};
        note_ = signed_note(says.text(), key_);
    }

    [[nodiscard]] book::Book const& book() { return life_.sample().book(); }
    [[nodiscard]] Hash subtree(unsigned level, std::uint64_t index) const {
        if (level == 0) return merkle::leaf_hash(bytes_of(std::string_view(entries_.at(index))));
        return merkle::node_hash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1));
    }
    [[nodiscard]] merkle::HashSource source() const {
        return [this](unsigned level, std::uint64_t index) -> result<Hash> { return subtree(level, index); };
    }

    [[nodiscard]] ProofFile of_event() const {
        return {note_, EventProof{77, entries_.at(76), merkle::inclusion_path(76, size, source()).value()}};
    }
    [[nodiscard]] ProofFile of_growth() const {
        return {note_, ConsistencyProof{100, merkle::root_of(100, source()).value(), merkle::consistency_path(100, size, source()).value()}};
    }
    /// Of the account with the most balances.
    [[nodiscard]] ProofFile of_account() {
        using book::TableId;
        std::vector<book::RowId> most;
        std::string name;
        for (std::uint32_t id = 1; id <= book().accounts.size(); ++id) {
            book::AccountRow const& account = book().accounts[id];
            std::vector<book::RowId> rows{{TableId::accounts, id}};
            for (auto row = account.first_balance; row != 0; row = book().balances[row].next) rows.emplace_back(TableId::balances, row);
            for (auto row = account.first_position; row != 0; row = book().positions[row].next) rows.emplace_back(TableId::positions, row);
            if (rows.size() <= most.size()) continue;
            most = rows;
            name = account.name.view();
        }
        return {note_, AccountProof{name, book::prove_rows(book(), hashes_, most)}};
    }

    [[nodiscard]] result<void> check(ProofFile const& file) const {
        PLIMSOLL_TRY(note, check_note(file.checkpoint, key_.verifier()));
        return std::visit([&](auto const& claim) { return check_claim(claim, note); }, file.claim);
    }

    SigningKey key_;
    RandomLife life_;
    book::PageHashes hashes_;
    std::vector<std::string> entries_;
    std::string note_;
};

TEST_F(Proofs, HoldAfterAWayThroughAFile) {
    for (ProofFile const& file : {of_event(), of_growth(), of_account()}) {
        std::string const text = file.to_json();
        auto const again = ProofFile::parse(text);
        ASSERT_TRUE(again) << again.error().message();
        EXPECT_EQ(again.value().to_json(), text);
        auto const verdict = check(again.value());
        EXPECT_TRUE(verdict) << verdict.error().message();
    }
}

/// A file of one changed bit is no proof, or one that fails, or says the same.
TEST_F(Proofs, WithAChangedBitDoNotHold) {
    constexpr std::uint64_t seed = 9162;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    for (ProofFile const& file : {of_event(), of_growth(), of_account()}) {
        std::string const text = file.to_json();
        for (int i = 0; i < 2'000; ++i) {
            std::string altered = text;
            std::size_t const at = random.below(altered.size());
            altered[at] = static_cast<char>(altered[at] ^ (1 << random.below(7)));
            auto const read = ProofFile::parse(altered);
            if (!read || read.value().to_json() == text) continue;
            EXPECT_FALSE(check(read.value())) << "byte " << at;
        }
    }
}

TEST_F(Proofs, OfAnAccountLeaveNoRowOut) {
    ProofFile const whole = of_account();
    std::size_t const rows = std::get<AccountProof>(whole.claim).rows.rows.size();
    ASSERT_GE(rows, 3U);
    for (std::size_t i = 0; i < rows; ++i) {
        ProofFile part = whole;
        auto& shown = std::get<AccountProof>(part.claim).rows.rows;
        shown.erase(shown.begin() + static_cast<std::ptrdiff_t>(i));
        auto const verdict = check(part);
        ASSERT_FALSE(verdict);
        EXPECT_TRUE(verdict.error().is(Errc::proof_fails)) << verdict.error().message();
    }
}

TEST_F(Proofs, OfAStateNeedACheckpointThatStatesIt) {
    ProofFile file = of_account();
    CheckpointNote const says{"example.org/books", size, Hash{}, std::nullopt, std::nullopt};
    file.checkpoint = signed_note(says.text(), key_);
    EXPECT_TRUE(check(file).error().is(Errc::proof_fails));
}

} // namespace
} // namespace plimsoll::tools
