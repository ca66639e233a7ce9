/// Makes batches durable: whoever hands one over encodes, hashes and chains it; a thread writes and
/// fsyncs while the next ones are decided. What waits is written in one step: that is the group commit.
/// Another thread tells the witness, while the next group is being synced: what is durable counts as accepted
/// only then.
#pragma once

#include "ledger/store/store.hpp"
#include "replay/errc.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace plimsoll::replay {

/// A batch as the engine hands it over: its previous hash is filled in when its turn comes.
struct Sealing {
    BatchBuilder events;
    BatchHeader header;
    std::vector<std::pair<std::uint16_t, Cursor>> records;
    std::vector<std::pair<std::string, std::uint32_t>> names;
};

class Committer {
public:
    Committer(store::Store& store, store::LogHead const& head, std::size_t group_batches);
    ~Committer();
    Committer(Committer const&) = delete;
    Committer& operator=(Committer const&) = delete;

    /// Encodes, hashes and chains the batch, and waits while too many wait already. One caller at a time.
    /// Errors: the failure that stopped the committer.
    [[nodiscard]] result<void> push(Sealing&& batch);
    /// Returns when everything pushed is fsynced.
    [[nodiscard]] result<void> drain();
    /// The newest checkpoint, for the witness to say.
    void note_checkpoint(std::uint64_t sequence, Hash const& state_root);
    [[nodiscard]] std::uint64_t durable_sequence() const { return durable_.load(std::memory_order_acquire); }

private:
    void run();
    void run_promises();
    /// Tells the witness of what is written. Called with the lock, which it gives up meanwhile.
    void promise(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] bool is_promised() const { return promised_.sequence == written_.sequence; }
    /// Called without the lock.
    [[nodiscard]] result<void> write(std::vector<store::SealedBatch> const& group);
    /// The next few that wait, at most group_limit_. Called with the lock.
    [[nodiscard]] std::vector<store::SealedBatch> take_group();
    [[nodiscard]] result<void> failure() const;

    static constexpr std::size_t queue_limit = 64;

    store::Store& store_;
    std::size_t group_limit_; ///< batches a step
    Hash previous_; ///< of the last batch handed over
    std::atomic<std::uint64_t> durable_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<store::SealedBatch> queue_;
    std::optional<Error> failed_;
    bool busy_ = false;
    bool ending_ = false;

    store::LogHead written_;  ///< on disk
    store::LogHead promised_; ///< and the witness says so
    std::size_t unpromised_batches_ = 0;
    std::uint64_t checkpoint_ = 0; ///< the newest, and its state root
    Hash state_root_{};
    bool has_new_checkpoint_ = false;
    bool promising_ = false;
    bool has_unsynced_promise_ = false;
    bool ending_promises_ = false;
    std::thread thread_;
    std::thread promises_thread_;
};

} // namespace plimsoll::replay
