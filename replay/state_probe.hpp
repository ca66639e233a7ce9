/// A ledger asked again and again: its batches as they are, and the book that the events add up to from nothing.
#pragma once

#include "ledger/book/root.hpp"
#include "ledger/event/batch.hpp"
#include "replay/errc.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace plimsoll::replay {

/// The reducer of a probe: events [begin, end) of a batch. A test puts a wrong one in.
using Reduce = std::function<result<void>(book::Book&, BatchView const&, std::size_t begin, std::size_t end)>;

/// What a stored checkpoint says of itself.
struct StoredState {
    std::uint64_t sequence = 0;
    Hash state_root{};
};

class StateProbe {
public:
    /// Errors: store::Errc.
    [[nodiscard]] static result<StateProbe> open(std::filesystem::path const& directory, Reduce reduce = {});
    ~StateProbe();
    StateProbe(StateProbe&&) noexcept;
    StateProbe& operator=(StateProbe&&) noexcept;

    [[nodiscard]] std::uint64_t log_size() const;
    [[nodiscard]] Hash log_root() const;

    /// The bytes of the batch that holds event #sequence. Errors: store::Errc::damaged.
    [[nodiscard]] result<void> batch_of(std::uint64_t sequence, AlignedBytes& bytes) const;
    /// Every batch in order; f refuses to stop. Errors: f's; store::Errc.
    [[nodiscard]] result<void> for_batches(std::function<result<void>(Bytes)> const& f) const;

    /// The book after `sequence` events. No stored checkpoint is used: it is replayed from the nearest book that an
    /// earlier question left (at most two are kept), so a binary search replays the log about once in all.
    /// Errors: Errc::moment_in_the_future; damage; book::Errc::rows_disagree.
    [[nodiscard]] result<book::Book const*> book_at(std::uint64_t sequence);
    [[nodiscard]] result<Hash> root_at(std::uint64_t sequence);

    /// Stored checkpoints, ascending: what whoever wrote the ledger made of it.
    [[nodiscard]] result<std::vector<StoredState>> checkpoints() const;
    /// The rows of one of them. Errors: store::Errc::damaged.
    [[nodiscard]] result<book::Book> stored_book(std::uint64_t sequence) const;

private:
    struct Impl;
    explicit StateProbe(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace plimsoll::replay
