/// The bytes of one event, which are its leaf in the event tree: kind, origin, and its struct or rare buffer.
#pragma once

#include "ledger/event/batch.hpp"
#include "ledger/event/merkle.hpp"

#include <optional>

namespace plimsoll {

/// The three parts where they lie: in a batch, or in the bytes of an entry.
struct Entry {
    std::uint8_t kind = 0;
    Bytes origin; ///< 48 bytes
    Bytes body;   ///< the struct of a hot kind, the buffer of a rare one

    [[nodiscard]] std::string bytes() const;
    /// SHA-256(0x00 | kind | origin | body).
    [[nodiscard]] Hash leaf_hash() const;
    [[nodiscard]] Origin origin_value() const;

    /// Nothing where the bytes cannot be an event's: too short, of no known kind, or of another length than the kind's.
    [[nodiscard]] static std::optional<Entry> of(Bytes bytes);
};

/// "Traded", "AssetDefined"; empty where no kind has that number.
[[nodiscard]] std::string_view kind_word(std::uint8_t kind);

/// Walks the entries of a batch, in order. The bytes are those of a batch that BatchView::open has verified.
class EntryWalk {
public:
    explicit EntryWalk(Bytes verified_batch);
    [[nodiscard]] bool done() const { return index_ == batch_->kinds()->size(); }
    [[nodiscard]] Entry next();

private:
    wire::Batch const* batch_;
    flatbuffers::uoffset_t index_ = 0;
    flatbuffers::uoffset_t rare_index_ = 0;
    std::array<std::byte const*, 7> columns_{};
};

} // namespace plimsoll
