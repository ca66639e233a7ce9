// Compiles contracts/*.sol by the pinned solc. Prints JSON: of each contract its ABI, its bytecode, the selectors of its
// methods and the layout of its storage. tests/chain/compile_test.py says how compiled.json is made anew.
"use strict";
const fs = require("fs");
const path = require("path");
const solc = require("solc");

const folder = path.join(__dirname, "contracts");
const names = fs.readdirSync(folder).filter((name) => name.endsWith(".sol")).sort();
const input = {
    language: "Solidity",
    sources: Object.fromEntries(names.map((name) => [name, { content: fs.readFileSync(path.join(folder, name), "utf8") }])),
    settings: {
        evmVersion: "cancun",
        optimizer: { enabled: true, runs: 200 },
        metadata: { appendCBOR: false, bytecodeHash: "none" },
        outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.methodIdentifiers", "storageLayout"] } },
    },
};

function imported(name) {
    const file = path.join(__dirname, "node_modules", name);
    return fs.existsSync(file) ? { contents: fs.readFileSync(file, "utf8") } : { error: "no file " + file };
}

const output = JSON.parse(solc.compile(JSON.stringify(input), { import: imported }));
for (const error of output.errors ?? []) console.error(error.formattedMessage);
if ((output.errors ?? []).length > 0) process.exit(1); // warnings too

const compiled = { compiler: solc.version().split("+")[0] };
for (const name of names) {
    const contract = path.basename(name, ".sol");
    const { abi, evm, storageLayout } = output.contracts[name][contract];
    compiled[contract] = {
        abi,
        bytecode: "0x" + evm.bytecode.object,
        methods: evm.methodIdentifiers,
        storage: Object.fromEntries(storageLayout.storage.map(({ label, slot, type }) => [label, { slot, type }])),
    };
}
console.log(JSON.stringify(compiled, null, 1));
