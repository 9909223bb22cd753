#!/bin/sh
# Prints the Python to make .venv with: the first of python3.12, python3.11, python3.10, python3 that runs,
# is 3.10 to 3.12 and can make virtual environments. Where none does, one line says what is missing.
found=""
for name in python3.12 python3.11 python3.10 python3; do
    # A name on the PATH proves nothing: version managers put launchers there that run nothing.
    version=$("$name" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue
    case "$version" in
        3.10.* | 3.11.* | 3.12.*) ;;
        *) found="$found${found:+, }$name is $version" && continue ;;
    esac
    if "$name" -c 'import ensurepip, venv' 2>/dev/null; then
        "$name" -c 'import sys; print(sys.executable)'
        exit 0
    fi
    found="$found${found:+, }$name is $version without its venv module"
done
echo "error: python 3.10, 3.11 or 3.12 is missing (found: ${found:-none});" \
    "get it: apt install python3 python3-venv, or brew install python@3.12" >&2
exit 2
