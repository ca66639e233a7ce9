#include "tools/proof/checkpoint_note.hpp"

#include "tools/proof/note.hpp"
#include "tools/text/number_text.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr std::string_view state_word = "plimsoll-state 1 ";
constexpr std::string_view time_word = "plimsoll-time ";

[[nodiscard]] result<std::string_view> take_line(std::string_view& text, std::string_view what) {
    std::size_t const end = text.find('\n');
    if (end == std::string_view::npos || end == 0) return fail(Errc::note_malformed, "it lacks the line of " + std::string(what));
    std::string_view const line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

[[nodiscard]] result<std::uint64_t> to_size(std::string_view text) {
    auto const size = read_unsigned(text);
    bool const ok = size && (text.size() == 1 || text.front() != '0');
    if (!ok) return fail(Errc::note_malformed, "its size is '" + std::string(text) + "'");
    return *size;
}

[[nodiscard]] result<Hash> to_hash(std::string_view text) {
    auto const bytes = from_base64(text);
    Hash hash{};
    if (!bytes || bytes->size() != hash.size()) return fail(Errc::note_malformed, "a root is not 32 bytes of base64");
    std::ranges::copy(*bytes, hash.begin());
    return hash;
}

} // namespace

std::string CheckpointNote::text() const {
    std::string out = origin + "\n" + std::to_string(size) + "\n" + to_base64(bytes_of(root)) + "\n";
    if (state_root) out.append(state_word).append(to_base64(bytes_of(*state_root))).append("\n");
    if (time) out.append(time_word).append(format_time(*time)).append("\n");
    return out;
}

result<CheckpointNote> CheckpointNote::parse(std::string_view text) {
    CheckpointNote note;
    PLIMSOLL_TRY(origin, take_line(text, "its origin"));
    note.origin = origin;
    PLIMSOLL_TRY(size_text, take_line(text, "its size"));
    PLIMSOLL_TRY(size, to_size(size_text));
    note.size = size;
    PLIMSOLL_TRY(root_text, take_line(text, "its root"));
    PLIMSOLL_TRY(root, to_hash(root_text));
    note.root = root;
    while (!text.empty()) {
        PLIMSOLL_TRY(line, take_line(text, "an extension"));
        if (line.starts_with(state_word)) {
            PLIMSOLL_TRY(state_root, to_hash(line.substr(state_word.size())));
            if (note.state_root) return fail(Errc::note_malformed, "it states two state roots");
            note.state_root = state_root;
        } else if (line.starts_with(time_word)) {
            PLIMSOLL_TRY(time, parse_time(line.substr(time_word.size())));
            if (note.time) return fail(Errc::note_malformed, "it states two times");
            note.time = time;
        }
    }
    return note;
}

} // namespace plimsoll::tools
