#include "replay/committer.hpp"

#include <algorithm>
#include <chrono>

namespace plimsoll::replay {

Committer::Committer(store::Store& store, store::LogHead const& head, std::size_t group_batches)
    : store_(store), group_limit_(std::clamp<std::size_t>(group_batches, 1, queue_limit)), previous_(head.root),
      durable_(head.sequence), written_(head), promised_(head), thread_([this] { run(); }),
      promises_thread_([this] { run_promises(); }) {}

Committer::~Committer() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
        changed_.notify_all();
    }
    thread_.join();
    {
        std::lock_guard lock(mutex_);
        ending_promises_ = true;
        changed_.notify_all();
    }
    promises_thread_.join();
}

result<void> Committer::failure() const {
    if (failed_) return outcome::failure(failed_->at("nothing more is accepted"));
    return outcome::success();
}

result<void> Committer::push(Sealing&& batch) {
    batch.header.previous = previous_;
    std::string bytes = batch.events.finish(batch.header);
    previous_ = sha256(bytes_of(std::string_view(bytes)));
    Hash const hash = previous_;
    std::uint64_t const first = batch.header.first_sequence;
    store::SealedBatch sealed{std::move(bytes), first, first + batch.events.size() - 1, batch.header.time,
                              std::move(batch.records), std::move(batch.names), hash};
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return queue_.size() < queue_limit || failed_; });
    PLIMSOLL_TRYV(failure());
    queue_.push_back(std::move(sealed));
    changed_.notify_all();
    return outcome::success();
}

std::vector<store::SealedBatch> Committer::take_group() {
    std::vector<store::SealedBatch> group;
    while (!queue_.empty() && group.size() < group_limit_) {
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return group;
}

result<void> Committer::drain() {
    std::unique_lock lock(mutex_);
    // Whoever waits for one small group writes it himself, and tells the witness: four thread switches less.
    if (!busy_ && !failed_ && !queue_.empty() && queue_.size() <= group_limit_) {
        std::vector<store::SealedBatch> const group = take_group();
        busy_ = true;
        lock.unlock();
        auto const verdict = write(group);
        lock.lock();
        if (verdict) {
            written_ = {group.back().last_sequence, group.back().hash};
            unpromised_batches_ += group.size();
            if (!promising_) promise(lock);
        } else {
            failed_ = verdict.error();
        }
        busy_ = false;
        changed_.notify_all();
    }
    changed_.wait(lock, [&] { return (queue_.empty() && !busy_ && is_promised()) || failed_; });
    return failure();
}

void Committer::note_checkpoint(std::uint64_t sequence, Hash const& state_root) {
    std::lock_guard lock(mutex_);
    if (sequence <= checkpoint_) return;
    checkpoint_ = sequence;
    state_root_ = state_root;
    has_new_checkpoint_ = true;
    changed_.notify_all();
}

result<void> Committer::write(std::vector<store::SealedBatch> const& group) { return store_.append(group); }

void Committer::promise(std::unique_lock<std::mutex>& lock) {
    store::LogHead const head = written_;
    std::uint64_t const checkpoint = checkpoint_;
    Hash const root = state_root_;
    std::size_t const batches = unpromised_batches_;
    bool const synced = store_.marker().witness.mode == store::WitnessMode::strict;
    promising_ = true;
    has_new_checkpoint_ = false;
    lock.unlock();
    auto const verdict = store_.promise(head, checkpoint, root, synced);
    lock.lock();
    promising_ = false;
    if (verdict) {
        promised_ = head;
        unpromised_batches_ -= batches;
        has_unsynced_promise_ = !synced && store_.marker().witness.mode == store::WitnessMode::batched;
        durable_.store(head.sequence, std::memory_order_release);
    } else if (!failed_) {
        failed_ = verdict.error();
    }
    changed_.notify_all();
}

void Committer::run_promises() {
    auto const window = std::chrono::milliseconds(store_.marker().witness.window_ms);
    auto synced_at = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    while (true) {
        auto const is_due = [&] { return (!promising_ && (!is_promised() || has_new_checkpoint_)) || ending_promises_ || failed_; };
        if (has_unsynced_promise_) {
            changed_.wait_until(lock, synced_at + window, is_due);
        } else {
            changed_.wait(lock, [&] { return is_due() || has_unsynced_promise_; });
        }
        if (failed_) return;
        if (!promising_ && (!is_promised() || has_new_checkpoint_)) promise(lock);
        if (has_unsynced_promise_ && (ending_promises_ || std::chrono::steady_clock::now() >= synced_at + window)) {
            has_unsynced_promise_ = false;
            lock.unlock();
            auto const verdict = store_.sync_promises();
            synced_at = std::chrono::steady_clock::now();
            lock.lock();
            if (!verdict && !failed_) failed_ = verdict.error();
        }
        if (ending_promises_ && is_promised() && !promising_ && !has_unsynced_promise_) return;
    }
}

void Committer::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return (!queue_.empty() && !busy_) || ending_; });
        if (busy_ || queue_.empty() || failed_) {
            if (ending_) return;
            if (failed_) changed_.wait(lock, [&] { return ending_; });
            continue;
        }
        // A slow witness holds the log back: what a crash leaves unwitnessed has a limit.
        changed_.wait(lock, [&] { return unpromised_batches_ + group_limit_ <= store::unwitnessed_limit_batches || failed_; });
        if (failed_ || busy_ || queue_.empty()) continue;
        std::vector<store::SealedBatch> const group = take_group();
        busy_ = true;
        changed_.notify_all();
        lock.unlock();
        auto const verdict = write(group);
        lock.lock();
        busy_ = false;
        if (verdict) {
            written_ = {group.back().last_sequence, group.back().hash};
            unpromised_batches_ += group.size();
        } else if (!failed_) {
            failed_ = verdict.error();
        }
        changed_.notify_all();
    }
}

} // namespace plimsoll::replay
