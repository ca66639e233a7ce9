/// A ledger made again out of its batches: each checked and chained, everything derived made anew, nothing in place before it is whole.
#pragma once

#include "ledger/store/store.hpp"
#include "replay/errc.hpp"

#include <optional>

namespace plimsoll::replay {

/// What was made.
struct Rebuilt {
    std::uint64_t events = 0;
    TimeNs time = 0;
    Hash log_root{};
    Hash state_root{};
};

/// Takes batches in order, into a directory of its own beside the one that it is for.
class Rebuild {
public:
    /// What an earlier run that was killed left under that name is removed. Errors: store::Errc::cannot_create.
    [[nodiscard]] static result<Rebuild> begin(std::filesystem::path const& directory);
    /// Removes what is not in place.
    ~Rebuild();
    Rebuild(Rebuild&&) noexcept;
    Rebuild& operator=(Rebuild&&) noexcept = delete;

    [[nodiscard]] std::uint64_t sequence() const { return head_.sequence; }
    [[nodiscard]] Hash const& log_root() const { return head_.root; }

    /// Whether a batch continues what is there.
    [[nodiscard]] bool fits(Bytes batch) const;
    /// Takes a batch that fits. Errors: store::Errc::disk_failed.
    [[nodiscard]] result<void> append(std::string batch);
    /// The hash of the batch that ends at an event, where one of those last taken did.
    [[nodiscard]] std::optional<Hash> root_at(std::uint64_t sequence) const;

    /// Replays it all and stores what is derived. Errors: book::Errc where an event cannot be applied; store::Errc.
    [[nodiscard]] result<Rebuilt> finish();
    /// For other files of the ledger.
    [[nodiscard]] std::filesystem::path const& folder() const { return folder_; }
    /// Puts it at `directory`, with that marker; what lay there goes to `aside` (nothing: it is absent or empty).
    /// Errors: store::Errc::cannot_create.
    [[nodiscard]] result<void> put_in_place(store::Marker const& marker, std::filesystem::path const& aside);

private:
    Rebuild() = default;
    [[nodiscard]] result<void> flush();

    std::filesystem::path directory_;
    std::filesystem::path folder_; ///< empty: in place, or moved from
    std::unique_ptr<store::Store> store_;
    store::LogHead head_;
    std::uint32_t accounts_ = 0;
    std::vector<store::SealedBatch> waiting_;
    std::vector<store::LogHead> ends_; ///< of every batch
};

/// A directory to be made is absent or empty, and so that a rename can put it there its parent exists.
/// Errors: store::Errc::directory_not_empty, cannot_create.
[[nodiscard]] result<void> check_absent(std::filesystem::path const& directory);

} // namespace plimsoll::replay
