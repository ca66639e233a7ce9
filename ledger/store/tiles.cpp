#include "ledger/store/tiles.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

namespace plimsoll::store {
namespace {

namespace fs = std::filesystem;

constexpr char const* head_name = "head";
constexpr std::string_view head_title = "plimsoll event tree 1";

[[nodiscard]] auto damaged(fs::path const& file, std::string const& what) {
    return fail(Errc::tiles_damaged, file.string() + ": " + what);
}

[[nodiscard]] result<void> write_file(fs::path const& file, Bytes bytes) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    fs::path const fresh = file.string() + ".new";
    {
        std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        out.flush();
        if (!out) return fail(Errc::disk_failed, "writing " + fresh.string());
    }
    fs::rename(fresh, file, error);
    if (error) return fail(Errc::disk_failed, "writing " + file.string() + ": " + error.message());
    return outcome::success();
}

[[nodiscard]] std::optional<std::string> read_file(fs::path const& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(in), {});
}

/// Everything written below a folder, on the disk: one call for thousands of small files.
[[nodiscard]] bool sync_all(fs::path const& folder) {
    int const descriptor = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    bool const ok = ::syncfs(descriptor) == 0;
    ::close(descriptor);
    return ok;
}

[[nodiscard]] bool take_line(std::string_view& text, std::string_view word, std::string_view& value) {
    std::size_t const end = text.find('\n');
    if (end == std::string_view::npos || !text.starts_with(word)) return false;
    value = text.substr(word.size(), end - word.size());
    text.remove_prefix(end + 1);
    return true;
}

[[nodiscard]] bool parse(std::string_view text, std::uint64_t& number) {
    if (text.empty() || text.size() > 19) return false;
    number = 0;
    for (char const digit : text) {
        if (digit < '0' || digit > '9') return false;
        number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return true;
}

[[nodiscard]] bool parse(std::string_view text, Hash& hash) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (text.size() != hash.size() * 2) return false;
    for (std::size_t i = 0; i < hash.size(); ++i) {
        std::size_t const high = digits.find(text[2 * i]);
        std::size_t const low = digits.find(text[2 * i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return false;
        hash[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
}

/// Hashes of a tile level in a tree of `size` leaves.
[[nodiscard]] std::uint64_t hashes_at(unsigned tile_level, std::uint64_t size) {
    unsigned const shift = tile_level * tile_height;
    return shift >= 64 ? 0 : size >> shift;
}

} // namespace

std::string tile_path(unsigned tile_level, std::uint64_t index, std::uint64_t width) {
    auto const three = [](std::uint64_t number) {
        std::string const text = std::to_string(number);
        return std::string(3 - text.size(), '0') + text;
    };
    std::string name = three(index % 1000);
    for (index /= 1000; index != 0; index /= 1000) name = "x" + three(index % 1000) + "/" + name;
    std::string path = "tile/" + std::to_string(tile_level) + "/" + name;
    if (width != tile_width) path += ".p/" + std::to_string(width);
    return path;
}

result<std::optional<TreeHead>> read_tree_head(fs::path const& folder) {
    auto const text = read_file(folder / head_name);
    if (!text) return std::optional<TreeHead>{};
    std::string_view rest = *text;
    std::string_view title;
    std::string_view size;
    std::string_view root;
    std::string_view batch;
    TreeHead head;
    bool const ok = take_line(rest, head_title, title) && title.empty() && take_line(rest, "size ", size) &&
                    take_line(rest, "root ", root) && take_line(rest, "batch ", batch) && rest.empty() &&
                    parse(size, head.size) && parse(root, head.root) && parse(batch, head.batch);
    if (!ok) return damaged(folder / head_name, "it cannot be read");
    return std::optional<TreeHead>(head);
}

result<std::vector<Hash> const*> TileReader::tile(unsigned tile_level, std::uint64_t index) {
    auto const key = std::pair(tile_level, index);
    if (auto const known = tiles_.find(key); known != tiles_.end()) return &known->second;
    std::uint64_t const all = hashes_at(tile_level, size_);
    PLIMSOLL_ASSERT(index * tile_width < all);
    std::uint64_t const width = std::min(tile_width, all - index * tile_width);
    fs::path const file = folder_ / tile_path(tile_level, index, width);
    auto const bytes = read_file(file);
    if (!bytes) return damaged(file, "a tile is missing");
    if (bytes->size() != width * sizeof(Hash)) {
        return damaged(file, std::to_string(bytes->size()) + " bytes where a tile of " + std::to_string(width) +
                                 " hashes has " + std::to_string(width * sizeof(Hash)));
    }
    std::vector<Hash> hashes(width);
    std::memcpy(hashes.data(), bytes->data(), bytes->size());
    return &tiles_.emplace(key, std::move(hashes)).first->second;
}

result<Hash> TileReader::hash(unsigned level, std::uint64_t index) {
    unsigned const above = level % tile_height;
    std::uint64_t const first = index << above;
    PLIMSOLL_TRY(hashes, tile(level / tile_height, first / tile_width));
    auto const begin = hashes->begin() + static_cast<std::ptrdiff_t>(first % tile_width);
    std::vector<Hash> row(begin, begin + (std::ptrdiff_t{1} << above));
    while (row.size() > 1) {
        for (std::size_t i = 0; i * 2 < row.size(); ++i) row[i] = merkle::node_hash(row[2 * i], row[2 * i + 1]);
        row.resize(row.size() / 2);
    }
    return row.front();
}

result<TileWriter> TileWriter::open(fs::path const& folder) {
    TileWriter writer;
    writer.folder_ = folder;
    PLIMSOLL_TRY(head, read_tree_head(folder));
    if (!head) return writer;
    writer.head_ = *head;
    TileReader reader(folder, head->size);
    PLIMSOLL_TRY(frontier, merkle::Frontier::at(head->size, reader.source()));
    if (frontier.root() != head->root) return damaged(folder, "the tiles give another root than " + std::string(head_name));
    writer.frontier_ = std::move(frontier);
    for (unsigned level = 0; hashes_at(level, head->size) != 0; ++level) {
        std::uint64_t const all = hashes_at(level, head->size);
        writer.open_tiles_.emplace_back();
        if (all % tile_width == 0) continue;
        PLIMSOLL_TRY(hashes, reader.tile(level, all / tile_width));
        writer.open_tiles_.back() = *hashes;
    }
    return writer;
}

result<void> TileWriter::write_tile(unsigned tile_level, std::uint64_t index, std::vector<Hash> const& hashes) {
    return write_file(folder_ / tile_path(tile_level, index, hashes.size()), std::as_bytes(std::span<Hash const>(hashes)));
}

result<void> TileWriter::append(Hash const& leaf) {
    result<void> verdict = outcome::success();
    frontier_.append(leaf, [&](unsigned level, std::uint64_t index, Hash const& hash) {
        if (level % tile_height != 0 || !verdict) return;
        unsigned const tile_level = level / tile_height;
        if (open_tiles_.size() <= tile_level) open_tiles_.resize(tile_level + 1);
        auto& hashes = open_tiles_[tile_level];
        hashes.push_back(hash);
        if (hashes.size() < tile_width) return;
        verdict = write_tile(tile_level, index / tile_width, hashes);
        hashes.clear();
    });
    return verdict;
}

result<void> TileWriter::publish(Hash const& batch) {
    for (unsigned level = 0; level < open_tiles_.size(); ++level) {
        if (open_tiles_[level].empty()) continue;
        PLIMSOLL_TRYV(write_tile(level, hashes_at(level, size()) / tile_width, open_tiles_[level]));
    }
    TreeHead const before = head_;
    head_ = {size(), frontier_.root(), batch};
    std::error_code error;
    fs::create_directories(folder_, error);
    // The tiles first: a head must not outlive them.
    if (!sync_all(folder_)) return fail(Errc::disk_failed, "writing " + folder_.string());
    std::string const text = std::string(head_title) + "\nsize " + std::to_string(head_.size) + "\nroot " +
                             to_hex(head_.root) + "\nbatch " + to_hex(head_.batch) + "\n";
    PLIMSOLL_TRYV(write_file(folder_ / head_name, bytes_of(std::string_view(text))));
    // Tiles that were not full are superseded; nothing reads them any more.
    for (unsigned level = 0; hashes_at(level, before.size) != 0; ++level) {
        std::uint64_t const all = hashes_at(level, before.size);
        if (all % tile_width == 0 || all == hashes_at(level, head_.size)) continue;
        fs::path const file = folder_ / tile_path(level, all / tile_width, all % tile_width);
        fs::remove(file, error);
        fs::remove(file.parent_path(), error); // where it is empty
    }
    return outcome::success();
}

} // namespace plimsoll::store
