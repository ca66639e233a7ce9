#include "ledger/event/decimal.hpp"
#include "tools/command/commands.hpp"
#include "tools/proof/check.hpp"
#include "tools/proof/liabilities.hpp"
#include "tools/proof/signed_checkpoints.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/people.hpp"
#include "tools/text/whole_file.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Checks a proof file; no ledger is needed. Exit status 0: it holds. 1: it does not, and what of it. 3: it is no proof,\n"
    "or damaged. The key is the line that \"plimsoll key show\" prints, or a file that holds it.\n"
    "\n"
    "  plimsoll check-proof event.proof --key books.pub\n"
    "  plimsoll check-proof grown.proof --key books.pub --old january.note\n"
    "  plimsoll check-proof alice.proof --key example.org/books+5d1c7b0a+AT...\n"
    "  plimsoll check-proof owed/alice.USD.proof --key books.pub --note owed/liabilities.note   # was my claim counted?\n";

struct Ask {
    std::string file;
    std::string key;
    std::string old;
    std::string note;
};

// What a proof shows, for both forms of the answer.

[[nodiscard]] std::string name_in(book::RowsProof const& rows, AssetId id) {
    auto const* row = book::shown<book::AssetRow>(rows, book::TableId::assets, id.number());
    return row == nullptr ? fmt::format("asset {}", id.number()) : std::string(row->name.view());
}
[[nodiscard]] std::string name_in(book::RowsProof const& rows, InstrumentId id) {
    auto const* row = book::shown<book::InstrumentRow>(rows, book::TableId::instruments, id.number());
    return row == nullptr ? fmt::format("instrument {}", id.number()) : std::string(row->name.view());
}

void tell(EventProof const& proof, JsonWriter& json, std::string& text) {
    auto const entry = Entry::of(bytes_of(std::string_view(proof.entry)));
    PLIMSOLL_ASSERT(entry.has_value()); // check_claim said so
    Origin const origin = entry->origin_value();
    text += fmt::format("  event {}: {}, source {}, time {}, cursor {}:{}\n", people_sequence(proof.sequence), kind_word(entry->kind),
                        origin.source, format_time(origin.source_time), origin.cursor.major, origin.cursor.minor);
    json.field("sequence", proof.sequence).field("event_kind", kind_word(entry->kind));
    json.field("source", origin.source).field("source_time", format_time(origin.source_time));
    json.field("leaf", to_hex(entry->leaf_hash()));
}

void tell(ConsistencyProof const& proof, JsonWriter& json, std::string& text) {
    text += fmt::format("  it begins with the {} whose root was {}\n", people_plural(proof.old_size, "event"), to_hex(proof.old_root));
    json.field("old_size", proof.old_size).field("old_root", to_hex(proof.old_root));
}

void tell(AccountProof const& proof, JsonWriter& json, std::string& text) {
    text += fmt::format("  account {}, all its rows\n", proof.account);
    json.field("account", proof.account).key("balances").begin_array();
    for (book::ShownRow const& each : proof.rows.rows) {
        if (each.id.first != book::TableId::balances) continue;
        auto const* row = book::shown<book::BalanceRow>(proof.rows, each.id.first, each.id.second);
        text += fmt::format("    {} of {}\n", people_exact(row->amount, 0), name_in(proof.rows, row->asset));
        json.begin_object().field("asset", name_in(proof.rows, row->asset)).field("amount", row->amount).end_object();
    }
    json.end_array().key("positions").begin_array();
    for (book::ShownRow const& each : proof.rows.rows) {
        if (each.id.first != book::TableId::positions) continue;
        auto const* row = book::shown<book::PositionRow>(proof.rows, each.id.first, each.id.second);
        text += fmt::format("    {} contracts of {}, quote {}\n", people_exact(row->size, 0), name_in(proof.rows, row->instrument),
                            people_exact(row->quote, 0));
        json.begin_object().field("instrument", name_in(proof.rows, row->instrument));
        json.field("size", row->size).field("quote", row->quote).end_object();
    }
    json.end_array();
}

/// The older checkpoint that the checker holds must be the one that the proof begins at.
[[nodiscard]] result<void> check_old(Ask const& ask, ProofFile const& file, VerifierKey const& key) {
    if (ask.old.empty()) return outcome::success();
    auto const* proof = std::get_if<ConsistencyProof>(&file.claim);
    if (proof == nullptr) return fail(Errc::usage, "--old goes with a proof of consistency");
    PLIMSOLL_TRY(note, read_text(ask.old));
    auto const says = check_note(note, key);
    if (!says) return outcome::failure(says.error().at(ask.old));
    if (says.value().size != proof->old_size || says.value().root != proof->old_root) {
        return fail(Errc::proof_fails, fmt::format("it begins at another log than {}: {} events there, {} here, or another root",
                                                   ask.old, says.value().size, proof->old_size));
    }
    return outcome::success();
}

/// A customer's proof of having been counted: against the signed note, or against the published one where nobody signed.
[[nodiscard]] result<Status> check_liability(Shell const& shell, Ask const& ask, std::string const& text) {
    if (ask.key.empty() && ask.note.empty()) return fail(Errc::usage, "say who is believed: --key of the signer, or --note FILE as published");
    std::optional<VerifierKey> key;
    std::string published;
    if (!ask.key.empty()) {
        PLIMSOLL_TRY(verifier, verifier_from(ask.key));
        key = verifier;
    }
    if (!ask.note.empty()) {
        PLIMSOLL_TRY(note, read_text(ask.note));
        published = std::move(note);
    }
    auto const parsed = LiabilityProof::parse(text);
    if (!parsed) return outcome::failure(parsed.error().at(ask.file));
    LiabilityProof const& proof = parsed.value();
    auto const says = check_liabilities_note(proof.note, key ? &*key : nullptr, published);
    if (!says) return outcome::failure(says.error().at(ask.file));
    if (auto const verdict = proof.check(says.value()); !verdict) return outcome::failure(verdict.error().at(ask.file));
    LiabilityTotal const& total = *says.value().find(proof.asset);
    std::string out;
    if (shell.is_json()) {
        JsonWriter json(out, JsonWriter::Layout::pretty);
        json.begin_object().field("command", "check-proof").field("holds", true).field("origin", says.value().origin);
        json.field("events", says.value().events).field("time", format_time(says.value().time)).field("account", proof.account);
        json.field("asset", proof.asset).field("amount", proof.amount).field("total", total.root.sum).field("leaves", total.leaves);
        json.field("signed", key.has_value()).field("build", build_version()).end_object();
        out += "\n";
    } else {
        out = fmt::format("Holds, {} {}, after event {} ({})\n  account {} is owed {} {}\n  counted in the {} {} owed to {}\n",
                          key ? "as signed by" : "as published by", says.value().origin, people_sequence(says.value().events),
                          format_time(says.value().time), proof.account, people_exact(proof.amount, 0), proof.asset,
                          people_exact(total.root.sum, 0), proof.asset, people_plural(total.leaves, "customer"));
    }
    PLIMSOLL_TRYV(Shell::print(out));
    return Status::fine;
}

[[nodiscard]] result<Status> check(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(text, read_text(ask.file));
    if (LiabilityProof::is_one(text)) return check_liability(shell, ask, text);
    if (!ask.note.empty()) return fail(Errc::usage, "--note goes with a proof of liabilities");
    if (ask.key.empty()) return fail(Errc::usage, "--key is required; see plimsoll check-proof --help");
    PLIMSOLL_TRY(key, verifier_from(ask.key));
    auto const parsed = ProofFile::parse(text);
    if (!parsed) return outcome::failure(parsed.error().at(ask.file));
    ProofFile const& file = parsed.value();
    auto const note = check_note(file.checkpoint, key);
    if (!note) return outcome::failure(note.error().at(ask.file));
    auto const verdict = std::visit([&](auto const& claim) { return check_claim(claim, note.value()); }, file.claim);
    if (!verdict) return outcome::failure(verdict.error().at(ask.file));
    PLIMSOLL_TRYV(check_old(ask, file, key));

    std::string out;
    JsonWriter json(out, JsonWriter::Layout::pretty);
    std::string people = fmt::format("Holds, as signed by {}: of {}, {}{}{}\n", key.name, note.value().origin,
                                     people_plural(note.value().size, "event"), note.value().time ? " up to " : "",
                                     note.value().time ? format_time(*note.value().time) : "");
    json.begin_object().field("command", "check-proof").field("holds", true).field("origin", note.value().origin);
    json.field("size", note.value().size).field("root", to_hex(note.value().root));
    std::visit([&](auto const& claim) { tell(claim, json, people); }, file.claim);
    json.field("build", build_version()).end_object();
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? out + "\n" : people));
    return Status::fine;
}

} // namespace

void add_check_proof(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("check-proof", "Does a proof hold? Needs no ledger", examples);
    command.add_option("FILE", ask->file, "The proof")->required();
    command.add_option("--key", ask->key, "The verifier's line, or a file that holds it");
    command.add_option("--note", ask->note, "The published note of liabilities, which the proof must be against");
    command.add_option("--old", ask->old, "An older signed checkpoint's file, which the log must extend");
    shell.on_run(command, [&shell, ask] { return check(shell, *ask); });
}

} // namespace plimsoll::tools
