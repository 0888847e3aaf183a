package dev.platter.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A few descriptors to wait for by {@code poll(2)}: an array of {@code struct pollfd}, allocated
 * once. One thread uses it at a time.
 *
 * <pre>
 *  struct pollfd   0       4         6         8
 *                  +-------+---------+---------+
 *                  | fd    | events  | revents |   native byte order
 *                  +-------+---------+---------+
 * </pre>
 */
public final class PollSet {
    private static final int ENTRY_BYTES = 8;
    private static final int EVENTS_OFFSET = 4;
    private static final int RETURNED_OFFSET = 6;

    private static final MethodHandle POLL =
            Downcalls.link("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private final CallState state;
    private final MemorySegment entries;
    private final int capacity;

    /** Allocates a set whose places are all empty. */
    public PollSet(int capacity) {
        this.capacity = capacity;
        Arena arena = Arena.ofAuto();
        state = new CallState(arena);
        entries = arena.allocate((long) ENTRY_BYTES * capacity, Integer.BYTES);
        for (int i = 0; i < capacity; i++) {
            set(i, -1, 0);
        }
    }

    /**
     * Fills one place.
     *
     * @param fd a descriptor, or -1 to leave the place empty
     * @param events of {@link PollEvents}
     */
    public void set(int place, int fd, int events) {
        long entry = (long) place * ENTRY_BYTES;
        entries.set(JAVA_INT, entry, fd);
        entries.set(JAVA_SHORT, entry + EVENTS_OFFSET, (short) events);
        entries.set(JAVA_SHORT, entry + RETURNED_OFFSET, (short) 0);
    }

    /**
     * Waits until something comes about; a signal does not end the wait. Allocates nothing.
     *
     * @param timeoutMillis negative waits without end
     * @return how many places have events, 0 when the time ran out, or {@code -errno}
     */
    public int await(long timeoutMillis) {
        long deadline = Timeout.deadline(timeoutMillis);
        int answer;
        do {
            answer = poll(Timeout.remainingMillis(timeoutMillis, deadline));
        } while (answer == -Errnos.EINTR);
        return answer;
    }

    /** What came about in one place, of {@link PollEvents}. */
    public int returned(int place) {
        return entries.get(JAVA_SHORT, (long) place * ENTRY_BYTES + RETURNED_OFFSET);
    }

    private int poll(int timeoutMillis) {
        try {
            long count = capacity;
            return state.answer(
                    (int) POLL.invokeExact(state.segment(), entries, count, timeoutMillis));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }
}
