#include "ledger/event/decimal.hpp"
#include "ledger/event/entry.hpp"
#include "ledger/event/time.hpp"
#include "ledger/store/checkpoint.hpp"
#include "ledger/store/tiles.hpp"
#include "ledger/store/write_ahead.hpp"
#include "tests/fuzz/scratch.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>

namespace plimsoll::fuzz {
namespace {

/// The FlatBuffers verifier, then every field of every event, and each as an entry of the event tree.
void batch(std::string_view bytes) {
    AlignedBytes const aligned(bytes_of(bytes));
    auto const view = BatchView::open(aligned.view());
    if (!view) return;
    auto const events = view.value().events();
    PLIMSOLL_ASSERT(events.size() == view.value().size());
    std::size_t walked = 0;
    for (EntryWalk walk(aligned.view()); !walk.done(); ++walked) {
        std::string const entry = walk.next().bytes();
        PLIMSOLL_ASSERT(Entry::of(bytes_of(std::string_view(entry))).has_value());
    }
    PLIMSOLL_ASSERT(walked == events.size());
}

void entry(std::string_view bytes) {
    auto const entry = Entry::of(bytes_of(bytes));
    if (!entry) return;
    static_cast<void>(entry->origin_value());
    PLIMSOLL_ASSERT(entry->bytes() == bytes);
}

void checkpoint(std::string_view bytes) {
    auto const manifest = store::Manifest::decode(bytes);
    if (!manifest) return;
    PLIMSOLL_ASSERT(manifest.value().encode() == bytes);
    static_cast<void>(manifest.value().root_of_pages());
}

void write_ahead(std::string_view bytes) { static_cast<void>(store::check_write_ahead(bytes, "fuzzed.log")); }

/// The first 200 bytes are the head's, the rest is the first tile.
void tiles(std::string_view bytes) {
    static Scratch const scratch;
    std::size_t const head_bytes = std::min<std::size_t>(bytes.size(), 200);
    static_cast<void>(scratch.file("head", bytes.substr(0, head_bytes)));
    auto const head = store::read_tree_head(scratch.folder());
    if (!head || !head.value()) return;
    std::uint64_t const width = std::min<std::uint64_t>(head.value()->size, 256);
    if (width == 0) return;
    auto const tile = scratch.folder() / store::tile_path(0, 0, width);
    std::filesystem::create_directories(tile.parent_path());
    static_cast<void>(scratch.file(tile.lexically_relative(scratch.folder()).string(), bytes.substr(head_bytes)));
    static_cast<void>(store::TileWriter::open(scratch.folder()));
    std::filesystem::remove(tile);
}

void numbers(std::string_view text) {
    if (auto const number = parse_decimal(text)) {
        auto const again = parse_decimal(format_decimal(number.value()));
        PLIMSOLL_ASSERT(again && again.value() == number.value());
    }
    if (auto const time = parse_time(text)) {
        auto const again = parse_time(format_time(time.value()));
        PLIMSOLL_ASSERT(again && again.value() == time.value());
    }
}

constexpr Target targets[] = {{"batch", batch},     {"entry", entry}, {"checkpoint", checkpoint}, {"write_ahead", write_ahead},
                              {"tiles", tiles}, {"numbers", numbers}};

} // namespace

std::span<Target const> stored_targets() { return targets; }

Target const* find_target(std::string_view name) {
    Target const* found = nullptr;
    for_targets([&](Target const& target) {
        if (target.name == name) found = &target;
    });
    return found;
}

} // namespace plimsoll::fuzz
