#include "tools/command/event_text.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/command/question.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/event_fields.hpp"
#include "tools/text/people.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

using book::Book;

[[nodiscard]] std::uint32_t number(std::uint32_t id) { return id; }
template <class Tag> [[nodiscard]] std::uint32_t number(Id<Tag> id) { return id.number(); }
[[nodiscard]] Int128 units_of(wire::Int128 const& value) { return units(value); }
template <class Tag> [[nodiscard]] Int128 units_of(Fixed<Tag> value) { return value.units(); }

/// The visitor of event_fields.hpp that writes "field value, field value" for the rare kinds.
class FieldText {
public:
    explicit FieldText(Book const& book) : book_(book) {}
    [[nodiscard]] std::string take() { return std::move(out_); }

    void account(std::string_view field, auto id, Need = Need::always) { name(field, book_.accounts, number(id)); }
    void asset(std::string_view field, auto id, Need = Need::always) { name(field, book_.assets, number(id)); }
    void instrument(std::string_view field, auto id, Need = Need::always) { name(field, book_.instruments, number(id)); }
    void feed(std::string_view field, std::uint16_t id, Need) { name(field, book_.feeds, id); }
    void subject(std::string_view field, std::uint32_t id, bool is_asset) {
        say(field, is_asset ? name_in(book_.assets, id) : name_in(book_.instruments, id));
    }
    template <class Enum> void choice(std::string_view field, Enum value, Need need = Need::always) {
        if (need == Need::always || value != Enum{}) say(field, word(value));
    }
    void decimal(std::string_view field, auto const& value, Need need = Need::always) {
        if (need == Need::always || units_of(value) != 0) say(field, people_decimal(units_of(value), 0));
    }
    void confidence(std::string_view field, Ratio value) {
        if (value != Ratio::whole(1)) decimal(field, value);
    }
    void amount(std::string_view field, Amount value, AssetId, Need need = Need::always) { decimal(field, value, need); }
    void fraction(std::string_view field, wire::Int128 const& numerator, wire::Int128 const& denominator) {
        say(field, format_integer(units(numerator)) + "/" + format_integer(units(denominator)));
    }
    void count(std::string_view field, auto value, Need need = Need::maybe) {
        if (need == Need::always || value != 0) say(field, std::to_string(value));
    }
    void time(std::string_view field, TimeNs value) {
        if (value != 0) say(field, format_time(value));
    }
    void text(std::string_view field, std::string const& value, Need = Need::maybe) {
        if (!value.empty()) say(field, value);
    }
    void digest(std::string_view field, wire::Digest const& value, Need = Need::maybe) {
        say(field, to_hex(bytes_of(value)).substr(0, 16));
    }
    template <class Item> void list(std::string_view field, std::vector<Item> const& items) {
        if (!items.empty()) say(field, std::to_string(items.size()));
    }

private:
    template <class Row> void name(std::string_view field, book::Table<Row> const& table, std::uint32_t id) {
        if (id != 0) say(field, name_in(table, id));
    }
    void say(std::string_view field, std::string_view value) {
        if (!out_.empty()) out_ += ", ";
        for (char const c : field) out_.push_back(c == '_' ? ' ' : c);
        out_.append(" ").append(value);
    }

    Book const& book_;
    std::string out_;
};

[[nodiscard]] std::string money(Book const& book, Amount amount, AssetId asset) {
    return people_exact(amount, decimals_of(book, asset)) + " " + name_of(book, asset);
}
[[nodiscard]] std::string fee_text(Book const& book, std::string_view whose, Amount fee, AssetId asset) {
    return fee.is_zero() ? "" : fmt::format(", {} {}", whose, money(book, fee, asset));
}

// ---- the kinds that move often, each as a sentence ----

[[nodiscard]] std::string text_of(Book const& book, Transferred const& fact) {
    bool const backwards = fact.amount.is_negative();
    std::string const account = name_of(book, fact.account);
    std::string const counter = name_of(book, fact.counter);
    std::string text = fmt::format("{} {}, {} -> {}", word(fact.type),
                                   money(book, backwards ? -fact.amount : fact.amount, fact.asset),
                                   backwards ? account : counter, backwards ? counter : account);
    if (fact.instrument.is_some()) text += ", " + name_of(book, fact.instrument);
    return text + fee_text(book, "fee", fact.fee, fact.asset);
}

[[nodiscard]] std::string text_of(Book const& book, Traded const& fact) {
    std::string text =
        fmt::format("{} buys {} {} from {} at {} for {}", name_of(book, fact.buyer), people_exact(fact.size, 0),
                    name_of(book, fact.instrument), name_of(book, fact.seller), people_exact(fact.price, 0),
                    money(book, fact.quote, fact.asset));
    if (fact.kind != TradeKind::order_book) text += fmt::format(" ({})", word(fact.kind));
    return text + fee_text(book, "buyer fee", fact.buyer_fee, fact.asset) +
           fee_text(book, "seller fee", fact.seller_fee, fact.asset);
}

[[nodiscard]] std::string text_of(Book const& book, Observed const& fact) {
    std::string const subject = fact.kind == Observation::asset_price ? name_in(book.assets, fact.subject)
                                                                      : name_in(book.instruments, fact.subject);
    return fmt::format("{} {} {}", subject, word(fact.kind), people_exact(fact.value, 0));
}

[[nodiscard]] std::string text_of(Book const& book, IndexRecorded const& fact) {
    std::string const subject = fact.kind == IndexKind::funding ? name_in(book.instruments, fact.subject)
                                                                : name_in(book.assets, fact.subject);
    return fmt::format("{} {} index {}", subject, word(fact.kind), people_exact(fact.value, 0));
}

[[nodiscard]] std::string text_of(Book const& book, IndexMet const& fact) {
    std::string const subject = fact.kind == IndexKind::funding ? name_in(book.instruments, fact.subject)
                                                                : name_in(book.assets, fact.subject);
    return fmt::format("{} meets the {} index of {}: {}", name_of(book, fact.account), word(fact.kind), subject,
                       money(book, fact.amount, fact.asset));
}

[[nodiscard]] std::string text_of(Book const& book, PositionSettled const& fact) {
    return fmt::format("{} hands {} {} to {} ({}), quote {}, cash {}", name_of(book, fact.account),
                       people_exact(fact.size, 0), name_of(book, fact.instrument), name_of(book, fact.counter),
                       word(fact.type), people_exact(fact.quote, 0), money(book, fact.amount, fact.asset));
}

template <class Fact> [[nodiscard]] std::string text_of(Book const& book, Fact const& fact) {
    FieldText fields(book);
    fields_of(fields, fact);
    return fields.take();
}

} // namespace

std::string_view kind_of(Event const& event) {
    std::string_view name;
    visit_body(event.body, [&](auto const& fact) { name = kind_name<std::decay_t<decltype(fact)>>; });
    return name;
}

std::vector<std::string_view> const& kind_names() {
    static std::vector<std::string_view> const names{
        kind_name<Transferred>, kind_name<Traded>, kind_name<Observed>, kind_name<IndexRecorded>, kind_name<IndexMet>,
        kind_name<PositionSettled>,
#define PLIMSOLL_KIND_NAME(kind) kind_name<kind>,
        PLIMSOLL_RARE_KINDS(PLIMSOLL_KIND_NAME)
#undef PLIMSOLL_KIND_NAME
    };
    return names;
}

std::string event_text(Book const& book, Event const& event) {
    std::string text;
    visit_body(event.body, [&](auto const& fact) { text = text_of(book, fact); });
    return text;
}

std::string origin_text(Book const& book, Origin const& origin) {
    if (origin.source == 0) return "";
    std::string text = fmt::format("{} {}:{}", name_in(book.sources, origin.source), origin.cursor.major,
                                   origin.cursor.minor);
    if (origin.cause != Cause::outside_record) text += fmt::format(", by {}", word(origin.cause));
    if (origin.cause_sequence != 0) text += " for #" + std::to_string(origin.cause_sequence);
    return text;
}

} // namespace plimsoll::tools
