/// A chain's records as nodes write them in JSON: read into structs, and written again.
#pragma once

#include "tools/chain/source.hpp"
#include "tools/text/json_writer.hpp"

#include <simdjson.h>

namespace plimsoll::tools::chain {

using JsonElement = simdjson::dom::element;

/// eth_getBlockByNumber. Errors here and below: Errc::record_malformed, with the field.
[[nodiscard]] result<Header> read_header(JsonElement json);
[[nodiscard]] result<Log> read_log(JsonElement json);
/// One of eth_getBlockReceipts, or eth_getTransactionReceipt.
[[nodiscard]] result<Receipt> read_receipt(JsonElement json);
/// All receipts of the block: their order, and each log's place, must be those that they claim.
[[nodiscard]] result<std::vector<Receipt>> read_receipts(JsonElement json, Header const& header);
/// eth_getProof.
[[nodiscard]] result<AccountProof> read_account_proof(JsonElement json);

void write_header(JsonWriter& json, Header const& header);
void write_log(JsonWriter& json, Log const& log);
/// With the block's number and hash in each log.
void write_receipt(JsonWriter& json, Receipt const& receipt, Header const& header);
void write_account_proof(JsonWriter& json, AccountProof const& proof);

} // namespace plimsoll::tools::chain
