/// A ledger in a directory of its own, files to import, and what tests ask of them.
#pragma once

#include "ledger/event/decimal.hpp"
#include "replay/engine.hpp"
#include "replay/moment.hpp"
#include "tools/import/importer.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>

namespace plimsoll::tools {

[[nodiscard]] inline std::filesystem::path shared_data(std::string_view name) {
    return std::filesystem::path(PLIMSOLL_SHARED_DIR) / "data" / name;
}

/// A directory that is gone afterwards, with a fresh ledger in it.
class ImportSetting {
public:
    ImportSetting() {
        auto const* const info = testing::UnitTest::GetInstance()->current_test_info();
        std::string name = std::string(info->test_suite_name()) + "." + info->name();
        for (char& c : name) c = c == '/' ? '_' : c;
        static int count = 0;
        directory_ =
            std::filesystem::temp_directory_path() /
            ("plimsoll-" + std::to_string(::getpid()) + "-" + name + "-" + std::to_string(++count));
        std::filesystem::remove_all(directory_);
        std::filesystem::create_directories(directory_);
        EXPECT_TRUE(replay::Engine::create(ledger()));
        open();
    }
    ~ImportSetting() {
        engine_.reset();
        std::filesystem::remove_all(directory_);
    }
    ImportSetting(ImportSetting const&) = delete;
    ImportSetting& operator=(ImportSetting const&) = delete;

    [[nodiscard]] std::filesystem::path ledger() const { return directory_ / "ledger"; }
    [[nodiscard]] replay::Engine& engine() { return *engine_; }
    [[nodiscard]] book::Book const& book() const { return engine_->book(); }

    [[nodiscard]] std::filesystem::path file(std::string_view text,
                                             std::string_view name = "input") {
        auto const path = directory_ / name;
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }

    /// As the command does it: commit what an importer accepted, drop what it refused.
    [[nodiscard]] result<ImportSummary> run(Importer importer, std::filesystem::path const& path,
                                            ImportOptions const& options = {}) {
        engine_->hold(1'000'000);
        auto summary = importer(*engine_, path, options);
        if (summary) {
            EXPECT_TRUE(engine_->commit());
        } else {
            EXPECT_TRUE(engine_->abandon());
        }
        return summary;
    }

    /// Closes the ledger and opens it again, so that what is asked next is what was stored.
    void reopen() {
        ASSERT_TRUE(engine_->close());
        engine_.reset();
        open();
    }

    [[nodiscard]] std::unique_ptr<replay::Reader> reader() {
        auto opened = replay::Reader::open(ledger());
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().message());
        return std::move(opened.value());
    }

    /// A balance as people read it; "none" where the account or asset is unknown.
    [[nodiscard]] static std::string balance(book::Book const& book, std::string_view account,
                                             std::string_view asset) {
        auto const account_id = book.find_account(account);
        auto const asset_id = book.find_asset(asset);
        if (!account_id || !asset_id) return "none";
        auto const* const row = book.balance(*account_id, *asset_id);
        return row == nullptr ? "0" : format_decimal(row->amount);
    }
    [[nodiscard]] std::string balance(std::string_view account, std::string_view asset) const {
        return balance(book(), account, asset);
    }

private:
    void open() {
        auto engine = replay::Engine::open(ledger());
        ASSERT_TRUE(engine) << engine.error().message();
        engine_ = std::move(engine.value());
    }

    std::filesystem::path directory_;
    std::unique_ptr<replay::Engine> engine_;
};

} // namespace plimsoll::tools
