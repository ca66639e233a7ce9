#include "tools/generate/wallets.hpp"

#include "tools/generate/liquidation.hpp"
#include "tools/generate/waterfall.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr Micro withdrawal_fee = one_micros;
constexpr Micro smallest = 5 * one_micros;

[[nodiscard]] Transferred movement(AccountId account, AccountId counter, TransferType type,
                                   AssetId asset, Micro amount) {
    Transferred moved;
    moved.account = account;
    moved.counter = counter;
    moved.type = type;
    moved.asset = asset;
    moved.amount = Amount{units_of(amount)};
    return moved;
}

void add_deposit(book::Book const& book, World& world, Group& group, std::uint64_t number) {
    AccountId const account = world.crowd.account(number);
    AssetId const coin = world.crowd.coin(number);
    Micro const dollars =
        scale(world.crowd.first_deposit(number), world.random.between(1, 15), 100);
    if (coin.is_some() && world.random.chance_percent(30)) {
        Micro const price =
            std::max<Micro>(1, world.market.coin_price(Catalogue::underlying_of(coin)));
        Micro const coins = std::max<Micro>(1, scale(dollars, one_micros, price));
        group.add(movement(account, outside_account, TransferType::deposit, coin, coins));
        return;
    }
    add_loss_met(book, world, group, account);
    group.add(movement(account, outside_account, TransferType::deposit, usdc, dollars));
}

/// What may leave: half of the dollars that carry no exposure.
[[nodiscard]] Micro free_dollars(World const& world, std::uint64_t number,
                                 Standing const& standing) {
    Micro const carried = scale(standing.exposure, 10, world.crowd.leverage_tenths(number));
    return std::min(floor_micros(standing.cash_units), standing.equity() - carried) / 2;
}

/// What closed positions made or lost goes to cash before money leaves.
void add_realised(book::Book const& book, World const& world, Group& group, AccountId account) {
    book.for_positions(account, [&](book::PositionRow const& row) {
        if (row.quote.is_zero() || !row.size.is_zero()) return;
        group.add(realised(row, world.catalogue), Cause::command);
    });
}

/// To the other half of a pair of account and sub-account, else to anybody.
[[nodiscard]] std::uint64_t receiver_of(World& world, std::uint64_t number) {
    if (world.crowd.is_sub(number)) return number - 1;
    if (number + 1 < world.crowd.count() && world.crowd.is_sub(number + 1)) return number + 1;
    return world.crowd.pick(world.random);
}

void add_withdrawal(book::Book const& book, World& world, Group& group, std::uint64_t number,
                    Micro most) {
    AccountId const account = world.crowd.account(number);
    add_loss_met(book, world, group, account);
    add_realised(book, world, group, account);
    Micro const amount = world.random.between(smallest, std::max(smallest, most));
    Transferred paid = movement(account, outside_account, TransferType::withdrawal, usdc, -amount);
    paid.fee = Amount{units_of(withdrawal_fee)};
    paid.fee_account = fee_account;
    group.add(paid);
}

} // namespace

bool add_wallet_movement(book::Book const& book, World& world, Group& group) {
    std::uint64_t const number = world.crowd.pick(world.random);
    AccountId const account = world.crowd.account(number);
    if (book.account(account).in_liquidation != 0 || is_abandoned(book, account)) return false;
    std::uint64_t const drawn = world.random.below(100);
    if (drawn >= 30) {
        Standing const standing = standing_of(book, world, account);
        Micro const most = free_dollars(world, number, standing) - withdrawal_fee;
        std::uint64_t const receiver = drawn < 75 ? number : receiver_of(world, number);
        if (most >= smallest && drawn < 75) {
            add_withdrawal(book, world, group, number, most);
            return true;
        }
        if (most >= smallest && receiver != number) {
            AccountId const other = world.crowd.account(receiver);
            add_loss_met(book, world, group, account);
            add_loss_met(book, world, group, other);
            Micro const amount = world.random.between(smallest, std::max(smallest, most / 2));
            group.add(movement(other, account, TransferType::transfer, usdc, amount));
            return true;
        }
    }
    add_deposit(book, world, group, number);
    return true;
}

} // namespace plimsoll::tools
