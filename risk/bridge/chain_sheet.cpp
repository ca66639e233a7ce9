#include "risk/bridge/chain_sheet.hpp"

#include "risk/solvency.hpp"

#include <algorithm>
#include <set>

namespace plimsoll::risk {
namespace {

/// The chain's name, else that of the account.
[[nodiscard]] std::string chain_text(book::Book const& book, AccountId outside) {
    for (book::ChainRow const& row : book.chains.rows()) {
        if (row.account == outside.number()) return std::string(row.name.view());
    }
    return std::string(book.account(outside).name.view());
}

[[nodiscard]] std::vector<ChainSheet> bridged(Bridges const& bridges, book::Book const& book, std::map<AssetId, Int128> const& owed, TimeNs now) {
    std::vector<ChainSheet> sheets;
    BridgePreset const& preset = bridges.preset();
    for (BridgedAsset const& row : preset.assets) {
        auto const asset = book.find_asset(row.name);
        auto const whole = book.find_asset(row.asset);
        if (!asset || !whole) continue; // not adopted in this book
        ChainSheet sheet;
        sheet.chain = row.chain;
        sheet.asset = *asset;
        sheet.whole = *whole;
        sheet.kept = preset.kept(row);
        sheet.waiting = bridges.board().waiting(*asset);
        sheet.locked = bridges.free_on_chain(*asset) + sheet.waiting;
        auto const arriving = bridges.board().arriving().find(*asset);
        if (arriving != bridges.board().arriving().end()) sheet.arriving = arriving->second;
        BridgeLane const& lane = bridges.board().lane(row.chain);
        for (auto const& [slot, transfer] : lane.in) {
            if (transfer.asset != *asset) continue;
            sheet.credited += transfer.credited;
            ++sheet.transfers;
        }
        sheet.withdrawals = static_cast<std::uint64_t>(std::ranges::count_if(lane.out, [&](auto const& each) { return each.second.asset == *asset; }));
        auto const claims = owed.find(*asset);
        sheet.owed = claims == owed.end() ? 0 : claims->second;
        Int128 const free = std::max<Int128>(sheet.locked - sheet.waiting, 0);
        sheet.leaves_now = std::min(free, bridges.leaves_now(*asset, now).value_or(free));
        if (auto const exchange = book.find_account(exchange_name(row.asset))) sheet.exchanged = balance_of(book, *exchange, *asset);
        sheets.push_back(std::move(sheet));
    }
    return sheets;
}

} // namespace

std::vector<ChainSheet> chain_sheets(Valuation const& valuation, Bridges const* bridges, TimeNs now) {
    book::Book const& book = valuation.book();
    std::map<AssetId, Int128> owed;
    for (AssetSolvency const& sheet : asset_solvency(valuation)) owed[sheet.asset] = sheet.liabilities.units();
    std::vector<ChainSheet> sheets;
    if (bridges != nullptr) sheets = bridged(*bridges, book, owed, now);
    std::set<AssetId> told;
    for (ChainSheet const& sheet : sheets) told.insert(sheet.asset);
    std::set<std::pair<AccountId, AssetId>> counted_already; ///< as what a bridge's chain holds
    for (ChainSheet const& sheet : sheets) {
        auto const accounts = bridge_accounts(book, sheet.chain);
        if (accounts) counted_already.insert({accounts.value().outside, sheet.asset});
    }
    std::map<AssetId, std::vector<std::size_t>> by_asset; ///< rows of what no bridge governs
    for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
        if (book.accounts[id].kind != wire::AccountKind::outside) continue;
        std::vector<ChainSheet> of_account;
        book.for_balances(AccountId{id}, [&](book::BalanceRow const& row) {
            if (counted_already.contains({AccountId{id}, row.asset}) || row.amount.is_zero()) return;
            ChainSheet sheet;
            sheet.chain = chain_text(book, AccountId{id});
            sheet.asset = sheet.whole = row.asset;
            sheet.locked = -row.amount.units();
            of_account.push_back(std::move(sheet));
        });
        std::ranges::sort(of_account, {}, &ChainSheet::asset);
        for (ChainSheet& sheet : of_account) {
            by_asset[sheet.asset].push_back(sheets.size());
            sheets.push_back(std::move(sheet));
        }
    }
    for (auto const& [asset, claim] : owed) {
        if (told.contains(asset)) continue;
        auto const rows = by_asset.find(asset);
        if (rows != by_asset.end() && rows->second.size() == 1) {
            sheets[rows->second.front()].owed = claim;
            continue;
        }
        if (claim == 0 && rows == by_asset.end()) continue;
        ChainSheet all;
        all.asset = all.whole = asset;
        all.owed = claim;
        if (rows != by_asset.end()) {
            for (std::size_t const row : rows->second) all.locked += sheets[row].locked;
        }
        sheets.push_back(std::move(all));
    }
    return sheets;
}

} // namespace plimsoll::risk
