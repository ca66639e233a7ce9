/// The same facts for PostgreSQL: events, their legs, and balances, set by set.
#include "tests/bench/rivals/ledgers.hpp"

#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/book/postings.hpp"
#include "ledger/event/decimal.hpp"

#include <fmt/core.h>

namespace plimsoll::bench {
namespace {

/// One COPY line a leg: sequence, account, what kind of leg, subject, amount.
struct LegLines {
    std::uint64_t sequence;
    std::string text;
    void line(AccountId account, int kind, std::uint32_t subject, Int128 amount) {
        text += fmt::format("{}\t{}\t{}\t{}\t{}\n", sequence, account.number(), kind, subject, format_decimal(amount));
    }
    void cash(AccountId account, AssetId asset, Amount amount) { line(account, 0, asset.number(), amount.units()); }
    void quote(AccountId account, InstrumentId instrument, AssetId, Amount amount) {
        line(account, 1, instrument.number(), amount.units());
    }
    void size(AccountId account, InstrumentId instrument, Quantity quantity) {
        line(account, 2, instrument.number(), quantity.units());
    }
    void stand(AccountId, std::uint32_t, IndexKind, Index) {}
};

constexpr char const* schema = R"(
CREATE TABLE events (sequence bigint PRIMARY KEY, source_time bigint NOT NULL, kind text NOT NULL);
CREATE TABLE legs (sequence bigint NOT NULL, account int NOT NULL, kind smallint NOT NULL, subject int NOT NULL, amount numeric NOT NULL);
CREATE TABLE balances (account int, kind smallint, subject int, amount numeric NOT NULL, PRIMARY KEY (account, kind, subject));
CREATE TEMP TABLE staged (LIKE legs);
)";

} // namespace

void print_sql(Setting const& setting) {
    std::uint64_t const facts = std::min<std::uint64_t>(setting.events, 100'000);
    Workload workload(setting.accounts);
    book::Book book;
    for (Event const& event : workload.definitions()) need(book::apply(book, event));
    fmt::print("{}", schema);
    std::vector<Event> decided;
    for (std::uint64_t fact = 0; fact < facts; fact += 1'000) {
        std::string events;
        LegLines legs{0, {}};
        for (int i = 0; i < 1'000; ++i) {
            decided.clear();
            need(book::decide(book, workload.next(), decided));
            for (Event const& event : decided) {
                need(book::apply(book, event));
                legs.sequence = book.sequence();
                visit_body(event.body, [&](auto const& body) {
                    book::post(body, legs);
                    events += fmt::format("{}\t{}\t{}\n", legs.sequence, event.origin.source_time,
                                          kind_name<std::decay_t<decltype(body)>>);
                });
            }
        }
        fmt::print("BEGIN;\nCOPY events FROM stdin;\n{}\\.\nCOPY staged FROM stdin;\n{}\\.\n", events, legs.text);
        fmt::print("INSERT INTO legs SELECT * FROM staged;\n"
                   "INSERT INTO balances SELECT account, kind, subject, sum(amount) FROM staged GROUP BY 1, 2, 3 "
                   "ON CONFLICT (account, kind, subject) DO UPDATE SET amount = balances.amount + EXCLUDED.amount;\n"
                   "TRUNCATE staged;\nCOMMIT;\n");
    }
}

} // namespace plimsoll::bench
