/// From a 64-bit key to a row number: open addressing, one cache miss a look-up, never iterated.
#pragma once

#include "ledger/book/table.hpp"

#include <cstdint>
#include <vector>

namespace plimsoll::book {

/// Keys need not be unique where the caller tells rows apart (names share a hash): `find` asks.
class DenseIndex {
public:
    DenseIndex() : slots_(16, Slot{}) {}

    void insert(std::uint64_t key, std::uint32_t row) {
        if ((count_ + 1) * 4 > slots_.size() * 3) grow(slots_.size() * 2);
        place(key, row);
        ++count_;
    }
    /// The row of the key for which `is_match(row)` holds, or 0.
    template <class Match> [[nodiscard]] std::uint32_t find(std::uint64_t key, Match&& is_match) const {
        for (std::size_t i = home(key); slots_[i].row != 0; i = (i + 1) & (slots_.size() - 1)) {
            if (slots_[i].key == key && is_match(slots_[i].row)) return slots_[i].row;
        }
        return 0;
    }
    [[nodiscard]] std::uint32_t find(std::uint64_t key) const {
        return find(key, [](std::uint32_t) { return true; });
    }
    void prefetch(std::uint64_t key) const { fetch_ahead(slots_.data() + home(key)); }
    /// Inserts rows 1 .. count with key_of(row), fetching ahead: for a book that was just loaded.
    template <class KeyOf> void fill(std::uint32_t count, KeyOf&& key_of) {
        constexpr std::uint32_t ahead = 16;
        reserve(count_ + count);
        for (std::uint32_t row = 1; row <= count; ++row) {
            if (row + ahead <= count) prefetch(key_of(row + ahead));
            place(key_of(row), row);
        }
        count_ += count;
    }
    void reserve(std::size_t count) {
        std::size_t wanted = slots_.size();
        while (count * 4 > wanted * 3) wanted *= 2;
        if (wanted != slots_.size()) grow(wanted);
    }

private:
    struct Slot {
        std::uint64_t key = 0;
        std::uint32_t row = 0; ///< 0: free
        std::uint32_t reserved = 0;
    };
    [[nodiscard]] std::size_t home(std::uint64_t key) const {
        return (key * 0x9E37'79B9'7F4A'7C15ULL) >> shift_; // 2^64 / golden ratio: spreads dense ids
    }
    void place(std::uint64_t key, std::uint32_t row) {
        std::size_t i = home(key);
        while (slots_[i].row != 0) i = (i + 1) & (slots_.size() - 1);
        slots_[i] = {key, row, 0};
    }
    void grow(std::size_t slots) {
        std::vector<Slot, HugeAllocator<Slot>> old(slots, Slot{});
        old.swap(slots_);
        shift_ = 64 - std::countr_zero(slots_.size());
        for (Slot const& slot : old) {
            if (slot.row != 0) place(slot.key, slot.row);
        }
    }

    std::vector<Slot, HugeAllocator<Slot>> slots_;
    std::size_t count_ = 0;
    int shift_ = 60;
};

} // namespace plimsoll::book
