#include "replay/verify.hpp"

#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Reads every byte: each batch and the hash chain, each event through the rules again, the balance of the book,\n"
    "and every checkpoint and index against what the log adds up to. Exit status 4 where anything differs.\n"
    "\n"
    "  plimsoll verify books\n"
    "  plimsoll verify books --json\n";

/// The book may be what is damaged, so the basis comes from the report and the moment only adds the time.
[[nodiscard]] replay::Moment moment_of(std::string const& directory, replay::VerifyReport const& report) {
    replay::Moment moment;
    if (report.findings.empty()) {
        auto reader = open_reader(directory);
        if (reader) {
            auto latest = reader.value()->at(report.events);
            if (latest) moment = std::move(latest.value());
        }
    }
    moment.basis = {report.events, moment.book.time(), report.state_root, report.log_root, report.events};
    return moment;
}

[[nodiscard]] std::string to_json(replay::VerifyReport const& report, replay::Moment const& moment) {
    return json_answer("verify", moment.book, moment.basis, [&](JsonWriter& json) {
        json.field("sound", report.findings.empty()).field("events", report.events).field("batches", report.batches);
        json.field("checkpoints", report.checkpoints).field("pages", report.pages);
        json.field("index_entries", report.index_entries).field("history_epochs", report.history_epochs);
        json.key("findings").begin_array();
        for (auto const& finding : report.findings) {
            json.begin_object().field("what", finding.what).field("where", finding.where).end_object();
        }
        json.end_array();
    });
}

[[nodiscard]] std::string to_text(std::string const& directory, replay::VerifyReport const& report,
                                  replay::Moment const& moment) {
    std::string out = fmt::format("Verified {}: {} in {} batches, {} with {} pages, {} index entries, {} of history\n",
                                  directory, people_plural(report.events, "event"), people_count(report.batches),
                                  people_plural(report.checkpoints, "checkpoint"), people_count(report.pages),
                                  people_count(report.index_entries), people_plural(report.history_epochs, "epoch"));
    for (auto const& finding : report.findings) out += fmt::format("\nDIFFERS: {}: {}\n", finding.where, finding.what);
    out += report.findings.empty() ? "\nSound: everything stored is what the log adds up to.\n"
                                   : "\nDamaged: restore the ledger from a copy, or import its sources anew.\n";
    return out + people_foot(moment.book, moment.basis);
}

[[nodiscard]] result<Status> check(Shell const& shell, std::string const& directory) {
    Progress progress("verify", ProgressUnit::events);
    PLIMSOLL_TRY(report, replay::verify(directory, [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
    progress.clear();
    replay::Moment const moment = moment_of(directory, report);
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(report, moment) : to_text(directory, report, moment)));
    return report.findings.empty() ? Status::fine : Status::damaged;
}

} // namespace

void add_verify(Shell& shell) {
    auto directory = std::make_shared<std::string>();
    CLI::App& command = shell.add("verify", "Rebuild everything from the log, and compare", examples);
    command.add_option("DIR", *directory, "The ledger")->required();
    shell.on_run(command, [&shell, directory] { return check(shell, *directory); });
}

} // namespace plimsoll::tools
