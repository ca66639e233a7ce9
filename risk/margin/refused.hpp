/// A value, or the named reason for which a protocol says no.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::risk {

/// A protocol's refusal is part of its rule and is compared as data: a small enum of its own with a
/// word(), which nothing turns into text for a user on the way.
template <class T, class Refusal>
using or_refusal = outcome::basic_result<T, Refusal, outcome::policy::all_narrow>;

} // namespace plimsoll::risk
