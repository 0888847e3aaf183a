package dev.platter.virtio.scsi;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Events that have been raised and not yet taken. Of equal ones the last is kept, and no more than
 * a few: what goes beyond is forgotten, and that something was is not. Thread-safe.
 */
final class EventBacklog {
    /** The most events that are kept. */
    static final int MOST = 64;

    private final ArrayDeque<Event> events = new ArrayDeque<>();
    private boolean overflowed;
    private volatile boolean empty = true;

    /** An event; the reason is what its type says about it. */
    record Event(int event, int target, int lun, int reason) {}

    /** Adds an event, behind all others. */
    synchronized void add(Event event) {
        // An earlier one says the same, but must not be overtaken by what undid it.
        events.remove(event);
        if (events.size() == MOST) {
            overflowed = true;
        } else {
            events.add(event);
        }
        empty = false;
    }

    /** Whether there is nothing to take; one load. */
    boolean isEmpty() {
        return empty;
    }

    /** Takes the oldest event, or null when all are taken. */
    synchronized @Nullable Event take() {
        Event event = events.poll();
        empty = events.isEmpty();
        return event;
    }

    /** Whether something was forgotten since this was asked last. */
    synchronized boolean takeOverflow() {
        boolean was = overflowed;
        overflowed = false;
        return was;
    }
}
