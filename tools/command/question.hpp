/// Opening a ledger to ask it something, with failures that say what to do next.
#pragma once

#include "replay/engine.hpp"
#include "replay/moment.hpp"
#include "risk/valuation.hpp"
#include "tools/errc.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace plimsoll::tools {

using ReaderPtr = std::unique_ptr<replay::Reader>;

/// Errors: store::Errc, each with the directory.
[[nodiscard]] result<ReaderPtr> open_reader(std::string const& directory);

/// Books one fact that a command decides itself, at the ledger's time; its first event. Errors: those of Engine.
[[nodiscard]] result<std::uint64_t> record_fact(std::string const& directory, Body fact);

/// Where a command that wrote leaves a ledger: the engine closed, the reader opened after it.
[[nodiscard]] replay::Basis basis_of(replay::Engine& engine, replay::Reader const& reader);

/// Reader::resolve. Errors: as it, with the end of the ledger and what to ask instead.
[[nodiscard]] result<std::uint64_t> resolve(replay::Reader const& reader, std::string const& moment);
[[nodiscard]] result<replay::Moment> moment_at(replay::Reader const& reader, std::string const& moment);

/// Events after `from` and up to `to`. An absent `from` is the beginning.
struct Span {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};
/// Errors: as resolve; Errc::usage where `to` lies before `from`.
[[nodiscard]] result<Span> resolve_span(replay::Reader const& reader, std::string const& from, std::string const& to);

/// Errors: book::Errc::unknown_account, with near names, or with when it was opened.
[[nodiscard]] result<AccountId> find_account(replay::Reader const& reader, book::Book const& book,
                                             std::string const& name);
/// The asset named, or the default one where `name` is empty.
/// Errors: book::Errc::unknown_asset with the names there are; Errc::no_valuation_asset.
[[nodiscard]] result<AssetId> find_valuation_asset(book::Book const& book, std::string const& name);

template <class Row> [[nodiscard]] std::string name_in(book::Table<Row> const& table, std::uint32_t id) {
    return table.has(id) ? std::string(table[id].name.view()) : "-";
}
[[nodiscard]] inline std::string name_of(book::Book const& book, AccountId id) {
    return name_in(book.accounts, id.number());
}
[[nodiscard]] inline std::string name_of(book::Book const& book, AssetId id) {
    return name_in(book.assets, id.number());
}
[[nodiscard]] inline std::string name_of(book::Book const& book, InstrumentId id) {
    return name_in(book.instruments, id.number());
}
[[nodiscard]] inline int decimals_of(book::Book const& book, AssetId id) {
    return book.has(id) ? static_cast<int>(book.asset(id).decimals) : 0;
}

} // namespace plimsoll::tools
