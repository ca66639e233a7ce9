/// Books made row by row, for tests that need a state and not a history.
#pragma once

#include "ledger/book/book.hpp"
#include "ledger/event/decimal.hpp"

#include <random>
#include <string>

namespace plimsoll::risk {

struct MakeInstrument {
    wire::InstrumentKind kind = wire::InstrumentKind::perpetual;
    wire::Payoff payoff = wire::Payoff::linear;
    AssetId base{};
    AssetId quote{};
    AssetId settle{};
    AccountId market{};
    std::int64_t numerator = 1;
    std::int64_t denominator = 1;
    std::string mark{};
    std::string funding_index{};
    bool is_marked = false; ///< at 0
};

[[nodiscard]] inline Int128 number(std::string const& text) {
    return text.empty() ? Int128{0} : parse_decimal(text).value();
}

struct BookMaker {
    book::Book book;

    AssetId asset(std::string const& name, std::uint32_t decimals) {
        book::AssetRow row;
        row.name = Name::from(name).value();
        row.decimals = decimals;
        return AssetId{book.assets.add(row)};
    }
    void price(AssetId asset, std::string const& price) {
        book.assets.write(asset.number()).price.value = Price{number(price)};
    }
    InstrumentId instrument(MakeInstrument const& make) {
        book::InstrumentRow row;
        row.name = Name::from("I" + std::to_string(book.instruments.size() + 1)).value();
        row.kind = make.kind;
        row.payoff = make.payoff;
        row.base = make.base;
        row.quote = make.quote;
        row.settle = make.settle;
        row.market_account = make.market;
        row.multiplier_numerator = {static_cast<std::uint64_t>(make.numerator), 0};
        row.multiplier_denominator = {static_cast<std::uint64_t>(make.denominator), 0};
        row.mark.value = Price{number(make.mark)};
        row.mark.time = make.is_marked ? 1 : 0;
        row.funding_index = Index{number(make.funding_index)};
        return InstrumentId{book.instruments.add(row)};
    }
    AccountId account(std::string const& name, wire::AccountKind kind = wire::AccountKind::customer) {
        book::AccountRow row;
        row.name = Name::from(name).value();
        row.kind = kind;
        std::uint32_t const id = book.accounts.add(row);
        book.accounts_by_name.insert(book::Book::name_key(name), id);
        return AccountId{id};
    }
    void balance(AccountId account, AssetId asset, std::string const& amount) {
        balance(account, asset, number(amount));
    }
    void balance(AccountId account, AssetId asset, Int128 units) {
        book::AccountRow& owner = book.accounts.write(account.number());
        owner.first_balance = book.balances.add({account, asset, owner.first_balance, 0, Amount{units}, {}, {}});
        book.balances_by_key.insert(book::Book::key(account, asset.number()), owner.first_balance);
    }
    void position(AccountId account, InstrumentId id, std::string const& size, std::string const& quote,
                  std::string const& index) {
        position(account, id, number(size), number(quote), number(index));
    }
    void position(AccountId account, InstrumentId id, Int128 size, Int128 quote, Int128 index) {
        book::AccountRow& owner = book.accounts.write(account.number());
        owner.first_position = book.positions.add(
            {account, id, owner.first_position, 0, Quantity{size}, Amount{quote}, Index{index}});
        book.positions_by_key.insert(book::Book::key(account, id.number()), owner.first_position);
    }
};

struct RandomBook {
    book::Book book;
    AssetId in;
};

/// Four priced assets, instruments of each payoff, and accounts with up to `most` balances and
/// positions. Sizes and prices range over many digits, so that products leave 128 bits.
[[nodiscard]] inline RandomBook random_book(std::mt19937_64& random, std::uint32_t accounts, std::uint32_t most) {
    auto below = [&](std::uint64_t limit) { return random() % limit; };
    auto units = [&](int digits) {
        Int128 value = 0;
        for (int i = 0; i < digits; ++i) value = value * 10 + static_cast<Int128>(below(10));
        return value;
    };
    auto some_units = [&](int most_digits) { return units(1 + static_cast<int>(below(static_cast<std::uint64_t>(most_digits)))); };
    auto signed_units = [&](int most_digits) { return below(2) == 0 ? some_units(most_digits) : -some_units(most_digits); };
    BookMaker maker;
    AssetId const in = maker.asset("USD", 6);
    for (int i = 0; i < 3; ++i) {
        AssetId const asset = maker.asset("COIN" + std::to_string(i), 18);
        maker.book.assets.write(asset.number()).price.value = Price{some_units(24) + 1};
    }
    for (int i = 0; i < 12; ++i) {
        MakeInstrument make;
        make.payoff = static_cast<wire::Payoff>(below(3));
        make.settle = AssetId{1 + static_cast<std::uint32_t>(below(4))};
        make.numerator = 1 + static_cast<std::int64_t>(below(1000));
        make.denominator = 1 + static_cast<std::int64_t>(below(1000));
        InstrumentId const id = maker.instrument(make);
        book::InstrumentRow& row = maker.book.instruments.write(id.number());
        row.mark.value = Price{make.payoff == wire::Payoff::inverse ? one_units / 10 + units(23) : some_units(24)};
        row.funding_index = Index{signed_units(22)};
        if (row.mark.value.is_zero()) row.mark.time = 1;
    }
    for (std::uint32_t i = 0; i < accounts; ++i) {
        AccountId const account = maker.account("a" + std::to_string(i));
        std::uint32_t const first = static_cast<std::uint32_t>(below(12));
        for (std::uint32_t k = 0; k < std::min(most, 4U); ++k) maker.balance(account, AssetId{1 + (first + k) % 4}, signed_units(27));
        for (std::uint32_t k = 0; k < most; ++k) {
            maker.position(account, InstrumentId{1 + (first + k) % 12}, signed_units(24), signed_units(26), signed_units(22));
        }
    }
    return {std::move(maker.book), in};
}

} // namespace plimsoll::risk
