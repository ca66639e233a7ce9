#include "tools/proof/signed_checkpoints.hpp"

#include "tools/text/number_text.hpp"
#include "tools/text/whole_file.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

namespace fs = std::filesystem;

[[nodiscard]] std::optional<std::uint64_t> size_in(fs::path const& name) {
    return read_unsigned(name.string());
}

} // namespace

result<StoredCheckpoint> read_checkpoint(fs::path const& file) {
    PLIMSOLL_TRY(text, read_text(file));
    auto const note = Note::parse(text);
    if (!note) return outcome::failure(note.error().at(file.string()));
    auto says = CheckpointNote::parse(note.value().text);
    if (!says) return outcome::failure(says.error().at(file.string()));
    return StoredCheckpoint{std::move(text), std::move(says.value())};
}

result<std::optional<StoredCheckpoint>> newest_checkpoint(fs::path const& ledger, std::uint64_t limit) {
    std::error_code error;
    std::optional<std::uint64_t> newest;
    for (fs::directory_iterator each(ledger / "signed", error), end; !error && each != end; each.increment(error)) {
        auto const size = size_in(each->path().filename());
        if (size && *size <= limit) newest = std::max(newest.value_or(0), *size);
    }
    if (!newest) return std::optional<StoredCheckpoint>{};
    fs::path const file = ledger / "signed" / std::to_string(*newest);
    PLIMSOLL_TRY(stored, read_checkpoint(file));
    if (stored.says.size != *newest) {
        return fail(Errc::note_malformed, file.string() + ": it is of " + std::to_string(stored.says.size) + " events");
    }
    return std::optional<StoredCheckpoint>(std::move(stored));
}

result<void> keep_checkpoint(fs::path const& ledger, std::uint64_t size, std::string_view note) {
    std::error_code error;
    fs::create_directories(ledger / "signed", error);
    PLIMSOLL_TRYV(write_text(ledger / "signed" / std::to_string(size), note));
    PLIMSOLL_TRY(newest, newest_checkpoint(ledger));
    fs::create_directories(ledger / "tiles", error);
    return write_text(ledger / "tiles" / "checkpoint", newest->note);
}

result<VerifierKey> verifier_from(std::string const& file_or_line) {
    std::error_code error;
    if (!fs::exists(file_or_line, error) && std::ranges::count(file_or_line, '+') >= 2) return VerifierKey::parse(file_or_line);
    PLIMSOLL_TRY(line, read_text(file_or_line));
    auto const key = VerifierKey::parse(line);
    if (!key) return outcome::failure(key.error().at(file_or_line));
    return key;
}

result<SigningKey> signing_key_in(fs::path const& file) {
    PLIMSOLL_TRY(line, read_text(file));
    auto const key = SigningKey::parse(line);
    if (!key) return outcome::failure(key.error().at(file.string()));
    return key;
}

} // namespace plimsoll::tools
