/// The Merkle tree over a ledger's events, kept as tiles beside its database and made again wherever they are missing.
#pragma once

#include "ledger/event/entry.hpp"
#include "replay/errc.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace plimsoll::replay {

/// Event #n is leaf n - 1; a leaf is the event's bytes (ledger/event/entry.hpp). Sees the log as it was when opened.
class EventTree {
public:
    /// The tree as far as its tiles reach. Errors: store::Errc, tiles_damaged among them; Errc::tree_disagrees.
    [[nodiscard]] static result<EventTree> open(std::filesystem::path const& directory);
    ~EventTree();
    EventTree(EventTree&&) noexcept;
    EventTree& operator=(EventTree&&) noexcept;

    /// Adds what the log has and the tiles have not: each batch verified, and its hash chain. What is done is kept about
    /// every million events, so a run that is stopped goes on from there. `progress(events, of)`.
    /// Errors: event::Errc, Errc::chain_broken, sequence_gap; store::Errc::disk_failed.
    [[nodiscard]] result<void> grow(std::function<void(std::uint64_t, std::uint64_t)> const& progress = {});

    [[nodiscard]] std::uint64_t log_size() const; ///< events in the log
    [[nodiscard]] std::uint64_t size() const;     ///< events in the tree
    [[nodiscard]] Hash root() const;

    // Of the tree of the first `size` events, in hashes from the tiles.
    // Errors: Errc::tree_missing past the tiles; event::Errc as merkle.hpp; store::Errc::tiles_damaged.
    [[nodiscard]] result<Hash> root_at(std::uint64_t size) const;
    [[nodiscard]] result<merkle::Path> inclusion_path(std::uint64_t sequence, std::uint64_t size) const;
    [[nodiscard]] result<merkle::Path> consistency_path(std::uint64_t old_size, std::uint64_t size) const;

    /// The bytes of event #sequence. Errors: Errc::moment_in_the_future; damage.
    [[nodiscard]] result<std::string> entry(std::uint64_t sequence) const;

    /// Where the tiles lie: DIR/tiles.
    [[nodiscard]] std::filesystem::path const& folder() const;

private:
    struct Impl;
    explicit EventTree(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace plimsoll::replay
