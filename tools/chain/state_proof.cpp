#include "tools/chain/state_proof.hpp"

#include "tools/chain/keccak.hpp"
#include "tools/chain/rlp.hpp"
#include "tools/chain/trie.hpp"

#include <algorithm>

namespace plimsoll::tools::chain {
namespace {

[[nodiscard]] Bytes account_rlp(AccountProof const& account) {
    Bytes out;
    RlpWriter writer(out);
    std::size_t const list = writer.begin_list();
    writer.number(account.nonce);
    writer.number(account.balance);
    writer.bytes(account.storage_hash);
    writer.bytes(account.code_hash);
    writer.end_list(list);
    return out;
}

[[nodiscard]] bool claims_nothing(AccountProof const& account) {
    bool const no_storage =
        account.storage_hash == Bytes32{} || account.storage_hash == empty_trie_root();
    bool const no_code = account.code_hash == Bytes32{} || account.code_hash == empty_code_hash();
    return account.nonce == 0 && account.balance == Bytes32{} && no_storage && no_code;
}

[[nodiscard]] result<void> verify_slot(Bytes32 const& storage_root, StorageProof const& slot) {
    PLIMSOLL_TRY(found, prove(storage_root, keccak256(ByteView(slot.slot)), slot.nodes));
    Bytes claimed;
    RlpWriter(claimed).number(slot.value);
    bool const claims_zero = slot.value == Bytes32{};
    // A chain deletes what becomes zero; some test nodes keep it as a zero, which is proved as well.
    if (found ? *found == claimed : claims_zero) return outcome::success();
    return fail(Errc::state_proof_fails,
                "it claims " + quantity_of(ByteView(slot.value)) + ", the state has " +
                    (found ? "the RLP " + hex_of(*found) : "nothing there"));
}

} // namespace

Bytes32 const& empty_code_hash() {
    static Bytes32 const hash = keccak256(ByteView{});
    return hash;
}

result<void> verify_account(Bytes32 const& state_root, AccountProof const& account) {
    std::string const place = "account " + hex_of(account.address);
    auto const found = prove(state_root, keccak256(ByteView(account.address)), account.nodes);
    if (!found) return outcome::failure(found.error().at(place));
    std::optional<Bytes> const& value = found.value();
    bool const agrees = value ? *value == account_rlp(account) : claims_nothing(account);
    if (!agrees) {
        return fail(Errc::state_proof_fails,
                    place + ": it claims " + hex_of(account_rlp(account)) + ", the state has " +
                        (value ? hex_of(*value) : "no such account"));
    }
    Bytes32 const& storage = value ? account.storage_hash : empty_trie_root();
    for (StorageProof const& slot : account.storage) {
        auto const verdict = verify_slot(storage, slot);
        if (!verdict) {
            return outcome::failure(verdict.error().at(place + ", slot " + hex_of(slot.slot)));
        }
    }
    return outcome::success();
}

} // namespace plimsoll::tools::chain
