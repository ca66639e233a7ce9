#include "tools/command/answer.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/command/question.hpp"
#include "tools/command/shell.hpp"
#include "tools/text/people.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr std::size_t digest_digits_for_people = 16;

void write_hash(JsonWriter& json, std::string_view field, Hash const& hash) {
    json.key(field);
    if (hash == Hash{}) {
        json.null();
    } else {
        json.value(to_hex(hash));
    }
}

[[nodiscard]] std::string short_hash(Hash const& hash, char const* otherwise) {
    return hash == Hash{} ? otherwise : to_hex(hash).substr(0, digest_digits_for_people);
}

} // namespace

std::string json_answer(std::string_view command, book::Book const& book, replay::Basis const& basis,
                        std::function<void(JsonWriter&)> const& body) {
    std::string out;
    JsonWriter json(out, JsonWriter::Layout::pretty);
    json.begin_object().field("command", command);
    body(json);
    json.field("quarantined", book.head[1].quarantined);
    json.key("basis").begin_object();
    json.field("sequence", basis.sequence).field("time", format_time(basis.time));
    write_hash(json, "state_root", basis.state_root);
    write_hash(json, "log_root", basis.log_root);
    json.field("log_size", basis.log_size);
    json.end_object();
    json.field("build", build_version());
    json.end_object();
    out.push_back('\n');
    return out;
}

std::string people_foot(book::Book const& book, replay::Basis const& basis) {
    std::string out;
    if (std::uint64_t const count = book.head[1].quarantined; count != 0) {
        out += fmt::format("\nQuarantined: {} set aside and not part of this (plimsoll log DIR --kind Quarantined).\n",
                           people_plural(count, "record"));
    }
    out += fmt::format("\nbasis: {}, state root {}, log root {} of {}, {}\n", people_moment(basis),
                       short_hash(basis.state_root, "not computed"), short_hash(basis.log_root, "none"), people_plural(basis.log_size, "event"),
                       build_version());
    return out;
}

std::string people_moment(std::uint64_t sequence, TimeNs time) {
    if (sequence == 0) return "before the first event";
    return fmt::format("after event {} ({})", people_sequence(sequence), format_time(time));
}

std::string json_amount(book::Book const& book, AssetId asset, Amount amount) {
    return format_decimal(amount, decimals_of(book, asset));
}

void write_amount(JsonWriter& json, book::Book const& book, AssetId asset, Amount amount) {
    json.begin_object().field("asset", name_of(book, asset)).field("amount", json_amount(book, asset, amount));
    json.end_object();
}

std::string_view reason_text(risk::Unpriced reason) {
    switch (reason) {
    case risk::Unpriced::none: return "priced";
    case risk::Unpriced::no_mark: return "no mark price";
    case risk::Unpriced::no_rate: return "no price in the valuation asset";
    case risk::Unpriced::too_large: return "the value is too large";
    }
    return "";
}

namespace {

[[nodiscard]] std::string subject_name(book::Book const& book, risk::UnpricedSubject const& subject) {
    return subject.is_instrument ? name_in(book.instruments, subject.id) : name_in(book.assets, subject.id);
}

} // namespace

void write_pricing(JsonWriter& json, book::Book const& book, bool complete,
                   std::vector<risk::UnpricedSubject> const& unpriced) {
    json.field("complete", complete).field("price_rule", risk::Valuation::price_rule);
    json.key("unpriced").begin_array();
    for (risk::UnpricedSubject const& subject : unpriced) {
        json.begin_object().field(subject.is_instrument ? "instrument" : "asset", subject_name(book, subject));
        json.field("reason", reason_text(subject.reason)).field("rows", subject.rows).end_object();
    }
    json.end_array();
}

std::string people_unpriced(book::Book const& book, std::vector<risk::UnpricedSubject> const& unpriced) {
    std::string out;
    for (risk::UnpricedSubject const& subject : unpriced) {
        out += fmt::format("Not complete: {} of {} left out, {}.\n",
                           people_plural(subject.rows, subject.is_instrument ? "position" : "balance"),
                           subject_name(book, subject), reason_text(subject.reason));
    }
    return out.empty() ? out : "\n" + out;
}

} // namespace plimsoll::tools
