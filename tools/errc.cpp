#include "tools/errc.hpp"

namespace plimsoll::tools {

Rule describe(Errc code) {
    auto rule = [](std::string_view name, std::string_view sentence, Status status = Status::bad_input) {
        return Rule{"tools", name, sentence, status};
    };
    switch (code) {
    case Errc::usage: return rule("usage", "usage", Status::usage);
    case Errc::file_unreadable: return rule("file_unreadable", "cannot read the file");
    case Errc::file_unwritable: return rule("file_unwritable", "cannot write the file");
    case Errc::unknown_format: return rule("unknown_format", "no such format", Status::usage);
    case Errc::unknown_column: return rule("unknown_column", "the header line lacks a column that this format has");
    case Errc::line_truncated: return rule("line_truncated", "the line has fewer fields than the header");
    case Errc::field_malformed: return rule("field_malformed", "a field cannot be understood");
    case Errc::asset_unlisted: return rule("asset_unlisted", "unknown asset");
    case Errc::balance_breaks:
        return rule("balance_breaks", "the file's own running balance does not follow from its rows");
    case Errc::json_malformed: return rule("json_malformed", "not a line of JSON");
    case Errc::field_missing: return rule("field_missing", "a field is missing");
    case Errc::field_unknown: return rule("field_unknown", "a field that this kind of event does not have");
    case Errc::name_unresolved: return rule("name_unresolved", "a name that nothing in the ledger has");
    case Errc::words_malformed: return rule("words_malformed", "the on-chain words do not follow their layout");
    case Errc::no_valuation_asset:
        return rule("no_valuation_asset", "nothing to value in; name an asset with --in", Status::usage);
    case Errc::ledger_disagrees:
        return rule("ledger_disagrees", "the file does not continue from where the ledger stands");
    case Errc::definition_differs:
        return rule("definition_differs", "the ledger has this name already, with another definition");
    case Errc::statement_breaks:
        return rule("statement_breaks", "the events of the account do not add up to its balance", Status::damaged);
    case Errc::ledger_not_empty: return rule("ledger_not_empty", "a synthetic day needs an empty ledger", Status::usage);
    case Errc::unknown_preset: return rule("unknown_preset", "no margin preset of that name", Status::usage);
    case Errc::no_preset_in_force:
        return rule("no_preset_in_force", "the ledger had no margin preset in force at that moment", Status::usage);
    case Errc::key_malformed: return rule("key_malformed", "not a key");
    case Errc::note_malformed: return rule("note_malformed", "not a signed checkpoint");
    case Errc::proof_malformed: return rule("proof_malformed", "not a proof file, or damaged on its way");
    case Errc::no_signed_checkpoint:
        return rule("no_signed_checkpoint", "there is no signed checkpoint to prove it against", Status::usage);
    case Errc::checkpoint_differs:
        return rule("checkpoint_differs", "the ledger is not the one that the signed checkpoint names", Status::finding);
    case Errc::signature_missing:
        return rule("signature_missing", "the checkpoint is not signed by this key", Status::finding);
    case Errc::signature_wrong:
        return rule("signature_wrong", "the signature does not belong to what the checkpoint says", Status::finding);
    case Errc::split_view:
        return rule("split_view", "two signed checkpoints that no one log can have had", Status::finding);
    case Errc::checkpoint_older: return rule("checkpoint_older", "the checkpoint is older than the one held", Status::finding);
    case Errc::continuation_unproved:
        return rule("continuation_unproved", "nothing shows that the log only grew; give a proof of consistency", Status::finding);
    case Errc::proof_fails: return rule("proof_fails", "the proof does not show what it claims", Status::finding);
    case Errc::golden_malformed: return rule("golden_malformed", "not a golden file that this program can run");
    case Errc::series_too_short: return rule("series_too_short", "the prices cover too few days for this");
    case Errc::series_does_not_move: return rule("series_does_not_move", "the prices never move: there is no volatility to fit");
    case Errc::other_build_fails: return rule("other_build_fails", "the other build does not answer as one of these should");
    }
    return rule("unknown", "unknown failure");
}

} // namespace plimsoll::tools
