/// The reading half of verify, on a thread of its own: batches, their hash chain, the event tree over them, and what of an
/// event can be checked without the book.
#pragma once

#include "ledger/store/tile_check.hpp"
#include "ledger/store/store.hpp"
#include "replay/fact_check.hpp"
#include "replay/pipe.hpp"
#include "replay/verify.hpp"

#include <map>
#include <optional>
#include <thread>

namespace plimsoll::replay {

class LogSide {
public:
    struct Batch {
        AlignedBytes bytes;
        std::optional<BatchView> view;
        Hash hash{};
        std::vector<Event> events;
        std::vector<Finding> findings; ///< of these events
    };

    /// Leaves are hashed where there are tiles to compare or a root of the tree is wanted at a stop.
    /// `epochs`: of the history index.
    LogSide(store::Store const& store, std::span<std::uint64_t const> stops, std::uint32_t epochs);
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
    [[nodiscard]] std::uint64_t epochs_compared() const { return facts_.epochs_compared(); }
    [[nodiscard]] Hash tree_root_at(std::uint64_t stop) const;

private:
    void run();
    void hash_leaves(Batch const& batch);
    void check_facts(Batch& batch);

    store::Store const& store_;
    std::span<std::uint64_t const> stops_;
    store::TileCheck tree_;
    bool has_leaves_;
    FactCheck facts_;
    Pipe<Batch> pipe_;
    std::thread thread_;
    bool is_whole_ = false; ///< read to its end
    std::optional<Finding> failure_;
    std::map<std::uint64_t, Hash> tree_roots_;
};

} // namespace plimsoll::replay
