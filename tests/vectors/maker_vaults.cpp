/// Rows of Maker's vaults and stability fee.
#include "risk/margin/collateral_ratio.hpp"
#include "tests/vectors/kinds.hpp"

namespace plimsoll::vectors {

using namespace risk::vault;
using risk::power_of_ten;
using risk::quotient;

namespace {

Said frob(Fields const& in, Fields const&) {
    Terms const terms{in.integer("rate_ray"), in.integer("spot_ray"), in.integer("dust_rad"),
                      in.integer("line_rad"), in.integer("Line_rad")};
    Surroundings const around{in.integer("total_art_wad"), in.integer("debt_rad"),
                              in.integer("free_collateral_wad")};
    auto const after = adjust({in.integer("ink_wad"), in.integer("art_wad")},
                              {in.integer("dink_wad"), in.integer("dart_wad")}, terms, around);
    Answer::Record record{{"accepted", after.has_value()}};
    if (after) {
        record["ink_after_wad"] = after.value().collateral_wad;
        record["art_after_wad"] = after.value().debt_share_wad;
    }
    return Said::with(std::move(record));
}

/// These rows leave ceilings, dust and free collateral out: they bind nothing there.
Said frob_consent(Fields const& in, Fields const&) {
    Consents consents{in.text("caller"), in.text("vault_owner"), in.text("collateral_account"),
                      in.text("debt_account"), {}};
    for (auto const each : in.array("approvals")) {
        simdjson::dom::array pair;
        std::string_view from;
        std::string_view to;
        if (each.get(pair) == simdjson::SUCCESS) {
            if (pair.at(0).get(from) != simdjson::SUCCESS || pair.at(1).get(to) != simdjson::SUCCESS) {
                throw BadRow{"an approval is a pair of names"};
            }
        } else {
            Fields const named(each);
            from = named.text("owner");
            to = named.text("delegate");
        }
        consents.approvals.emplace_back(from, to);
    }
    VaultChange const change{in.integer("dink_wad"), in.integer("dart_wad")};
    Wide const unbounded = power_of_ten(90);
    Terms const terms{in.integer("rate_ray"), in.integer("spot_ray"), 0, unbounded, unbounded};
    Wide const art = in.integer("vault_art_wad");
    auto const after = adjust({in.integer("vault_ink_wad"), art}, change, terms,
                              {art, art * terms.rate_ray, unbounded});
    return Said::with({{"accepted", after.has_value() && consented(change, consents).has_value()}});
}

Said fold(Fields const& in, Fields const&) {
    Wide const art = in.integer("art_wad");
    auto const after = add_to_rate(in.integer("rate_ray"), in.integer("rate_delta_ray"), art);
    return Said::with({{"debt_after_rad", art * after.rate_ray},
                       {"surplus_credit_rad", after.surplus_rad},
                       {"rate_after_ray", after.rate_ray}});
}

Said rpow(Fields const& in, Fields const&) {
    Wide const result = power(in.integer("x_ray"), static_cast<std::uint64_t>(in.small("n")),
                              in.integer("base_ray"));
    return Said::with(
        {{"result_divided_by_1e17_floor", quotient(result, power_of_ten(17), Rounding::floor)},
         {"result_ray", result}});
}

Said drip(Fields const& in, Fields const&) {
    Wide const art = in.integer("art_wad");
    Wide const base = in.integer("base_ray");
    Wide rate = in.integer("rate_ray");
    Wide fees_rad;
    for (auto const each : in.array("steps")) {
        Fields const step(each);
        auto const after = accrue(rate, base + step.integer("duty_ray"),
                                  static_cast<std::uint64_t>(step.small("seconds")), art);
        rate = after.rate_ray;
        fees_rad += after.surplus_rad;
    }
    return Said::with({{"fee_total_wad_floor", quotient(fees_rad, ray(), Rounding::floor)},
                       {"fee_total_rad", fees_rad},
                       {"rate_ray", rate},
                       {"rate_divided_by_1e9_floor",
                        quotient(rate, power_of_ten(9), Rounding::floor)}});
}

} // namespace

void add_maker_vaults(Rules& rules) {
    rules["maker.frob"] = frob;
    rules["maker.frob_consent"] = frob_consent;
    rules["maker.fold"] = fold;
    rules["maker.rpow"] = rpow;
    rules["maker.drip"] = drip;
}

} // namespace plimsoll::vectors
