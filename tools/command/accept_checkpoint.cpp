#include "tools/command/commands.hpp"
#include "tools/proof/check.hpp"
#include "tools/proof/held_checkpoint.hpp"
#include "tools/proof/signed_checkpoints.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/people.hpp"
#include "tools/text/whole_file.hpp"

#include <fmt/core.h>

#include <filesystem>

namespace plimsoll::tools {
namespace {

namespace fs = std::filesystem;

constexpr char const* examples =
    "For whoever watches a log without having it: HELD is a file with the newest signed checkpoint that was seen. A newer one\n"
    "takes its place only where a proof shows that the log merely grew. Two signed checkpoints that no one log can have had\n"
    "are kept in a folder beside HELD, as evidence. Exit status 0: taken, or the same. 1: not, and why. 3: a file is damaged.\n"
    "\n"
    "  plimsoll sign books --key books.key --output january.note\n"
    "  plimsoll accept-checkpoint seen.note january.note --key books.pub        # the first is taken on trust\n"
    "  plimsoll prove books consistency --from 17000 --output grown.proof\n"
    "  plimsoll accept-checkpoint seen.note grown.proof --key books.pub         # its checkpoint, with the proof\n"
    "  plimsoll accept-checkpoint seen.note february.note --proof grown.proof --key books.pub\n";

struct Ask {
    std::string held;
    std::string offered;
    std::string key;
    std::string proof;
};

/// A signed checkpoint: a note by itself, or that of a proof of consistency, which then comes with it.
struct Offer {
    std::string note;
    std::optional<ConsistencyProof> proof;
};

[[nodiscard]] result<ProofFile> read_proof(std::string const& file, std::string const& text) {
    auto parsed = ProofFile::parse(text);
    if (!parsed) return outcome::failure(parsed.error().at(file));
    if (!std::holds_alternative<ConsistencyProof>(parsed.value().claim)) return fail(Errc::usage, file + " is no proof of consistency");
    return std::move(parsed.value());
}

[[nodiscard]] result<Offer> read_offer(Ask const& ask) {
    PLIMSOLL_TRY(text, read_text(ask.offered));
    Offer offer{text, std::nullopt};
    if (text.starts_with("{")) {
        PLIMSOLL_TRY(file, read_proof(ask.offered, text));
        offer.note = file.checkpoint;
        offer.proof = std::get<ConsistencyProof>(file.claim);
    }
    if (ask.proof.empty()) return offer;
    PLIMSOLL_TRY(proof_text, read_text(ask.proof));
    PLIMSOLL_TRY(file, read_proof(ask.proof, proof_text));
    offer.proof = std::get<ConsistencyProof>(file.claim);
    return offer;
}

[[nodiscard]] result<CheckpointNote> signed_by(VerifierKey const& key, std::string const& note, std::string const& file) {
    auto says = check_note(note, key);
    if (!says) return outcome::failure(says.error().at(file));
    return std::move(says.value());
}

/// Both notes, what lies between them, and the key: whoever has the folder needs nothing else.
[[nodiscard]] result<std::string> keep_evidence(Ask const& ask, VerifierKey const& key, std::string const& held, Offer const& offer) {
    fs::path folder;
    std::error_code error;
    for (int number = 1; number == 1 || fs::exists(folder, error); ++number) folder = fmt::format("{}.evidence-{}", ask.held, number);
    fs::create_directories(folder, error);
    if (error) return fail(Errc::file_unwritable, folder.string() + ": " + error.message());
    PLIMSOLL_TRYV(write_text(folder / "held.note", held));
    PLIMSOLL_TRYV(write_text(folder / "offered.note", offer.note));
    PLIMSOLL_TRYV(write_text(folder / "key.pub", key.line() + "\n"));
    std::string again = "  plimsoll accept-checkpoint seen.note held.note --key key.pub\n"
                        "  plimsoll accept-checkpoint seen.note offered.note --key key.pub";
    if (offer.proof) {
        PLIMSOLL_TRYV(write_text(folder / "between.proof", ProofFile{offer.note, *offer.proof}.to_json()));
        again += " --proof between.proof";
    }
    PLIMSOLL_TRYV(write_text(folder / "README", "Two checkpoints, both signed by " + key.name +
                                                    ", that no one log can have had. To see it:\n\n" + again + "\n"));
    return folder.string();
}

[[nodiscard]] result<Status> accept(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(key, verifier_from(ask.key));
    PLIMSOLL_TRY(offer, read_offer(ask));
    PLIMSOLL_TRY(offered, signed_by(key, offer.note, ask.offered));
    std::string held_note;
    std::optional<CheckpointNote> held;
    std::error_code error;
    if (fs::exists(ask.held, error)) {
        PLIMSOLL_TRY(text, read_text(ask.held));
        PLIMSOLL_TRY(says, signed_by(key, text, ask.held));
        held_note = std::move(text);
        held = std::move(says);
    }
    auto const verdict = continuation_of(held, offered, offer.proof ? &*offer.proof : nullptr);
    if (!verdict && verdict.error().is(Errc::split_view)) {
        PLIMSOLL_TRY(folder, keep_evidence(ask, key, held_note, offer));
        return fail(Errc::split_view, verdict.error().detail() + "; both are kept in " + folder);
    }
    if (!verdict) return outcome::failure(verdict.error());
    if (verdict.value() != Continuation::same) {
        PLIMSOLL_TRYV(write_text(ask.held, offer.note));
    }
    std::string out;
    if (shell.is_json()) {
        constexpr std::array<std::string_view, 3> words{"first", "same", "grown"};
        JsonWriter json(out, JsonWriter::Layout::pretty);
        json.begin_object().field("command", "accept-checkpoint").field("accepted", words.at(static_cast<std::size_t>(verdict.value())));
        json.field("origin", offered.origin).field("size", offered.size).field("root", to_hex(offered.root));
        if (held) json.field("held_before", held->size);
        json.field("build", build_version()).end_object();
        out += "\n";
    } else if (verdict.value() == Continuation::first) {
        out = fmt::format("Holds the first checkpoint of {}, taken on trust: {}\n", offered.origin, people_plural(offered.size, "event"));
    } else if (verdict.value() == Continuation::same) {
        out = fmt::format("The same as is held: {}, {}\n", offered.origin, people_plural(offered.size, "event"));
    } else {
        out = fmt::format("{} only grew: {} were held, now {}\n", offered.origin, people_plural(held->size, "event"), people_count(offered.size));
    }
    PLIMSOLL_TRYV(Shell::print(out));
    return Status::fine;
}

} // namespace

void add_accept_checkpoint(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("accept-checkpoint", "Take a newer signed checkpoint, if the log only grew", examples);
    command.add_option("HELD", ask->held, "The newest checkpoint that was seen; made where there is none")->required();
    command.add_option("OFFERED", ask->offered, "A signed checkpoint, or a proof of consistency with one in it")->required();
    command.add_option("--key", ask->key, "The verifier's line, or a file that holds it")->required();
    command.add_option("--proof", ask->proof, "The proof of consistency from one to the other");
    shell.on_run(command, [&shell, ask] { return accept(shell, *ask); });
}

} // namespace plimsoll::tools
