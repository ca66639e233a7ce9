#include "tools/command/commands.hpp"

#include "replay/witness.hpp"

#include <fmt/core.h>

#include <set>

namespace {

/// What opening a ledger had to do is told once, by whatever command opened it.
void tell(std::string const& note) {
    static std::set<std::string> told;
    if (told.insert(note).second) fmt::print(stderr, "plimsoll: note: {}\n", note);
}

} // namespace

int main(int argc, char** argv) {
    using namespace plimsoll::tools;
    plimsoll::replay::tell_openings_to(tell);
    Shell shell;
    add_init(shell);
    add_generate(shell);
    add_import(shell);
    add_submit(shell);
    add_export(shell);
    add_account(shell);
    add_accounts(shell);
    add_statement(shell);
    add_log(shell);
    add_solvency(shell);
    add_losses(shell);
    add_liquidations(shell);
    add_fund(shell);
    add_interest(shell);
    add_credit(shell);
    add_pool(shell);
    add_deleverage(shell);
    add_stress(shell);
    add_breakers(shell);
    add_vaults(shell);
    add_margin(shell);
    add_presets(shell);
    add_timeline(shell);
    add_diff(shell);
    add_reconcile(shell);
    add_chain(shell);
    add_chains(shell);
    add_follow(shell);
    add_price(shell);
    add_forecast(shell);
    add_backtest(shell);
    add_verify(shell);
    add_replay_test(shell);
    add_state_root(shell);
    add_bisect(shell);
    add_stats(shell);
    add_witness(shell);
    add_backup(shell);
    add_restore(shell);
    add_repair(shell);
    add_checkpoint(shell);
    add_tree(shell);
    add_key(shell);
    add_sign(shell);
    add_prove(shell);
    add_check_proof(shell);
    add_accept_checkpoint(shell);
    add_claims(shell);
    return shell.run(argc, argv);
}
