#include "tools/proof/note.hpp"

#include "tools/text/json_writer.hpp"

#include <sodium.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr std::string_view dash = "\xE2\x80\x94 "; // an em dash and a blank begin every signature
constexpr std::string_view private_prefix = "PRIVATE+KEY+";
constexpr char ed25519 = 0x01;
constexpr std::size_t note_limit_bytes = 1'000'000;
constexpr std::size_t signatures_limit = 100;

void start_sodium() { PLIMSOLL_ASSERT(sodium_init() >= 0); }

[[nodiscard]] unsigned char const* raw(std::string_view text) { return reinterpret_cast<unsigned char const*>(text.data()); }

/// Without blanks and plus signs, which separate; printable ASCII or beyond.
[[nodiscard]] bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 255 && std::ranges::none_of(name, [](char const each) {
        auto const byte = static_cast<unsigned char>(each);
        return byte <= 0x20 || byte == 0x7F || byte == '+';
    });
}

[[nodiscard]] std::uint32_t id_of(std::string_view name, std::array<std::uint8_t, 32> const& key) {
    std::string const text = std::string(name) + "\n" + ed25519;
    Hash const hash = sha256(bytes_of(std::string_view(text)), bytes_of(key));
    return std::uint32_t{hash[0]} << 24 | std::uint32_t{hash[1]} << 16 | std::uint32_t{hash[2]} << 8 | hash[3];
}

[[nodiscard]] std::string id_bytes(std::uint32_t id) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) text.push_back(static_cast<char>(id >> shift));
    return text;
}

[[nodiscard]] std::uint32_t id_from(std::string_view bytes) {
    std::uint32_t id = 0;
    for (char const byte : bytes.substr(0, 4)) id = id << 8 | static_cast<std::uint8_t>(byte);
    return id;
}

struct KeyLine {
    std::string name;
    std::string id;
    std::array<std::uint8_t, 32> key{};
};

/// "NAME+ID+BASE64", where the base64 holds the algorithm and 32 bytes.
[[nodiscard]] result<KeyLine> split(std::string_view line) {
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    std::size_t const first = line.find('+');
    std::size_t const second = first == std::string_view::npos ? first : line.find('+', first + 1);
    if (second == std::string_view::npos) return fail(Errc::key_malformed, "it is written NAME+ID+BASE64");
    KeyLine parts{std::string(line.substr(0, first)), std::string(line.substr(first + 1, second - first - 1)), {}};
    if (!is_name(parts.name)) return fail(Errc::key_malformed, "its name has blanks, or is none");
    auto const bytes = from_base64(line.substr(second + 1));
    if (!bytes || bytes->size() != 33) return fail(Errc::key_malformed, "its key is not 33 bytes of base64");
    if (bytes->front() != ed25519) {
        return fail(Errc::key_malformed, "its algorithm is not Ed25519 (1): " + std::to_string(static_cast<unsigned char>(bytes->front())));
    }
    std::copy(bytes->begin() + 1, bytes->end(), parts.key.begin());
    return parts;
}

[[nodiscard]] bool is_valid_text(std::string_view text) {
    return std::ranges::none_of(text, [](char const each) {
        auto const byte = static_cast<unsigned char>(each);
        return (byte < 0x20 && byte != '\n') || byte == 0x7F;
    });
}

[[nodiscard]] result<Note::Signature> parse_signature(std::string_view line) {
    if (!line.starts_with(dash)) return fail(Errc::note_malformed, "a signature's line begins with an em dash");
    line.remove_prefix(dash.size());
    std::size_t const blank = line.find(' ');
    if (blank == std::string_view::npos) return fail(Errc::note_malformed, "a signature without a key's name");
    auto const bytes = from_base64(line.substr(blank + 1));
    if (!is_name(line.substr(0, blank)) || !bytes || bytes->size() < 5) {
        return fail(Errc::note_malformed, "a signature that is not NAME BASE64");
    }
    return Note::Signature{std::string(line.substr(0, blank)), id_from(*bytes), bytes->substr(4)};
}

} // namespace

std::string to_base64(Bytes bytes) {
    constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(), variant);
    text.pop_back(); // its final zero
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes(text.size(), '\0');
    std::size_t size = 0;
    char const* end = nullptr;
    int const verdict = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                                          text.size(), nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL);
    if (verdict != 0 || end != text.data() + text.size()) return std::nullopt;
    bytes.resize(size);
    // One text for one value: bits that padding hides must be zero.
    if (to_base64(bytes_of(std::string_view(bytes))) != text) return std::nullopt;
    return bytes;
}

result<VerifierKey> VerifierKey::parse(std::string_view line) {
    if (line.starts_with(private_prefix)) {
        return fail(Errc::key_malformed, "this is a private key; plimsoll key show FILE prints the one to give away");
    }
    PLIMSOLL_TRY(parts, split(line));
    VerifierKey key{parts.name, id_of(parts.name, parts.key), parts.key};
    if (parts.id != to_hex(bytes_of(std::string_view(id_bytes(key.id))))) {
        return fail(Errc::key_malformed, "its ID " + parts.id + " does not belong to its name and key; it was cut or altered");
    }
    return key;
}

std::string VerifierKey::line() const {
    std::string const bytes = ed25519 + std::string(key.begin(), key.end());
    return name + "+" + to_hex(bytes_of(std::string_view(id_bytes(id)))) + "+" + to_base64(bytes_of(std::string_view(bytes)));
}

SigningKey SigningKey::of(std::string_view name, std::array<std::uint8_t, 32> const& seed) {
    start_sodium();
    SigningKey key;
    key.seed_ = seed;
    key.verifier_.name = name;
    crypto_sign_seed_keypair(key.verifier_.key.data(), key.secret_.data(), seed.data());
    key.verifier_.id = id_of(name, key.verifier_.key);
    return key;
}

result<SigningKey> SigningKey::fresh(std::string_view name) {
    if (!is_name(name)) return fail(Errc::key_malformed, "a key's name has neither blanks nor plus signs: '" + std::string(name) + "'");
    start_sodium();
    std::array<std::uint8_t, 32> seed{};
    randombytes_buf(seed.data(), seed.size());
    return of(name, seed);
}

result<SigningKey> SigningKey::parse(std::string_view line) {
    if (!line.starts_with(private_prefix)) return fail(Errc::key_malformed, "a private key begins with " + std::string(private_prefix));
    PLIMSOLL_TRY(parts, split(line.substr(private_prefix.size())));
    SigningKey const key = of(parts.name, parts.key);
    if (parts.id != to_hex(bytes_of(std::string_view(id_bytes(key.verifier_.id))))) {
        return fail(Errc::key_malformed, "its ID does not belong to its name and key; it was cut or altered");
    }
    return key;
}

std::string SigningKey::line() const {
    std::string const bytes = ed25519 + std::string(seed_.begin(), seed_.end());
    return std::string(private_prefix) + verifier_.name + "+" + to_hex(bytes_of(std::string_view(id_bytes(verifier_.id)))) + "+" +
           to_base64(bytes_of(std::string_view(bytes)));
}

std::string SigningKey::signature_line(std::string_view text) const {
    std::string bytes(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(bytes.data()), nullptr, raw(text), text.size(), secret_.data());
    bytes.insert(0, id_bytes(verifier_.id));
    return std::string(dash) + verifier_.name + " " + to_base64(bytes_of(std::string_view(bytes))) + "\n";
}

result<Note> Note::parse(std::string_view bytes) {
    if (bytes.size() > note_limit_bytes) return fail(Errc::note_malformed, "it has more than a million bytes");
    if (!is_valid_text(bytes) || valid_utf8(bytes) != bytes) {
        return fail(Errc::note_malformed, "it has control characters, or bytes that are no UTF-8");
    }
    std::size_t const gap = bytes.rfind("\n\n");
    if (gap == std::string_view::npos || !bytes.ends_with('\n')) {
        return fail(Errc::note_malformed, "it is a text, an empty line, and signatures; perhaps it was cut");
    }
    Note note{std::string(bytes.substr(0, gap + 1)), {}};
    std::string_view rest = bytes.substr(gap + 2);
    if (rest.empty()) return fail(Errc::note_malformed, "it has no signatures");
    while (!rest.empty()) {
        std::size_t const end = rest.find('\n');
        PLIMSOLL_TRY(signature, parse_signature(rest.substr(0, end)));
        note.signatures.push_back(std::move(signature));
        if (note.signatures.size() > signatures_limit) return fail(Errc::note_malformed, "it has more than 100 signatures");
        rest.remove_prefix(end + 1);
    }
    return note;
}

result<void> Note::check(VerifierKey const& key) const {
    start_sodium();
    bool found = false;
    for (Signature const& each : signatures) {
        if (each.name != key.name || each.id != key.id) continue;
        found = true;
        bool const good = each.bytes.size() == crypto_sign_BYTES &&
                          crypto_sign_verify_detached(raw(each.bytes), raw(text), text.size(), key.key.data()) == 0;
        if (!good) return fail(Errc::signature_wrong, key.name);
    }
    if (!found) return fail(Errc::signature_missing, key.line());
    return outcome::success();
}

std::string signed_note(std::string_view text, SigningKey const& key) {
    PLIMSOLL_ASSERT(text.ends_with('\n'));
    return std::string(text) + "\n" + key.signature_line(text);
}

} // namespace plimsoll::tools
