#!/bin/sh
# Fails when a file of the given folders is not as clang-format leaves it.
command -v clang-format >/dev/null || { echo "lint: clang-format is not installed: skipped"; exit 0; }
for dir; do
    find "$dir" -maxdepth 1 -name '*.[ch]'
done | xargs -r clang-format --dry-run --Werror
