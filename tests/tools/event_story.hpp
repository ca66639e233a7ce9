/// A small protocol's life as lines a person would write: trades, funding, a loss, a correction.
#pragma once

#include "tests/tools/import_setting.hpp"
#include "tools/export/exporter.hpp"
#include "tools/import/events.hpp"

#include <algorithm>
#include <sstream>

namespace plimsoll::tools {

inline constexpr std::string_view story = R"({"kind":"AssetDefined","name":"USDT","decimals":6,"asset_kind":"stablecoin"}
{"kind":"AssetDefined","name":"1INCH","decimals":18,"asset_kind":"token"}
{"kind":"AccountOpened","name":"venue; \"main\"","account_kind":"outside"}
{"kind":"AccountOpened","name":"market","account_kind":"market"}
{"kind":"AccountOpened","name":"exchange","account_kind":"fees"}
{"kind":"AccountOpened","name":"fund","account_kind":"insurance"}
{"kind":"InstrumentDefined","name":"BTC-PERP","instrument_kind":"perpetual","payoff":"linear","base":"1INCH","quote":"USDT","settle":"USDT","market_account":"market","multiplier":"1/1"}
{"kind":"InstrumentDefined","name":"USDT","instrument_kind":"future","payoff":"linear","base":"1INCH","quote":"USDT","settle":"USDT","multiplier":"1"}
{"kind":"AccountOpened","name":"alice: a","account_kind":"customer"}
{"kind":"AccountOpened","name":"b\u00f6b","account_kind":"customer","parent":"alice: a"}
{"kind":"Transferred","time":"2026-01-01T00:00:00Z","type":"deposit","account":"alice: a","counter":"venue; \"main\"","asset":"USDT","amount":"1000.5","fee":"0.25","fee_account":"exchange"}
{"kind":"Transferred","time":"2026-01-01T00:00:01.5Z","type":"deposit","account":"b\u00f6b","counter":"venue; \"main\"","asset":"USDT","amount":"500"}
{"kind":"Transferred","time":"2026-01-01T00:00:02Z","type":"deposit","account":"b\u00f6b","counter":"venue; \"main\"","asset":"1INCH","amount":"0.000000000000000001"}
{"kind":"Traded","source":"engine","cursor":"1:0","time":"2026-01-01T01:00:00Z","instrument":"BTC-PERP","booking":"variation","trade_kind":"order_book","buyer":"alice: a","seller":"b\u00f6b","size":"2","price":"100","asset":"USDT","quote":"200","buyer_fee":"0.1","fee_account":"exchange"}
{"kind":"Traded","source":"engine","cursor":"1:0","time":"2026-01-01T01:00:00Z","instrument":"USDT","booking":"premium","trade_kind":"block","buyer":"alice: a","seller":"b\u00f6b","size":"0.5","price":"3","asset":"USDT","quote":"1.5"}
{"kind":"Observed","source":"engine","cursor":"2:0","time":"2026-01-01T02:00:00Z","observation":"mark_price","subject":"BTC-PERP","value":"101"}
{"kind":"IndexRecorded","source":"engine","cursor":"3:0","time":"2026-01-01T08:00:00Z","index_kind":"funding","subject":"BTC-PERP","value":"0.3333333"}
{"kind":"Traded","source":"engine","cursor":"4:0","time":"2026-01-01T09:00:00Z","instrument":"BTC-PERP","booking":"variation","trade_kind":"liquidation","buyer":"b\u00f6b","seller":"alice: a","size":"1","price":"90","asset":"USDT","quote":"90"}
{"kind":"PositionSettled","source":"engine","cursor":"5:0","time":"2026-01-01T10:00:00Z","type":"realise","account":"alice: a","counter":"market","instrument":"BTC-PERP","size":"0","price":"0","asset":"USDT","quote":"-100","amount":"-100"}
{"kind":"LiquidationStarted","source":"engine","cursor":"6:0","time":"2026-01-01T11:00:00Z","liquidation":1,"account":"b\u00f6b","asset":"USDT","equity":"-3","requirement":"1"}
{"kind":"LiquidationEnded","source":"engine","cursor":"6:1","time":"2026-01-01T11:00:00Z","liquidation":1,"account":"b\u00f6b","outcome":"insolvent","equity":"-3"}
{"kind":"BadDebtRecognised","source":"engine","cursor":"6:1","time":"2026-01-01T11:00:00Z","cause":"liquidation","loss":1,"account":"b\u00f6b","asset":"USDT","amount":"3","liquidation":1}
{"kind":"WaterfallPaid","source":"engine","cursor":"6:1","time":"2026-01-01T11:00:00Z","cause":"waterfall","loss":1,"layer":"market_fund","payer":"fund","account":"b\u00f6b","asset":"USDT","amount":"3"}
{"sequence":28,"kind":"Reversed","time":"2026-01-02T00:00:00Z","cursor":"0:0","of_sequence":12,"reason":"sent twice","legs":[{"kind":"cash","account":"b\u00f6b","subject":"USDT","amount":"-500"},{"kind":"cash","account":"venue; \"main\"","subject":"USDT","amount":"500"}]}
{"sequence":29,"kind":"ParameterSet","time":"2026-01-02T00:00:01Z","cursor":"0:0","name":"max_leverage","value":"20"}
)";

/// The rows of the story: every line is a record, and the file says of none that it is money or not.
[[nodiscard]] inline std::uint64_t lines_in(std::string_view text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

[[nodiscard]] inline std::string exported(replay::Reader const& reader, std::string_view format, ExportRange range = {}) {
    std::ostringstream out;
    auto const summary = find_exporter(format)(reader, out, range);
    EXPECT_TRUE(summary) << (summary ? "" : summary.error().message());
    return out.str();
}

} // namespace plimsoll::tools
