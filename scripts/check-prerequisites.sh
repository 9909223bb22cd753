#!/bin/sh
# Checks what set-up cannot bring itself: JDK 17 and Maven. One line for each that is missing or wrong.
# Python is the task of find-python.sh.
status=0

fail() {
    echo "error: $1; get it: $2" >&2
    status=2
}

get_jdk="apt install openjdk-17-jdk, or brew install openjdk@17, and let JAVA_HOME point to it"
java=java
if [ -n "${JAVA_HOME:-}" ]; then java="$JAVA_HOME/bin/java"; fi
where=$(command -v "$java") || where=""
if [ -z "$where" ]; then
    fail "java is missing (found: no $java)" "$get_jdk"
else
    version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1)
    case "$version" in
        17 | 17.*)
            javac=javac
            if [ -n "${JAVA_HOME:-}" ]; then javac="$JAVA_HOME/bin/javac"; fi
            command -v "$javac" >/dev/null || fail "javac is missing (found: java $version alone)" "$get_jdk"
            ;;
        *) fail "java 17 is needed (found: ${version:-no version} at $where)" "$get_jdk" ;;
    esac
fi

get_maven="apt install maven, or brew install maven"
if ! command -v mvn >/dev/null; then
    fail "mvn is missing (found: none)" "$get_maven"
else
    version=$(mvn -version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p' | head -n 1)
    case "$version" in
        3.[6-9] | 3.[6-9].* | [4-9].*) ;;
        *) fail "maven 3.6 or later is needed (found: ${version:-no version})" "$get_maven" ;;
    esac
fi
exit $status
