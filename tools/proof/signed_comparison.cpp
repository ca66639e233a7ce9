#include "tools/proof/signed_comparison.hpp"

#include "ledger/event/time.hpp"
#include "tools/text/number_text.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

namespace fs = std::filesystem;

[[nodiscard]] replay::Finding finding_of(std::string const& file, Error const& error) {
    return {std::string(error.rule().sentence), error.detail().find(file) == std::string::npos ? file + ": " + error.detail() : error.detail()};
}

} // namespace

result<SignedComparison> SignedComparison::read(fs::path const& ledger, std::string const& key) {
    SignedComparison comparison;
    std::optional<VerifierKey> verifier;
    if (!key.empty()) {
        PLIMSOLL_TRY(read, verifier_from(key));
        verifier = std::move(read);
        comparison.has_key_ = true;
    }
    auto const take = [&](fs::path const& file) -> std::optional<Read> {
        auto note = read_checkpoint(file);
        if (!note) {
            comparison.findings_.push_back(finding_of(file.string(), note.error()));
            return std::nullopt;
        }
        if (verifier) {
            auto const parsed = Note::parse(note.value().note);
            auto const verdict = parsed ? parsed.value().check(*verifier) : result<void>(outcome::failure(parsed.error()));
            if (!verdict) comparison.findings_.push_back(finding_of(file.string(), verdict.error()));
        }
        return Read{file.string(), std::move(note.value())};
    };
    std::vector<std::uint64_t> sizes;
    std::error_code error;
    for (fs::directory_iterator each(ledger / "signed", error), end; !error && each != end; each.increment(error)) {
        if (auto const size = read_unsigned(each->path().filename().string())) sizes.push_back(*size);
    }
    std::ranges::sort(sizes);
    for (std::uint64_t const size : sizes) {
        fs::path const file = ledger / "signed" / std::to_string(size);
        auto note = take(file);
        if (!note) continue;
        if (note->note.says.size != size) {
            comparison.findings_.push_back({"a signed checkpoint lies under another size", file.string() + ": it is of " +
                                                                                              std::to_string(note->note.says.size) + " events"});
        }
        comparison.notes_.push_back(std::move(*note));
    }
    fs::path const newest = ledger / "tiles" / "checkpoint";
    if (fs::exists(newest, error)) comparison.newest_ = take(newest);
    for (Read const& note : comparison.notes_) comparison.sizes_.push_back(note.note.says.size);
    if (comparison.newest_) comparison.sizes_.push_back(comparison.newest_->note.says.size);
    std::ranges::sort(comparison.sizes_);
    comparison.sizes_.erase(std::ranges::unique(comparison.sizes_).begin(), comparison.sizes_.end());
    return comparison;
}

void SignedComparison::compare(replay::VerifyReport& report) const {
    report.findings.insert(report.findings.end(), findings_.begin(), findings_.end());
    auto const look = [&](Read const& note) {
        CheckpointNote const& says = note.note.says;
        auto const differs = [&](std::string what, std::string const& said, std::string const& is) {
            report.findings.push_back({std::move(what), note.file + ": it says " + said + ", the log gives " + is});
        };
        auto const stop = std::ranges::find(report.stops, says.size, &replay::VerifyStop::sequence);
        if (stop == report.stops.end()) {
            return differs("a signed checkpoint goes past the log", std::to_string(says.size) + " events", std::to_string(report.events));
        }
        if (says.root != stop->tree_root) {
            differs("a signed checkpoint has another root of the event tree", to_hex(says.root), to_hex(stop->tree_root));
        }
        if (says.state_root && *says.state_root != stop->state_root) {
            differs("a signed checkpoint has another state root", to_hex(*says.state_root), to_hex(stop->state_root));
        }
        if (says.time && *says.time != stop->time) {
            differs("a signed checkpoint has another ledger time", format_time(*says.time), format_time(stop->time));
        }
    };
    for (Read const& note : notes_) look(note);
    if (newest_) look(*newest_);
}

} // namespace plimsoll::tools
