#include "ledger/event/decimal.hpp"
#include "tools/export/hledger_names.hpp"
#include "tools/export/legs.hpp"
#include "tools/export/walk.hpp"
#include "tools/text/event_writer.hpp"

#include <fmt/core.h>

#include <map>
#include <set>

namespace plimsoll::tools {
namespace {

/// Digits after the point that a value needs.
[[nodiscard]] int decimals_of(Int128 value_units) {
    int decimals = fixed_decimals;
    while (decimals > 0 && value_units % 10 == 0) {
        value_units /= 10;
        --decimals;
    }
    return decimals;
}

/// What the journal must declare: the names that its transactions use, and each commodity's digits,
/// since hledger rounds what it shows, and what it balances, to the digits that are declared.
class Declarations {
public:
    explicit Declarations(book::Book const& book) : book_(book) {}

    void see(std::vector<MovedLeg> const& legs) {
        for (MovedLeg const& leg : legs) {
            if (leg.kind == LegKind::cash) {
                accounts_.insert(leg.account);
            } else {
                positions_.emplace(leg.account, leg.instrument);
            }
            int const decimals = decimals_of(leg.units);
            if (leg.kind == LegKind::size) {
                keep_most(contracts_, leg.instrument, decimals, 0);
            } else {
                keep_most(assets_, leg.asset, decimals, static_cast<int>(book_.asset(leg.asset).decimals));
            }
        }
    }

    void write(std::string& out) const {
        out += "decimal-mark .\n\n";
        for (auto const& [asset, decimals] : assets_) write_commodity(out, decimals, hledger_symbol(book_, asset));
        for (auto const& [instrument, decimals] : contracts_) {
            write_commodity(out, decimals, hledger_symbol(book_, instrument));
        }
        out.push_back('\n');
        for (AccountId const account : accounts_) {
            out.append("account ").append(hledger_account(book_, account)).append("\n");
        }
        for (auto const& [account, instrument] : positions_) {
            out.append("account ").append(hledger_position(book_, account, instrument)).append("\n");
        }
        out.push_back('\n');
    }

private:
    template <class Key> static void keep_most(std::map<Key, int>& map, Key key, int decimals, int least) {
        int& most = map.emplace(key, least).first->second;
        most = std::max(most, decimals);
    }
    static void write_commodity(std::string& out, int decimals, std::string const& symbol) {
        out += fmt::format("commodity 1000.{} {}\n", std::string(static_cast<std::size_t>(decimals), '0'), symbol);
    }

    book::Book const& book_;
    std::map<AssetId, int> assets_;
    std::map<InstrumentId, int> contracts_;
    std::set<AccountId> accounts_;
    std::set<std::pair<AccountId, InstrumentId>> positions_;
};

/// Writes one transaction an event. The legs of an event sum to zero per commodity (law 4), so it
/// needs no rates and no rounding.
class JournalWriter {
public:
    explicit JournalWriter(book::Book const& book) : book_(book) {
        for (std::uint32_t id = 1; id <= book.assets.size(); ++id) {
            asset_symbols_.push_back(hledger_symbol(book, AssetId{id}));
        }
        for (std::uint32_t id = 1; id <= book.instruments.size(); ++id) {
            instrument_symbols_.push_back(hledger_symbol(book, InstrumentId{id}));
        }
    }

    [[nodiscard]] bool write(std::string& out, std::uint64_t sequence, Event const& event) {
        list_legs(event, legs_);
        if (legs_.empty()) return false;
        write_head(out, sequence, event);
        for (MovedLeg const& leg : legs_) {
            out.append("    ").append(account(leg)).append("  ");
            append_decimal(out, leg.units);
            out.append(" ").append(symbol(leg)).append("\n");
        }
        out.push_back('\n');
        return true;
    }

private:
    /// 2026-04-17 Transferred deposit #12  ; time:2026-04-17T14:23:57Z, source:bitmex, cursor:7:0
    void write_head(std::string& out, std::uint64_t sequence, Event const& event) {
        std::string_view const time = time_.text(event.origin.source_time);
        out.append(time.substr(0, time.find('T'))).append(" ").append(kind_of_event(event));
        if (auto const type = type_of(event); !type.empty()) out.append(" ").append(type);
        out.append(" #");
        append_unsigned(out, sequence);
        out.append("  ; time:").append(time);
        if (event.origin.source != 0) {
            out.append(", source:").append(hledger_word(book_.sources[event.origin.source].name.view()));
            out.append(", cursor:");
            append_cursor(out, event.origin.cursor);
        }
        out.push_back('\n');
    }
    [[nodiscard]] std::string account(MovedLeg const& leg) const {
        return leg.kind == LegKind::cash ? hledger_account(book_, leg.account)
                                         : hledger_position(book_, leg.account, leg.instrument);
    }
    [[nodiscard]] std::string const& symbol(MovedLeg const& leg) const {
        return leg.kind == LegKind::size ? instrument_symbols_.at(leg.instrument.number() - 1)
                                         : asset_symbols_.at(leg.asset.number() - 1);
    }

    book::Book const& book_;
    std::vector<std::string> asset_symbols_;
    std::vector<std::string> instrument_symbols_;
    TimeText time_;
    std::vector<MovedLeg> legs_;
};

} // namespace

/// Reads the range twice: declarations come first in a strict journal.
result<ExportSummary> export_hledger(replay::Reader const& reader, std::ostream& sink, ExportRange range) {
    PLIMSOLL_TRY(latest, reader.at(reader.log_size()));
    range.last = std::min(range.last, reader.log_size());
    Declarations declarations(latest.book);
    std::vector<MovedLeg> legs;
    if (range.first <= range.last) {
        PLIMSOLL_TRYV(reader.for_events(range.first, range.last, [&](std::uint64_t, Event const& event) {
            list_legs(event, legs);
            declarations.see(legs);
            return true;
        }));
    }
    std::string buffer = fmt::format("; Plimsoll: events #{} to #{} of {}, log root {}\n", range.first, range.last,
                                     reader.log_size(), to_hex(reader.log_root()));
    declarations.write(buffer);
    JournalWriter writer(latest.book);
    ExportSummary summary;
    PLIMSOLL_TRYV(write_events(reader, sink, range, buffer, summary,
                               [&](std::string& out, std::uint64_t sequence, Event const& event) {
                                   return writer.write(out, sequence, event);
                               }));
    return summary;
}

} // namespace plimsoll::tools
