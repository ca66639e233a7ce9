#include "tools/import/stark_perpetual.hpp"

#include "tools/errc.hpp"
#include "tools/import/stark_booking.hpp"
#include "tools/import/stark_words.hpp"

#include <fmt/core.h>
#include <fstream>
#include <iterator>

namespace plimsoll::tools {
namespace {

[[nodiscard]] result<std::string> read_file(std::filesystem::path const& path) {
    std::error_code error;
    std::ifstream file(path, std::ios::binary);
    if (!std::filesystem::is_regular_file(path, error) || !file)
        return fail(Errc::file_unreadable, path.string());
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (file.bad()) return fail(Errc::file_unreadable, path.string());
    return text;
}

[[nodiscard]] result<StarkUpdate> decode(std::string_view text) {
    PLIMSOLL_TRY(pages, parse_stark_pages(text));
    return decode_stark_words(pages);
}

} // namespace

result<ImportSummary> import_stark_perpetual(replay::Engine& engine,
                                             std::filesystem::path const& path,
                                             ImportOptions const& options) {
    PLIMSOLL_TRY(text, read_file(path));
    options.progress(0, text.size());
    auto const update = decode(text);
    if (!update) return outcome::failure(update.error().at(path.string()));
    StarkUpdate const& read = update.value();
    ImportSummary summary;
    summary.file = path.string();
    StarkBooking booking(engine, read, summary);
    PLIMSOLL_TRYV(booking.book(options.source.empty() ? "stark-perpetual" : options.source));
    options.progress(text.size(), text.size());
    summary.notes.push_back(
        fmt::format("{} positions, {} funding entries, {} deposits and withdrawals",
                    read.positions.size(), read.funding.size(), read.modifications.size()));
    if (read.forced_actions != 0) {
        summary.notes.push_back(fmt::format("{} forced actions: what they did is in the positions",
                                            read.forced_actions));
    }
    if (summary.records_passed_over != 0) {
        summary.notes.push_back(
            fmt::format("{} records that move nothing passed over", summary.records_passed_over));
    }
    return summary;
}

} // namespace plimsoll::tools
