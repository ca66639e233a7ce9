#include "ledger/book/root.hpp"

#include "tests/ledger/book/random_life.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace plimsoll::book {
namespace {

using namespace testing_aid;

// ---- the tree of RFC 6962 ----

/// From the leaves up: pair neighbours, and let the odd one climb. A second way to the same hash.
[[nodiscard]] Hash naive_root(std::vector<Hash> level) {
    if (level.empty()) return sha256(Bytes{});
    while (level.size() > 1) {
        std::vector<Hash> above;
        for (std::size_t i = 0; i < level.size(); i += 2) {
            if (i + 1 == level.size()) {
                above.push_back(level[i]);
                continue;
            }
            std::string node("\x01");
            node.append(reinterpret_cast<char const*>(level[i].data()), sizeof(Hash));
            node.append(reinterpret_cast<char const*>(level[i + 1].data()), sizeof(Hash));
            above.push_back(sha256(bytes_of(std::string_view(node))));
        }
        level = std::move(above);
    }
    return level[0];
}

[[nodiscard]] Hash naive_leaf(std::string_view bytes) {
    return sha256(bytes_of(std::string_view(std::string(1, '\0') + std::string(bytes))));
}

// The reference tests of Certificate Transparency (google/certificate-transparency, merkle_tree_test):
// the root over the first n of eight inputs.
TEST(Root, AgreesWithCertificateTransparency) {
    using namespace std::string_view_literals;
    std::array const inputs{""sv, "\x00"sv, "\x10"sv, "\x20\x21"sv, "\x30\x31"sv, "\x40\x41\x42\x43"sv,
                            "\x50\x51\x52\x53\x54\x55\x56\x57"sv,
                            "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"sv};
    std::array const roots{"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                           "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                           "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                           "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                           "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                           "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                           "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                           "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    std::vector<Hash> leaves;
    EXPECT_EQ(to_hex(merkle_root(leaves)), to_hex(sha256(Bytes{})));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        leaves.push_back(leaf_hash(bytes_of(inputs.at(i))));
        EXPECT_EQ(to_hex(merkle_root(leaves)), roots.at(i)) << i + 1;
    }
}

TEST(Root, AgreesWithTheNaiveTreeAtEverySize) {
    Random random(6);
    std::vector<Hash> leaves;
    for (int size = 0; size < 130; ++size) {
        ASSERT_EQ(to_hex(merkle_root(leaves)), to_hex(naive_root(leaves))) << size;
        leaves.push_back(sha256(bytes_of(random.word())));
    }
}

[[nodiscard]] std::string read(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

[[nodiscard]] std::string from_base64(std::string_view text) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned window = 0;
    int bits = 0;
    for (char const c : text) {
        auto const digit = digits.find(c);
        if (digit == std::string_view::npos) break;
        window = window << 6 | static_cast<unsigned>(digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<char>(window >> bits));
    }
    return bytes;
}

/// A log of 15 entries by another program (transparency-dev/tessera), with a checkpoint at each size.
TEST(Root, AgreesWithTessera) {
    auto const log = std::filesystem::path(PLIMSOLL_SHARED_DIR) / "data/merkle_vectors/tessera_test_log/testdata/log";
    if (!std::filesystem::exists(log)) GTEST_SKIP() << "needs " << log;
    for (std::size_t size = 0; size <= 15; ++size) {
        std::istringstream checkpoint(read(log / ("checkpoint." + std::to_string(size))));
        std::string origin;
        std::string count;
        std::string root;
        std::getline(checkpoint, origin);
        std::getline(checkpoint, count);
        std::getline(checkpoint, root);
        ASSERT_EQ(count, std::to_string(size));
        std::string const tile = size == 0 ? "" : read(log / "tile/0/000.p" / std::to_string(size));
        ASSERT_EQ(tile.size(), size * sizeof(Hash));
        std::vector<Hash> leaves(size);
        if (size != 0) std::memcpy(leaves.data(), tile.data(), tile.size());
        EXPECT_EQ(to_hex(merkle_root(leaves)), to_hex(bytes_of(std::string_view(from_base64(root))))) << size;

        // The bundle holds each entry behind its length (16 bits, big-endian): C2SP tlog-tiles.
        std::string const bundle = size == 0 ? "" : read(log / "tile/entries/000.p" / std::to_string(size));
        std::size_t at = 0;
        for (std::size_t i = 0; i < size; ++i) {
            auto const high = static_cast<unsigned char>(bundle.at(at));
            auto const low = static_cast<unsigned char>(bundle.at(at + 1));
            std::size_t const length = static_cast<std::size_t>(high) << 8 | low;
            EXPECT_EQ(leaf_hash(bytes_of(std::string_view(bundle).substr(at + 2, length))), leaves[i]) << i;
            at += 2 + length;
        }
        EXPECT_EQ(at, bundle.size());
    }
}

// ---- the state root ----

/// As root.hpp says it, from the rows and nothing else.
[[nodiscard]] Hash naive_state_root(Book const& book) {
    std::string text = "plimsoll state 1";
    book.for_tables([&](TableId id, auto const& table) {
        using Row = std::decay_t<decltype(table.rows().front())>;
        std::vector<Hash> pages;
        std::string page;
        std::size_t in_page = 0;
        auto close = [&] {
            pages.push_back(sha256(bytes_of(std::string_view("\x01" + page))));
            page.clear();
            in_page = 0;
        };
        for (Row const& row : table.rows()) {
            Hash const leaf = naive_leaf({reinterpret_cast<char const*>(&row), sizeof(Row)});
            page.append(reinterpret_cast<char const*>(leaf.data()), leaf.size());
            if (++in_page == Table<Row>::rows_per_page) close();
        }
        if (in_page != 0) close();
        text.push_back(static_cast<char>(id));
        std::uint64_t const rows = table.size();
        text.append(reinterpret_cast<char const*>(&rows), sizeof(rows));
        Hash const root = naive_root(pages);
        text.append(reinterpret_cast<char const*>(root.data()), root.size());
    });
    return sha256(bytes_of(std::string_view(text)));
}

TEST(Root, OfTheBookIsAsDocumented) {
    EXPECT_EQ(to_hex(state_root(Book{})), to_hex(naive_state_root(Book{})));
    RandomLife life(2);
    for (int i = 0; i < 2'000; ++i) {
        life.step();
        if (i % 100 == 0) {
            ASSERT_EQ(to_hex(state_root(life.sample().book())), to_hex(naive_state_root(life.sample().book()))) << i;
        }
    }
    Sample many;
    for (int i = 0; i < 300; ++i) many.account("account " + std::to_string(i));
    EXPECT_GT(many.book().accounts.page_count(), 5U);
    EXPECT_EQ(to_hex(state_root(many.book())), to_hex(naive_state_root(many.book())));
}

/// Recorded with schema 1: a change of this figure is a change of the format of state roots.
TEST(Root, OfTheEmptyBookNeverChanges) {
    EXPECT_EQ(to_hex(state_root(Book{})), "5061c0d7b84bc177a14795962b0d4c4d077e11824c064698858afe07eb5f6cab");
}

TEST(Root, KeptFromUpdateToUpdateIsTheRootFromNothing) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        RandomLife life(seed);
        Random random(seed);
        PageHashes hashes;
        Book& book = life.sample().raw();
        for (int i = 0; i < 600; ++i) {
            life.step();
            if (!random.chance(5)) continue;
            ASSERT_EQ(to_hex(hashes.update(book)), to_hex(state_root(book))) << "seed " << seed << ", step " << i;
            ASSERT_EQ(to_hex(hashes.root()), to_hex(state_root(book)));
            book.for_tables([](TableId, auto& table) { table.clean(); });
            ASSERT_EQ(to_hex(hashes.update(book)), to_hex(state_root(book))) << "a clean book has the same root";
        }
    }
}

TEST(Root, TouchesOnlyPagesThatWereWritten) {
    Sample sample = market();
    sample.raw().for_tables([](TableId, auto& table) { table.clean(); });
    sample.mark("BTC-PERP", "105");
    std::vector<TableId> dirty;
    sample.book().for_tables([&](TableId id, auto const& table) {
        if (table.dirty_pages() != 0) dirty.push_back(id);
    });
    EXPECT_EQ(dirty, (std::vector{TableId::head, TableId::instruments}));
}

TEST(Root, EveryByteOfEveryRowCounts) {
    RandomLife life(3);
    for (int i = 0; i < 300; ++i) life.step();
    life.sample().happens(a<PresetAdopted>()).happens(a<CreditChanged>()).happens(a<ParameterSet>());
    Book& book = life.sample().raw();
    PageHashes hashes;
    std::string const root = to_hex(hashes.update(book));
    Random random(3);
    int tables = 0;
    book.for_tables([&](TableId id, auto& table) {
        table.clean();
        tables += table.size() == 0 ? 0 : 1;
        for (std::uint32_t row = 1; row <= std::min(table.size(), 3U); ++row) {
            auto* bytes = reinterpret_cast<std::byte*>(&table.write(row));
            for (std::size_t at = 0; at < sizeof(table[row]); ++at) {
                std::byte const flipped{static_cast<unsigned char>(1U << random.below(8))};
                bytes[at] ^= flipped;
                PageHashes now = hashes;
                std::string const changed = to_hex(now.update(book));
                bytes[at] ^= flipped;
                ASSERT_NE(changed, root) << "table " << static_cast<int>(id) << ", row " << row << ", byte " << at;
            }
        }
        table.clean();
    });
    EXPECT_EQ(tables, static_cast<int>(table_count)) << "every table had a row to change";
    EXPECT_EQ(to_hex(state_root(book)), root) << "every byte was put back";
}

TEST(Root, OrderAndNumberOfRowsCount) {
    std::string const two_one = to_hex(state_root(Sample().account("two").account("one").book()));
    std::string const one_two = to_hex(state_root(Sample().account("one").account("two").book()));
    EXPECT_NE(one_two, two_one);
    Sample longer;
    longer.account("one").account("two");
    longer.raw().accounts.add({});
    EXPECT_NE(to_hex(state_root(longer.book())), one_two);
}

} // namespace
} // namespace plimsoll::book
