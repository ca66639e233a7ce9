#include "replay/page_side.hpp"

#include "ledger/book/book.hpp"

namespace plimsoll::replay {
namespace {

/// 8 MiB of pages of 4 KiB: as many parts as the pipe has are about a checkpoint of a large book.
constexpr std::size_t pages_a_part = 2'048;

[[nodiscard]] std::array<std::size_t, book::table_count + 1> row_bytes() {
    std::array<std::size_t, book::table_count + 1> bytes{};
    book::Book{}.for_tables([&](book::TableId id, auto const& table) {
        bytes.at(static_cast<std::size_t>(id)) = sizeof(typename std::decay_t<decltype(table.rows())>::value_type);
    });
    return bytes;
}

} // namespace

PageSide::~PageSide() {
    if (!thread_.joinable()) return;
    pipe_.stop();
    thread_.join();
}

void PageSide::start(std::span<std::uint64_t const> checkpoints) {
    thread_ = std::thread([this, checkpoints] { run(checkpoints); });
}

void PageSide::run(std::span<std::uint64_t const> checkpoints) {
    for (std::uint64_t const sequence : checkpoints) {
        if (!read(sequence)) break;
    }
    pipe_.end();
}

PageSide::Part* PageSide::fresh_part() {
    Part* const part = pipe_.to_fill();
    if (part == nullptr) return nullptr;
    part->pages.clear();
    part->bytes.clear();
    part->are_as_hashed = true;
    part->is_last = false;
    part->manifest.reset();
    part->failure.reset();
    return part;
}

/// Whether whoever takes still wants more.
bool PageSide::read(std::uint64_t sequence) {
    static auto const row_bytes_of = row_bytes();
    Part* part = fresh_part();
    if (part == nullptr) return false;
    auto manifest = store::checkpoint_before(store_, sequence);
    if (manifest) {
        auto const& tables = manifest.value()->tables;
        auto const take = [&](std::uint8_t table, std::uint32_t number, Bytes bytes) {
            if (part->pages.size() == pages_a_part) {
                pipe_.filled();
                part = fresh_part();
            }
            if (part == nullptr) return false;
            part->bytes.reserve(pages_a_part * bytes.size());
            part->pages.push_back({table, number, part->bytes.size(), bytes.size()});
            part->bytes.append(reinterpret_cast<char const*>(bytes.data()), bytes.size());
            bool const is_whole = bytes.size() % row_bytes_of.at(table) == 0;
            part->are_as_hashed = part->are_as_hashed && is_whole &&
                                  book::page_hash(bytes, row_bytes_of.at(table)) == tables.at(table).pages.at(number).hash;
            return true;
        };
        auto const loaded = store::load_pages(store_, *manifest.value(), take, [&](book::TableId id, std::uint32_t page) {
            auto const& earlier = before_.tables.at(static_cast<std::size_t>(id)).pages;
            return page >= earlier.size() || earlier[page] != tables.at(static_cast<std::size_t>(id)).pages[page];
        });
        if (part == nullptr) return false;
        if (!loaded) part->failure = loaded.error();
        before_ = *manifest.value();
        part->manifest = std::move(*manifest.value());
    } else {
        part->failure = manifest.error();
    }
    part->is_last = true;
    pipe_.filled();
    return true;
}

} // namespace plimsoll::replay
