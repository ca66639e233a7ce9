#include "tools/import/known_definition.hpp"

namespace plimsoll::tools {
namespace {

using book::Book;

enum class Known { no, yes, otherwise };

[[nodiscard]] Known agreed(bool is_equal) { return is_equal ? Known::yes : Known::otherwise; }

template <class Fact> [[nodiscard]] Known compare(Book const&, Fact const&) { return Known::no; }

[[nodiscard]] Known compare(Book const& book, AssetDefined const& fact) {
    auto const id = book.find_asset(fact.name);
    if (!id) return Known::no;
    book::AssetRow const& row = book.asset(*id);
    return agreed(row.decimals == fact.decimals && row.kind == static_cast<std::uint32_t>(fact.kind));
}

[[nodiscard]] Known compare(Book const& book, InstrumentDefined const& fact) {
    auto const id = book.find_instrument(fact.name);
    if (!id) return Known::no;
    book::InstrumentRow const& row = book.instrument(*id);
    bool const words = row.kind == fact.kind && row.payoff == fact.payoff && row.side == fact.side &&
                       row.exercise == fact.exercise;
    bool const ids = row.base.number() == fact.base && row.quote.number() == fact.quote &&
                     row.settle.number() == fact.settle && row.market_account.number() == fact.market_account;
    bool const numbers = book::multiplier(row.multiplier_numerator) == units(fact.multiplier_numerator) &&
                         book::multiplier(row.multiplier_denominator) == units(fact.multiplier_denominator) &&
                         row.strike.units() == units(fact.strike) && row.expiry == fact.expiry;
    return agreed(words && ids && numbers);
}

[[nodiscard]] Known compare(Book const& book, SourceDefined const& fact) {
    auto const id = book.find_source(fact.name);
    if (!id) return Known::no;
    return agreed(book.sources[*id].kind == static_cast<std::uint64_t>(fact.kind));
}

[[nodiscard]] Known compare(Book const& book, FeedDefined const& fact) {
    return book.find_feed(fact.name) ? Known::yes : Known::no;
}

[[nodiscard]] Known compare(Book const& book, ChainDefined const& fact) {
    for (book::ChainRow const& row : book.chains.rows()) {
        if (row.name.view() == fact.name) return agreed(row.chain_id == fact.chain_id && row.account == fact.account);
    }
    return Known::no;
}

[[nodiscard]] Known compare(Book const& book, AccountOpened const& fact) {
    auto const id = book.find_account(fact.name);
    if (!id) return Known::no;
    book::AccountRow const& row = book.account(*id);
    return agreed(row.kind == fact.kind && row.parent.number() == fact.parent);
}

} // namespace

result<bool> is_known_definition(Book const& book, Event const& event) {
    auto const* rare = std::get_if<RareFact>(&event.body);
    if (rare == nullptr) return false;
    Known known = Known::no;
    std::string name;
    visit_rare(**rare, [&](auto const& fact) {
        known = compare(book, fact);
        if constexpr (requires { fact.name; }) name = fact.name;
    });
    if (known == Known::otherwise) return fail(Errc::definition_differs, "'" + name + "'");
    return known == Known::yes;
}

} // namespace plimsoll::tools
