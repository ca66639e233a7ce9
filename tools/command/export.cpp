#include "tools/export/exporter.hpp"

#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <iostream>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Writes events for other programs, to stdout or a file. \"events\" are JSON lines that import again to the same\n"
    "state root; \"csv\" has a row for each leg; \"hledger\" is a journal that hledger checks and sums by itself.\n"
    "\n"
    "  plimsoll export books --format events --output books.jsonl\n"
    "  plimsoll export books --format csv --from 2026-01-01 --to 2026-04-01 > quarter.csv\n"
    "  plimsoll export books --format hledger | hledger -f - balance\n";

struct Ask {
    std::string directory;
    std::string format;
    std::string from;
    std::string to = "latest";
    std::string output;
};

[[nodiscard]] std::string list_of_formats() {
    std::string list;
    for (auto const format : exporter_formats()) list.append(list.empty() ? "" : ", ").append(format);
    return list;
}

/// A file appears under its name only once it is whole; a pipe or device is written as it is.
[[nodiscard]] result<ExportSummary> write_file(Exporter exporter, replay::Reader const& reader, ExportRange range,
                                               std::string const& path) {
    std::error_code error;
    bool const in_place = std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error);
    std::string const part = in_place ? path : path + ".part";
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    if (!file) return fail(Errc::file_unwritable, part);
    auto summary = exporter(reader, file, range);
    file.close();
    if (summary && !file) summary = fail(Errc::file_unwritable, part);
    if (!in_place && summary) std::filesystem::rename(part, path, error);
    if (!in_place && !summary) std::filesystem::remove(part, error);
    if (summary && error) return fail(Errc::file_unwritable, path + ": " + error.message());
    return summary;
}

[[nodiscard]] result<Status> write(Shell const& shell, Ask const& ask) {
    Exporter const exporter = find_exporter(ask.format);
    if (exporter == nullptr) {
        return fail(Errc::unknown_format, "'" + ask.format + "'; there are " + list_of_formats());
    }
    if (shell.is_json() && ask.output.empty()) {
        return fail(Errc::usage, "--json tells about the export, so the export itself needs --output FILE");
    }
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(span, resolve_span(*reader, ask.from, ask.to));
    ExportRange const range{span.from + 1, span.to};
    if (ask.output.empty()) {
        PLIMSOLL_TRYV(exporter(*reader, std::cout, range));
        return Status::fine;
    }
    PLIMSOLL_TRY(summary, write_file(exporter, *reader, range, ask.output));
    PLIMSOLL_TRY(moment, reader->at(span.to));
    auto const json = [&](JsonWriter& out) {
        out.field("format", ask.format).field("output", ask.output).field("from", span.from).field("to", span.to);
        out.field("events_read", summary.events_read).field("events_written", summary.events_written);
        out.field("bytes_written", summary.bytes_written);
    };
    std::string text = fmt::format("Exported {} of {} as {} to {}, {}\n", people_plural(summary.events_written, "event"),
                                   people_count(summary.events_read), ask.format, ask.output,
                                   people_bytes(summary.bytes_written));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? json_answer("export", moment.book, moment.basis, json)
                                               : text + people_foot(moment.book, moment.basis)));
    return Status::fine;
}

} // namespace

void add_export(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("export", "Write events for other programs", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--format", ask->format, "One of: " + list_of_formats())->required();
    command.add_option("--from", ask->from, "Events after this moment; else from the first");
    command.add_option("--to", ask->to, "Events up to this moment")->capture_default_str();
    command.add_option("--output", ask->output, "The file to write; else stdout");
    shell.on_run(command, [&shell, ask] { return write(shell, *ask); });
}

} // namespace plimsoll::tools
