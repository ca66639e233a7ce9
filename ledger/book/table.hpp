/// Rows in pages: dense, numbered from 1, and it knows which pages have been written.
#pragma once

#include "ledger/event/hash.hpp"
#include "ledger/event/number.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace plimsoll::book {

/// Memory on 2 MiB pages where it is large: a random row then costs one cache miss, not two.
template <class T> struct HugeAllocator {
    using value_type = T;
    static constexpr std::size_t huge_page_bytes = std::size_t{2} << 20;

    HugeAllocator() = default;
    template <class U> explicit HugeAllocator(HugeAllocator<U> const&) {}

    [[nodiscard]] T* allocate(std::size_t count) {
        std::size_t const bytes = count * sizeof(T);
        bool const huge = bytes >= huge_page_bytes;
        std::size_t const alignment = huge ? huge_page_bytes : 64;
        void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
        if (memory == nullptr) throw std::bad_alloc();
        if (huge) static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE)); // a hint: refusal is fine
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t) { std::free(memory); }
    /// Resizing a table leaves new rows as they are: load_page fills every one of them.
    template <class U> void construct(U*) {}
    template <class U, class... Arguments> void construct(U* at, Arguments&&... arguments) {
        ::new (static_cast<void*>(at)) U(std::forward<Arguments>(arguments)...);
    }
    friend bool operator==(HugeAllocator const&, HugeAllocator const&) { return true; }
};

/// Asks for a cache line before it is needed. Written in assembly where it can be: GCC takes a function
/// that only calls __builtin_prefetch for one without effect, and drops the call.
[[gnu::always_inline]] inline void fetch_ahead(void const* address) {
#if defined(__x86_64__)
    asm volatile("prefetcht0 %0" : : "m"(*static_cast<char const*>(address)));
#else
    __builtin_prefetch(address);
#endif
}

/// The largest power of two of rows that fits 4 KiB, and at least one.
template <class Row> consteval std::size_t page_rows_of() {
    std::size_t rows = 1;
    while (rows * 2 * sizeof(Row) <= 4096) rows *= 2;
    return rows;
}

template <class Row> class Table {
public:
    static constexpr std::size_t rows_per_page = page_rows_of<Row>();

    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
    [[nodiscard]] bool has(std::uint32_t id) const { return id - 1 < rows_.size(); }
    /// `id` must exist.
    [[nodiscard]] Row const& operator[](std::uint32_t id) const { return rows_[id - 1]; }
    [[nodiscard]] Row& write(std::uint32_t id) {
        dirty_[(id - 1) / rows_per_page] = 1;
        return rows_[id - 1];
    }
    /// Appends and returns the new id.
    std::uint32_t add(Row const& row) {
        // Room that is never touched costs no memory: growing seldom saves copies and cleared pages.
        if (rows_.size() == rows_.capacity()) rows_.reserve(std::max<std::size_t>(64, rows_.capacity() * 8));
        rows_.push_back(row);
        if (dirty_.size() * rows_per_page < rows_.size()) dirty_.push_back(1);
        dirty_.back() = 1;
        return size();
    }
    void prefetch(std::uint32_t id) const {
        auto const* row = reinterpret_cast<char const*>(rows_.data() + (id - 1));
        fetch_ahead(row);
        if constexpr (64 % sizeof(Row) != 0) fetch_ahead(row + sizeof(Row) - 1); // it may straddle two lines
    }
    [[nodiscard]] std::vector<Row, HugeAllocator<Row>> const& rows() const { return rows_; }

    // Pages, as bytes.
    [[nodiscard]] std::size_t page_count() const { return dirty_.size(); }
    [[nodiscard]] bool is_dirty(std::size_t page) const { return dirty_[page] != 0; }
    [[nodiscard]] std::size_t dirty_pages() const {
        std::size_t count = 0;
        for (std::uint8_t const flag : dirty_) count += flag;
        return count;
    }
    [[nodiscard]] Bytes page(std::size_t page) const {
        std::size_t const first = page * rows_per_page;
        std::size_t const count = std::min(rows_per_page, rows_.size() - first);
        return std::as_bytes(std::span<Row const>(rows_.data() + first, count));
    }
    void clean() { std::fill(dirty_.begin(), dirty_.end(), std::uint8_t{0}); }

    /// Makes room for `rows` rows of any content, each to be filled by load_page.
    void reset(std::size_t rows) {
        rows_.clear();
        rows_.resize(rows);
        dirty_.assign((rows + rows_per_page - 1) / rows_per_page, 0);
    }
    /// False where the bytes are not exactly that page's rows.
    [[nodiscard]] bool load_page(std::size_t page_index, Bytes bytes) {
        if (page_index >= page_count() || page(page_index).size() != bytes.size()) return false;
        std::memcpy(static_cast<void*>(rows_.data() + page_index * rows_per_page), bytes.data(), bytes.size());
        return true;
    }

private:
    std::vector<Row, HugeAllocator<Row>> rows_;
    std::vector<std::uint8_t> dirty_;
};

} // namespace plimsoll::book
