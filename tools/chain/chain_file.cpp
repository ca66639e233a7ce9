#include "tools/chain/chain_file.hpp"

namespace plimsoll::tools::chain {
namespace {

[[nodiscard]] auto malformed(std::string detail) {
    return fail(Errc::record_malformed, std::move(detail));
}

[[nodiscard]] result<std::uint64_t> count_of(JsonElement value, std::string_view key) {
    std::string_view text;
    std::uint64_t number = 0;
    if (value.get(number) == simdjson::SUCCESS) return number;
    if (value.get(text) != simdjson::SUCCESS) return malformed(std::string(key) + " is not a number");
    auto const read = parse_quantity(text);
    if (!read) return malformed(std::string(key) + ": " + read.error().detail());
    return read.value();
}
[[nodiscard]] result<std::uint64_t> count_in(JsonElement object, std::string_view key) {
    JsonElement value;
    if (object[key].get(value) != simdjson::SUCCESS) return malformed("it lacks " + std::string(key));
    return count_of(value, key);
}
[[nodiscard]] result<std::string_view> text_in(JsonElement object, std::string_view key) {
    std::string_view text;
    if (object[key].get(text) != simdjson::SUCCESS) return malformed("it lacks " + std::string(key));
    return text;
}

[[nodiscard]] result<FileRecord> read_block(JsonElement root, JsonElement block, WantsReceipts const& wants_receipts) {
    FileBlock record;
    PLIMSOLL_TRY(header, read_header(block));
    record.header = std::move(header);
    JsonElement receipts;
    if (root["receipts"].get(receipts) != simdjson::SUCCESS || receipts.is_null()) return record;
    record.has_receipts = true;
    if (!wants_receipts(record.header)) return record;
    PLIMSOLL_TRY(read, read_receipts(receipts, record.header));
    record.receipts = std::move(read);
    return record;
}

[[nodiscard]] result<FileRecord> read_call(JsonElement json) {
    FileCall call;
    PLIMSOLL_TRY(block, count_in(json, "block"));
    PLIMSOLL_TRY(to, text_in(json, "to"));
    PLIMSOLL_TRY(data, text_in(json, "data"));
    PLIMSOLL_TRY(answer, text_in(json, "result"));
    call.block = block;
    PLIMSOLL_TRYV(parse_hex_into(to, call.to));
    PLIMSOLL_TRYV(append_hex(data, call.data));
    PLIMSOLL_TRYV(append_hex(answer, call.result));
    return call;
}

[[nodiscard]] result<FileRecord> read_proof(JsonElement json) {
    FileProof record;
    PLIMSOLL_TRY(block, count_in(json, "block"));
    JsonElement answer;
    if (json["result"].get(answer) != simdjson::SUCCESS) return malformed("the proof lacks its result");
    PLIMSOLL_TRY(proof, read_account_proof(answer));
    record.block = block;
    record.proof = std::move(proof);
    return record;
}

/// As eth_getLogs answers; a test vector counts its operations as `n`, from 0, and logs as `log_index`.
[[nodiscard]] result<FileRecord> read_bare_log(JsonElement root) {
    FileLog record;
    PLIMSOLL_TRY(log, read_log(root));
    record.log = std::move(log);
    JsonElement value;
    if (root["n"].get(value) == simdjson::SUCCESS) {
        PLIMSOLL_TRY(number, count_of(value, "n"));
        record.log.block_number = number;
    }
    if (root["log_index"].get(value) == simdjson::SUCCESS) {
        PLIMSOLL_TRY(index, count_of(value, "log_index"));
        record.log.log_index = index;
    }
    if (root["blockTimestamp"].get(value) == simdjson::SUCCESS) {
        PLIMSOLL_TRY(time, count_of(value, "blockTimestamp"));
        record.time_seconds = time;
    }
    return record;
}

} // namespace

result<FileRecord> read_record(JsonElement root, WantsReceipts const& wants_receipts) {
    JsonElement inner;
    if (!root.is_object()) return malformed("a line is an object: {...}");
    if (root["block"].get(inner) == simdjson::SUCCESS) return read_block(root, inner, wants_receipts);
    if (root["call"].get(inner) == simdjson::SUCCESS) return read_call(inner);
    if (root["proof"].get(inner) == simdjson::SUCCESS) return read_proof(inner);
    if (root["topics"].get(inner) == simdjson::SUCCESS) return read_bare_log(root);
    if (root["chain_id"].get(inner) == simdjson::SUCCESS) {
        PLIMSOLL_TRY(version, count_in(root, "plimsoll_chain"));
        if (version != 1) return malformed("it is of a newer program: plimsoll_chain " + std::to_string(version));
        PLIMSOLL_TRY(id, count_of(inner, "chain_id"));
        return FileHead{id};
    }
    return malformed("a line has block, log (topics), call, proof or chain_id");
}

result<ChainFile> ChainFile::open(std::filesystem::path const& path) {
    PLIMSOLL_TRY(lines, LineReader::open(path));
    return ChainFile(std::move(lines));
}

result<std::optional<FileRecord>> ChainFile::next(WantsReceipts const& wants_receipts) {
    while (true) {
        PLIMSOLL_TRY(line, lines_.next());
        if (!line) return std::optional<FileRecord>{};
        if (line->find_first_not_of(" \t") == std::string_view::npos) continue;
        JsonElement root;
        auto const problem = parser_->parse(line->data(), line->size()).get(root);
        if (problem != simdjson::SUCCESS) {
            return fail(Errc::record_malformed, lines_.place() + ": " + simdjson::error_message(problem));
        }
        auto record = read_record(root, wants_receipts);
        if (!record) return outcome::failure(record.error().at(lines_.place()));
        return std::optional(std::move(record.value()));
    }
}

} // namespace plimsoll::tools::chain
