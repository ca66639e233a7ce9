/// A proof as a file: JSON that one program writes and another checks, without the ledger. tools/README.md says each field.
#pragma once

#include "ledger/book/row_proof.hpp"
#include "ledger/event/merkle.hpp"
#include "tools/errc.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace plimsoll::tools {

/// Event #sequence is in the log of the checkpoint.
struct EventProof {
    std::uint64_t sequence = 0;
    std::string entry; ///< its bytes
    merkle::Path path;
};

/// The log of the checkpoint begins with the one of `old_size` events that had this root.
struct ConsistencyProof {
    std::uint64_t old_size = 0;
    Hash old_root{};
    merkle::Path path;
};

/// An account's rows, all of them, in the state of the checkpoint.
struct AccountProof {
    std::string account;
    book::RowsProof rows;
};

struct ProofFile {
    std::string checkpoint; ///< the signed note, as it is
    std::variant<EventProof, ConsistencyProof, AccountProof> claim;

    [[nodiscard]] std::string to_json() const;
    /// Errors: Errc::proof_malformed, with the field.
    [[nodiscard]] static result<ProofFile> parse(std::string_view json);
};

} // namespace plimsoll::tools
