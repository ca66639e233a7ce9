#include "tests/fuzz/targets.hpp"
#include "tools/proof/check.hpp"

namespace plimsoll::fuzz {
namespace {

using namespace tools;

// The verifier key of transparency-dev/tessera's test log, and what it signed as its checkpoint of 12 entries.
constexpr std::string_view tessera_key = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
constexpr std::string_view tessera_text = "example.com/log/testdata\n12\nuZo6M+IhVna+CLgWCrJs0xBPUHbozHkYTQASduHSLME=\n";

/// No note passes under the key but the text that it signed.
void note(std::string_view bytes) {
    static VerifierKey const key = VerifierKey::parse(tessera_key).value();
    if (auto const read = Note::parse(bytes)) {
        static_cast<void>(CheckpointNote::parse(read.value().text));
        if (read.value().check(key)) PLIMSOLL_ASSERT(read.value().text == tessera_text);
    }
    if (auto const says = CheckpointNote::parse(bytes)) { // another log's note says nothing of ours: what was read stays
        std::string const text = says.value().text();
        auto const again = CheckpointNote::parse(text);
        PLIMSOLL_ASSERT(again && again.value().text() == text);
    }
    if (auto const other = VerifierKey::parse(bytes)) PLIMSOLL_ASSERT(VerifierKey::parse(other.value().line()));
    static_cast<void>(SigningKey::parse(bytes));
    if (auto const decoded = from_base64(bytes)) {
        PLIMSOLL_ASSERT(to_base64(bytes_of(std::string_view(*decoded))) == bytes);
    }
}

/// A file that is read says the same again; its claim against the checkpoint of its own, unsigned.
void proof(std::string_view bytes) {
    auto const file = ProofFile::parse(bytes);
    if (!file) return;
    std::string const json = file.value().to_json();
    auto const again = ProofFile::parse(json);
    PLIMSOLL_ASSERT(again && again.value().to_json() == json);
    auto const signed_text = Note::parse(file.value().checkpoint);
    if (!signed_text) return;
    auto const says = CheckpointNote::parse(signed_text.value().text);
    if (!says) return;
    std::visit([&](auto const& claim) { static_cast<void>(check_claim(claim, says.value())); }, file.value().claim);
}

constexpr Target targets[] = {{"note", note}, {"proof", proof}};

} // namespace

std::span<Target const> proof_targets() { return targets; }

} // namespace plimsoll::fuzz
