/// Every command of the program, in the order of its help. Each adds its words to the shell.
#pragma once

#include "tools/command/shell.hpp"

namespace plimsoll::tools {

void add_init(Shell& shell);
void add_generate(Shell& shell);
void add_import(Shell& shell);
void add_submit(Shell& shell);
void add_export(Shell& shell);
void add_account(Shell& shell);
void add_accounts(Shell& shell);
void add_statement(Shell& shell);
void add_log(Shell& shell);
void add_solvency(Shell& shell);
void add_losses(Shell& shell);
void add_liquidations(Shell& shell);
void add_fund(Shell& shell);
void add_interest(Shell& shell);
void add_credit(Shell& shell);
void add_pool(Shell& shell);
void add_deleverage(Shell& shell);
void add_stress(Shell& shell);
void add_breakers(Shell& shell);
void add_vaults(Shell& shell);
void add_margin(Shell& shell);
void add_presets(Shell& shell);
void add_timeline(Shell& shell);
void add_diff(Shell& shell);
void add_reconcile(Shell& shell);
void add_chain(Shell& shell);
void add_chains(Shell& shell);
void add_follow(Shell& shell);
void add_price(Shell& shell);
void add_forecast(Shell& shell);
void add_backtest(Shell& shell);
void add_verify(Shell& shell);
void add_replay_test(Shell& shell);
void add_state_root(Shell& shell);
void add_bisect(Shell& shell);
void add_stats(Shell& shell);
void add_witness(Shell& shell);
void add_backup(Shell& shell);
void add_restore(Shell& shell);
void add_repair(Shell& shell);
void add_checkpoint(Shell& shell);
void add_tree(Shell& shell);
void add_key(Shell& shell);
void add_sign(Shell& shell);
void add_prove(Shell& shell);
/// A word of `prove`.
void add_prove_liabilities(Shell& shell, CLI::App& prove);
void add_check_proof(Shell& shell);
void add_accept_checkpoint(Shell& shell);
void add_claims(Shell& shell);

} // namespace plimsoll::tools
