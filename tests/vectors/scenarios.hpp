/// Scenario files, each of a form of its own.
#pragma once

#include "tests/vectors/report.hpp"

#include <filesystem>
#include <string_view>

namespace plimsoll::vectors {

[[nodiscard]] simdjson::padded_string read_whole(std::filesystem::path const& path);

[[nodiscard]] bool is_scenario(std::string_view file_name);
void read_scenario(std::filesystem::path const& path, Report& report);

/// Where a row of a scenario comes from.
[[nodiscard]] std::string scenario_source(Fields const& row);

void vega_margin(Fields const& row, Report& report);
void vega_price_monitoring(Fields const& row, Report& report);
void vega_story(Fields const& row, Report& report);
void lyra(Fields const& file, Report& report);
void vega_losses(Fields const& row, Report& report);

} // namespace plimsoll::vectors
