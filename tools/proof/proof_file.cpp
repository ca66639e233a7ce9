#include "tools/proof/proof_file.hpp"

#include "tools/proof/note.hpp"
#include "tools/text/json_writer.hpp"

#include <simdjson.h>

namespace plimsoll::tools {
namespace {

using simdjson::dom::element;

constexpr std::uint64_t format_version = 1;

// ---- writing ----

void write(JsonWriter& json, std::string_view field, std::vector<Hash> const& hashes) {
    json.key(field).begin_array();
    for (Hash const& hash : hashes) json.value(to_hex(hash));
    json.end_array();
}

void write(JsonWriter& json, EventProof const& proof) {
    json.field("sequence", proof.sequence).field("event", to_base64(bytes_of(std::string_view(proof.entry))));
    write(json, "path", proof.path);
}

void write(JsonWriter& json, ConsistencyProof const& proof) {
    json.field("old_size", proof.old_size).field("old_root", to_hex(proof.old_root));
    write(json, "path", proof.path);
}

void write(JsonWriter& json, AccountProof const& proof) {
    json.field("account", proof.account).key("rows").begin_array();
    for (book::ShownRow const& row : proof.rows.rows) {
        json.begin_object().field("table", static_cast<unsigned>(row.id.first)).field("row", row.id.second);
        json.field("bytes", to_base64(row.bytes)).end_object();
    }
    json.end_array().key("pages").begin_array();
    for (book::PageProof const& page : proof.rows.pages) {
        json.begin_object().field("table", static_cast<unsigned>(page.table)).field("page", page.page);
        write(json, "leaves", page.leaves);
        write(json, "path", page.path);
        json.end_object();
    }
    json.end_array().key("tables").begin_array();
    for (auto const& table : proof.rows.tables) {
        json.begin_object().field("rows", table.rows).field("root", to_hex(table.root)).end_object();
    }
    json.end_array();
}

[[nodiscard]] std::string_view word(EventProof const&) { return "event"; }
[[nodiscard]] std::string_view word(ConsistencyProof const&) { return "consistency"; }
[[nodiscard]] std::string_view word(AccountProof const&) { return "account"; }

// ---- reading ----

[[nodiscard]] auto wrong(std::string_view field, std::string_view what) {
    return fail(Errc::proof_malformed, "field '" + std::string(field) + "' is missing or no " + std::string(what));
}

[[nodiscard]] result<std::uint64_t> number_of(element const& object, char const* field, std::uint64_t limit = UINT64_MAX) {
    std::uint64_t number = 0;
    if (object[field].get(number) != simdjson::SUCCESS || number > limit) return wrong(field, "number");
    return number;
}

[[nodiscard]] result<std::string> text_of(element const& object, char const* field) {
    std::string_view text;
    if (object[field].get(text) != simdjson::SUCCESS) return wrong(field, "text");
    return std::string(text);
}

[[nodiscard]] result<std::string> bytes_of_field(element const& object, char const* field) {
    std::string_view text;
    if (object[field].get(text) != simdjson::SUCCESS) return wrong(field, "base64");
    auto bytes = from_base64(text);
    if (!bytes) return wrong(field, "base64");
    return std::move(*bytes);
}

[[nodiscard]] std::optional<Hash> to_hash(element const& value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string_view text;
    Hash hash{};
    if (value.get(text) != simdjson::SUCCESS || text.size() != hash.size() * 2) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::size_t const digit = digits.find(text[i]);
        if (digit == std::string_view::npos) return std::nullopt;
        hash[i / 2] = static_cast<std::uint8_t>(std::size_t{hash[i / 2]} << 4 | digit);
    }
    return hash;
}

[[nodiscard]] result<Hash> hash_of(element const& object, char const* field) {
    element value;
    if (object[field].get(value) == simdjson::SUCCESS) {
        if (auto const hash = to_hash(value)) return *hash;
    }
    return wrong(field, "hash (64 hexadecimal digits)");
}

[[nodiscard]] result<simdjson::dom::array> list_of(element const& object, char const* field) {
    simdjson::dom::array list;
    if (object[field].get(list) != simdjson::SUCCESS) return wrong(field, "list");
    return list;
}

[[nodiscard]] result<std::vector<Hash>> hashes_of(element const& object, char const* field) {
    PLIMSOLL_TRY(list, list_of(object, field));
    std::vector<Hash> hashes;
    for (element const each : list) {
        auto const hash = to_hash(each);
        if (!hash) return wrong(field, "list of hashes");
        hashes.push_back(*hash);
    }
    return hashes;
}

[[nodiscard]] result<EventProof> parse_event(element const& object) {
    EventProof proof;
    PLIMSOLL_TRY(sequence, number_of(object, "sequence"));
    proof.sequence = sequence;
    PLIMSOLL_TRY(entry, bytes_of_field(object, "event"));
    proof.entry = std::move(entry);
    PLIMSOLL_TRY(path, hashes_of(object, "path"));
    proof.path = std::move(path);
    return proof;
}

[[nodiscard]] result<ConsistencyProof> parse_consistency(element const& object) {
    ConsistencyProof proof;
    PLIMSOLL_TRY(old_size, number_of(object, "old_size"));
    proof.old_size = old_size;
    PLIMSOLL_TRY(old_root, hash_of(object, "old_root"));
    proof.old_root = old_root;
    PLIMSOLL_TRY(path, hashes_of(object, "path"));
    proof.path = std::move(path);
    return proof;
}

[[nodiscard]] result<book::ShownRow> parse_row(element const& object) {
    book::ShownRow row;
    PLIMSOLL_TRY(table, number_of(object, "table", UINT8_MAX));
    PLIMSOLL_TRY(id, number_of(object, "row", UINT32_MAX));
    PLIMSOLL_TRY(bytes, bytes_of_field(object, "bytes"));
    row.id = {static_cast<book::TableId>(table), static_cast<std::uint32_t>(id)};
    Bytes const view = bytes_of(std::string_view(bytes));
    row.bytes.assign(view.begin(), view.end());
    return row;
}

[[nodiscard]] result<book::PageProof> parse_page(element const& object) {
    book::PageProof page;
    PLIMSOLL_TRY(table, number_of(object, "table", UINT8_MAX));
    page.table = static_cast<book::TableId>(table);
    PLIMSOLL_TRY(number, number_of(object, "page", UINT32_MAX));
    page.page = static_cast<std::uint32_t>(number);
    PLIMSOLL_TRY(leaves, hashes_of(object, "leaves"));
    page.leaves = std::move(leaves);
    PLIMSOLL_TRY(path, hashes_of(object, "path"));
    page.path = std::move(path);
    return page;
}

[[nodiscard]] result<AccountProof> parse_account(element const& object) {
    AccountProof proof;
    PLIMSOLL_TRY(account, text_of(object, "account"));
    proof.account = std::move(account);
    PLIMSOLL_TRY(rows, list_of(object, "rows"));
    for (element const each : rows) {
        PLIMSOLL_TRY(row, parse_row(each));
        proof.rows.rows.push_back(std::move(row));
    }
    PLIMSOLL_TRY(pages, list_of(object, "pages"));
    for (element const each : pages) {
        PLIMSOLL_TRY(page, parse_page(each));
        proof.rows.pages.push_back(std::move(page));
    }
    PLIMSOLL_TRY(tables, list_of(object, "tables"));
    std::size_t next = 0;
    for (element const each : tables) {
        if (next == proof.rows.tables.size()) return wrong("tables", "list of 15");
        PLIMSOLL_TRY(count, number_of(each, "rows"));
        PLIMSOLL_TRY(root, hash_of(each, "root"));
        proof.rows.tables[next++] = {count, root};
    }
    if (next != proof.rows.tables.size()) return wrong("tables", "list of 15");
    return proof;
}

} // namespace

std::string ProofFile::to_json() const {
    std::string out;
    JsonWriter json(out, JsonWriter::Layout::pretty);
    json.begin_object().field("plimsoll_proof", format_version);
    std::visit(
        [&](auto const& proof) {
            json.field("kind", word(proof)).field("checkpoint", checkpoint);
            write(json, proof);
        },
        claim);
    json.end_object();
    return out + "\n";
}

result<ProofFile> ProofFile::parse(std::string_view json) {
    simdjson::dom::parser parser;
    element object;
    if (parser.parse(simdjson::padded_string(json)).get(object) != simdjson::SUCCESS || !object.is_object()) {
        return fail(Errc::proof_malformed, "it is no JSON object; perhaps it was cut");
    }
    PLIMSOLL_TRY(version, number_of(object, "plimsoll_proof"));
    if (version != format_version) {
        return fail(Errc::proof_malformed, "it has format " + std::to_string(version) + ", this program reads 1");
    }
    ProofFile file;
    PLIMSOLL_TRY(checkpoint, text_of(object, "checkpoint"));
    file.checkpoint = std::move(checkpoint);
    PLIMSOLL_TRY(kind, text_of(object, "kind"));
    if (kind == "event") {
        PLIMSOLL_TRY(proof, parse_event(object));
        file.claim = std::move(proof);
    } else if (kind == "consistency") {
        PLIMSOLL_TRY(proof, parse_consistency(object));
        file.claim = std::move(proof);
    } else if (kind == "account") {
        PLIMSOLL_TRY(proof, parse_account(object));
        file.claim = std::move(proof);
    } else {
        return fail(Errc::proof_malformed, "its kind is '" + kind + "', not event, consistency or account");
    }
    return file;
}

} // namespace plimsoll::tools
