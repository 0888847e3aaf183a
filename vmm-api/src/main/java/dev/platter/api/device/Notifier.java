package dev.platter.api.device;

/**
 * A notification from one side to another: a call to the guest that requests were used, or a
 * wake-up of a queue's owner. May be given by any thread, never blocks, and may be merged with
 * others.
 */
@FunctionalInterface
public interface Notifier {
    /** A notifier that tells nobody. */
    Notifier NONE = () -> {};

    /** Gives the notification. */
    void signal();
}
