/// What a ledger owed at a moment, as a published note, and a customer's own proof of having been counted in it.
#pragma once

#include "risk/claims.hpp"
#include "risk/sum_tree.hpp"
#include "tools/errc.hpp"
#include "tools/proof/note.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::tools {

/// One asset's line of the note.
struct LiabilityTotal {
    std::string asset;
    std::uint64_t leaves = 0; ///< customers with a claim
    risk::SumNode root;       ///< its sum is what they are owed together
    std::uint64_t below_zero = 0; ///< customers that owe; they are not in the tree, and make no claim smaller
    Amount owing;             ///< a negative number
};

/// The text of the note:
///
///     plimsoll-liabilities 1
///     origin NAME
///     events N
///     time RFC3339
///     state HEX
///     asset LEAVES SUM HEX BELOW_ZERO OWING NAME      a line each
struct LiabilitiesNote {
    std::string origin;
    std::uint64_t events = 0;
    TimeNs time = 0;
    Hash state_root{};
    std::vector<LiabilityTotal> assets;

    [[nodiscard]] std::string text() const;
    /// Errors: Errc::note_malformed.
    [[nodiscard]] static result<LiabilitiesNote> parse(std::string_view text);
    [[nodiscard]] LiabilityTotal const* find(std::string_view asset) const;
};

struct LiabilityProof {
    std::string note; ///< as published: signed, or the bare text
    std::string account;
    std::string asset;
    Amount amount;
    Hash nonce{};
    std::uint64_t index = 0;
    std::vector<risk::SumNode> path;

    [[nodiscard]] std::string to_json() const;
    /// Whether a proof file is of this kind.
    [[nodiscard]] static bool is_one(std::string_view json);
    /// Errors: Errc::proof_malformed, with the field.
    [[nodiscard]] static result<LiabilityProof> parse(std::string_view json);
    /// That account and amount are counted in the note. Errors: Errc::proof_fails; as risk::check_sum_path.
    [[nodiscard]] result<void> check(LiabilitiesNote const& says) const;
};

/// The note, signed by `key`, or, without a key, the very text of `published`.
/// Errors: Errc::note_malformed, signature_missing, signature_wrong, checkpoint_differs.
[[nodiscard]] result<LiabilitiesNote> check_liabilities_note(std::string const& note, VerifierKey const* key, std::string const& published);

/// SHA-256("plimsoll-nonce 1" | secret | event | asset | account): nobody without the secret can tell one from chance.
[[nodiscard]] Hash nonce_of(std::string_view secret, std::uint64_t events, std::string_view asset, std::string_view account);

/// An asset's tree; leaves in the order of their hashes, so that a neighbour says nothing of when an account was opened.
struct LiabilityTree {
    risk::SumTree tree;
    std::vector<std::uint64_t> index_of; ///< of each claim
};
[[nodiscard]] result<LiabilityTree> tree_of(book::Book const& book, AssetId asset, std::vector<risk::Claim> const& claims, std::string_view secret);

} // namespace plimsoll::tools
