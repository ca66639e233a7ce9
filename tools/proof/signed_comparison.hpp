/// The signed checkpoints of a ledger against what its log adds up to.
#pragma once

#include "replay/verify.hpp"
#include "tools/proof/signed_checkpoints.hpp"

#include <map>

namespace plimsoll::tools {

class SignedComparison {
public:
    /// Reads the notes under DIR/signed, and DIR/tiles/checkpoint. `key`: a verifier key or its file; empty for none.
    /// Errors: of the key alone; what a note lacks is a finding.
    [[nodiscard]] static result<SignedComparison> read(std::filesystem::path const& ledger, std::string const& key);

    [[nodiscard]] std::size_t size() const { return notes_.size(); }
    [[nodiscard]] bool has_key() const { return has_key_; }
    /// The sizes that they are of, ascending.
    [[nodiscard]] std::span<std::uint64_t const> sizes() const { return sizes_; }
    /// Adds to the report's findings: a note that cannot be read, of another root or time than the log has, or past its end.
    void compare(replay::VerifyReport& report) const;

private:
    struct Read {
        std::string file;
        StoredCheckpoint note;
    };
    bool has_key_ = false;
    std::vector<std::uint64_t> sizes_;
    std::vector<Read> notes_; ///< of DIR/signed; and DIR/tiles/checkpoint, not counted
    std::optional<Read> newest_;
    std::vector<replay::Finding> findings_;
};

} // namespace plimsoll::tools
