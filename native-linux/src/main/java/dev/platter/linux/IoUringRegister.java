package dev.platter.linux;

/** Operations of {@code io_uring_register(2)}. Source: {@code linux/io_uring.h}. */
public final class IoUringRegister {
    /** Registers an array of {@code struct iovec}: buffers, whose pages are pinned by it. */
    public static final int BUFFERS = 0;

    /** Takes all registered buffers back. */
    public static final int UNREGISTER_BUFFERS = 1;

    /** Registers an array of descriptors; -1 leaves a place empty. */
    public static final int FILES = 2;

    /** Takes all registered descriptors back. */
    public static final int UNREGISTER_FILES = 3;

    /** Replaces registered descriptors: {@link #FILES_UPDATE_BYTES}. */
    public static final int FILES_UPDATE = 6;

    /** Asks which operations are known: {@link #PROBE_BYTES}. */
    public static final int PROBE = 8;

    /** Enables a ring of {@link IoUringSetup#R_DISABLED}. */
    public static final int ENABLE_RINGS = 12;

    /** Registers rings with the calling thread: {@link #RING_UPDATE_BYTES}; since Linux 5.18. */
    public static final int RING_FDS = 20;

    /** Takes rings back from the calling thread. */
    public static final int UNREGISTER_RING_FDS = 21;

    /**
     * {@code sizeof(struct io_uring_files_update)}: the first place (32 bits at 0) and the address
     * of the descriptors (64 bits at 8).
     */
    public static final int FILES_UPDATE_BYTES = 16;

    /**
     * {@code sizeof(struct io_uring_rsrc_update)} as rings use it: the place (32 bits at 0, -1 for
     * any) and the descriptor (64 bits at 8).
     */
    public static final int RING_UPDATE_BYTES = 16;

    /** The second member of either structure. */
    public static final int UPDATE_DATA_OFFSET = 8;

    /** {@code struct io_uring_probe}: 16 bytes, the first of them the last known operation. */
    public static final int PROBE_BYTES = 16;

    /** {@code struct io_uring_probe_op}: 8 bytes, flags (16 bits) at 2. */
    public static final int PROBE_ENTRY_BYTES = 8;

    /** The flags of an operation in its entry of a probe. */
    public static final int PROBE_FLAGS_OFFSET = 2;

    /** The flag of an operation that is known: {@code IO_URING_OP_SUPPORTED}. */
    public static final int PROBE_SUPPORTED = 1;

    private IoUringRegister() {}
}
