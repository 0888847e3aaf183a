package dev.platter.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What is asked of {@code io_uring_setup(2)} and what it answers: {@code struct io_uring_params}.
 * Source: {@code linux/io_uring.h}. One thread at a time.
 *
 * <pre>
 *   0            4            8       12              20         24      28
 *   +------------+------------+-------+---------------+----------+-------+-----------+
 *   | sq_entries | cq_entries | flags | sq_thread_cpu | features | wq_fd | resv[3]   |
 *   |            |            |       | sq_thread_idle|          |       |           |
 *   +------------+------------+-------+---------------+----------+-------+-----------+
 *  40                                                                               80
 *   +------+------+-----------+--------------+-------+---------+-------+-------------+
 *   | head | tail | ring_mask | ring_entries | flags | dropped | array | resv        | sq_off
 *   +------+------+-----------+--------------+-------+---------+-------+-------------+
 *  80                                                                              120
 *   +------+------+-----------+--------------+----------+------+-------+-------------+
 *   | head | tail | ring_mask | ring_entries | overflow | cqes | flags | resv        | cq_off
 *   +------+------+-----------+--------------+----------+------+-------+-------------+
 * </pre>
 */
public final class IoUringParams {
    private static final long BYTES = 120;
    private static final int SQ_ENTRIES = 0;
    private static final int CQ_ENTRIES = 4;
    private static final int FLAGS = 8;
    private static final int SQ_THREAD_IDLE = 16;
    private static final int FEATURES = 20;
    private static final int WQ_FD = 24;
    private static final int SQ_OFF = 40;
    private static final int CQ_OFF = 80;
    private static final int HEAD = 0;
    private static final int TAIL = 4;
    private static final int SQ_FLAGS = 16;
    private static final int SQ_ARRAY = 24;
    private static final int CQ_CQES = 20;

    private final MemorySegment segment;

    /** Allocates a structure of zeroes. */
    public IoUringParams(Arena arena) {
        segment = arena.allocate(BYTES, Long.BYTES);
    }

    /**
     * Fills in the question anew; all else becomes 0.
     *
     * @param flags of {@link IoUringSetup}
     * @param completions the size of the completion queue, for {@link IoUringSetup#CQSIZE}
     */
    public void ask(int flags, int completions) {
        segment.fill((byte) 0);
        segment.set(JAVA_INT, FLAGS, flags);
        segment.set(JAVA_INT, CQ_ENTRIES, completions);
    }

    /**
     * Says more of the kernel thread of {@link IoUringSetup#SQPOLL}, behind {@link #ask}.
     *
     * @param idleMillis how long it polls in vain before it sleeps
     * @param ringFd the ring whose thread is shared with {@link IoUringSetup#ATTACH_WQ}
     */
    public void poller(int idleMillis, int ringFd) {
        segment.set(JAVA_INT, SQ_THREAD_IDLE, idleMillis);
        segment.set(JAVA_INT, WQ_FD, ringFd);
    }

    /** The structure, for the call. */
    public MemorySegment segment() {
        return segment;
    }

    /** The flags that were asked for, of {@link IoUringSetup}. */
    public int flags() {
        return segment.get(JAVA_INT, FLAGS);
    }

    /** What the kernel can do, of {@link IoUringFeatures}. */
    public int features() {
        return segment.get(JAVA_INT, FEATURES);
    }

    /** How many entries the submission queue got, a power of two. */
    public int submissions() {
        return segment.get(JAVA_INT, SQ_ENTRIES);
    }

    /** How many entries the completion queue got, a power of two. */
    public int completions() {
        return segment.get(JAVA_INT, CQ_ENTRIES);
    }

    /** Where the ring keeps the submission queue's head. */
    public int submissionHeadOffset() {
        return segment.get(JAVA_INT, SQ_OFF + HEAD);
    }

    /** Where the ring keeps the submission queue's tail. */
    public int submissionTailOffset() {
        return segment.get(JAVA_INT, SQ_OFF + TAIL);
    }

    /** Where the ring keeps the flags of {@link IoUringSq}. */
    public int submissionFlagsOffset() {
        return segment.get(JAVA_INT, SQ_OFF + SQ_FLAGS);
    }

    /** Where the array of indexes lies; without meaning with {@link IoUringSetup#NO_SQARRAY}. */
    public int submissionArrayOffset() {
        return segment.get(JAVA_INT, SQ_OFF + SQ_ARRAY);
    }

    /** Where the ring keeps the completion queue's head. */
    public int completionHeadOffset() {
        return segment.get(JAVA_INT, CQ_OFF + HEAD);
    }

    /** Where the ring keeps the completion queue's tail. */
    public int completionTailOffset() {
        return segment.get(JAVA_INT, CQ_OFF + TAIL);
    }

    /** Where the completions lie. */
    public int completionEntriesOffset() {
        return segment.get(JAVA_INT, CQ_OFF + CQ_CQES);
    }
}
