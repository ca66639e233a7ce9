#include "tools/proof/check.hpp"

namespace plimsoll::tools {
namespace {

/// Follows a chain of rows from `first` to its end; each must be shown and be the account's. Counts them.
template <class Row>
[[nodiscard]] result<std::size_t> walk(book::RowsProof const& rows, book::TableId table, std::uint32_t first,
                                       AccountId account, std::string_view what) {
    std::size_t count = 0;
    for (std::uint32_t id = first; id != 0;) {
        Row const* row = book::shown<Row>(rows, table, id);
        if (row == nullptr) return fail(Errc::proof_fails, "the account's " + std::string(what) + " row " + std::to_string(id) + " is not shown");
        if (row->account != account || ++count > rows.rows.size()) {
            return fail(Errc::proof_fails, std::string(what) + " row " + std::to_string(id) + " is not the account's");
        }
        id = row->next;
    }
    return count;
}

} // namespace

result<CheckpointNote> check_note(std::string_view text, VerifierKey const& key) {
    PLIMSOLL_TRY(note, Note::parse(text));
    PLIMSOLL_TRYV(note.check(key));
    PLIMSOLL_TRY(checkpoint, CheckpointNote::parse(note.text));
    if (checkpoint.origin != key.name) {
        return fail(Errc::checkpoint_differs, "it is of '" + checkpoint.origin + "', the key is for '" + key.name + "'");
    }
    return checkpoint;
}

result<void> check_claim(EventProof const& proof, CheckpointNote const& note) {
    auto const entry = Entry::of(bytes_of(std::string_view(proof.entry)));
    if (!entry) return fail(Errc::proof_fails, "its bytes are not an event's");
    if (proof.sequence == 0) return fail(Errc::proof_fails, "events are numbered from 1");
    return merkle::check_inclusion(proof.sequence - 1, note.size, entry->leaf_hash(), proof.path, note.root);
}

result<void> check_claim(ConsistencyProof const& proof, CheckpointNote const& note) {
    return merkle::check_consistency(proof.old_size, note.size, proof.old_root, note.root, proof.path);
}

result<void> check_claim(AccountProof const& proof, CheckpointNote const& note) {
    if (!note.state_root) return fail(Errc::proof_fails, "its checkpoint states no state root");
    PLIMSOLL_TRYV(book::check_rows(proof.rows, *note.state_root));
    book::AccountRow const* account = nullptr;
    std::uint32_t id = 0;
    for (book::ShownRow const& row : proof.rows.rows) {
        if (row.id.first != book::TableId::accounts) continue;
        if (account != nullptr) return fail(Errc::proof_fails, "it shows two accounts");
        id = row.id.second;
        account = book::shown<book::AccountRow>(proof.rows, book::TableId::accounts, id);
    }
    if (account == nullptr) return fail(Errc::proof_fails, "it shows no account");
    if (account->name.view() != proof.account) {
        return fail(Errc::proof_fails, "the account shown is '" + std::string(account->name.view()) + "', not '" + proof.account + "'");
    }
    PLIMSOLL_TRYV(walk<book::BalanceRow>(proof.rows, book::TableId::balances, account->first_balance, AccountId{id}, "balance"));
    PLIMSOLL_TRYV(walk<book::PositionRow>(proof.rows, book::TableId::positions, account->first_position, AccountId{id}, "position"));
    return outcome::success();
}

} // namespace plimsoll::tools
