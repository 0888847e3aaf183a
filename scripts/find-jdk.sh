# Sourced, not run: find_jdk sets JAVA_HOME to a JDK of release 22 or later and java_release to its feature
# release, or fails with a sentence.
# Looks at JAVA_HOME, then the java and javac on PATH, then /usr/lib/jvm; the newest of the last wins.
# Starts no process where JAVA_HOME and its release file tell: every start of ./platter waits for it.

read_release() { # DIR: sets java_release to the feature release of a full JDK, or 0
    local line
    java_release=0
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    if [ -r "$1/release" ]; then
        while read -r line; do
            if [[ $line =~ ^JAVA_VERSION=\"([0-9]+) ]]; then
                java_release=${BASH_REMATCH[1]}
                return 0
            fi
        done <"$1/release"
    fi
    line=$("$1/bin/javac" -version 2>&1 || true)
    [[ ! $line =~ ^javac\ ([0-9]+) ]] || java_release=${BASH_REMATCH[1]}
}

find_jdk() {
    local candidate best=0 best_dir=''
    if [ -n "${JAVA_HOME:-}" ]; then
        read_release "$JAVA_HOME"
        [ "$java_release" -lt 22 ] || { export JAVA_HOME; return 0; }
    fi
    if command -v javac >/dev/null 2>&1; then
        candidate=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
        read_release "$candidate"
        [ "$java_release" -lt 22 ] || { export JAVA_HOME="$candidate"; return 0; }
    fi
    for candidate in /usr/lib/jvm/*/; do
        candidate=${candidate%/}
        read_release "$candidate"
        if [ "$java_release" -ge 22 ] && [ "$java_release" -gt "$best" ]; then
            best=$java_release
            best_dir=$candidate
        fi
    done
    if [ -n "$best_dir" ]; then
        export JAVA_HOME="$best_dir"
        java_release=$best
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
