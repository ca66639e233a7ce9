/// The reading half of verify, on a thread of its own: batches, their hash chain, and the event tree over them.
#pragma once

#include "ledger/store/tile_check.hpp"
#include "ledger/store/store.hpp"
#include "replay/pipe.hpp"
#include "replay/verify.hpp"

#include <map>
#include <optional>
#include <thread>

namespace plimsoll::replay {

[[nodiscard]] Finding finding_of(Error const& error, std::string const& where = "");

class LogSide {
public:
    struct Batch {
        AlignedBytes bytes;
        std::optional<BatchView> view;
        Hash hash{};
    };

    /// Leaves are hashed where there are tiles to compare or a root of the tree is wanted at a stop.
    LogSide(store::Store const& store, std::span<std::uint64_t const> stops);
    ~LogSide();
    LogSide(LogSide const&) = delete;
    LogSide& operator=(LogSide const&) = delete;

    void start();
    /// The next batch that continues the log; null at its end, or where it is broken.
    [[nodiscard]] Batch* next() { return pipe_.to_take(); }
    void done_with_it() { pipe_.taken(); }
    void stop() { pipe_.stop(); }
    void join();

    // ---- once joined ----
    /// Where the log breaks off.
    [[nodiscard]] std::optional<Finding> const& failure() const { return failure_; }
    [[nodiscard]] std::vector<Finding> tile_findings() const;
    [[nodiscard]] std::uint64_t tiles() const { return tree_.tiles(); }
    [[nodiscard]] Hash tree_root_at(std::uint64_t stop) const;

private:
    void run();
    void hash_leaves(Batch const& batch);

    store::Store const& store_;
    std::span<std::uint64_t const> stops_;
    store::TileCheck tree_;
    bool has_leaves_;
    Pipe<Batch> pipe_;
    std::thread thread_;
    bool is_whole_ = false; ///< read to its end
    std::optional<Finding> failure_;
    std::map<std::uint64_t, Hash> tree_roots_;
};

} // namespace plimsoll::replay
