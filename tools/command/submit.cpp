#include "replay/clearing_house.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/command_reader.hpp"
#include "tools/text/lines.hpp"
#include "tools/text/people.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Each line of FILE is a command; each is answered by a line once it is on disk. With a margin preset in force\n"
    "(plimsoll presets adopt) trades and withdrawals are checked against it. An id that was taken before is answered\n"
    "as a duplicate where the line is the same, and refused where it is not. The format: tools/README.md.\n"
    "\n"
    "  plimsoll submit books orders.jsonl\n"
    "  plimsoll submit books - --batch 1      # from a pipe, each answered at once\n"
    "\n"
    "  {\"id\":1,\"command\":\"deposit\",\"account\":\"alice\",\"asset\":\"USD\",\"amount\":\"1000\"}\n"
    "  {\"id\":2,\"command\":\"trade\",\"buyer\":\"alice\",\"seller\":\"bob\",\"instrument\":\"PERP\",\"size\":\"2\",\"price\":\"100\"}\n";

struct Ask {
    std::string directory;
    std::string file;
    std::uint64_t batch = 1000;
};

struct Tally {
    std::uint64_t lines = 0;
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
    std::map<std::string, std::uint64_t, std::less<>> refused; ///< by rule
};

/// One line a command, kept until what it says is on disk.
class Answers {
public:
    Answers(replay::ClearingHouse& house) : house_(&house), json_(out_) {}

    void add(std::uint64_t line, std::uint64_t id, replay::Answer const& answer) {
        ++tally_.lines;
        json_ = JsonWriter(out_);
        json_.begin_object().field("line", line).field("id", id).field("accepted", answer.accepted());
        if (answer.accepted()) {
            ++tally_.accepted;
        } else {
            std::string const rule(answer.refusal->rule().name);
            ++tally_.refused[rule];
            json_.field("rule", rule).field("message", answer.refusal->message());
        }
        write_events(answer);
        if (!answer.figures.empty()) write_figures(answer);
        json_.end_object();
        out_ += '\n';
    }
    /// Commits, then tells.
    [[nodiscard]] result<void> tell() {
        PLIMSOLL_TRYV(house_->commit());
        PLIMSOLL_TRYV(Shell::print(out_));
        out_.clear();
        return outcome::success();
    }
    [[nodiscard]] Tally const& tally() const { return tally_; }

private:
    void write_events(replay::Answer const& answer) {
        if (answer.is_duplicate) {
            ++tally_.duplicates;
            json_.field("duplicate", true);
        }
        if (answer.first_sequence == 0) return;
        json_.key("events").begin_array().value(answer.first_sequence).value(answer.last_sequence).end_array();
    }
    /// By account, in the order in which they were first looked at; of one that was told again, the last.
    void write_figures(replay::Answer const& answer) {
        std::vector<AccountId> accounts;
        for (risk::Figure const& figure : answer.figures) {
            if (std::ranges::find(accounts, figure.account) == accounts.end()) accounts.push_back(figure.account);
        }
        json_.key("figures").begin_object();
        for (AccountId const account : accounts) {
            if (account.is_some()) json_.key(name_of(house_->book(), account)).begin_object();
            for (auto each = answer.figures.begin(); each != answer.figures.end(); ++each) {
                auto const same = [&](risk::Figure const& other) { return other.account == account && other.name == each->name; };
                bool const is_told_again = std::any_of(each + 1, answer.figures.end(), same);
                if (each->account == account && !is_told_again) json_.key(each->name).decimal(each->units);
            }
            if (account.is_some()) json_.end_object();
        }
        json_.end_object();
    }

    replay::ClearingHouse* house_;
    std::string out_;
    JsonWriter json_;
    Tally tally_;
};

void print_summary(replay::ClearingHouse& house, Tally const& tally) {
    std::string text = fmt::format("{}: {} accepted", people_plural(tally.lines, "command"), people_count(tally.accepted));
    if (tally.duplicates != 0) text += fmt::format(" ({} there already)", people_count(tally.duplicates));
    text += fmt::format(", {} refused\n", people_count(tally.lines - tally.accepted));
    for (auto const& [rule, count] : tally.refused) text += fmt::format("  {} {}\n", people_count(count), rule);
    if (house.desk() == nullptr) {
        text += "No margin preset is in force: trades were bookkeeping only. To check them: plimsoll presets adopt DIR NAME\n";
    } else {
        risk::Preset const& preset = house.desk()->preset();
        text += fmt::format("Margin by {} {}\n", preset.name(), preset.version());
    }
    fmt::print(stderr, "{}", text);
}

[[nodiscard]] result<Status> submit(Ask const& ask) {
    PLIMSOLL_TRY(lines, LineReader::open(ask.file));
    PLIMSOLL_TRY(house, replay::ClearingHouse::open(ask.directory));
    Names const names(house->book());
    CommandReader reader;
    Answers answers(*house);
    replay::Answer answer;
    std::uint64_t waiting = 0;
    while (true) {
        PLIMSOLL_TRY(text, lines.next());
        if (!text) break;
        if (text->empty()) continue;
        auto const command = reader.read(*text, names);
        if (command) {
            PLIMSOLL_TRYV(house->submit(command.value().command, command.value().stamp, answer));
        } else if (command.error().is(Errc::name_unresolved)) {
            answer = {};
            answer.refusal = command.error();
        } else {
            PLIMSOLL_TRYV(answers.tell()); // what came before it stays
            PLIMSOLL_TRYV(house->close());
            print_summary(*house, answers.tally());
            return outcome::failure(command.error().at(lines.place()));
        }
        answers.add(lines.line(), reader.last_id(), answer);
        if (++waiting >= ask.batch) {
            PLIMSOLL_TRYV(answers.tell());
            waiting = 0;
        }
    }
    PLIMSOLL_TRYV(answers.tell());
    PLIMSOLL_TRYV(house->close());
    print_summary(*house, answers.tally());
    return answers.tally().accepted == answers.tally().lines ? Status::fine : Status::finding;
}

} // namespace

void add_submit(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("submit", "Decide commands: trades, payments, prices, liquidations", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("FILE", ask->file, "Commands as JSON lines; - is standard input")->required();
    command.add_option("--batch", ask->batch, "Commands that share one write to disk")
        ->capture_default_str()->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
    shell.on_run(command, [ask] { return submit(*ask); });
}

} // namespace plimsoll::tools
