/// Checks a proof file against a key, and says what it shows. Needs no ledger.
#pragma once

#include "ledger/event/entry.hpp"
#include "tools/proof/checkpoint_note.hpp"
#include "tools/proof/note.hpp"
#include "tools/proof/proof_file.hpp"

#include <string>

namespace plimsoll::tools {

/// A checkpoint that `key` signed for its own log. Errors: Errc::note_malformed, signature_missing, signature_wrong,
/// checkpoint_differs (another log's).
[[nodiscard]] result<CheckpointNote> check_note(std::string_view note, VerifierKey const& key);

// Each: that the claim holds against a checkpoint that is believed.

/// Errors: Errc::proof_fails; event::Errc::leaf_outside_tree, path_length_wrong, path_leads_elsewhere.
[[nodiscard]] result<void> check_claim(EventProof const& proof, CheckpointNote const& note);
/// Errors: event::Errc::old_tree_empty, tree_shrinks, path_length_wrong, path_leads_elsewhere.
[[nodiscard]] result<void> check_claim(ConsistencyProof const& proof, CheckpointNote const& note);
/// Also that no row of the account is left out: its chains of balances and positions are walked to their ends.
/// Errors: Errc::proof_fails; book::Errc::row_proof_incomplete, row_proof_differs; event::Errc.
[[nodiscard]] result<void> check_claim(AccountProof const& proof, CheckpointNote const& note);

} // namespace plimsoll::tools
