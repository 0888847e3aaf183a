package dev.platter.backend.uring;

/**
 * What a submission carries to its completion: the lane of the queue it belongs to, the slot of the
 * request, and which part of the request it is. Lane 0 is the loop's own: then the slot is the
 * number of a watch.
 *
 * <pre>
 *  63                 40 39           32 31                  0
 *  +--------------------+---------------+---------------------+
 *  | lane               | part          | slot                |
 *  +--------------------+---------------+---------------------+
 * </pre>
 */
final class UserData {
    /** A transfer, or a call on a range. */
    static final int CALL = 0;

    /** The synchronisation linked to a transfer. */
    static final int LINKED_SYNC = 1;

    /** A synchronisation that the ledger admitted. */
    static final int SYNC = 2;

    /** Nothing, in place of a linked synchronisation that lost its transfer. */
    static final int ORPHAN = 3;

    /** Of the loop: a watch, or its removal. */
    static final int WATCH = 4;

    static final int UNWATCH = 5;

    /** Of the loop: a signal to an eventfd, which is the slot. */
    static final int SIGNAL = 6;

    /** In no lane: the wish that an operation be given up, which is answered by that operation. */
    static final int CANCEL = 7;

    /** The lane of what belongs to no queue. */
    static final int NO_LANE = 0;

    private static final int PART_SHIFT = 32;
    private static final int LANE_SHIFT = 40;
    private static final int PART_MASK = 0xff;
    private static final long SLOT_MASK = 0xffff_ffffL;

    private UserData() {}

    static long of(int lane, int slot, int part) {
        return (long) lane << LANE_SHIFT | (long) part << PART_SHIFT | (slot & SLOT_MASK);
    }

    static int lane(long userData) {
        return (int) (userData >>> LANE_SHIFT);
    }

    static int slot(long userData) {
        return (int) userData;
    }

    static int part(long userData) {
        return (int) (userData >>> PART_SHIFT) & PART_MASK;
    }

    static long orphaned(long userData) {
        return of(lane(userData), slot(userData), ORPHAN);
    }
}
