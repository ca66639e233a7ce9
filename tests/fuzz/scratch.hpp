/// Files and folders of one process, for targets that read from a path.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace plimsoll::fuzz {

class Scratch {
public:
    Scratch() {
        namespace fs = std::filesystem;
        std::error_code error;
        fs::path const memory = "/dev/shm";
        std::string pattern = ((fs::is_directory(memory, error) ? memory : fs::temp_directory_path()) / "plimsoll-fuzz-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) std::abort();
        folder_ = pattern;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Scratch(Scratch const&) = delete;
    Scratch& operator=(Scratch const&) = delete;

    [[nodiscard]] std::filesystem::path const& folder() const { return folder_; }
    [[nodiscard]] std::filesystem::path file(std::string_view name, std::string_view bytes) const {
        auto const path = folder_ / name;
        std::ofstream(path, std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return path;
    }

private:
    std::filesystem::path folder_;
};

} // namespace plimsoll::fuzz
