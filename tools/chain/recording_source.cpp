#include "tools/chain/recording_source.hpp"

#include "tools/chain/records.hpp"

namespace plimsoll::tools::chain {

result<Bytes> RecordingSource::call(Address const& to, std::span<std::uint8_t const> data, std::uint64_t block) {
    PLIMSOLL_TRY(answer, asked_->call(to, data, block));
    JsonWriter json(lines_);
    json.begin_object().key("call").begin_object().field("block", quantity_of(block)).field("to", hex_of(to));
    json.field("data", hex_of(data)).field("result", hex_of(answer)).end_object().end_object();
    lines_ += '\n';
    return answer;
}

result<AccountProof> RecordingSource::proof(Address const& account, std::span<Bytes32 const> slots, std::uint64_t block) {
    PLIMSOLL_TRY(answer, asked_->proof(account, slots, block));
    JsonWriter json(lines_);
    json.begin_object().key("proof").begin_object().field("block", quantity_of(block)).key("result");
    write_account_proof(json, answer);
    json.end_object().end_object();
    lines_ += '\n';
    return answer;
}

} // namespace plimsoll::tools::chain
