#include "ledger/event/entry.hpp"

namespace plimsoll {
namespace {

/// Bytes of each hot kind's struct, by its number.
constexpr std::array<std::size_t, 7> hot_bytes{0,
                                               sizeof(Transferred),
                                               sizeof(Traded),
                                               sizeof(Observed),
                                               sizeof(IndexRecorded),
                                               sizeof(IndexMet),
                                               sizeof(PositionSettled)};

[[nodiscard]] bool is_hot(std::uint8_t kind) { return kind != 0 && kind < hot_bytes.size(); }
[[nodiscard]] bool is_rare(std::uint8_t kind) {
    return kind > rare_kind_base && kind <= rare_kind_base + static_cast<std::uint8_t>(wire::Rare::MAX);
}

template <class Vector> [[nodiscard]] std::byte const* first_byte_of(Vector const* vector) {
    return vector == nullptr ? nullptr : reinterpret_cast<std::byte const*>(vector->Data());
}

} // namespace

std::string Entry::bytes() const {
    std::string text(1, static_cast<char>(kind));
    text.append(reinterpret_cast<char const*>(origin.data()), origin.size());
    text.append(reinterpret_cast<char const*>(body.data()), body.size());
    return text;
}

Hash Entry::leaf_hash() const {
    std::array<std::byte, 2> const head{std::byte{0x00}, std::byte{kind}};
    return sha256(head, origin, body);
}

Origin Entry::origin_value() const {
    Origin value;
    PLIMSOLL_ASSERT(origin.size() == sizeof(Origin));
    std::memcpy(static_cast<void*>(&value), origin.data(), sizeof(Origin));
    return value;
}

std::optional<Entry> Entry::of(Bytes bytes) {
    if (bytes.size() <= 1 + sizeof(Origin)) return std::nullopt;
    Entry const entry{std::to_integer<std::uint8_t>(bytes[0]), bytes.subspan(1, sizeof(Origin)),
                      bytes.subspan(1 + sizeof(Origin))};
    bool const known = is_rare(entry.kind) || (is_hot(entry.kind) && entry.body.size() == hot_bytes[entry.kind]);
    if (!known) return std::nullopt;
    return entry;
}

std::string_view kind_word(std::uint8_t kind) {
    static constexpr std::array<std::string_view, 7> hot{"",
                                                         kind_name<Transferred>,
                                                         kind_name<Traded>,
                                                         kind_name<Observed>,
                                                         kind_name<IndexRecorded>,
                                                         kind_name<IndexMet>,
                                                         kind_name<PositionSettled>};
    if (is_hot(kind)) return hot[kind];
    if (is_rare(kind)) return wire::EnumNameRare(static_cast<wire::Rare>(kind - rare_kind_base));
    return "";
}

EntryWalk::EntryWalk(Bytes verified_batch)
    : batch_(wire::GetBatch(verified_batch.data())),
      columns_{nullptr,
               first_byte_of(batch_->transferred()),
               first_byte_of(batch_->traded()),
               first_byte_of(batch_->observed()),
               first_byte_of(batch_->index_recorded()),
               first_byte_of(batch_->index_met()),
               first_byte_of(batch_->position_settled())} {}

Entry EntryWalk::next() {
    Entry entry;
    entry.kind = batch_->kinds()->Get(index_);
    entry.origin = {first_byte_of(batch_->origins()) + index_ * sizeof(Origin), sizeof(Origin)};
    ++index_;
    if (is_hot(entry.kind)) {
        entry.body = {columns_[entry.kind], hot_bytes[entry.kind]};
        columns_[entry.kind] += hot_bytes[entry.kind];
    } else {
        auto const* bytes = batch_->rare()->Get(rare_index_++)->bytes();
        entry.body = {first_byte_of(bytes), bytes->size()};
    }
    return entry;
}

} // namespace plimsoll
