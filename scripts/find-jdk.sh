# Sourced, not run: find_jdk sets JAVA_HOME to a JDK of release 22 or later, or fails with a sentence.
# Looks at JAVA_HOME, then the java and javac on PATH, then /usr/lib/jvm; the newest of the last wins.

jdk_release() { # DIR -> feature release of a full JDK, or 0
    local version
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || { echo 0; return; }
    if [ -r "$1/release" ]; then
        version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" | head -n 1)
    fi
    [ -n "${version:-}" ] || version=$("$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
    echo "${version:-0}"
}

find_jdk() {
    local candidate release best=0 best_dir='' on_path=''
    if command -v javac >/dev/null 2>&1; then
        on_path=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    fi
    for candidate in "${JAVA_HOME:-}" "$on_path"; do
        [ -n "$candidate" ] || continue
        if [ "$(jdk_release "$candidate")" -ge 22 ]; then
            export JAVA_HOME="$candidate"
            return 0
        fi
    done
    for candidate in /usr/lib/jvm/*/; do
        candidate=${candidate%/}
        release=$(jdk_release "$candidate")
        if [ "$release" -ge 22 ] && [ "$release" -gt "$best" ]; then
            best=$release
            best_dir=$candidate
        fi
    done
    if [ -n "$best_dir" ]; then
        export JAVA_HOME="$best_dir"
        return 0
    fi
    echo "${0##*/}: no JDK of release 22 or later in JAVA_HOME, on PATH or under /usr/lib/jvm;" \
        "install one (Debian 13: apt-get install openjdk-25-jdk-headless; elsewhere: the package temurin-25-jdk from adoptium.net) or set JAVA_HOME." >&2
    return 1
}

need_maven() {
    command -v mvn >/dev/null 2>&1 && return 0
    echo "${0##*/}: Maven is not installed; install it (Debian: apt-get install maven)." >&2
    return 1
}
