package dev.platter.backend.uring;

/**
 * What a submission carries to its completion: the slot of its request, and which part of the
 * request it is.
 *
 * <pre>
 *  63        34   33 32   31                  0
 *  +------------+-------+---------------------+
 *  | 0          | part  | slot                |
 *  +------------+-------+---------------------+
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

    private static final int PART_SHIFT = 32;

    private UserData() {}

    static long of(int slot, int part) {
        return (long) part << PART_SHIFT | slot;
    }

    static int slot(long userData) {
        return (int) userData;
    }

    static int part(long userData) {
        return (int) (userData >>> PART_SHIFT);
    }

    static long orphaned(long userData) {
        return of(slot(userData), ORPHAN);
    }
}
