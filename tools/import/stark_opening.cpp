#include "tools/import/stark_opening.hpp"

namespace plimsoll::tools {
namespace {

/// Two legs an instrument and two of cash stay below what one event may hold.
constexpr std::size_t instruments_per_entry = 30;

[[nodiscard]] Int128 size_units(StarkBalance const& balance) {
    return Int128{balance.value} * power_of_ten(fixed_decimals - balance.asset.resolution);
}

/// From outside to the account.
void add_pair(OpeningEntered& entry, AccountId outside, std::uint32_t subject, LegKind kind,
              Int128 amount) {
    if (amount == 0) return;
    auto const kind_number = static_cast<std::uint8_t>(kind);
    entry.legs.emplace_back(entry.account, subject, 0, kind_number, 0, 0, to_wire(amount));
    entry.legs.emplace_back(outside.number(), subject, 0, kind_number, 0, 0, to_wire(-amount));
}

void add_stand(OpeningEntered& entry, InstrumentId instrument, Index index) {
    entry.stands.emplace_back(entry.account, instrument.number(),
                              static_cast<std::uint16_t>(IndexKind::funding), 0, 0, to_wire(index));
}

/// For each instrument that the position holds or held: how its size must change.
[[nodiscard]] std::map<InstrumentId, Int128> size_changes(book::Book const& book,
                                                          StarkParties const& parties,
                                                          StarkPosition const& position,
                                                          AccountId account) {
    std::map<InstrumentId, Int128> changes;
    for (StarkBalance const& balance : position.balances) {
        changes[parties.instruments.at(balance.asset.id)] = size_units(balance);
    }
    for (auto const& [id, instrument] : parties.instruments) {
        book::PositionRow const* const row = book.position(account, instrument);
        if (row != nullptr && !row->size.is_zero()) changes[instrument] -= row->size.units();
    }
    return changes;
}

/// The indices that the position was settled at. Empty where it holds nothing and says no time.
[[nodiscard]] std::map<InstrumentId, Index>
stands_of(StarkUpdate const& update, StarkParties const& parties, StarkPosition const& position) {
    std::map<InstrumentId, Index> stands;
    auto const* const indices = update.indices_at(position.funding_time_seconds);
    if (indices == nullptr) return stands;
    for (StarkIndex const& entry : *indices) {
        stands[parties.instruments.at(entry.asset.id)] = index_of(entry);
    }
    return stands;
}

} // namespace

Int128 power_of_ten(int exponent) {
    Int128 power = 1;
    for (int i = 0; i < exponent; ++i) power *= 10;
    return power;
}

Index index_of(StarkIndex const& entry) { return Index{Int128{entry.value} * one_units}; }

std::vector<OpeningEntered> opening_entries(book::Book const& book, StarkUpdate const& update,
                                            StarkParties const& parties,
                                            StarkPosition const& position, AccountId account,
                                            Int128 modified) {
    book::BalanceRow const* const row = book.balance(account, parties.collateral);
    Int128 const held_units = row == nullptr ? 0 : row->amount.units();
    Int128 const cash_units = (position.collateral - modified) * stark_collateral_unit - held_units;
    auto const stands = stands_of(update, parties, position);
    OpeningEntered blank;
    blank.account = account.number();
    blank.reason = "the position as published, less its deposits and withdrawals";
    std::vector<OpeningEntered> entries{blank};
    add_pair(entries.back(), parties.outside, parties.collateral.number(), LegKind::cash,
             cash_units);
    std::size_t instruments = 0;
    for (auto const& [instrument, change] : size_changes(book, parties, position, account)) {
        if (instruments++ == instruments_per_entry) {
            entries.push_back(blank);
            instruments = 1;
        }
        add_pair(entries.back(), parties.outside, instrument.number(), LegKind::size, change);
        auto const stand = stands.find(instrument);
        if (stand != stands.end()) add_stand(entries.back(), instrument, stand->second);
    }
    return entries;
}

} // namespace plimsoll::tools
