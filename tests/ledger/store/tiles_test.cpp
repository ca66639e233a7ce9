#include "ledger/store/tiles.hpp"

#include "tests/replay/temporary_ledger.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ostream>

namespace plimsoll::store {
namespace {

using testing_aid::file_bytes;
using testing_aid::must;
using testing_aid::TemporaryDirectory;
using testing_aid::write_file;

struct Named {
    unsigned level;
    std::uint64_t index;
    std::uint64_t width;
    char const* path;
    friend void PrintTo(Named const& row, std::ostream* out) { *out << row.path; }
};
class TileNames : public testing::TestWithParam<Named> {};
TEST_P(TileNames, FollowTlogTiles) {
    EXPECT_EQ(tile_path(GetParam().level, GetParam().index, GetParam().width), GetParam().path);
}
// C2SP, tlog-tiles: "x001/x234/067" is tile 1234067, ".p/8" one of width 8.
INSTANTIATE_TEST_SUITE_P(EveryShape, TileNames,
                         testing::Values(Named{0, 0, 256, "tile/0/000"}, Named{1, 999, 256, "tile/1/999"},
                                         Named{0, 1000, 256, "tile/0/x001/000"},
                                         Named{0, 1'234'067, 256, "tile/0/x001/x234/067"},
                                         Named{2, 5, 8, "tile/2/005.p/8"},
                                         Named{0, 39'062, 128, "tile/0/x039/062.p/128"}));

[[nodiscard]] Hash leaf(std::uint64_t index) { return merkle::leaf_hash(bytes_of(index)); }

void append_to(std::filesystem::path const& folder, std::uint64_t size) {
    TileWriter writer = must(TileWriter::open(folder));
    while (writer.size() < size) must(writer.append(leaf(writer.size())));
    must(writer.publish(leaf(size)));
}

[[nodiscard]] Hash root_of(std::uint64_t size) {
    merkle::Frontier frontier;
    for (std::uint64_t i = 0; i < size; ++i) frontier.append(leaf(i));
    return frontier.root();
}

/// Sizes on both sides of a tile's and of a second level's edges, each run going on from the last.
TEST(Tiles, GrowFromRunToRunAsInOne) {
    TemporaryDirectory directory;
    auto const folder = directory.path() / "grown";
    for (std::uint64_t const size : {1ULL, 255ULL, 256ULL, 257ULL, 511ULL, 512ULL, 70'000ULL, 70'001ULL}) {
        append_to(folder, size);
        TreeHead const head = must(read_tree_head(folder)).value();
        EXPECT_EQ(head.size, size);
        ASSERT_EQ(to_hex(head.root), to_hex(root_of(size))) << size;
        TileReader reader(folder, size);
        EXPECT_EQ(must(merkle::root_of(size, reader.source())), head.root);
        EXPECT_EQ(must(merkle::root_of(size / 2, reader.source())), root_of(size / 2)) << "an earlier tree, from the same tiles";
    }
    auto const once = directory.path() / "once";
    append_to(once, 70'001);
    std::size_t files = 0;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(once)) {
        if (!entry.is_regular_file()) continue;
        EXPECT_EQ(file_bytes(entry.path()), file_bytes(folder / entry.path().lexically_relative(once))) << entry.path();
        ++files;
    }
    EXPECT_EQ(files, 278U) << "274 tiles of leaves, 2 of the next level, 1 above, and the head";
}

TEST(Tiles, OfNothingAreNone) {
    TemporaryDirectory directory;
    EXPECT_FALSE(must(read_tree_head(directory.path())));
    EXPECT_EQ(must(TileWriter::open(directory.path())).size(), 0U);
}

struct Damage {
    std::string name;
    std::string file;
    std::string bytes; ///< instead; "-" removes it
    friend void PrintTo(Damage const& row, std::ostream* out) { *out << row.name; }
};
class TileDamage : public testing::TestWithParam<Damage> {};
TEST_P(TileDamage, IsToldByTheFile) {
    TemporaryDirectory directory;
    append_to(directory.path(), 300);
    auto const file = directory.path() / GetParam().file;
    ASSERT_TRUE(std::filesystem::exists(file));
    if (GetParam().bytes == "-") {
        std::filesystem::remove(file);
    } else {
        write_file(file, GetParam().bytes);
    }
    auto const writer = TileWriter::open(directory.path());
    ASSERT_FALSE(writer);
    EXPECT_TRUE(writer.error().is(Errc::tiles_damaged)) << writer.error().message();
}
INSTANTIATE_TEST_SUITE_P(
    EveryKind, TileDamage,
    testing::Values(Damage{"Missing", "tile/1/000.p/1", "-"}, Damage{"Cut", "tile/0/001.p/44", "short"},
                    Damage{"Altered", "tile/0/001.p/44", std::string(44 * 32, 'x')},
                    Damage{"HeadCut", "head", "plimsoll event tree 1\nsize 300\n"},
                    Damage{"HeadOfAnotherFormat", "head", "plimsoll event tree 2\n"},
                    Damage{"HeadOfNoNumber", "head", "plimsoll event tree 1\nsize many\nroot 00\nbatch 00\n"}),
    [](auto const& row) { return row.param.name; });

} // namespace
} // namespace plimsoll::store
