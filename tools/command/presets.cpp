#include "risk/adoption.hpp"
#include "risk/margin/preset_schema.hpp"
#include "risk/margin/shipped_presets.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/bridge_presets.hpp"
#include "tools/command/clearing_presets.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/credit_presets.hpp"
#include "tools/command/pool_presets.hpp"
#include "tools/command/preset_choice.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Margin rules, and what happens when collateral is not enough, as data. Every number of a preset has a unit and a\n"
    "source; a preset is checked when it is read, and recorded in the ledger when it is adopted: from then on it is the\n"
    "one in force: a margin, a clearing, a credit and a bridge preset beside each other, and one for each option pool.\n"
    "\n"
    "  plimsoll presets list\n"
    "  plimsoll presets show derive-srm\n"
    "  plimsoll presets show derive-srm --toml > mine.toml    # to start one of your own\n"
    "  plimsoll presets check mine.toml\n"
    "  plimsoll presets adopt books derive-srm\n"
    "  plimsoll presets adopt books derive-v2                 # who pays losses, and breakers\n"
    "  plimsoll presets adopt books reputation                # credit by a score of the log\n"
    "  plimsoll presets adopt books three-chains              # collateral on other chains\n";

[[nodiscard]] result<Status> list(Shell const& shell) {
    std::string text;
    JsonWriter json(text, JsonWriter::Layout::pretty);
    Table table({{"preset"}, {"kernel"}, {"family"}, {"what it asks"}});
    json.begin_object().field("command", "presets").key("presets").begin_array();
    for (risk::ShippedPreset const& each : risk::shipped_presets()) {
        PLIMSOLL_TRY(preset, risk::Preset::parse(each.body, each.file));
        table.row({preset.name(), std::string(risk::word(preset.kernel())),
                   std::string(risk::word(risk::family_of(preset.kernel()))), preset.description()});
        json.begin_object().field("name", preset.name()).field("version", preset.version());
        json.field("kernel", risk::word(preset.kernel())).field("family", risk::word(risk::family_of(preset.kernel())));
        json.field("description", preset.description()).field("source", preset.source());
        json.field("digest", to_hex(preset.digest())).end_object();
    }
    json.end_array().key("clearing_presets").begin_array();
    for (risk::ShippedClearingPreset const& each : risk::shipped_clearing_presets()) {
        PLIMSOLL_TRY(preset, risk::ClearingPreset::parse(each.body, each.file));
        write_clearing(json, preset, 0);
    }
    json.end_array().key("credit_presets").begin_array();
    for (risk::ShippedCreditPreset const& each : risk::shipped_credit_presets()) {
        PLIMSOLL_TRY(preset, risk::CreditPreset::parse(each.body, each.file));
        write_credit(json, preset, 0);
    }
    json.end_array().key("bridge_presets").begin_array();
    for (risk::ShippedBridgePreset const& each : risk::shipped_bridge_presets()) {
        PLIMSOLL_TRY(preset, risk::BridgePreset::parse(each.body, each.file));
        write_bridge(json, preset, 0);
    }
    json.end_array().key("pool_presets").begin_array();
    for (risk::ShippedPoolPreset const& each : risk::shipped_pool_presets()) {
        PLIMSOLL_TRY(preset, risk::pool::PoolPreset::parse(each.body, each.file));
        write_pool(json, preset, 0);
    }
    json.end_array().field("build", build_version()).end_object();
    PLIMSOLL_TRY(clearing, clearing_table());
    PLIMSOLL_TRY(credit, credit_table());
    PLIMSOLL_TRY(bridges, bridge_table());
    PLIMSOLL_TRY(option_pools, pool_table());
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? text + "\n" : table.text(0) + "\n" + clearing + "\n" + credit + "\n" + bridges + "\n" + option_pools));
    return Status::fine;
}

void write_parameters(JsonWriter& json, risk::Preset const& preset, std::string_view name, risk::ParameterRow const& row) {
    json.begin_array();
    for (risk::Parameter const& each : row.columns()) {
        risk::ParameterNote const& note = preset.note(name, each.key);
        json.begin_object().field("key", each.key).field("value", each.text);
        json.field("unit", note.unit).field("source", note.source).end_object();
    }
    json.end_array();
}

[[nodiscard]] std::string to_json(risk::Preset const& preset) {
    std::string text;
    JsonWriter json(text, JsonWriter::Layout::pretty);
    json.begin_object().field("command", "presets").key("preset");
    write_preset(json, {preset, 0});
    json.field("description", preset.description()).field("source", preset.source());
    json.field("year_seconds", preset.year_seconds()).key("parameters");
    write_parameters(json, preset, "", preset.scalars());
    json.key("lists").begin_object();
    for (auto const& [name, rows] : preset.lists()) {
        json.key(name).begin_array();
        for (risk::ParameterRow const& row : rows) write_parameters(json, preset, name, row);
        json.end_array();
    }
    json.end_object().field("build", build_version()).end_object();
    return text + "\n";
}

[[nodiscard]] std::string to_text(risk::Preset const& preset) {
    std::string out = fmt::format("{}\n  {}\n  source: {}\n  year: {} s\n\n", people_preset({preset, 0}),
                                  preset.description(), preset.source(), people_count(static_cast<std::uint64_t>(preset.year_seconds())));
    Table scalars({{"parameter"}, {"value", Align::right}, {"unit"}, {"source"}});
    for (risk::Parameter const& each : preset.scalars().columns()) {
        risk::ParameterNote const& note = preset.note("", each.key);
        scalars.row({each.key, each.text, note.unit == "text" ? "" : note.unit, note.source});
    }
    if (!scalars.empty()) out += scalars.text() + "\n";
    for (auto const& [name, rows] : preset.lists()) {
        std::vector<Column> columns;
        std::vector<std::string> sources;
        for (risk::ParameterSpec const& spec : risk::schema_of(preset.kernel())) {
            if (spec.list != name) continue;
            columns.push_back({std::string(spec.key), spec.unit == "text" ? Align::left : Align::right});
        }
        Table table(columns);
        for (risk::ParameterRow const& row : rows) {
            std::vector<std::string> cells;
            for (Column const& column : columns) cells.push_back(row.has(column.header) ? row.text(column.header) : "");
            table.row(std::move(cells));
        }
        out += fmt::format("  {}\n", name) + table.text(4);
        for (risk::Parameter const& each : rows.front().columns()) {
            risk::ParameterNote const& note = preset.note(name, each.key);
            out += fmt::format("    {}: {}{}\n", each.key, note.unit == "text" ? "" : note.unit + "; ", note.source);
        }
        out += "\n";
    }
    return out;
}

/// Presets beside those of margin: how each kind is found, told and written.
struct Clearing {
    static constexpr auto named = clearing_preset_named;
    static constexpr auto people = people_clearing;
    static constexpr auto text = clearing_text;
    static constexpr auto write = write_clearing;
};
struct Credit {
    static constexpr auto named = credit_preset_named;
    static constexpr auto people = people_credit;
    static constexpr auto text = credit_text;
    static constexpr auto write = write_credit;
};
struct Pool {
    static constexpr auto named = pool_preset_named;
    static constexpr auto people = people_pool;
    static constexpr auto text = pool_text;
    static constexpr auto write = write_pool;
};

/// {"command", "preset"}, and whatever `more` adds.
template <class Kind, class Preset, class More> [[nodiscard]] std::string scoped_json(Preset const& preset, std::uint64_t adopted, More&& more) {
    std::string text;
    JsonWriter json(text, JsonWriter::Layout::pretty);
    json.begin_object().field("command", "presets");
    more(json);
    json.key("preset");
    Kind::write(json, preset, adopted);
    json.field("build", build_version()).end_object();
    return text + "\n";
}

template <class Kind> [[nodiscard]] result<Status> show_scoped(Shell const& shell, std::string const& name, bool as_toml) {
    PLIMSOLL_TRY(preset, Kind::named(name));
    if (as_toml) {
        PLIMSOLL_TRYV(Shell::print(preset.body));
    } else {
        PLIMSOLL_TRYV(Shell::print(shell.is_json() ? scoped_json<Kind>(preset, 0, [](JsonWriter&) {}) : Kind::text(preset)));
    }
    return Status::fine;
}

template <class Kind> [[nodiscard]] result<void> check_scoped(Shell const& shell, std::string const& name) {
    PLIMSOLL_TRY(preset, Kind::named(name));
    auto const sound = [&](JsonWriter& json) { json.field("file", name).field("sound", true); };
    return Shell::print(shell.is_json() ? scoped_json<Kind>(preset, 0, sound) : fmt::format("{}: sound; {}\n", name, Kind::people(preset)));
}

template <class Kind> [[nodiscard]] result<Status> adopt_scoped(Shell const& shell, std::string const& directory, std::string const& name) {
    PLIMSOLL_TRY(preset, Kind::named(name));
    PLIMSOLL_TRY(sequence, record_fact(directory, rare(risk::adoption_of(preset))));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? scoped_json<Kind>(preset, sequence, [](JsonWriter&) {})
                                               : fmt::format("{}: {} is in force from event {}\n", directory, Kind::people(preset),
                                                             people_sequence(sequence))));
    return Status::fine;
}

[[nodiscard]] result<Status> show(Shell const& shell, std::string const& name, bool as_toml) {
    if (is_clearing_preset(name)) return show_scoped<Clearing>(shell, name, as_toml);
    if (is_credit_preset(name)) return show_scoped<Credit>(shell, name, as_toml);
    if (is_bridge_preset(name)) return show_bridge(shell, name, as_toml);
    if (is_pool_preset(name)) return show_scoped<Pool>(shell, name, as_toml);
    PLIMSOLL_TRY(preset, preset_named(name));
    if (as_toml) {
        PLIMSOLL_TRYV(Shell::print(preset.body()));
    } else {
        PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(preset) : to_text(preset)));
    }
    return Status::fine;
}

[[nodiscard]] result<Status> check(Shell const& shell, std::vector<std::string> const& names) {
    for (std::string const& name : names) {
        if (is_clearing_preset(name)) {
            PLIMSOLL_TRYV(check_scoped<Clearing>(shell, name));
            continue;
        }
        if (is_credit_preset(name)) {
            PLIMSOLL_TRYV(check_scoped<Credit>(shell, name));
            continue;
        }
        if (is_pool_preset(name)) {
            PLIMSOLL_TRYV(check_scoped<Pool>(shell, name));
            continue;
        }
        if (is_bridge_preset(name)) {
            PLIMSOLL_TRYV(check_bridge(shell, name));
            continue;
        }
        PLIMSOLL_TRY(preset, preset_named(name));
        std::string line = fmt::format("{}: sound; {}\n", name, people_preset({preset, 0}));
        if (shell.is_json()) {
            line.clear();
            JsonWriter json(line);
            json.begin_object().field("command", "presets").field("file", name).field("sound", true).key("preset");
            write_preset(json, {preset, 0});
            json.end_object();
            line += "\n";
        }
        PLIMSOLL_TRYV(Shell::print(line));
    }
    return Status::fine;
}

[[nodiscard]] result<Status> adopt(Shell const& shell, std::string const& directory, std::string const& name) {
    if (is_clearing_preset(name)) return adopt_scoped<Clearing>(shell, directory, name);
    if (is_credit_preset(name)) return adopt_scoped<Credit>(shell, directory, name);
    if (is_bridge_preset(name)) return adopt_bridge(shell, directory, name);
    if (is_pool_preset(name)) return fail(Errc::usage, "each pool has its own preset: plimsoll pool " + directory + " NAME --adopt " + name);
    PLIMSOLL_TRY(preset, preset_named(name));
    PLIMSOLL_TRY(sequence, record_fact(directory, rare(risk::adoption_of(preset))));
    std::string text = fmt::format("{}: {} is in force from event {}\n", directory, people_preset({preset, 0}),
                                   people_sequence(sequence));
    if (shell.is_json()) {
        text.clear();
        JsonWriter json(text, JsonWriter::Layout::pretty);
        json.begin_object().field("command", "presets").key("preset");
        write_preset(json, {preset, sequence});
        json.field("build", build_version()).end_object();
        text += "\n";
    }
    PLIMSOLL_TRYV(Shell::print(text));
    return Status::fine;
}

struct Ask {
    std::string directory;
    std::string name;
    std::vector<std::string> names;
    bool as_toml = false;
};

} // namespace

void add_presets(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("presets", "Rules of margin, clearing, credit, bridges and pools as data: list, show, check, adopt", examples);
    command.require_subcommand(1);
    auto add = [&](std::string const& name, std::string const& sentence) -> CLI::App& {
        CLI::App& action = *command.add_subcommand(name, sentence);
        action.fallthrough(); // --json after the word
        return action;
    };
    CLI::App& listing = add("list", "Those that travel with the program");
    shell.on_run(listing, [&shell] { return list(shell); });

    CLI::App& showing = add("show", "Every number with its unit and source");
    showing.add_option("PRESET", ask->name, "Its name, or the path of a .toml file")->required();
    showing.add_flag("--toml", ask->as_toml, "The file itself");
    shell.on_run(showing, [&shell, ask] { return show(shell, ask->name, ask->as_toml); });

    CLI::App& checking = add("check", "Is a file complete, within bounds, free of contradictions");
    checking.add_option("PRESET", ask->names, "Names, or paths of .toml files")->required();
    shell.on_run(checking, [&shell, ask] { return check(shell, ask->names); });

    CLI::App& adopting = add("adopt", "Record one in the ledger: from then on it is in force");
    adopting.add_option("DIR", ask->directory, "The ledger")->required();
    adopting.add_option("PRESET", ask->name, "Its name, or the path of a .toml file")->required();
    shell.on_run(adopting, [&shell, ask] { return adopt(shell, ask->directory, ask->name); });
}

} // namespace plimsoll::tools
