/// Signed notes and their keys as C2SP's signed-note describes them, with Ed25519 signatures.
#pragma once

#include "ledger/event/hash.hpp"
#include "tools/errc.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::tools {

/// Checks signatures. Its line is "NAME+ID+BASE64", the ID in hexadecimal.
struct VerifierKey {
    std::string name;
    std::uint32_t id = 0; ///< first 4 bytes of SHA-256(name | LF | 0x01 | key), big-endian
    std::array<std::uint8_t, 32> key{};

    /// Errors: Errc::key_malformed.
    [[nodiscard]] static result<VerifierKey> parse(std::string_view line);
    [[nodiscard]] std::string line() const;
};

/// Makes signatures. Its line is "PRIVATE+KEY+NAME+ID+BASE64", and is nobody else's business.
class SigningKey {
public:
    /// A new one. Errors: Errc::key_malformed where the name cannot be one (empty, blanks, a plus).
    [[nodiscard]] static result<SigningKey> fresh(std::string_view name);
    /// Errors: Errc::key_malformed.
    [[nodiscard]] static result<SigningKey> parse(std::string_view line);

    [[nodiscard]] std::string line() const;
    [[nodiscard]] VerifierKey const& verifier() const { return verifier_; }
    /// A signature over `text`, as the line that belongs under it.
    [[nodiscard]] std::string signature_line(std::string_view text) const;

private:
    SigningKey() = default;
    [[nodiscard]] static SigningKey of(std::string_view name, std::array<std::uint8_t, 32> const& seed);
    VerifierKey verifier_;
    std::array<std::uint8_t, 32> seed_{};
    std::array<std::uint8_t, 64> secret_{};
};

/// A text and the signatures under it, as yet unbelieved.
struct Note {
    std::string text; ///< ends with LF; what the signatures are over
    struct Signature {
        std::string name;
        std::uint32_t id = 0;
        std::string bytes; ///< after the key's id
    };
    std::vector<Signature> signatures;

    /// Errors: Errc::note_malformed.
    [[nodiscard]] static result<Note> parse(std::string_view bytes);
    /// That it bears a good signature by that key; others are passed over.
    /// Errors: Errc::signature_missing, signature_wrong.
    [[nodiscard]] result<void> check(VerifierKey const& key) const;
};

/// `text` (ending with LF) signed.
[[nodiscard]] std::string signed_note(std::string_view text, SigningKey const& key);

/// Standard base64 with padding; nothing where the text is not exactly that.
[[nodiscard]] std::string to_base64(Bytes bytes);
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

} // namespace plimsoll::tools
