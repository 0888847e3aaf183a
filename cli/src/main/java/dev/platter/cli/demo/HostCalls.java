package dev.platter.cli.demo;

/**
 * The system calls on one image that make the difference between cache modes.
 *
 * @param writes writes without a durability flag
 * @param durableWrites {@code pwritev2} with {@code RWF_DSYNC}
 * @param syncs {@code fdatasync} and {@code fsync}
 */
record HostCalls(long writes, long durableWrites, long syncs) {
    static final HostCalls NONE = new HostCalls(0, 0, 0);

    HostCalls plus(HostCalls other) {
        return new HostCalls(
                writes + other.writes, durableWrites + other.durableWrites, syncs + other.syncs);
    }

    /** As a table cell: {@code 16 write + 16 fdatasync}. */
    String text() {
        StringBuilder text = new StringBuilder();
        append(text, writes, "write");
        append(text, durableWrites, "write+DSYNC");
        append(text, syncs, "fdatasync");
        return text.isEmpty() ? "none" : text.toString();
    }

    private static void append(StringBuilder text, long count, String name) {
        if (count > 0) {
            text.append(text.isEmpty() ? "" : " + ").append(count).append(' ').append(name);
        }
    }
}
