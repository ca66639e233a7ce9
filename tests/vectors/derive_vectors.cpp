// derive_vectors DIRECTORY: recomputes every Derive vector in a directory laid out like the shared ones
// (any part of it), and prints for each kind how many values agree. Exit status: 0 all equal, 1 some
// differ, 2 the directory or a file cannot be read, or holds nothing to compare.

#include "tests/vectors/derive_kinds.hpp"

#include <algorithm>

namespace {

namespace fs = std::filesystem;
using namespace plimsoll::vectors;

/// By name, so that every run says the same.
[[nodiscard]] std::vector<fs::path> cases_in(fs::path const& directory) {
    std::vector<fs::path> files;
    if (!fs::is_directory(directory)) return files;
    for (auto const& entry : fs::directory_iterator(directory)) {
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

void compare_cases(fs::path const& directory, std::string const& name, std::vector<Tally>& tallies,
                   void (*compare)(fs::path const&, Tally&)) {
    auto const files = cases_in(directory);
    if (files.empty()) return;
    Tally tally(name);
    for (fs::path const& file : files) {
        try {
            compare(file, tally);
        } catch (simdjson::simdjson_error const& error) {
            throw Malformed(file.string() + ": " + error.what());
        } catch (Malformed const& error) {
            throw Malformed(file.string() + ": " + error.what());
        }
    }
    tallies.push_back(std::move(tally));
}

[[nodiscard]] std::vector<Tally> compare_all(fs::path const& directory) {
    if (!fs::is_directory(directory)) throw Malformed(directory.string() + ": no such directory");
    std::vector<Tally> tallies;
    if (auto const file = directory / "primitives.jsonl"; fs::exists(file)) {
        tallies = compare_primitives(file);
    }
    if (auto const root = directory / "pm2"; fs::is_directory(root)) {
        std::vector<fs::path> sets{root};
        for (auto const& entry : fs::directory_iterator(root)) {
            if (entry.is_directory()) sets.push_back(entry.path());
        }
        std::ranges::sort(sets);
        for (fs::path const& set : sets) {
            auto const name = set == root ? std::string("pm2") : "pm2 " + set.filename().string();
            compare_cases(set, name, tallies, compare_portfolio);
        }
    }
    compare_cases(directory / "srm", "srm", tallies, compare_standard);
    struct Sequences {
        char const* name;
        void (*compare)(fs::path const&, Tally&);
    };
    for (Sequences const& kind :
         {Sequences{"auction", compare_auctions}, Sequences{"auction_dense", compare_auctions},
          Sequences{"cash_perp", compare_cash_and_perpetuals}}) {
        auto const file = directory / (std::string(kind.name) + ".jsonl");
        if (fs::exists(file)) kind.compare(file, tallies.emplace_back(kind.name));
    }
    return tallies;
}

} // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::fprintf(stderr, "usage: derive_vectors DIRECTORY (laid out like vectors/derive)\n");
        return 2;
    }
    try {
        std::size_t values = 0;
        std::size_t different = 0;
        for (Tally const& tally : compare_all(words[1])) {
            tally.print();
            values += tally.values();
            different += tally.different();
        }
        if (values == 0) throw Malformed(std::string(words[1]) + ": nothing to compare in it");
        std::printf("%-24s %8s       %10zu values %8zu different\n", "all", "", values, different);
        return different == 0 ? 0 : 1;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
