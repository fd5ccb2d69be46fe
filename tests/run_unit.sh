#!/bin/sh
# run_unit.sh TEST - runs a test program: one line when it passes, all that it
# said when it does not.
log=$1.log
name=$(basename "$1")
"$1" >"$log" 2>&1
status=$?
if [ $status -ne 0 ]; then
    cat "$log"
    echo "FAILED: $name (status $status)"
    exit 1
fi
sed -n "s/^\[==========\] \([0-9]*\) test(s) run.*/ok  $name: \1 tests/p
s/^\[  SKIPPED \] \([0-9]*\) test(s).*/    $name: \1 skipped/p
/skipped:/s/^/    /p" "$log"
