/// A ledger's state roots and pages for another process, line by line: how two builds are compared.
///
///     root SEQ              root HEX
///     pages SEQ             pages, then TABLE and its page hashes on a line each, then end
///     page SEQ TABLE PAGE   page HEX
///
/// What fails is answered by "error MESSAGE".
#pragma once

#include "replay/state_probe.hpp"
#include "tools/errc.hpp"

#include <iosfwd>
#include <string>
#include <sys/types.h>
#include <vector>

namespace plimsoll::tools {

/// Answers until the questions end.
void serve_states(replay::StateProbe& probe, std::istream& questions, std::ostream& answers);

/// Page hashes by table number, from 1.
using PageTable = std::array<std::vector<std::string>, book::table_count + 1>;
[[nodiscard]] PageTable pages_of(book::Book const& book);

/// Another build of the program, run as a process that serves one ledger.
class OtherBuild {
public:
    /// Errors: Errc::other_build_fails.
    [[nodiscard]] static result<OtherBuild> start(std::string const& program, std::string const& directory);
    ~OtherBuild();
    OtherBuild(OtherBuild&& other) noexcept;
    OtherBuild& operator=(OtherBuild&&) = delete;

    /// Asks for a root; the answer is fetched by root(), so that both builds work at once.
    [[nodiscard]] result<void> ask_root(std::uint64_t sequence);
    [[nodiscard]] result<std::string> root();
    [[nodiscard]] result<PageTable> pages(std::uint64_t sequence);
    [[nodiscard]] result<std::vector<std::byte>> page(std::uint64_t sequence, std::uint8_t table, std::uint32_t page);

private:
    OtherBuild() = default;
    [[nodiscard]] result<void> ask(std::string const& line);
    [[nodiscard]] result<std::string> line();
    [[nodiscard]] result<std::string> answer(std::string_view word);

    std::string program_;
    pid_t child_ = -1;
    int questions_ = -1;
    int answers_ = -1;
    std::string waiting_; ///< read and not yet taken
};

} // namespace plimsoll::tools
