#include "tools/text/xz.hpp"

#include <array>
#include <fstream>
#include <lzma.h>
#include <memory>

namespace plimsoll::tools {
namespace {

constexpr std::uint64_t memory_limit_bytes = std::uint64_t{256} << 20;
constexpr std::size_t text_limit_bytes = std::size_t{1} << 30;
constexpr std::size_t buffer_bytes = std::size_t{64} << 10;

[[nodiscard]] std::string reason_of(lzma_ret verdict) {
    switch (verdict) {
    case LZMA_MEM_ERROR:
    case LZMA_MEMLIMIT_ERROR: return "unpacking needs more than 256 MiB";
    case LZMA_FORMAT_ERROR: return "not an xz file";
    case LZMA_OPTIONS_ERROR: return "a kind of compression that is not supported";
    case LZMA_BUF_ERROR: return "the file is cut short; fetch it again";
    default: return "the compressed data is damaged; fetch it again";
    }
}

struct EndStream {
    void operator()(lzma_stream* stream) const { lzma_end(stream); }
};

} // namespace

bool is_xz(std::filesystem::path const& path) {
    constexpr std::array<char, 6> magic{'\xfd', '7', 'z', 'X', 'Z', '\0'};
    std::array<char, 6> start{};
    std::ifstream file(path, std::ios::binary);
    return file.read(start.data(), start.size()) && start == magic;
}

result<std::string> read_xz(std::filesystem::path const& path) {
    auto refuse = [&](std::string const& why) {
        return fail(Errc::file_unreadable, path.string() + ": " + why);
    };
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(Errc::file_unreadable, path.string());
    lzma_stream stream = LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&stream, memory_limit_bytes, LZMA_CONCATENATED) != LZMA_OK) {
        return refuse("no memory to unpack it");
    }
    std::unique_ptr<lzma_stream, EndStream> const owner(&stream);
    std::string text;
    std::string packed(buffer_bytes, '\0');
    std::string unpacked(buffer_bytes, '\0');
    lzma_ret verdict = LZMA_OK;
    while (verdict == LZMA_OK) {
        if (stream.avail_in == 0 && !file.eof()) {
            file.read(packed.data(), static_cast<std::streamsize>(packed.size()));
            if (file.bad()) return fail(Errc::file_unreadable, path.string());
            stream.next_in = reinterpret_cast<std::uint8_t const*>(packed.data());
            stream.avail_in = static_cast<std::size_t>(file.gcount());
        }
        stream.next_out = reinterpret_cast<std::uint8_t*>(unpacked.data());
        stream.avail_out = unpacked.size();
        verdict = lzma_code(&stream, file.eof() ? LZMA_FINISH : LZMA_RUN);
        text.append(unpacked, 0, unpacked.size() - stream.avail_out);
        if (text.size() > text_limit_bytes) return refuse("it unpacks to more than a gibibyte");
    }
    if (verdict != LZMA_STREAM_END) return refuse(reason_of(verdict));
    return text;
}

std::string to_xz(std::string_view text) {
    std::string packed(lzma_stream_buffer_bound(text.size()), '\0');
    std::size_t used = 0;
    lzma_ret const verdict = lzma_easy_buffer_encode(9, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<std::uint8_t const*>(text.data()), text.size(),
                                                     reinterpret_cast<std::uint8_t*>(packed.data()), &used, packed.size());
    PLIMSOLL_ASSERT(verdict == LZMA_OK); // the room is enough; only memory can lack
    packed.resize(used);
    return packed;
}

} // namespace plimsoll::tools
