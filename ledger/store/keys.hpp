/// All tables of the store, their keys and values: one sentence each. Numbers in keys are big-endian,
/// so that the order of bytes is the order of numbers.
#pragma once

#include "ledger/event/event.hpp"

#include <array>
#include <string>
#include <string_view>

namespace plimsoll::store {

/// Column families of the database.
enum class Family : std::uint8_t {
    log,         ///< first sequence -> batch bytes (ledger/event/batch.hpp). The only thing that is not derived.
    times,       ///< (ledger time before the batch, first sequence) -> nothing
    records,     ///< (source, cursor of its first record in the batch) -> first sequence of the batch
    checkpoints, ///< sequence -> manifest: which version of each page is in force, its hash, the root
    pages,       ///< (checkpoint sequence, table, page) -> the page's rows
    names,       ///< account name -> its id
    history,     ///< (epoch, entity) -> where in the epoch's events the entity is named
};
inline constexpr std::array<std::string_view, 7> family_names{"log",         "times", "records",
                                                              "checkpoints", "pages", "names", "history"};
inline constexpr std::size_t family_count = family_names.size();

/// Writes numbers one after another, big-endian.
class KeyWriter {
public:
    template <class Number> KeyWriter& put(Number value) {
        for (int shift = static_cast<int>(sizeof(Number)) * 8 - 8; shift >= 0; shift -= 8) {
            text_.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> shift));
        }
        return *this;
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
};

/// Reads them back; zeros past the end.
class KeyReader {
public:
    explicit KeyReader(std::string_view text) : text_(text) {}
    template <class Number> [[nodiscard]] Number get() {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(Number); ++i) {
            value = (value << 8) | (i < text_.size() ? static_cast<unsigned char>(text_[i]) : 0U);
        }
        text_.remove_prefix(std::min(sizeof(Number), text_.size()));
        return static_cast<Number>(value);
    }

private:
    std::string_view text_;
};

[[nodiscard]] inline std::string sequence_key(std::uint64_t sequence) { return KeyWriter{}.put(sequence).take(); }

/// Signed times order as numbers once their sign bit is turned.
[[nodiscard]] inline std::string time_key(TimeNs time, std::uint64_t first_sequence) {
    return KeyWriter{}.put(static_cast<std::uint64_t>(time) ^ (std::uint64_t{1} << 63)).put(first_sequence).take();
}

[[nodiscard]] inline std::string record_key(std::uint16_t source, Cursor cursor) {
    return KeyWriter{}.put(source).put(cursor.major).put(cursor.minor).take();
}

[[nodiscard]] inline std::string page_key(std::uint64_t sequence, std::uint8_t table, std::uint32_t page) {
    return KeyWriter{}.put(sequence).put(table).put(page).take();
}

[[nodiscard]] inline std::string history_key(std::uint32_t epoch, std::uint32_t entity) {
    return KeyWriter{}.put(epoch).put(entity).take();
}

} // namespace plimsoll::store
