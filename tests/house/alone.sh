# Sourced by the tests that compile a part of the program by itself: needs source_dir, and leaves the shell in a temporary
# directory that goes when it ends, with the generated headers under include/.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/include/ledger/event"
flatc --cpp --gen-object-api --scoped-enums --cpp-std c++17 -o "$work/include/ledger/event" "$source_dir/ledger/event/event.fbs"
cd "$work"

# unit NAME SOURCE...: one translation unit of several sources, since reading the headers once is most of the work.
unit() {
    local name=$1
    shift
    printf '#include "%s"\n' "$@" >"$name.cpp"
}
