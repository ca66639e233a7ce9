// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// The dollar of the tests: six decimals, minted to whoever needs some by whoever deployed it.
contract Token is ERC20 {
    error NotTheOwner();

    address public immutable owner = msg.sender;

    constructor() ERC20("Test Dollar", "TUSD") {}

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function mint(address to, uint256 amount) external {
        if (msg.sender != owner) revert NotTheOwner();
        _mint(to, amount);
    }
}
