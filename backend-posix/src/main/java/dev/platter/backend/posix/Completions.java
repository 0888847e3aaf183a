package dev.platter.backend.posix;

import dev.platter.linux.EventFd;
import dev.platter.linux.LinuxException;

/**
 * The way of ended requests from the pool's threads to the owner of their queue, with a descriptor
 * for an owner that sleeps. Any thread may {@link #add} and {@link #wake}; the rest is the owner's.
 *
 * <p>The descriptor is signalled only while the owner has said that it is about to wait. A thread
 * adds its slot and then looks whether the owner waits; the owner says that it waits and then looks
 * for slots. Both in the order of volatile accesses, so one sees the other.
 */
final class Completions implements AutoCloseable {
    private static final int WAITS = 0;

    private final SlotBits ended;
    private final SlotBits owner = new SlotBits(1);
    private final EventFd event;

    /** Whether the owner has said that it waits, and not taken it back. */
    private boolean announced;

    /** Signals that have been given, or will be in a moment, and are not drained. */
    private long owedSignals;

    Completions(int capacity) throws LinuxException {
        ended = new SlotBits(capacity);
        event = EventFd.create();
    }

    int fd() {
        return event.fd();
    }

    int wordCount() {
        return ended.wordCount();
    }

    /** A request has ended, with its result set. */
    void add(int slot) {
        ended.add(slot);
        wake();
    }

    /** Has the owner poll. */
    void wake() {
        // Looked at first: an owner that is awake does not have to give up its cache line.
        if (owner.contains(WAITS) && owner.remove(WAITS)) {
            event.signal();
        }
    }

    boolean isEmpty() {
        return ended.isEmpty();
    }

    /** Takes the ended requests of a word, as {@link SlotBits#removeWord}. */
    long takeWord(int word) {
        return ended.removeWord(word);
    }

    /** Says that the owner is about to wait, if it cannot be told of anything now. */
    void announceWait() {
        if (!announced) {
            announced = true;
            owner.add(WAITS);
        }
    }

    /** Takes that back, and makes the descriptor unreadable again if it was signalled. */
    void awake() {
        if (announced) {
            announced = false;
            if (!owner.remove(WAITS)) {
                owedSignals++;
            }
        }
        if (owedSignals > 0) {
            // One that is still on its way makes the owner poll once for nothing, and drain it
            // then.
            owedSignals -= Math.max(0, event.drain());
        }
    }

    @Override
    public void close() {
        event.close();
    }
}
