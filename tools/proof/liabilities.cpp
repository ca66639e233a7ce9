#include "tools/proof/liabilities.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/time.hpp"
#include "tools/text/json_writer.hpp"

#include <simdjson.h>

#include <algorithm>
#include <numeric>
#include <sstream>

namespace plimsoll::tools {
namespace {

using simdjson::dom::element;

constexpr std::string_view first_line = "plimsoll-liabilities 1\n";
constexpr std::string_view kind = "liability";

[[nodiscard]] auto bad_note(std::string const& what) { return fail(Errc::note_malformed, what); }
[[nodiscard]] auto bad_proof(std::string const& field) { return fail(Errc::proof_malformed, "field '" + field + "' is missing or wrong"); }

[[nodiscard]] std::optional<Hash> hash_from(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    Hash hash{};
    if (text.size() != 2 * hash.size()) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::size_t const digit = digits.find(text[i]);
        if (digit == std::string_view::npos) return std::nullopt;
        hash[i / 2] = static_cast<std::uint8_t>(std::size_t{hash[i / 2]} << 4 | digit);
    }
    return hash;
}

/// One spelling for each amount: another is refused.
[[nodiscard]] std::optional<Amount> amount_from(std::string_view text) {
    auto const units = parse_decimal(text);
    if (!units || format_decimal(units.value()) != text) return std::nullopt;
    return Amount{units.value()};
}

[[nodiscard]] result<std::string> value_of(std::istringstream& in, std::string const& word) {
    std::string line;
    if (!std::getline(in, line) || !line.starts_with(word + " ")) return bad_note("it lacks the line '" + word + "'");
    return line.substr(word.size() + 1);
}

[[nodiscard]] result<LiabilityTotal> parse_total(std::string const& line) {
    std::istringstream words(line);
    LiabilityTotal total;
    std::string sum;
    std::string root;
    std::string owing;
    words >> total.leaves >> sum >> root >> total.below_zero >> owing >> std::ws;
    std::getline(words, total.asset);
    auto const hash = hash_from(root);
    auto const owed = amount_from(sum);
    auto const owes = amount_from(owing);
    if (!hash || !owed || !owes || owed->is_negative() || total.asset.empty()) return bad_note("the line 'asset " + line + "'");
    total.root = {*hash, *owed};
    total.owing = *owes;
    return total;
}

[[nodiscard]] result<std::string> text_of(element const& object, char const* field) {
    std::string_view text;
    if (object[field].get(text) != simdjson::SUCCESS) return bad_proof(field);
    return std::string(text);
}
[[nodiscard]] result<Hash> hash_of(element const& object, char const* field) {
    PLIMSOLL_TRY(text, text_of(object, field));
    auto const hash = hash_from(text);
    if (!hash) return bad_proof(field);
    return *hash;
}
[[nodiscard]] result<Amount> amount_of(element const& object, char const* field) {
    PLIMSOLL_TRY(text, text_of(object, field));
    auto const amount = amount_from(text);
    if (!amount) return bad_proof(field);
    return *amount;
}

} // namespace

std::string LiabilitiesNote::text() const {
    std::string out(first_line);
    out += "origin " + origin + "\nevents " + std::to_string(events) + "\ntime " + format_time(time) + "\nstate " + to_hex(state_root) + "\n";
    for (LiabilityTotal const& each : assets) {
        out += "asset " + std::to_string(each.leaves) + " " + format_decimal(each.root.sum) + " " + to_hex(each.root.hash) + " " +
               std::to_string(each.below_zero) + " " + format_decimal(each.owing) + " " + each.asset + "\n";
    }
    return out;
}

result<LiabilitiesNote> LiabilitiesNote::parse(std::string_view text) {
    if (!text.starts_with(first_line)) return bad_note("it is none of liabilities, or of a newer form");
    std::istringstream in{std::string(text.substr(first_line.size()))};
    LiabilitiesNote note;
    PLIMSOLL_TRY(origin, value_of(in, "origin"));
    note.origin = origin;
    PLIMSOLL_TRY(events, value_of(in, "events"));
    if (events.empty() || events.size() > 19 || events.find_first_not_of("0123456789") != std::string::npos) return bad_note("its events are '" + events + "'");
    note.events = std::stoull(events);
    PLIMSOLL_TRY(time_text, value_of(in, "time"));
    PLIMSOLL_TRY(time, parse_time(time_text));
    note.time = time;
    PLIMSOLL_TRY(state, value_of(in, "state"));
    auto const root = hash_from(state);
    if (!root) return bad_note("its state root");
    note.state_root = *root;
    while (in.peek() != std::istringstream::traits_type::eof()) {
        PLIMSOLL_TRY(line, value_of(in, "asset"));
        PLIMSOLL_TRY(total, parse_total(line));
        if (note.find(total.asset) != nullptr) return bad_note("it has the asset " + total.asset + " twice");
        note.assets.push_back(std::move(total));
    }
    if (note.text() != text) return bad_note("its words are not spelt as they should be");
    return note;
}

LiabilityTotal const* LiabilitiesNote::find(std::string_view asset) const {
    auto const at = std::ranges::find(assets, asset, &LiabilityTotal::asset);
    return at == assets.end() ? nullptr : &*at;
}

bool LiabilityProof::is_one(std::string_view json) {
    simdjson::dom::parser parser;
    element object;
    std::string_view text;
    return parser.parse(simdjson::padded_string(json)).get(object) == simdjson::SUCCESS && object.is_object() &&
           object["kind"].get(text) == simdjson::SUCCESS && text == kind;
}

std::string LiabilityProof::to_json() const {
    std::string out;
    JsonWriter json(out, JsonWriter::Layout::pretty);
    json.begin_object().field("plimsoll_proof", 1).field("kind", kind).field("note", note).field("account", account);
    json.field("asset", asset).field("amount", format_decimal(amount)).field("nonce", to_hex(nonce)).field("index", index);
    json.key("path").begin_array();
    for (risk::SumNode const& each : path) {
        json.begin_object().field("hash", to_hex(each.hash)).field("sum", format_decimal(each.sum)).end_object();
    }
    json.end_array().end_object();
    return out + "\n";
}

result<LiabilityProof> LiabilityProof::parse(std::string_view json) {
    simdjson::dom::parser parser;
    element object;
    if (parser.parse(simdjson::padded_string(json)).get(object) != simdjson::SUCCESS || !object.is_object()) {
        return fail(Errc::proof_malformed, "it is no JSON object; perhaps it was cut");
    }
    std::uint64_t version = 0;
    LiabilityProof proof;
    if (object["plimsoll_proof"].get(version) != simdjson::SUCCESS || version != 1) return bad_proof("plimsoll_proof");
    PLIMSOLL_TRY(its_kind, text_of(object, "kind"));
    if (its_kind != kind) return bad_proof("kind");
    PLIMSOLL_TRY(note, text_of(object, "note"));
    proof.note = std::move(note);
    PLIMSOLL_TRY(account, text_of(object, "account"));
    proof.account = std::move(account);
    PLIMSOLL_TRY(asset, text_of(object, "asset"));
    proof.asset = std::move(asset);
    PLIMSOLL_TRY(amount, amount_of(object, "amount"));
    proof.amount = amount;
    PLIMSOLL_TRY(nonce, hash_of(object, "nonce"));
    proof.nonce = nonce;
    if (object["index"].get(proof.index) != simdjson::SUCCESS) return bad_proof("index");
    simdjson::dom::array path;
    if (object["path"].get(path) != simdjson::SUCCESS) return bad_proof("path");
    for (element const each : path) {
        if (!each.is_object()) return bad_proof("path");
        PLIMSOLL_TRY(hash, hash_of(each, "hash"));
        PLIMSOLL_TRY(sum, amount_of(each, "sum"));
        proof.path.push_back({hash, sum});
    }
    return proof;
}

result<void> LiabilityProof::check(LiabilitiesNote const& says) const {
    LiabilityTotal const* const total = says.find(asset);
    if (total == nullptr) return fail(Errc::proof_fails, "the note has no asset '" + asset + "'");
    PLIMSOLL_TRY(leaf, risk::sum_leaf(asset, account, nonce, amount));
    return risk::check_sum_path(leaf, index, total->leaves, path, total->root);
}

result<LiabilitiesNote> check_liabilities_note(std::string const& note, VerifierKey const* key, std::string const& published) {
    if (key == nullptr) {
        if (note != published) return fail(Errc::checkpoint_differs, "the proof is against another note than the published one");
        auto const split = note.find("\n\n");
        return LiabilitiesNote::parse(std::string_view(note).substr(0, split == std::string::npos ? note.size() : split + 1));
    }
    PLIMSOLL_TRY(parsed, Note::parse(note));
    PLIMSOLL_TRYV(parsed.check(*key));
    PLIMSOLL_TRY(says, LiabilitiesNote::parse(parsed.text));
    if (says.origin != key->name) return fail(Errc::checkpoint_differs, "it is of '" + says.origin + "', the key is for '" + key->name + "'");
    if (!published.empty() && note != published) return fail(Errc::checkpoint_differs, "the proof is against another note than the published one");
    return says;
}

Hash nonce_of(std::string_view secret, std::uint64_t events, std::string_view asset, std::string_view account) {
    // The secret's hash rather than itself, so that its length cannot run into what follows.
    std::string text = "plimsoll-nonce 1";
    text += to_hex(sha256(bytes_of(secret))) + " " + std::to_string(events) + " " + std::to_string(asset.size()) + " ";
    text.append(asset).append(account);
    return sha256(bytes_of(std::string_view(text)));
}

result<LiabilityTree> tree_of(book::Book const& book, AssetId asset, std::vector<risk::Claim> const& claims, std::string_view secret) {
    std::string_view const asset_name = book.asset(asset).name.view();
    std::vector<risk::SumNode> leaves;
    for (risk::Claim const& claim : claims) {
        std::string_view const account = book.account(claim.account).name.view();
        PLIMSOLL_TRY(leaf, risk::sum_leaf(asset_name, account, nonce_of(secret, book.sequence(), asset_name, account), claim.amount));
        leaves.push_back(leaf);
    }
    std::vector<std::uint64_t> order(leaves.size());
    std::iota(order.begin(), order.end(), std::uint64_t{0});
    std::ranges::sort(order, {}, [&](std::uint64_t each) { return leaves[each].hash; });
    std::vector<risk::SumNode> sorted;
    std::vector<std::uint64_t> index_of(leaves.size());
    for (std::uint64_t const each : order) {
        index_of[each] = sorted.size();
        sorted.push_back(leaves[each]);
    }
    PLIMSOLL_TRY(tree, risk::SumTree::over(std::move(sorted)));
    return LiabilityTree{std::move(tree), std::move(index_of)};
}

} // namespace plimsoll::tools
