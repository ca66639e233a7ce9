#include "risk/margin/sweep.hpp"

#include "risk/solvency.hpp"

#include <array>

namespace plimsoll::risk {

namespace {

[[nodiscard]] bool is_cleared(std::optional<Bounds> const& bounds) {
    return bounds && bounds->initial_excess_at_least >= 0 && bounds->maintenance_excess_at_least >= 0;
}

} // namespace

std::string_view word(Standing standing) {
    constexpr std::array<std::string_view, standing_count> words{"clear", "below initial", "below maintenance", "insolvent",
                                                                 "failed"};
    return words[static_cast<std::size_t>(standing)];
}

Standing standing_of(Levels const& levels) {
    if (levels.maintenance_excess < 0) return levels.mark_to_market < 0 ? Standing::insolvent : Standing::below_maintenance;
    return levels.initial_excess < 0 ? Standing::below_initial : Standing::clear;
}

std::vector<AccountId> margined_accounts(book::Book const& book) {
    std::vector<AccountId> found;
    for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
        book::AccountRow const& row = book.accounts[id];
        bool const has_rows = row.first_balance != 0 || row.first_position != 0;
        if (has_rows && group_of(row.kind) == Group::customers) found.emplace_back(id);
    }
    return found;
}

std::vector<std::uint32_t> held_options(Market const& market, std::span<AccountId const> accounts) {
    std::vector<bool> is_held(market.options().size());
    auto see = [&](book::PositionRow const& row) {
        if (row.size.is_zero()) return;
        if (auto const option = market.option_of(row.instrument)) is_held[*option] = true;
    };
    // Of many accounts the whole table is read in order: a few more options than theirs, and far quicker.
    if (accounts.size() > market.book().accounts.size() / 8) {
        for (book::PositionRow const& row : market.book().positions.rows()) see(row);
    } else {
        for (AccountId const account : accounts) market.book().for_positions(account, see);
    }
    std::vector<std::uint32_t> held;
    for (std::uint32_t option = 0; option < is_held.size(); ++option) {
        if (is_held[option]) held.push_back(option);
    }
    return held;
}

std::vector<AccountId> suspects(MarginModel const& screen, PortfolioView const& view, std::span<AccountId const> accounts) {
    std::vector<AccountId> found;
    Portfolio portfolio;
    for (AccountId const account : accounts) {
        if (!view.read(account, portfolio) || !is_cleared(screen.screen(portfolio))) found.push_back(account);
    }
    return found;
}

std::vector<SweepRow> sweep(MarginModel const& model, PortfolioView const& view, std::span<AccountId const> accounts,
                            SweepMode mode) {
    std::vector<SweepRow> rows;
    rows.reserve(accounts.size());
    Portfolio portfolio;
    for (AccountId const account : accounts) {
        SweepRow row;
        row.account = account;
        auto settle = [&]() -> result<void> {
            PLIMSOLL_TRYV(view.read(account, portfolio));
            if (mode == SweepMode::screened) {
                if (is_cleared(model.screen(portfolio))) return outcome::success();
            }
            PLIMSOLL_TRY(levels, model.evaluate(portfolio, nullptr));
            row.levels = levels;
            row.is_exact = true;
            row.standing = standing_of(levels);
            return outcome::success();
        };
        if (auto done = settle(); !done) {
            row.standing = Standing::failed;
            row.failure = std::move(done).error();
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace plimsoll::risk
