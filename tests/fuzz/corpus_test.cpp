// R25, short form: the corpora through every target, each file as it is and with seeded mutations. No clang needed.
//
//   PLIMSOLL_FUZZ_MUTATIONS=100000   of each target; PLIMSOLL_FUZZ_SEED

#include "tests/fuzz/targets.hpp"
#include "tests/replay/expected_log.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace plimsoll::fuzz {
namespace {

using namespace testing_aid;

[[nodiscard]] std::vector<Target> all_targets() {
    std::vector<Target> all;
    for_targets([&](Target const& target) { all.push_back(target); });
    return all;
}

/// Bits turned, bytes set, parts cut, doubled or taken from another file.
[[nodiscard]] std::string mutated(std::string bytes, std::string const& other, Random& random) {
    for (std::uint64_t left = 1 + random.below(4); left != 0; --left) {
        std::size_t const at = random.below(bytes.size() + 1);
        std::size_t const length = random.below(std::min<std::size_t>(bytes.size() - at, 64) + 1);
        switch (random.below(6)) {
        case 0:
        case 1: if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8))); break;
        case 2: if (at < bytes.size()) bytes[at] = static_cast<char>(random.word()); break;
        case 3: bytes.erase(at, length); break;
        case 4: bytes.insert(at, bytes.substr(at, length)); break;
        default: bytes.insert(at, other.substr(std::min(at, other.size()), random.below(64))); break;
        }
    }
    return bytes;
}

class Corpus : public testing::TestWithParam<Target> {};

TEST_P(Corpus, IsReadOrRefused) {
    Target const& target = GetParam();
    std::vector<std::filesystem::path> paths;
    for (auto const& entry : std::filesystem::directory_iterator(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / "tests/fuzz/corpus" / target.name)) {
        paths.push_back(entry.path());
    }
    ASSERT_FALSE(paths.empty()) << target.name << " has no corpus";
    std::ranges::sort(paths);
    std::vector<std::string> files;
    for (auto const& path : paths) {
        files.push_back(file_bytes(path));
        target.read(files.back());
    }
    bool const is_slow = target.name.starts_with("import_");
    std::uint64_t const mutations = number_in("PLIMSOLL_FUZZ_MUTATIONS", is_slow ? 100 : 1'500);
    std::uint64_t const seed = number_in("PLIMSOLL_FUZZ_SEED", 2'026);
    Random random(seed);
    for (std::uint64_t left = mutations; left != 0; --left) {
        std::string const& other = random.any_of(files);
        target.read(mutated(random.any_of(files), other, random));
    }
    std::printf("%zu files and %llu mutations (seed %llu)\n", files.size(), static_cast<unsigned long long>(mutations),
                static_cast<unsigned long long>(seed));
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, Corpus, testing::ValuesIn(all_targets()),
                         [](auto const& row) { return std::string(row.param.name); });

} // namespace

void PrintTo(Target const& target, std::ostream* out) { *out << target.name; }

} // namespace plimsoll::fuzz
