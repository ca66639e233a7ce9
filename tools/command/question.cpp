#include "tools/command/question.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/text/people.hpp"

namespace plimsoll::tools {
namespace {

[[nodiscard]] std::string joined(std::vector<std::string> const& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i != 0) text += i + 1 == names.size() ? " or " : ", ";
        text += "'" + names[i] + "'";
    }
    return text;
}

template <class Row> [[nodiscard]] std::vector<std::string_view> names_in(book::Table<Row> const& table) {
    std::vector<std::string_view> names;
    for (Row const& row : table.rows()) names.push_back(row.name.view());
    return names;
}

/// "'mian'; did you mean 'main'?", or what else to do.
[[nodiscard]] std::string not_found(std::string const& name, std::vector<std::string_view> const& names,
                                    std::string const& otherwise) {
    auto const near = near_names(name, names);
    if (near.empty()) return "'" + name + "'; " + otherwise;
    return "'" + name + "'; did you mean " + joined(near) + "?";
}

} // namespace

result<ReaderPtr> open_reader(std::string const& directory) {
    auto reader = replay::Reader::open(directory);
    if (!reader) {
        Error const& error = reader.error();
        bool const says_where = error.detail().find(directory) != std::string::npos;
        return outcome::failure(says_where ? error : error.at(directory));
    }
    return reader;
}

result<std::uint64_t> record_fact(std::string const& directory, Body fact) {
    PLIMSOLL_TRY(engine, replay::Engine::open(directory));
    Origin origin;
    origin.source_time = engine->book().time();
    origin.cause = Cause::command;
    PLIMSOLL_TRY(receipt, engine->submit(Event{origin, std::move(fact)}));
    PLIMSOLL_TRYV(engine->close());
    return receipt.first_sequence;
}

replay::Basis basis_of(replay::Engine& engine, replay::Reader const& reader) {
    return {engine.book().sequence(), engine.book().time(), engine.state_root(), reader.log_root(), reader.log_size()};
}

result<std::uint64_t> resolve(replay::Reader const& reader, std::string const& moment) {
    auto sequence = reader.resolve(moment);
    if (sequence) return sequence;
    Error const& error = sequence.error();
    if (error.is(replay::Errc::moment_in_the_future)) {
        return fail(replay::Errc::moment_in_the_future,
                    "'" + moment + "'; it ends after event #" + std::to_string(reader.log_size()) + ", which 'latest' names");
    }
    bool const says_which = error.detail().find(moment) != std::string::npos;
    return outcome::failure(says_which ? error : error.at("'" + moment + "'"));
}

result<replay::Moment> moment_at(replay::Reader const& reader, std::string const& moment) {
    PLIMSOLL_TRY(sequence, resolve(reader, moment));
    return reader.at(sequence);
}

result<Span> resolve_span(replay::Reader const& reader, std::string const& from, std::string const& to) {
    Span span;
    if (!from.empty()) {
        PLIMSOLL_TRY(first, resolve(reader, from));
        span.from = first;
    }
    PLIMSOLL_TRY(last, resolve(reader, to));
    span.to = last;
    if (span.to < span.from) {
        return fail(Errc::usage, "--to " + to + " (event #" + std::to_string(span.to) + ") lies before --from " + from +
                                     " (event #" + std::to_string(span.from) + "); exchange them");
    }
    return span;
}

result<AccountId> find_account(replay::Reader const& reader, book::Book const& book, std::string const& name) {
    if (auto const id = book.find_account(name)) return *id;
    if (book.sequence() < reader.log_size()) {
        PLIMSOLL_TRY(latest, reader.at(reader.log_size()));
        if (auto const id = latest.book.find_account(name)) {
            return fail(book::Errc::unknown_account, "'" + name + "' at that moment; event #" +
                                                         std::to_string(latest.book.account(*id).opened_sequence) +
                                                         " opens it");
        }
    }
    if (book.accounts.size() == 0) {
        return fail(book::Errc::unknown_account,
                    "'" + name + "'; the ledger has no accounts at that moment (plimsoll import adds records)");
    }
    return fail(book::Errc::unknown_account,
                not_found(name, names_in(book.accounts), "plimsoll accounts lists those that exist at that moment"));
}

result<AssetId> find_valuation_asset(book::Book const& book, std::string const& name) {
    if (name.empty()) {
        auto const asset = risk::default_valuation_asset(book);
        if (!asset) return fail(Errc::no_valuation_asset, "the ledger has no assets at that moment");
        return *asset;
    }
    if (auto const id = book.find_asset(name)) return *id;
    std::string list;
    for (std::string_view const each : names_in(book.assets)) {
        list.append(list.empty() ? "" : ", ").append(each);
        if (list.size() > 200) {
            list += ", ...";
            break;
        }
    }
    return fail(book::Errc::unknown_asset, "'" + name + "'; the ledger has " + (list.empty() ? "none" : list));
}

} // namespace plimsoll::tools
