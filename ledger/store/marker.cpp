#include "ledger/store/marker.hpp"

#include "ledger/event/hash.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <system_error>

namespace plimsoll::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view marker_name = "PLIMSOLL";
constexpr std::string_view marker_text = "plimsoll ledger, format ";
constexpr int format_version = 1;
constexpr std::string_view id_word = "ledger ";
constexpr std::string_view mode_word = "witness ";
constexpr std::string_view file_word = "witness_file ";

/// A window longer than this is no witness.
constexpr std::uint32_t longest_window_ms = 60'000;

} // namespace

LedgerId fresh_ledger_id() {
    LedgerId id{};
    ssize_t const got = ::getrandom(id.data(), id.size(), 0);
    PLIMSOLL_ASSERT(got == static_cast<ssize_t>(id.size())); // so few bytes are never refused
    return id;
}

std::string id_text(LedgerId const& id) { return to_hex(bytes_of(id)); }

std::string WitnessSetting::text() const {
    if (mode == WitnessMode::none) return "none";
    return mode == WitnessMode::strict ? "strict" : "batched " + std::to_string(window_ms);
}

result<WitnessSetting> WitnessSetting::parse(std::string_view text, std::string file) {
    WitnessSetting setting{WitnessMode::strict, 0, std::move(file)};
    if (text == "strict") return setting;
    setting.mode = WitnessMode::none;
    if (text == "none") return setting;
    constexpr std::string_view batched = "batched";
    bool ok = text.starts_with(batched) && text.size() > batched.size() + 1 &&
              (text[batched.size()] == ' ' || text[batched.size()] == ':');
    if (ok) {
        setting.mode = WitnessMode::batched;
        auto const end = std::from_chars(text.data() + batched.size() + 1, text.data() + text.size(), setting.window_ms);
        ok = end.ec == std::errc{} && end.ptr == text.data() + text.size() && setting.window_ms >= 1 &&
             setting.window_ms <= longest_window_ms;
    }
    if (!ok) return fail(Errc::setting_malformed, "'" + std::string(text) + "'");
    return setting;
}

result<Marker> read_marker(fs::path const& directory) {
    std::ifstream file(directory / marker_name);
    std::string line;
    if (!file || !std::getline(file, line) || !line.starts_with(marker_text)) {
        return fail(Errc::not_a_ledger, directory.string());
    }
    int const version = std::atoi(line.c_str() + marker_text.size());
    if (version < 1) return fail(Errc::not_a_ledger, directory.string());
    if (version > format_version) {
        return fail(Errc::format_newer, directory.string() + " has format " + std::to_string(version) +
                                            ", this program knows up to " + std::to_string(format_version));
    }
    Marker marker;
    std::string mode = "none";
    std::string where;
    bool has_id = false;
    std::string_view said;
    auto const says = [&](std::string_view word) {
        bool const is_it = std::string_view(line).starts_with(word);
        if (is_it) said = std::string_view(line).substr(word.size());
        return is_it;
    };
    while (std::getline(file, line)) {
        if (says(id_word) && read_hex(said, std::as_writable_bytes(std::span(marker.id)))) {
            has_id = true;
        } else if (says(mode_word)) {
            mode = said;
        } else if (says(file_word) && !said.empty()) {
            where = said;
        } else {
            return fail(Errc::setting_malformed, (directory / marker_name).string() + ": '" + line + "'");
        }
    }
    auto setting = WitnessSetting::parse(mode, std::move(where));
    if (!setting) return outcome::failure(setting.error().at((directory / marker_name).string()));
    marker.witness = std::move(setting.value());
    if (marker.witness.mode != WitnessMode::none && !has_id) {
        return fail(Errc::setting_malformed, (directory / marker_name).string() + ": a witness, but no 'ledger ID'");
    }
    return marker;
}

result<void> write_marker(fs::path const& directory, Marker const& marker) {
    fs::path const fresh = directory / (std::string(marker_name) + ".new");
    {
        std::ofstream file(fresh, std::ios::trunc);
        file << marker_text << format_version << "\n";
        if (marker.id != LedgerId{}) {
            file << id_word << id_text(marker.id) << "\n" << mode_word << marker.witness.text() << "\n";
            if (!marker.witness.file.empty()) file << file_word << marker.witness.file << "\n";
        }
        file.flush();
        if (!file || !sync_path(fresh)) return fail(Errc::cannot_create, fresh.string());
    }
    std::error_code error;
    fs::rename(fresh, directory / marker_name, error);
    if (error || !sync_path(directory)) return fail(Errc::cannot_create, (directory / marker_name).string());
    return outcome::success();
}

fs::path witness_file(fs::path const& directory, WitnessSetting const& setting) {
    if (!setting.file.empty()) return setting.file;
    std::error_code error;
    fs::path place = fs::weakly_canonical(directory, error);
    if (error) place = fs::absolute(directory);
    if (!place.has_filename()) place = place.parent_path();
    place += ".witness";
    return place;
}

bool sync_path(fs::path const& path) {
    int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    bool const ok = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return ok;
}

} // namespace plimsoll::store
