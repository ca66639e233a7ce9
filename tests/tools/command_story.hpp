/// A ledger that a person can check in their head, and the program run on it as its users run it.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::tools {

/// Alice puts in 50 and Bob 500, the fund has 30. She buys 2 at 100 from him and pays 0.50 of fee. The
/// mark falls to 60, so she has 50 - 0.50 - 200 + 120 = -30.50 and he 500 + 200 - 120 = 580.
inline constexpr std::string_view crash_story =
    R"({"kind":"SourceDefined","name":"venue","source_kind":"venue"}
{"kind":"AssetDefined","name":"USD","decimals":2,"asset_kind":"currency"}
{"kind":"AssetDefined","name":"COIN","decimals":8,"asset_kind":"token"}
{"kind":"AccountOpened","name":"world","account_kind":"outside"}
{"kind":"AccountOpened","name":"fund","account_kind":"insurance"}
{"kind":"AccountOpened","name":"fees","account_kind":"fees"}
{"kind":"AccountOpened","name":"market","account_kind":"market"}
{"kind":"AccountOpened","name":"alice","account_kind":"customer"}
{"kind":"AccountOpened","name":"bob","account_kind":"customer"}
{"kind":"InstrumentDefined","name":"PERP","instrument_kind":"perpetual","payoff":"linear","base":"COIN","quote":"USD","settle":"USD","market_account":"market","multiplier":"1/1"}
{"kind":"Transferred","source":"venue","cursor":"1:0","time":"2026-01-01T00:00:00Z","type":"deposit","account":"alice","counter":"world","asset":"USD","amount":"50"}
{"kind":"Transferred","source":"venue","cursor":"2:0","time":"2026-01-01T00:01:00Z","type":"deposit","account":"bob","counter":"world","asset":"USD","amount":"500"}
{"kind":"Transferred","source":"venue","cursor":"3:0","time":"2026-01-01T00:02:00Z","type":"deposit","account":"fund","counter":"world","asset":"USD","amount":"30"}
{"kind":"Traded","source":"venue","cursor":"4:0","time":"2026-01-01T01:00:00Z","instrument":"PERP","booking":"variation","trade_kind":"order_book","buyer":"alice","seller":"bob","size":"2","price":"100","asset":"USD","quote":"200","buyer_fee":"0.50","fee_account":"fees"}
{"kind":"Observed","source":"venue","cursor":"5:0","time":"2026-01-01T02:00:00Z","observation":"mark_price","subject":"PERP","value":"60"}
)";
inline constexpr int crash_story_events = 15;

struct Outcome {
    int status = -1;
    std::string out;
    std::string err;
};

/// A directory that is gone afterwards. Commands run inside it, so that their words stay short.
class CommandSetting {
public:
    CommandSetting() {
        std::string pattern = (std::filesystem::temp_directory_path() / "plimsoll-command-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
    }
    ~CommandSetting() { std::filesystem::remove_all(directory_); }
    CommandSetting(CommandSetting const&) = delete;
    CommandSetting& operator=(CommandSetting const&) = delete;

    /// `words` as a shell reads them.
    [[nodiscard]] Outcome run(std::string const& words) const {
        Outcome outcome;
        std::string const command =
            "cd '" + directory_.string() + "' && '" + PLIMSOLL_BINARY + "' " + words + " 2>.stderr";
        std::FILE* const pipe = ::popen(command.c_str(), "r");
        if (pipe == nullptr) return outcome;
        char buffer[4096];
        while (std::size_t const count = std::fread(buffer, 1, sizeof(buffer), pipe)) outcome.out.append(buffer, count);
        int const status = ::pclose(pipe);
        outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        outcome.err = read(".stderr");
        return outcome;
    }
    void write(std::string const& name, std::string_view text) const {
        std::ofstream(directory_ / name, std::ios::binary) << text;
    }
    [[nodiscard]] std::string read(std::string const& name) const {
        std::ifstream in(directory_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    [[nodiscard]] std::filesystem::path const& directory() const { return directory_; }

    /// The story as a ledger called "day", beside an empty one called "empty".
    void tell_story() const {
        write("story.jsonl", crash_story);
        for (auto const* words : {"init day", "init empty", "import day --format events story.jsonl"}) {
            Outcome const outcome = run(words);
            ASSERT_EQ(outcome.status, 0) << words << "\n" << outcome.err;
        }
    }

    /// A new ledger with these definitions, under these presets.
    void begin(std::string const& ledger, std::string_view names, std::initializer_list<char const*> presets) const {
        write("names.jsonl", names);
        std::vector<std::string> all{"init " + ledger, "import " + ledger + " --format events names.jsonl"};
        for (char const* const preset : presets) all.push_back("presets adopt " + ledger + " " + preset);
        for (std::string const& words : all) {
            Outcome const outcome = run(words);
            ASSERT_EQ(outcome.status, 0) << words << "\n" << outcome.err;
        }
    }
    [[nodiscard]] Outcome submit(std::string const& ledger, std::string const& lines) const {
        write("commands.jsonl", lines);
        return run("submit " + ledger + " commands.jsonl");
    }

private:
    std::filesystem::path directory_;
};

} // namespace plimsoll::tools
