/// Law 4 over a whole book: what must sum to zero, does.
#pragma once

#include "ledger/book/book.hpp"

namespace plimsoll::book {

/// Cash and quote per asset, and positions per instrument, over all accounts.
/// Errors: Errc::legs_do_not_balance, naming the asset or instrument and the sum.
[[nodiscard]] result<void> check_balance(Book const& book);

} // namespace plimsoll::book
