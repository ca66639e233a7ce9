/// The event tree's tiles against the leaves that a log has: every hash of every tile, and the head.
#pragma once

#include "ledger/store/tiles.hpp"

namespace plimsoll::store {

class TileCheck {
public:
    /// One thing that differs: the file, and which hash of it.
    struct Difference {
        std::string what;
        std::string where;
    };

    /// Nothing is compared where there are no tiles; what cannot be read differs.
    explicit TileCheck(std::filesystem::path folder);

    [[nodiscard]] bool has_tiles() const { return head_.has_value(); }
    /// The next leaf of the log.
    void append(Hash const& leaf);
    /// The log has a batch that ends at the leaf appended last.
    void batch_ended(Hash const& batch);
    /// The log has no more.
    void log_ended();

    [[nodiscard]] std::uint64_t size() const { return frontier_.size(); }
    [[nodiscard]] Hash root() const { return frontier_.root(); }
    [[nodiscard]] std::uint64_t tiles() const { return tiles_; } ///< compared so far
    [[nodiscard]] std::vector<Difference> const& differences() const { return differences_; }

private:
    void compare(unsigned tile_level, std::uint64_t index, std::vector<Hash> const& hashes);

    std::filesystem::path folder_;
    std::optional<TreeHead> head_;
    merkle::Frontier frontier_;
    std::vector<std::vector<Hash>> open_tiles_; ///< by tile level
    std::uint64_t tiles_ = 0;
    bool is_head_met_ = false;
    std::vector<Difference> differences_;
};

} // namespace plimsoll::store
