/// The engine: decide, store, apply, for one ledger directory that this process writes.
#pragma once

#include "ledger/book/book.hpp"
#include "ledger/event/batch.hpp"
#include "ledger/store/marker.hpp"
#include "replay/errc.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace plimsoll::replay {

struct EngineOptions {
    /// A batch is sealed at this many events; a group is never split.
    std::size_t batch_events = 1000;
    /// At most so many waiting batches are written and fsynced in one step (group commit).
    std::size_t group_batches = 16;
    /// Take a checkpoint whenever its pages would not exceed twice the log written since the last one,
    /// and at least this much log was written. 0: only when asked.
    std::size_t checkpoint_log_bytes = std::size_t{32} << 20;
    /// Build the account history index in the background.
    bool history = true;
};

/// What became of a group.
struct Receipt {
    bool is_duplicate = false;       ///< the source's record was there already, with equal content
    std::uint64_t first_sequence = 0;
    std::uint64_t count = 0;         ///< events, those decided by rules included
};

class Engine {
public:
    /// Makes an empty ledger in a directory that is absent or empty.
    /// Errors: Errc of store (directory_not_empty, ...).
    [[nodiscard]] static result<void> create(std::filesystem::path const& directory, store::WitnessSetting const& witness = {});
    /// Opens for writing: catches up from the newest checkpoint, then verifies the tail.
    /// Errors: store::Errc (not_a_ledger, already_open, schema_newer, damage with its place).
    [[nodiscard]] static result<std::unique_ptr<Engine>> open(std::filesystem::path const& directory,
                                                              EngineOptions const& options = {});
    ~Engine();
    Engine(Engine const&) = delete;
    Engine& operator=(Engine const&) = delete;

    /// The book with everything submitted, durable or not yet.
    [[nodiscard]] book::Book const& book() const;

    /// Decides and applies a group of facts: all or none. Its record is (source, cursor) of the first
    /// event; cursor 0:0 is for definitions, which have none. A record at or below the source's cursor
    /// is a duplicate (equal content) or an error. Durable only after commit().
    /// Errors: book::Errc; replay::Errc::record_conflicts, record_late; store failures.
    [[nodiscard]] result<Receipt> submit(std::span<Event const> group);
    /// What submit() would answer where the event's record, by its fingerprint, may be there already;
    /// nothing where it is new. Errors: Errc::record_conflicts, record_late; store failures.
    [[nodiscard]] result<std::optional<Receipt>> known(Event const& event);
    /// Submits each event as a record of its own, fetching rows ahead: the fast way for many. Stops at
    /// the first that is refused; those before it are in. The receipt counts all events, and is a
    /// duplicate only where all were.
    [[nodiscard]] result<Receipt> submit_each(std::span<Event const> records);
    [[nodiscard]] result<Receipt> submit(Event const& event) { return submit(std::span(&event, 1)); }

    /// Returns when everything submitted is on disk, fsynced.
    [[nodiscard]] result<void> commit();

    /// From now on up to `events` events wait in memory for commit() before any of them is written, so
    /// that a file of no more than that is taken whole or not at all. Past it, writing begins.
    void hold(std::size_t events);
    /// Drops what waits: the book is again what is on disk.
    [[nodiscard]] result<void> abandon();

    /// Called for each event right after it was applied, with the book as it then stands. A group that is refused later on
    /// has shown some of its events: the book has dropped them.
    /// `coming` is called before an event is applied, with the book as it stands until then.
    using Watch = std::function<void(Event const&, book::Book const&)>;
    void watch(Watch applied, Watch coming = {});

    /// The last event known to be on disk.
    [[nodiscard]] std::uint64_t durable_sequence() const;
    /// What opening had to do, in sentences for people; empty as a rule.
    [[nodiscard]] std::string const& opening_notes() const;

    /// Commits, then stores the pages written since the last checkpoint and waits for it.
    [[nodiscard]] result<void> checkpoint();

    /// Hash over every row of book().
    [[nodiscard]] Hash state_root();

    /// Commits and waits for background work. The destructor commits nothing: what was not committed
    /// was not accepted.
    [[nodiscard]] result<void> close();

private:
    struct Parts;
    explicit Engine(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

} // namespace plimsoll::replay
