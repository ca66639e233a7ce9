#include "replay/committer.hpp"

#include <algorithm>

namespace plimsoll::replay {

Committer::Committer(store::Store& store, store::LogHead const& head, std::size_t group_batches)
    : store_(store), group_limit_(std::max<std::size_t>(group_batches, 1)), previous_(head.root), durable_(head.sequence), thread_([this] { run(); }) {}

Committer::~Committer() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
        changed_.notify_all();
    }
    thread_.join();
}

result<void> Committer::failure() const {
    if (failed_) return outcome::failure(failed_->at("nothing more is accepted"));
    return outcome::success();
}

result<void> Committer::push(Sealing&& batch) {
    batch.header.previous = previous_;
    std::string bytes = batch.events.finish(batch.header);
    previous_ = sha256(bytes_of(std::string_view(bytes)));
    std::uint64_t const first = batch.header.first_sequence;
    store::SealedBatch sealed{std::move(bytes), first, first + batch.events.size() - 1, batch.header.time,
                              std::move(batch.records), std::move(batch.names)};
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
    // Whoever waits for one small group writes it himself: two thread switches less.
    if (!busy_ && !failed_ && !queue_.empty() && queue_.size() <= group_limit_) {
        std::vector<store::SealedBatch> const group = take_group();
        busy_ = true;
        lock.unlock();
        auto const verdict = write(group);
        lock.lock();
        busy_ = false;
        if (!verdict) failed_ = verdict.error();
        changed_.notify_all();
    }
    changed_.wait(lock, [&] { return (queue_.empty() && !busy_) || failed_; });
    return failure();
}

result<void> Committer::write(std::vector<store::SealedBatch> const& group) {
    PLIMSOLL_TRYV(store_.append(group));
    durable_.store(group.back().last_sequence, std::memory_order_release);
    return outcome::success();
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
        std::vector<store::SealedBatch> const group = take_group();
        busy_ = true;
        changed_.notify_all();
        lock.unlock();
        auto const verdict = write(group);
        lock.lock();
        busy_ = false;
        if (!verdict) failed_ = verdict.error();
        changed_.notify_all();
    }
}

} // namespace plimsoll::replay
