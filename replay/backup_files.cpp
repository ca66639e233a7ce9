#include "replay/backup_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

namespace plimsoll::replay {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view title = "plimsoll backup, format 1\n";

/// As to_hex writes it: one text for one content.
template <std::size_t N> [[nodiscard]] bool read_lower_hex(std::string_view text, std::array<unsigned char, N>& bytes) {
    return read_hex(text, std::as_writable_bytes(std::span(bytes))) && to_hex(bytes_of(bytes)) == text;
}

template <class Number> [[nodiscard]] bool read_number(std::string_view text, Number& number) {
    auto const end = std::from_chars(text.data(), text.data() + text.size(), number);
    return end.ec == std::errc{} && end.ptr == text.data() + text.size() && text == std::to_string(number);
}

/// A path that stays where it belongs: what a backup says is not believed either.
[[nodiscard]] bool is_inside(std::string_view path) {
    bool const is_known = path.starts_with("log/") || path.starts_with("signed/") || path.starts_with("tiles/");
    fs::path const parts(path);
    return is_known && std::ranges::none_of(parts, [](fs::path const& part) { return part == ".." || part == "." || part.empty(); });
}

/// Takes lines off a text.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}
    /// What follows `word` on the next line; nothing where that line is another.
    [[nodiscard]] std::optional<std::string_view> take(std::string_view word) {
        std::size_t const end = rest_.find('\n');
        if (end == std::string_view::npos || !rest_.starts_with(word)) return std::nullopt;
        std::string_view const said = rest_.substr(word.size(), end - word.size());
        rest_.remove_prefix(end + 1);
        return said;
    }
    [[nodiscard]] bool done() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

[[nodiscard]] std::optional<BackupFile> read_file_line(std::string_view line) {
    BackupFile file;
    std::size_t const first = line.find(' ');
    std::size_t const second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    file.path = line.substr(second + 1);
    bool const ok = read_lower_hex(line.substr(0, first), file.hash) && read_number(line.substr(first + 1, second - first - 1), file.bytes) &&
                    is_inside(file.path);
    return ok ? std::optional(std::move(file)) : std::nullopt;
}

[[nodiscard]] auto disk_failed(std::string const& doing) { return fail(store::Errc::disk_failed, doing); }

} // namespace

std::string BackupManifest::encode() const {
    std::string text(title);
    text += "ledger " + store::id_text(ledger) + "\nwitness " + witness.text() + "\nevents " + std::to_string(events) + "\ntime " +
            std::to_string(time) + "\nlog_root " + to_hex(log_root) + "\nstate_root " + to_hex(state_root) + "\n";
    for (auto const& [path, file] : files) text += "file " + to_hex(file.hash) + " " + std::to_string(file.bytes) + " " + path + "\n";
    return text + "end " + to_hex(sha256(bytes_of(std::string_view(text)))) + "\n";
}

result<BackupManifest> BackupManifest::decode(std::string_view text, fs::path const& file) {
    constexpr std::size_t end_bytes = 4 + 2 * sizeof(Hash) + 1;
    if (!text.starts_with(title)) return fail(Errc::not_a_backup, file.string());
    std::string_view const told = text.substr(0, text.size() - std::min(text.size(), end_bytes));
    std::string_view const end = text.substr(told.size());
    std::string const is = to_hex(sha256(bytes_of(told)));
    if (end != "end " + is + "\n") {
        std::string said(end.substr(std::min<std::size_t>(4, end.size())));
        std::erase_if(said, [](char letter) { return std::string_view("0123456789abcdef").find(letter) == std::string_view::npos; });
        return fail(Errc::backup_damaged, file.string() + ": has SHA-256 " + is + ", its last line says " + said);
    }
    BackupManifest manifest;
    Lines lines(told.substr(title.size()));
    auto const says = [&](std::string_view word, auto&& read) {
        auto const said = lines.take(word);
        return said && read(*said);
    };
    bool ok = says("ledger ", [&](std::string_view said) { return read_lower_hex(said, manifest.ledger); }) &&
              says("witness ", [&](std::string_view said) {
                  auto setting = store::WitnessSetting::parse(said, "");
                  if (setting) manifest.witness = std::move(setting.value());
                  return setting.has_value();
              }) &&
              says("events ", [&](std::string_view said) { return read_number(said, manifest.events); }) &&
              says("time ", [&](std::string_view said) { return read_number(said, manifest.time); }) &&
              says("log_root ", [&](std::string_view said) { return read_lower_hex(said, manifest.log_root); }) &&
              says("state_root ", [&](std::string_view said) { return read_lower_hex(said, manifest.state_root); });
    while (ok && !lines.done()) {
        ok = says("file ", [&](std::string_view said) {
            auto line = read_file_line(said);
            if (!line) return false;
            std::string path = line->path;
            return manifest.files.emplace(std::move(path), std::move(*line)).second;
        });
    }
    if (!ok) return fail(Errc::not_a_backup, file.string() + ": a line of it cannot be read");
    return manifest;
}

fs::path stored_at(fs::path const& backup, Hash const& hash) { return backup / "files" / to_hex(hash); }

result<std::string> file_text(fs::path const& file) {
    std::ifstream in(file, std::ios::binary);
    std::error_code error;
    if (!in || !fs::is_regular_file(file, error)) return disk_failed("reading " + file.string());
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) return disk_failed("reading " + file.string());
    return text;
}

result<void> put_file(fs::path const& file, std::string_view text) {
    fs::path const fresh = file.string() + ".new";
    {
        std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
        out.write(text.data(), static_cast<std::streamsize>(text.size()));
        out.flush();
        if (!out || !store::sync_path(fresh)) return disk_failed("writing " + fresh.string());
    }
    std::error_code error;
    fs::rename(fresh, file, error);
    if (error || !store::sync_path(file.parent_path())) return disk_failed("writing " + file.string());
    return outcome::success();
}

result<void> sync_folder(fs::path const& folder) {
    int const descriptor = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
    bool const ok = descriptor >= 0 && ::syncfs(descriptor) == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (!ok) return disk_failed("writing " + folder.string());
    return outcome::success();
}

result<BackupManifest> read_manifest(fs::path const& backup) {
    fs::path const file = backup / manifest_name;
    std::error_code error;
    if (!fs::is_regular_file(file, error)) return fail(Errc::not_a_backup, backup.string() + " has no " + manifest_name);
    PLIMSOLL_TRY(text, file_text(file));
    return BackupManifest::decode(text, file);
}

result<void> check_files(fs::path const& backup, BackupManifest const& manifest, Progressing const& progress) {
    std::uint64_t done = 0;
    for (auto const& [path, file] : manifest.files) {
        fs::path const place = stored_at(backup, file.hash);
        std::string const named = place.string() + " (" + path + ")";
        std::error_code error;
        if (!fs::exists(place, error)) return fail(Errc::backup_damaged, named + ": is missing");
        PLIMSOLL_TRY(text, file_text(place));
        Hash const is = sha256(bytes_of(std::string_view(text)));
        if (is != file.hash || text.size() != file.bytes) {
            return fail(Errc::backup_damaged, named + ": has SHA-256 " + to_hex(is) + " and " + std::to_string(text.size()) +
                                                  " bytes, the backup was made with " + to_hex(file.hash) + " and " +
                                                  std::to_string(file.bytes));
        }
        if (progress) progress(++done, manifest.files.size());
    }
    return outcome::success();
}

store::BatchFiles batches_of(fs::path const& backup, BackupManifest const& manifest) {
    store::BatchFiles batches;
    for (auto const& [path, file] : manifest.files) {
        if (path.starts_with("log/")) batches.add_segment(stored_at(backup, file.hash));
    }
    return batches;
}

result<std::size_t> copy_files(fs::path const& backup, BackupManifest const& manifest, std::string_view folder,
                               fs::path const& directory) {
    std::size_t copied = 0;
    for (auto const& [path, file] : manifest.files) {
        if (!path.starts_with(folder)) continue;
        std::error_code error;
        fs::create_directories((directory / path).parent_path(), error);
        fs::copy_file(stored_at(backup, file.hash), directory / path, fs::copy_options::overwrite_existing, error);
        if (error) return disk_failed("writing " + (directory / path).string() + ": " + error.message());
        ++copied;
    }
    return copied;
}

} // namespace plimsoll::replay
