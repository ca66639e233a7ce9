/// A short outside name, held in place: rows and keys need no heap.
#pragma once

#include "ledger/event/errc.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace plimsoll {

/// Up to 63 bytes of printable UTF-8, zero-filled, with its length: 64 bytes in all.
class Name {
public:
    static constexpr std::size_t capacity_bytes = 63;

    constexpr Name() = default;

    /// Errors: event::Errc::name_empty, name_too_long, name_has_control_character.
    [[nodiscard]] static result<Name> from(std::string_view text) {
        if (text.empty()) return fail(event::Errc::name_empty);
        if (text.size() > capacity_bytes) return fail(event::Errc::name_too_long, std::string(text));
        for (char const c : text) {
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
                return fail(event::Errc::name_has_control_character);
            }
        }
        Name name;
        std::memcpy(name.bytes_.data(), text.data(), text.size());
        name.length_ = static_cast<std::uint8_t>(text.size());
        return name;
    }

    [[nodiscard]] std::string_view view() const { return {bytes_.data(), length_}; }
    friend bool operator==(Name const&, Name const&) = default;

private:
    std::array<char, capacity_bytes> bytes_{};
    std::uint8_t length_ = 0;
};
static_assert(sizeof(Name) == 64);

} // namespace plimsoll
