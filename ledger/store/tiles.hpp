/// The event tree as files, laid out as C2SP's tlog-tiles says: tiles of 256 hashes, of every eighth level of the tree.
#pragma once

#include "ledger/event/merkle.hpp"
#include "ledger/store/errc.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace plimsoll::store {

inline constexpr std::uint64_t tile_width = 256;
inline constexpr unsigned tile_height = 8;

/// "tile/0/x001/234", and "tile/0/x001/234.p/17" where it holds only 17 hashes.
[[nodiscard]] std::string tile_path(unsigned tile_level, std::uint64_t index, std::uint64_t width);

/// How far the tiles reach, and over which log.
struct TreeHead {
    std::uint64_t size = 0; ///< events
    Hash root{};
    Hash batch{}; ///< SHA-256 of the batch that ends there
};

/// Nothing where there are no tiles yet. Errors: Errc::tiles_damaged.
[[nodiscard]] result<std::optional<TreeHead>> read_tree_head(std::filesystem::path const& folder);

/// Hashes of a tree of `size` leaves, out of its tiles; each tile is read once.
class TileReader {
public:
    TileReader(std::filesystem::path folder, std::uint64_t size) : folder_(std::move(folder)), size_(size) {}

    /// Errors: Errc::tiles_damaged where a tile is missing or cut.
    [[nodiscard]] result<Hash> hash(unsigned level, std::uint64_t index);
    /// The same; the reader must outlive it.
    [[nodiscard]] merkle::HashSource source() {
        return [this](unsigned level, std::uint64_t index) { return hash(level, index); };
    }
    /// The hashes of one tile.
    [[nodiscard]] result<std::vector<Hash> const*> tile(unsigned tile_level, std::uint64_t index);

private:
    std::filesystem::path folder_;
    std::uint64_t size_;
    std::map<std::pair<unsigned, std::uint64_t>, std::vector<Hash>> tiles_;
};

/// Appends leaves and writes what tiles they fill. What is not published is not there for readers, and is done again.
class TileWriter {
public:
    /// From where the folder's tiles end. Errors: Errc::tiles_damaged.
    [[nodiscard]] static result<TileWriter> open(std::filesystem::path const& folder);

    [[nodiscard]] TreeHead const& head() const { return head_; } ///< as published
    [[nodiscard]] std::uint64_t size() const { return frontier_.size(); }

    /// Errors: Errc::disk_failed.
    [[nodiscard]] result<void> append(Hash const& leaf);
    /// Writes the tiles that are not full and then the head, so that a reader finds all or the last state. `batch` is the
    /// hash of the batch that ends here. Errors: Errc::disk_failed.
    [[nodiscard]] result<void> publish(Hash const& batch);

private:
    TileWriter() = default;
    [[nodiscard]] result<void> write_tile(unsigned tile_level, std::uint64_t index, std::vector<Hash> const& hashes);

    std::filesystem::path folder_;
    TreeHead head_;
    merkle::Frontier frontier_;
    std::vector<std::vector<Hash>> open_tiles_; ///< by tile level: the hashes of the tile that is not full
};

} // namespace plimsoll::store
