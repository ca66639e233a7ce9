#include "tests/vectors/scenarios.hpp"

#include "tests/vectors/vega_read.hpp"

#include <array>

namespace plimsoll::vectors {
namespace dom = simdjson::dom;

namespace {

/// simdjson has no numbers past 64 bits: longer ones become texts, which integer_of reads alike.
[[nodiscard]] std::string quote_long_numbers(std::string_view json) {
    constexpr std::size_t fitting_digits = 18;
    std::string quoted;
    quoted.reserve(json.size());
    bool inside = false;
    for (std::size_t at = 0; at < json.size();) {
        std::size_t end = at + 1;
        if (inside && json[at] == '\\') {
            end = std::min(at + 2, json.size());
        } else if (json[at] == '"') {
            inside = !inside;
        } else if (!inside && (json[at] == '-' || (json[at] >= '0' && json[at] <= '9'))) {
            end = std::min(json.find_first_not_of("0123456789.eE+-", at), json.size());
        }
        auto const token = json.substr(at, end - at);
        bool const whole = token.find_first_of(".eE") == token.npos;
        bool const longer = !inside && whole && token.size() > fitting_digits;
        quoted.append(longer ? "\"" : "").append(token).append(longer ? "\"" : "");
        at = end;
    }
    return quoted;
}

} // namespace

simdjson::padded_string read_whole(std::filesystem::path const& path) {
    auto text = simdjson::padded_string::load(path.string());
    if (text.error() != simdjson::SUCCESS) throw BadRow{path.string() + ": cannot be read"};
    return simdjson::padded_string(quote_long_numbers(std::string_view(text.value_unsafe())));
}

std::string scenario_source(Fields const& row) {
    std::string text(row.has("id") ? row.text("id") : "");
    if (row.has("source")) text += " " + std::string(row.object("source").text("path"));
    return text;
}

void vega_margin(Fields const& row, Report& report) {
    auto const levels = risk::levels::levels(vega_exposure(row), vega_terms(row));
    Answer const ours(Answer::Record{{"maintenance", levels.maintenance},
                                     {"search", levels.search},
                                     {"initial", levels.initial},
                                     {"release", levels.release}});
    bool const doubtful = row.has("reproduced") && !row.truth("reproduced");
    report.judged("vega.margin_levels", scenario_source(row), doubtful,
                  ours.differs_from(row.at("expected"), ""));
}

namespace {

/// A file of lines hands each to its reader, a file of one document hands that.
struct Scenario {
    std::string_view name; ///< part of the file's
    void (*read)(Fields const& row, Report& report);
};
constexpr std::array scenarios{
    Scenario{"lyra_v1_amm", lyra},
    Scenario{"vega_insurance", vega_story},
    Scenario{"vega_loss_socialisation", vega_losses},
    Scenario{"vega_margin", vega_margin},
    Scenario{"vega_price_monitoring", vega_price_monitoring},
};

[[nodiscard]] Scenario const* scenario(std::string_view name) {
    for (Scenario const& each : scenarios) {
        if (name.find(each.name) != name.npos) return &each;
    }
    return nullptr;
}

} // namespace

bool is_scenario(std::string_view file_name) { return scenario(file_name) != nullptr; }

void read_scenario(std::filesystem::path const& path, Report& report) {
    auto const* const found = scenario(path.filename().string());
    dom::parser parser;
    dom::document_stream rows;
    auto const text = read_whole(path);
    auto const room = std::max<std::size_t>(text.size() + 64, 1'000'000);
    if (parser.parse_many(text, room).get(rows) != simdjson::SUCCESS) {
        throw BadRow{path.string() + ": cannot be read"};
    }
    std::size_t number = 0;
    for (auto row = rows.begin(); row != rows.end(); ++row) {
        std::string const place = path.string() + ", row " + std::to_string(++number);
        auto const parsed = *row;
        if (parsed.error() != simdjson::SUCCESS) throw BadRow{place + ": no JSON"};
        try {
            Fields const fields(parsed.value_unsafe());
            if (fields.has("kind") && fields.text("kind") == "header") continue;
            found->read(fields, report);
        } catch (BadRow const& bad) {
            report.unsupported(std::string(found->name), place + ": " + bad.what);
        }
    }
    if (rows.truncated_bytes() > 0) throw BadRow{path.string() + ": ends within a row"};
}

} // namespace plimsoll::vectors
