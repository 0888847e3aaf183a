# Sourced, not run. How the packaged command in the folder APP is started on the JDK JAVA_HOME of a RELEASE:
#
#   exec_platter APP RELEASE ARGUMENT...    becomes it; PLATTER_JAVA_OPTS are more options of the JVM
#   java_options APP RELEASE                sets java_flags and java_class_path, and for
#                                           scripts/make-start-cache, which makes the start-up cache:
#       java_cache, java_cache_label        its file, and the text beside it that says for which jars it is
#       java_cache_output                   the option that makes it

java_options() {
    local app=$1 release=$2 jar
    java_flags=(
        # The one module that calls the C library is on the class path.
        --enable-native-access=ALL-UNNAMED
        # The data path allocates nothing, so there is nothing for a concurrent collector to do; the
        # serial one has no threads and no tables of its own.
        -XX:+UseSerialGC
        # What an idle server has on its heap fits in 8 MiB; a guest's data is never there. The bound is
        # for what grows with disks and queues: slots, and what their set-up leaves for the collector.
        -Xms8m -Xmx256m
        # What the compilers used stays with malloc: some 15 MiB after the start. The JVM drops its spare
        # chunks every five seconds; a second later this hands them back to the host. Nothing on the data
        # path calls malloc, so nothing there waits for it.
        -XX:TrimNativeHeapInterval=6000
        # No file in /tmp that every server maps and updates; jcmd finds it by process number all the same.
        -XX:-UsePerfData
    )
    # Nobody asked for the JVM's own log: what it has to say of a cache that does not fit goes with it, and
    # errors go where errors belong.
    java_flags+=(-Xlog:disable '-Xlog:all=error,aot*=off,cds*=off:stderr')
    java_class_path=
    for jar in "$app"/lib/*.jar; do
        java_class_path+="${java_class_path:+:}$jar"
    done
    if [ "$release" -ge 25 ]; then
        # 8 bytes less in every object, for a heap and a cache that are a tenth smaller.
        java_flags+=(-XX:+UseCompactObjectHeaders)
        # Classes loaded and linked, heap objects of the JDK's start, and profiles for the compilers
        # (JEP 483, 514, 515).
        java_cache="$app/platter.aot"
        java_cache_input=-XX:AOTCache
        java_cache_output=-XX:AOTCacheOutput
    else
        # Classes loaded only: AppCDS.
        java_cache="$app/platter.jsa"
        java_cache_input=-XX:SharedArchiveFile
        java_cache_output=-XX:ArchiveClassesAtExit
    fi    # Names, sizes and times. JDK 25 checks the JDK and its options against an AOT cache but not the class
    # path (its record of it is empty in a cache made in one step): it would run classes of a jar that has
    # been replaced since.
    java_cache_label=$(stat -c '%n %s %y' "$app"/lib/*.jar 2>/dev/null || true)
}

exec_platter() {
    local app=$1 release=$2
    shift 2
    java_options "$app" "$release"
    if [ -r "$java_cache" ] && [ -r "$java_cache.jars" ] &&
        [ "$java_cache_label" = "$(<"$java_cache.jars")" ]; then
        java_flags+=("$java_cache_input=$java_cache")
    fi
    exec "$JAVA_HOME/bin/java" "${java_flags[@]}" ${PLATTER_JAVA_OPTS:-} \
        -cp "$java_class_path" dev.platter.cli.Main "$@"
}
