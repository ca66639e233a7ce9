#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/proof/liabilities.hpp"
#include "tools/proof/signed_checkpoints.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"
#include "tools/text/whole_file.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <sodium.h>
#include <sys/stat.h>

namespace plimsoll::tools {
namespace {

struct Ask {
    std::string directory;
    std::string moment = "latest";
    std::string asset;
    std::string account;
    std::string folder;
    std::string key;
    std::string secret;
};

/// The keeper's secret, made where there is none yet: from it anyone can tell whose a leaf is.
[[nodiscard]] result<std::string> secret_in(std::string const& file) {
    std::error_code error;
    if (std::filesystem::exists(file, error)) {
        PLIMSOLL_TRY(text, read_text(file));
        if (text.size() < 32) return fail(Errc::key_malformed, file + " has less than 32 bytes; a file that is not there is made");
        return text;
    }
    if (sodium_init() < 0) return fail(Errc::key_malformed, "no randomness");
    Hash random{};
    randombytes_buf(random.data(), random.size());
    std::string const text = to_hex(random) + "\n";
    ::mode_t const before = ::umask(0077);
    auto const written = write_text(file, text);
    ::umask(before);
    PLIMSOLL_TRYV(written);
    return text;
}

/// A file name of any account's name: what is no plain letter is written as its hexadecimal.
[[nodiscard]] std::string file_name(std::string_view account, std::string_view asset) {
    auto plain = [](std::string_view name) {
        std::string out;
        for (char const c : name) {
            bool const keeps = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
            out += keeps ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
        }
        return out;
    };
    return plain(account) + "." + plain(asset) + ".proof";
}

struct Asset {
    AssetId id;
    std::vector<risk::Claim> claims;
    LiabilityTree tree;
};

[[nodiscard]] result<std::vector<Asset>> trees_of(book::Book const& book, Ask const& ask, std::string const& secret, LiabilitiesNote& note) {
    std::vector<Asset> assets;
    AssetId only;
    if (!ask.asset.empty()) {
        PLIMSOLL_TRY(asset, find_valuation_asset(book, ask.asset));
        only = asset;
    }
    auto const in = risk::default_valuation_asset(book);
    if (!in) return assets;
    PLIMSOLL_TRY(valuation, risk::Valuation::of(book, *in));
    for (risk::AssetSolvency const& sheet : risk::asset_solvency(valuation)) {
        if (only.is_some() && sheet.asset != only) continue;
        PLIMSOLL_TRY(claims, risk::claims_on(valuation, sheet.asset));
        PLIMSOLL_TRY(tree, tree_of(book, sheet.asset, claims.positive, secret));
        note.assets.push_back({name_of(book, sheet.asset), tree.tree.size(), tree.tree.root(), claims.negative.size(), claims.owing});
        assets.push_back({sheet.asset, std::move(claims.positive), std::move(tree)});
    }
    return assets;
}

/// Each claim's proof, checked before it is handed out.
[[nodiscard]] result<std::uint64_t> write_proofs(book::Book const& book, Ask const& ask, std::string const& secret, std::string const& note,
                                                 LiabilitiesNote const& says, std::vector<Asset> const& assets) {
    std::uint64_t written = 0;
    std::uint64_t all = 0;
    for (Asset const& asset : assets) all += asset.claims.size();
    Progress progress("proofs", ProgressUnit::steps);
    for (Asset const& asset : assets) {
        for (std::size_t i = 0; i < asset.claims.size(); ++i) {
            risk::Claim const& claim = asset.claims[i];
            std::string const account = name_of(book, claim.account);
            if (!ask.account.empty() && account != ask.account) continue;
            std::string const name = name_of(book, asset.id);
            std::uint64_t const index = asset.tree.index_of[i];
            LiabilityProof const proof{note,  account, name, claim.amount, nonce_of(secret, book.sequence(), name, account), index,
                                       asset.tree.tree.path(index)};
            PLIMSOLL_TRYV(proof.check(says));
            PLIMSOLL_TRYV(write_text(std::filesystem::path(ask.folder) / file_name(account, name), proof.to_json()));
            progress.show(++written, all);
        }
    }
    return written;
}

[[nodiscard]] result<Status> prove(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    if (!ask.account.empty()) {
        PLIMSOLL_TRYV(find_account(*reader, moment.book, ask.account));
    }
    std::optional<SigningKey> key;
    if (!ask.key.empty()) {
        PLIMSOLL_TRY(signing, signing_key_in(ask.key));
        key = signing;
    }
    PLIMSOLL_TRY(secret, secret_in(ask.secret));
    LiabilitiesNote says{key ? key->verifier().name : "nobody", moment.basis.sequence, moment.basis.time, moment.basis.state_root, {}};
    PLIMSOLL_TRY(assets, trees_of(moment.book, ask, secret, says));
    std::string const note = key ? signed_note(says.text(), *key) : says.text();
    std::error_code error;
    std::filesystem::create_directories(ask.folder, error);
    if (error) return fail(Errc::file_unwritable, ask.folder + ": " + error.message());
    PLIMSOLL_TRYV(write_text(std::filesystem::path(ask.folder) / "liabilities.note", note));
    PLIMSOLL_TRY(written, write_proofs(moment.book, ask, secret, note, says, assets));

    std::string out;
    if (shell.is_json()) {
        out = json_answer("prove liabilities", moment.book, moment.basis, [&](JsonWriter& json) {
            json.field("note", note).field("proofs", written).key("assets").begin_array();
            for (LiabilityTotal const& each : says.assets) {
                json.begin_object().field("asset", each.asset).field("owed", each.root.sum).field("leaves", each.leaves);
                json.field("root", to_hex(each.root.hash)).field("below_zero", each.below_zero).field("owing", each.owing).end_object();
            }
            json.end_array();
        });
    } else {
        out = fmt::format("{}/liabilities.note, {}, and {}\n", ask.folder, key ? "signed by " + says.origin : "not signed", people_plural(written, "proof"));
        for (LiabilityTotal const& each : says.assets) {
            out += fmt::format("  {} {} owed to {}", people_exact(each.root.sum, 0), each.asset, people_plural(each.leaves, "customer"));
            out += each.below_zero == 0 ? "\n" : fmt::format("; {} below zero by {}, not counted against it\n", people_plural(each.below_zero, "customer"), people_exact(-each.owing, 0));
        }
        out += people_foot(moment.book, moment.basis);
    }
    PLIMSOLL_TRYV(Shell::print(out));
    return Status::fine;
}

} // namespace

void add_prove_liabilities(Shell& shell, CLI::App& command) {
    auto ask = std::make_shared<Ask>();
    CLI::App& action = *command.add_subcommand("liabilities", "That what customers are owed was counted: a note, and a proof for each of them");
    action.fallthrough(); // DIR, --json and --output before or after the word
    action.add_option("--at", ask->moment, "The moment M")->capture_default_str();
    action.add_option("--asset", ask->asset, "Only this asset");
    action.add_option("--account", ask->account, "Only this account's proofs");
    action.add_option("--key", ask->key, "Signs the note; without it, it says that nobody did");
    action.add_option("--secret", ask->secret, "The keeper's secret, from which nonces come; made where the file is not there")->required();
    shell.on_run(action, [&shell, ask, &command] {
        ask->directory = command.get_option("DIR")->as<std::string>();
        CLI::Option const* const output = command.get_option("--output");
        ask->folder = output->count() == 0 ? "liabilities" : output->as<std::string>();
        return prove(shell, *ask);
    });
}

} // namespace plimsoll::tools
