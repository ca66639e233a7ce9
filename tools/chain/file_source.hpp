/// A saved file as a source of a chain's records: what a node answered once, asked again.
#pragma once

#include "tools/chain/chain_file.hpp"
#include "tools/chain/source.hpp"

#include <cstdio>
#include <map>
#include <memory>

namespace plimsoll::tools::chain {

/// Opens by one pass that notes where each record lies; memory holds places, not records.
class FileSource final : public ChainSource {
public:
    /// Errors: tools::Errc::file_unreadable; Errc::record_malformed with the line, also where blocks do not ascend.
    [[nodiscard]] static result<std::unique_ptr<FileSource>> open(std::filesystem::path const& path);

    [[nodiscard]] result<std::uint64_t> chain_id() override { return chain_id_; }
    /// The file's last block, whatever the tag: what was saved is taken to be final.
    [[nodiscard]] result<Header> header(BlockTag tag) override;
    /// Errors: Errc::block_missing.
    [[nodiscard]] result<Header> header(std::uint64_t number) override;
    /// Errors: Errc::log_unproved where the block was saved without them.
    [[nodiscard]] result<std::vector<Receipt>> receipts(Header const& header) override;
    [[nodiscard]] result<std::vector<Log>> logs(std::span<Address const> addresses, std::uint64_t first,
                                                std::uint64_t last) override;
    /// Errors: Errc::block_missing where the answer was not saved.
    [[nodiscard]] result<Bytes> call(Address const& to, std::span<std::uint8_t const> data, std::uint64_t block) override;
    [[nodiscard]] result<AccountProof> proof(Address const& account, std::span<Bytes32 const> slots,
                                             std::uint64_t block) override;
    [[nodiscard]] std::optional<std::uint64_t> first_block() const override;
    [[nodiscard]] std::string name() const override { return name_; }

private:
    struct Place {
        std::uint64_t offset = 0;
        std::uint64_t size = 0;
    };
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    FileSource() = default;
    [[nodiscard]] result<void> index();
    [[nodiscard]] result<void> note(JsonElement root, Place place);
    /// The record that lies there. Errors: as ChainFile.
    [[nodiscard]] result<FileRecord> read(Place place, bool with_receipts);
    [[nodiscard]] result<FileBlock> block(std::uint64_t number, bool with_receipts);

    std::string name_;
    std::unique_ptr<std::FILE, Close> file_;
    simdjson::dom::parser parser_;
    std::string line_;
    std::uint64_t chain_id_ = 0;
    std::map<std::uint64_t, Place> blocks_;
    std::map<std::string, Place> calls_;                ///< by block, address and data
    std::multimap<std::string, Place> proofs_;          ///< by block and account
};

} // namespace plimsoll::tools::chain
