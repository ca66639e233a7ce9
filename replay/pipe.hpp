/// Batches on their way from one thread to another: a ring of a few slots, reused.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace plimsoll::replay {

/// One thread fills, one takes.
template <class Slot> class Pipe {
public:
    /// The next slot to fill, or null where the taker has given up.
    [[nodiscard]] Slot* to_fill() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return filled_ - taken_ < slots_.size() || stopped_; });
        return stopped_ ? nullptr : &slots_[filled_ % slots_.size()];
    }
    void filled() {
        std::lock_guard lock(mutex_);
        ++filled_;
        changed_.notify_all();
    }
    /// The next slot to take, or null where the filler has ended and all is taken.
    [[nodiscard]] Slot* to_take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return filled_ != taken_ || ended_; });
        return filled_ == taken_ ? nullptr : &slots_[taken_ % slots_.size()];
    }
    void taken() {
        std::lock_guard lock(mutex_);
        ++taken_;
        changed_.notify_all();
    }
    void end() {
        std::lock_guard lock(mutex_);
        ended_ = true;
        changed_.notify_all();
    }
    void stop() {
        std::lock_guard lock(mutex_);
        stopped_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::array<Slot, 16> slots_;
    std::size_t filled_ = 0;
    std::size_t taken_ = 0;
    bool ended_ = false;
    bool stopped_ = false;
};

} // namespace plimsoll::replay
