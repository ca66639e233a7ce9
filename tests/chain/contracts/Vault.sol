// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// A clearing house small enough to follow by hand, whose events alone say all that moves.
///
/// The money rules:
///   cash       is counted in units of the token (10^-6); prices and quantities in 10^-18.
///   notional   = quantity * price / 10^30 units of the token. Both are multiples of 10^15, so nothing is rounded.
///   a trade    moves its quantity from seller to buyer and its notional from buyer to seller, at once: a
///              position is a quantity and no more, and cash may be negative. Each side's fee goes to feeCollector.
///   a price    moves nothing.
///   a liquidation   moves `quantity` (negative: a short) of the account's position to the liquidator, its notional
///              from liquidator to account, and the penalty from account to insuranceFund.
///   insurance  moves its amount from insuranceFund to account.
///   feeCollector and insuranceFund are accounts like any other.
/// So the balances always sum to the tokens that the vault holds, and the positions of a market to zero.
contract Vault {
    using SafeERC20 for IERC20;

    event Deposited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);
    event Traded(
        address indexed buyer,
        address indexed seller,
        uint256 marketId,
        int256 quantity,
        uint256 price,
        uint256 feeBuyer,
        uint256 feeSeller
    );
    event PricePosted(uint256 indexed marketId, uint256 price);
    event Liquidated(
        address indexed account,
        address indexed liquidator,
        uint256 marketId,
        int256 quantity,
        uint256 price,
        uint256 penalty
    );
    event InsurancePaid(address indexed account, uint256 amount);

    error NotTheOperator();
    error AmountIsZero();
    error AmountTooLarge();
    error UnknownMarket();
    error OffTheGrid();
    error AccountsMustDiffer();
    error WouldBeUnderWater();
    error AccountIsSound();
    error NothingToLiquidate();

    uint256 public constant MARKETS = 4;
    /// Prices and quantities are multiples of this.
    uint256 public constant GRID = 1e15;
    /// Bounds that keep every product far from overflow.
    uint256 public constant LIMIT = 1e36;

    mapping(address account => int256 cash) public balances;
    mapping(address account => mapping(uint256 market => int256 quantity)) public position;
    mapping(uint256 market => uint256 latest) public price;

    IERC20 public immutable token;
    address public immutable operator = msg.sender;
    address public immutable feeCollector;
    address public immutable insuranceFund;

    constructor(IERC20 token_, address feeCollector_, address insuranceFund_) {
        token = token_;
        feeCollector = feeCollector_;
        insuranceFund = insuranceFund_;
    }

    modifier onlyOperator() {
        if (msg.sender != operator) revert NotTheOperator();
        _;
    }

    function deposit(uint256 amount) external {
        if (amount == 0) revert AmountIsZero();
        if (amount > LIMIT) revert AmountTooLarge();
        token.safeTransferFrom(msg.sender, address(this), amount);
        balances[msg.sender] += int256(amount);
        emit Deposited(msg.sender, amount);
    }

    /// Only cash that the account's positions do not need.
    function withdraw(uint256 amount) external {
        if (amount == 0) revert AmountIsZero();
        if (amount > LIMIT) revert AmountTooLarge();
        balances[msg.sender] -= int256(amount);
        (int256 equity, uint256 gross) = standing(msg.sender);
        if (balances[msg.sender] < 0 || equity < int256(gross / 10)) revert WouldBeUnderWater();
        token.safeTransfer(msg.sender, amount);
        emit Withdrawn(msg.sender, amount);
    }

    /// The operator matches elsewhere and books here; it answers for the margin of both sides.
    function trade(
        address buyer,
        address seller,
        uint256 marketId,
        int256 quantity,
        uint256 tradePrice,
        uint256 feeBuyer,
        uint256 feeSeller
    ) external onlyOperator {
        if (buyer == seller) revert AccountsMustDiffer();
        if (quantity <= 0) revert AmountIsZero();
        if (feeBuyer > LIMIT || feeSeller > LIMIT) revert AmountTooLarge();
        move(seller, buyer, marketId, quantity, tradePrice);
        pay(buyer, feeCollector, feeBuyer);
        pay(seller, feeCollector, feeSeller);
        emit Traded(buyer, seller, marketId, quantity, tradePrice, feeBuyer, feeSeller);
    }

    function postPrice(uint256 marketId, uint256 newPrice) external onlyOperator {
        check(marketId, newPrice);
        price[marketId] = newPrice;
        emit PricePosted(marketId, newPrice);
    }

    /// Whoever calls takes the whole position at the oracle's price. Allowed below 5 % of what the account's positions
    /// are worth; the penalty is 1 % of what is taken, as far as the account can pay. What the account then owes
    /// with no position left, the insurance fund pays as far as it can.
    function liquidate(address account, uint256 marketId) external {
        if (account == msg.sender) revert AccountsMustDiffer();
        (int256 equity, uint256 gross) = standing(account);
        if (equity >= int256(gross / 20)) revert AccountIsSound();
        int256 quantity = position[account][marketId];
        if (quantity == 0) revert NothingToLiquidate();
        uint256 atPrice = price[marketId];
        move(account, msg.sender, marketId, quantity, atPrice);

        uint256 able = equity > 0 ? uint256(equity) : 0;
        uint256 asked = magnitude(notional(quantity, atPrice)) / 100;
        uint256 penalty = asked < able ? asked : able;
        pay(account, insuranceFund, penalty);
        emit Liquidated(account, msg.sender, marketId, quantity, atPrice, penalty);

        (, gross) = standing(account);
        if (gross != 0 || balances[account] >= 0 || balances[insuranceFund] <= 0) return;
        int256 owed = -balances[account];
        int256 held = balances[insuranceFund];
        uint256 amount = uint256(owed < held ? owed : held);
        pay(insuranceFund, account, amount);
        emit InsurancePaid(account, amount);
    }

    /// Cash and positions at the oracle's prices, and the sum of the positions' sizes in money.
    function standing(address account) public view returns (int256 equity, uint256 gross) {
        equity = balances[account];
        for (uint256 marketId = 0; marketId < MARKETS; ++marketId) {
            int256 value = notional(position[account][marketId], price[marketId]);
            equity += value;
            gross += magnitude(value);
        }
    }

    function move(address from, address to, uint256 marketId, int256 quantity, uint256 atPrice) private {
        check(marketId, atPrice);
        if (magnitude(quantity) % GRID != 0) revert OffTheGrid();
        if (magnitude(quantity) > LIMIT) revert AmountTooLarge();
        int256 money = notional(quantity, atPrice);
        position[from][marketId] -= quantity;
        position[to][marketId] += quantity;
        balances[from] += money;
        balances[to] -= money;
    }

    function pay(address from, address to, uint256 amount) private {
        balances[from] -= int256(amount);
        balances[to] += int256(amount);
    }

    function check(uint256 marketId, uint256 aPrice) private pure {
        if (marketId >= MARKETS) revert UnknownMarket();
        if (aPrice == 0) revert AmountIsZero();
        if (aPrice % GRID != 0) revert OffTheGrid();
        if (aPrice > LIMIT) revert AmountTooLarge();
    }

    function notional(int256 quantity, uint256 atPrice) private pure returns (int256) {
        return (quantity * int256(atPrice)) / 1e30;
    }

    function magnitude(int256 value) private pure returns (uint256) {
        return value < 0 ? uint256(-value) : uint256(value);
    }
}
