/// Any moment again: which event it stands after, and the book as it stood there.
#pragma once

#include "ledger/book/book.hpp"
#include "ledger/book/root.hpp"
#include "ledger/event/batch.hpp"
#include "replay/errc.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace plimsoll::replay {

/// What an answer depends on: the log it was read from, and the moment in it.
struct Basis {
    std::uint64_t sequence = 0; ///< events applied
    TimeNs time = 0;            ///< ledger time at that event
    Hash state_root{};
    Hash log_root{};            ///< hash of the last batch, which chains all before it
    std::uint64_t log_size = 0; ///< events in the log
};

/// A book at a moment, with the basis of whatever is said of it.
struct Moment {
    book::Book book;
    Basis basis;
};

/// A ledger opened for reading; a writer may be at work beside it. It sees the log as it was when
/// opened.
class Reader {
public:
    /// Errors: store::Errc (not_a_ledger, schema_newer, damage).
    [[nodiscard]] static result<std::unique_ptr<Reader>> open(std::filesystem::path const& directory);
    ~Reader();
    Reader(Reader const&) = delete;
    Reader& operator=(Reader const&) = delete;

    [[nodiscard]] std::uint64_t log_size() const; ///< events
    [[nodiscard]] Hash log_root() const;

    /// "latest", "#SEQ" (after it), "before:#SEQ", or a time (after the last event at or before it):
    /// the number of events applied at that moment.
    /// Errors: Errc::not_a_moment, moment_in_the_future; event::Errc::not_a_time.
    [[nodiscard]] result<std::uint64_t> resolve(std::string_view moment) const;
    /// The last event whose ledger time is at or before `time`.
    [[nodiscard]] result<std::uint64_t> sequence_at(TimeNs time) const;

    /// The whole book after `sequence` events, from the nearest checkpoint before it.
    /// Errors: Errc::moment_in_the_future; damage.
    [[nodiscard]] result<Moment> at(std::uint64_t sequence) const;

    /// One account by the locality law: its rows from the nearest checkpoint and the events that name
    /// it; nobody else is replayed. The book holds that account's rows, and its instruments and assets
    /// as they stood. basis.state_root is left zero: that root takes the whole book.
    /// Errors: Errc::moment_in_the_future; book::Errc::unknown_account; damage.
    [[nodiscard]] result<Moment> account_at(std::string_view name, std::uint64_t sequence) const;

    /// Calls visit(sequence, event) for each event in [first, last], in order, until it says false.
    using Visit = std::function<bool(std::uint64_t, Event const&)>;
    [[nodiscard]] result<void> for_events(std::uint64_t first, std::uint64_t last, Visit const& visit) const;

    /// Like for_events, for the events that name one account (by the history index where it is built).
    [[nodiscard]] result<void> for_account_events(AccountId account, std::uint64_t first, std::uint64_t last,
                                                  Visit const& visit) const;

    /// Replays from `start` (a moment's book) to `last`, calling step(book, sequence) at each stop in
    /// `stops` (ascending sequences). For timelines.
    using Step = std::function<void(book::Book const&, std::uint64_t)>;
    [[nodiscard]] result<void> walk(book::Book& book, std::span<std::uint64_t const> stops, Step const& step) const;

    struct Impl;
    [[nodiscard]] Impl const& impl() const { return *impl_; }

private:
    explicit Reader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace plimsoll::replay
