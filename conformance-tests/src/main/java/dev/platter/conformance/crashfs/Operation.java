package dev.platter.conformance.crashfs;

/**
 * One operation on a file as the kernel asked for it, and how it was answered.
 *
 * @param file the file's name
 * @param offset in bytes; 0 of an fsync, the new size of a truncation
 * @param length in bytes; 0 of an fsync and of a truncation
 * @param flags of a write, the open flags that hold for it ({@code O_DSYNC}, {@code O_DIRECT}); of
 *     a fallocate, its mode; of an fsync, 1 if only the data is asked for
 * @param result bytes transferred, or 0, or a negative errno
 */
public record Operation(
        OperationKind kind, String file, long offset, long length, int flags, int result) {
    private static final int O_DSYNC = 0x1000;
    private static final int O_SYNC_ONLY = 0x100000;
    private static final int KEEP_SIZE = 0x1;
    private static final int PUNCH_HOLE = 0x2;
    private static final int ZERO_RANGE = 0x10;

    /** Whether it is a write that is to be durable when it is answered. */
    public boolean durableWrite() {
        return kind == OperationKind.WRITE && (flags & O_DSYNC) != 0;
    }

    /**
     * The request in one line, without file and result: {@code write 4096+512 dsync}, {@code
     * fdatasync}, {@code punch 0+4096}.
     */
    public String request() {
        return switch (kind) {
            case READ -> "read " + range();
            case WRITE -> "write " + range() + durability();
            case FSYNC -> (flags & 1) != 0 ? "fdatasync" : "fsync";
            case FALLOCATE -> fallocation() + " " + range();
            case TRUNCATE -> "truncate " + offset;
        };
    }

    private String range() {
        return offset + "+" + length;
    }

    private String durability() {
        if ((flags & O_DSYNC) == 0) {
            return "";
        }
        return (flags & O_SYNC_ONLY) != 0 ? " sync" : " dsync";
    }

    private String fallocation() {
        if ((flags & PUNCH_HOLE) != 0) {
            return "punch";
        }
        String name = (flags & ZERO_RANGE) != 0 ? "zero" : "allocate";
        return (flags & KEEP_SIZE) != 0 ? name : name + "-growing";
    }

    /** The request, its file and its result. */
    @Override
    public String toString() {
        return request() + " of " + file + " = " + result;
    }
}
