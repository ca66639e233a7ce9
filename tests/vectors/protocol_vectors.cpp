/// protocol_vectors DIR: how many rows of protocol vectors our rules reproduce, and where not.
#include "tests/vectors/kinds.hpp"
#include "tests/vectors/scenarios.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace plimsoll::vectors {
namespace {

namespace fs = std::filesystem;
namespace dom = simdjson::dom;

/// "The source's own check" is the verdict that a row carries: reproduced by a second model or not.
[[nodiscard]] bool doubtful(Fields const& row) {
    return row.has("reproduced") && !row.truth("reproduced");
}

void judge(Fields const& row, Rules const& rules, Report& report) {
    std::string const kind(row.text("kind"));
    std::string const source(row.has("source") ? row.text("source") : "");
    auto const rule = rules.find(kind);
    Said said;
    static dom::parser empty_parser;
    dom::element const none = empty_parser.parse("{}", 2);
    Fields const expected(row.has("expected") ? row.at("expected") : none);
    if (rule != rules.end()) said = rule->second(row.object("inputs"), expected);
    if (said.kind == Said::Kind::unsupported) return report.unsupported(kind, "");
    std::optional<Answer::Difference> difference;
    bool const refused = said.kind == Said::Kind::refused;
    std::string const error(row.has("error") ? row.text("error") : "");
    if (refused || !error.empty()) {
        if (said.refusal != error) {
            difference = {"error", refused ? said.refusal : said.answer.text(),
                          error.empty() ? std::string(simdjson::minify(row.at("expected"))) : error};
        }
    } else {
        difference = said.answer.differs_from(row.at("expected"), "");
    }
    report.judged(kind, source, doubtful(row), difference);
}

void read_lines(fs::path const& path, Rules const& rules, Report& report) {
    dom::parser parser;
    dom::document_stream lines;
    auto const text = read_whole(path);
    if (parser.parse_many(text, std::max<std::size_t>(text.size(), 1'000'000)).get(lines) != simdjson::SUCCESS) {
        throw BadRow{path.string() + ": cannot be read"};
    }
    std::size_t number = 0;
    for (auto line = lines.begin(); line != lines.end(); ++line) {
        ++number;
        auto const parsed = *line;
        std::string const place = path.string() + ", row " + std::to_string(number);
        if (parsed.error() != simdjson::SUCCESS) throw BadRow{place + ": no JSON"};
        std::string kind;
        try {
            Fields const row{parsed.value_unsafe()};
            kind = row.text("kind");
            if (kind != "header") judge(row, rules, report);
        } catch (BadRow const& bad) {
            if (kind.empty()) throw BadRow{place + ": " + bad.what};
            report.unsupported(kind, place + ": " + bad.what);
        }
    }
    if (lines.truncated_bytes() > 0) throw BadRow{path.string() + ": ends within a row"};
}

void read_directory(fs::path const& directory, Rules const& rules, Report& report) {
    std::vector<fs::path> files;
    for (auto const& entry : fs::directory_iterator(directory)) files.push_back(entry.path());
    std::ranges::sort(files);
    for (fs::path const& path : files) {
        std::string const name = path.filename().string();
        if (fs::is_directory(path)) {
            if (name == "protocols" || name == "scenarios") read_directory(path, rules, report);
        } else if (is_scenario(name)) {
            read_scenario(path, report);
        } else if (name.ends_with(".jsonl")) {
            read_lines(path, rules, report);
        }
    }
}

} // namespace
} // namespace plimsoll::vectors

int main(int argc, char** argv) {
    using namespace plimsoll::vectors;
    if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
        std::cerr << "usage: protocol_vectors DIR, a directory of vectors\n";
        return 2;
    }
    Rules rules;
    add_dydx_margin(rules);
    add_dydx_clearing(rules);
    add_opyn(rules);
    add_maker_auctions(rules);
    add_drift_clearing(rules);
    add_maker_vaults(rules);
    add_drift_margin(rules);
    Report report;
    try {
        read_directory(argv[1], rules, report);
    } catch (BadRow const& bad) {
        std::cerr << bad.what << '\n';
        return 2;
    }
    report.print(std::cout);
    if (report.rows() == 0) {
        std::cerr << argv[1] << ": no rows\n";
        return 2;
    }
    return report.all_reproduced() ? 0 : 1;
}
