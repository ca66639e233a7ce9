/// The thread that works behind the log: it hashes and stores checkpoints and writes the history
/// index. Everything it makes can be made again from the log.
#pragma once

#include "ledger/store/checkpoint.hpp"
#include "ledger/store/history.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <variant>

namespace plimsoll::replay {

/// The pages written since the last checkpoint, as they were when it was asked for.
struct CheckpointJob {
    std::uint64_t sequence = 0;
    TimeNs time = 0;
    std::array<std::uint64_t, book::table_count + 1> rows{};
    std::array<std::uint32_t, book::table_count + 1> row_bytes{};
    std::vector<store::PageBytes> pages;
};

/// One whole epoch of mentions.
struct EpochJob {
    std::uint32_t epoch = 0;
    std::vector<store::Mention> mentions;
};

class Background {
public:
    /// `manifest` is the checkpoint in force.
    Background(store::Store& store, store::Manifest manifest);
    ~Background();
    Background(Background const&) = delete;
    Background& operator=(Background const&) = delete;

    /// A checkpoint must not be ahead of the log: its sequence is durable before it is pushed.
    void push(std::variant<CheckpointJob, EpochJob> job);
    /// Waits until nothing is left to do. Errors: the first failure met.
    [[nodiscard]] result<void> drain();
    /// Whether a checkpoint waits or is being made.
    [[nodiscard]] bool has_checkpoint() const;
    /// The checkpoint in force, once drained.
    [[nodiscard]] store::Manifest const& manifest() const { return manifest_; }

private:
    void run();
    [[nodiscard]] result<void> work(CheckpointJob& job);
    [[nodiscard]] result<void> work(EpochJob& job);

    store::Store& store_;
    store::Manifest manifest_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::variant<CheckpointJob, EpochJob>> queue_;
    std::optional<Error> failed_;
    std::size_t checkpoints_ = 0; ///< waiting or being made
    bool busy_ = false;
    bool ending_ = false;
    std::thread thread_;
};

/// Copies the dirty pages of a book and marks them clean.
[[nodiscard]] CheckpointJob take_dirty_pages(book::Book& book);

/// Bytes that take_dirty_pages would copy.
[[nodiscard]] std::size_t dirty_bytes(book::Book const& book);

} // namespace plimsoll::replay
