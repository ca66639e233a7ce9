#include "tools/golden/serve.hpp"

#include <csignal>
#include <fcntl.h>
#include <istream>
#include <ostream>
#include <sstream>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace plimsoll::tools {
namespace {

[[nodiscard]] result<std::string> answer_to(replay::StateProbe& probe, std::string const& question) {
    std::istringstream words(question);
    std::string word;
    std::uint64_t sequence = 0;
    words >> word >> sequence;
    if (!words) return fail(Errc::usage, "root SEQ, pages SEQ or page SEQ TABLE PAGE");
    if (word == "root") {
        PLIMSOLL_TRY(root, probe.root_at(sequence));
        return "root " + to_hex(root) + "\n";
    }
    PLIMSOLL_TRY(book, probe.book_at(sequence));
    if (word == "pages") {
        std::string text = "pages\n";
        PageTable const pages = pages_of(*book);
        for (std::size_t table = 1; table < pages.size(); ++table) {
            text += std::to_string(table);
            for (std::string const& hash : pages[table]) text.append(" ").append(hash);
            text += "\n";
        }
        return text + "end\n";
    }
    unsigned table = 0;
    std::size_t page = 0;
    words >> table >> page;
    if (word != "page" || !words) return fail(Errc::usage, "'" + question + "'");
    std::string text = "page ";
    book->for_tables([&](book::TableId id, auto const& rows) {
        if (static_cast<unsigned>(id) == table && page < rows.page_count()) text += to_hex(rows.page(page));
    });
    return text + "\n";
}

/// As to_hex writes them.
[[nodiscard]] std::optional<std::vector<std::byte>> from_hex(std::string_view text) {
    std::vector<std::byte> bytes(text.size() / 2);
    if (!read_hex(text, bytes) || to_hex(bytes) != text) return std::nullopt;
    return bytes;
}

} // namespace

PageTable pages_of(book::Book const& book) {
    PageTable pages;
    book.for_tables([&]<class Row>(book::TableId id, book::Table<Row> const& table) {
        for (std::size_t i = 0; i < table.page_count(); ++i) {
            pages.at(static_cast<std::size_t>(id)).push_back(to_hex(book::page_hash(table.page(i), sizeof(Row))));
        }
    });
    return pages;
}

void serve_states(replay::StateProbe& probe, std::istream& questions, std::ostream& answers) {
    for (std::string question; std::getline(questions, question);) {
        auto const answer = answer_to(probe, question);
        answers << (answer ? answer.value() : "error " + answer.error().message() + "\n") << std::flush;
    }
}

result<OtherBuild> OtherBuild::start(std::string const& program, std::string const& directory) {
    if (program.find('/') != std::string::npos && ::access(program.c_str(), X_OK) != 0) {
        return fail(Errc::other_build_fails, program + " is no program");
    }
    // A socket rather than a pipe: writing to one whose reader has died is then an error, and no signal.
    int in[2];
    int out[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0) return fail(Errc::other_build_fails, "no socket");
    if (::pipe2(out, O_CLOEXEC) != 0) return fail(Errc::other_build_fails, "no pipe");
    OtherBuild other;
    other.program_ = program;
    other.child_ = ::fork();
    if (other.child_ == 0) {
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::execlp(program.c_str(), program.c_str(), "state-root", directory.c_str(), "--serve", nullptr);
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    other.questions_ = in[1];
    other.answers_ = out[0];
    if (other.child_ < 0) return fail(Errc::other_build_fails, program + " cannot be started");
    return other;
}

OtherBuild::OtherBuild(OtherBuild&& other) noexcept
    : program_(std::move(other.program_)), child_(std::exchange(other.child_, -1)), questions_(std::exchange(other.questions_, -1)),
      answers_(std::exchange(other.answers_, -1)), waiting_(std::move(other.waiting_)) {}

OtherBuild::~OtherBuild() {
    if (questions_ >= 0) ::close(questions_);
    if (answers_ >= 0) ::close(answers_);
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
}

result<void> OtherBuild::ask(std::string const& line) {
    std::string const text = line + "\n";
    if (::send(questions_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
        return fail(Errc::other_build_fails, program_ + " has ended; does it know \"state-root DIR --serve\"?");
    }
    return outcome::success();
}

result<std::string> OtherBuild::line() {
    char buffer[65536];
    while (true) {
        if (std::size_t const end = waiting_.find('\n'); end != std::string::npos) {
            std::string text = waiting_.substr(0, end);
            waiting_.erase(0, end + 1);
            return text;
        }
        ssize_t const count = ::read(answers_, buffer, sizeof(buffer));
        if (count <= 0) return fail(Errc::other_build_fails, program_ + " has ended; does it know \"state-root DIR --serve\"?");
        waiting_.append(buffer, static_cast<std::size_t>(count));
    }
}

result<std::string> OtherBuild::answer(std::string_view word) {
    PLIMSOLL_TRY(text, line());
    if (!text.starts_with(word)) return fail(Errc::other_build_fails, program_ + " says '" + text.substr(0, 200) + "'");
    return text.size() > word.size() ? text.substr(word.size() + 1) : std::string();
}

result<void> OtherBuild::ask_root(std::uint64_t sequence) { return ask("root " + std::to_string(sequence)); }
result<std::string> OtherBuild::root() { return answer("root"); }

result<PageTable> OtherBuild::pages(std::uint64_t sequence) {
    PLIMSOLL_TRYV(ask("pages " + std::to_string(sequence)));
    PLIMSOLL_TRYV(answer("pages"));
    PageTable pages;
    while (true) {
        PLIMSOLL_TRY(text, line());
        if (text == "end") return pages;
        std::istringstream words(text);
        std::size_t table = 0;
        words >> table;
        if (!words || table == 0 || table >= pages.size()) return fail(Errc::other_build_fails, program_ + " has a table of no known number");
        for (std::string hash; words >> hash;) pages[table].push_back(hash);
    }
}

result<std::vector<std::byte>> OtherBuild::page(std::uint64_t sequence, std::uint8_t table, std::uint32_t page) {
    PLIMSOLL_TRYV(ask("page " + std::to_string(sequence) + " " + std::to_string(table) + " " + std::to_string(page)));
    PLIMSOLL_TRY(text, answer("page"));
    auto bytes = from_hex(text);
    if (!bytes) return fail(Errc::other_build_fails, program_ + " gives a page that is no hexadecimal");
    return std::move(*bytes);
}

} // namespace plimsoll::tools
