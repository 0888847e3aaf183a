package dev.platter.linux;

/** How a wait for a socket ended. */
public enum Readiness {
    /** The socket can go on, or will tell of an error. */
    READY,

    /** The wake descriptor became readable; whoever waits drains it. */
    WOKEN,

    /** The time ran out. */
    TIMED_OUT
}
