#include "ledger/store/tile_check.hpp"

#include <cstring>
#include <fstream>
#include <iterator>

namespace plimsoll::store {
namespace {

/// After so many, more tell nothing new.
constexpr std::size_t difference_limit = 100;

} // namespace

TileCheck::TileCheck(std::filesystem::path folder) : folder_(std::move(folder)) {
    auto head = read_tree_head(folder_);
    if (!head) {
        differences_.push_back({"the event tree's head cannot be read", head.error().detail()});
    } else {
        head_ = head.value();
    }
}

void TileCheck::compare(unsigned tile_level, std::uint64_t index, std::vector<Hash> const& hashes) {
    std::string const file = (folder_ / tile_path(tile_level, index, hashes.size())).string();
    ++tiles_;
    auto const differs = [&](std::string what, std::string const& which) {
        if (differences_.size() < difference_limit) differences_.push_back({std::move(what), file + which});
    };
    std::ifstream in(file, std::ios::binary);
    if (!in) return differs("a tile is missing", "");
    std::string const bytes{std::istreambuf_iterator<char>(in), {}};
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        bool const is_there = bytes.size() >= (i + 1) * sizeof(Hash);
        if (is_there && std::memcmp(bytes.data() + i * sizeof(Hash), hashes[i].data(), sizeof(Hash)) == 0) continue;
        std::uint64_t const first = ((index * tile_width + i) << (tile_level * tile_height)) + 1;
        std::uint64_t const last = first + (std::uint64_t{1} << (tile_level * tile_height)) - 1;
        return differs("a tile differs from the log", ", hash " + std::to_string(i) + ", of event" +
                                                          (first == last ? " #" + std::to_string(first)
                                                                         : "s #" + std::to_string(first) + " to #" + std::to_string(last)));
    }
    if (bytes.size() != hashes.size() * sizeof(Hash)) differs("a tile is longer than its hashes", "");
}

void TileCheck::append(Hash const& leaf) {
    bool const is_compared = head_ && frontier_.size() < head_->size;
    frontier_.append(leaf, [&](unsigned level, std::uint64_t index, Hash const& hash) {
        if (!is_compared || level % tile_height != 0) return;
        unsigned const tile_level = level / tile_height;
        if (open_tiles_.size() <= tile_level) open_tiles_.resize(tile_level + 1);
        auto& hashes = open_tiles_[tile_level];
        hashes.push_back(hash);
        if (hashes.size() < tile_width) return;
        compare(tile_level, index / tile_width, hashes);
        hashes.clear();
    });
}

void TileCheck::batch_ended(Hash const& batch) {
    if (!head_ || is_head_met_ || frontier_.size() != head_->size) return;
    is_head_met_ = true;
    for (unsigned level = 0; level < open_tiles_.size(); ++level) {
        if (open_tiles_[level].empty()) continue;
        compare(level, (head_->size >> (level * tile_height)) / tile_width, open_tiles_[level]);
    }
    if (head_->root != frontier_.root()) {
        differences_.push_back({"the event tree's root differs from the log", (folder_ / "head").string() + ": " + to_hex(head_->root) +
                                                                                  ", the log gives " + to_hex(frontier_.root())});
    }
    if (head_->batch != batch) {
        differences_.push_back({"the event tree names another batch than the log has", (folder_ / "head").string()});
    }
}

void TileCheck::log_ended() {
    if (!head_ || is_head_met_ || head_->size == 0) return;
    differences_.push_back({frontier_.size() < head_->size ? "the event tree goes past the log" : "the event tree ends inside a batch",
                            (folder_ / "head").string() + ": " + std::to_string(head_->size) + " events, the log has " +
                                std::to_string(frontier_.size())});
}

} // namespace plimsoll::store
