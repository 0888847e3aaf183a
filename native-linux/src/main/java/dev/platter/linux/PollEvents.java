package dev.platter.linux;

/**
 * Events of {@code poll(2)} and {@code epoll(7)}, which number them alike. Source: {@code
 * asm-generic/poll.h}, {@code linux/eventpoll.h}.
 */
public final class PollEvents {
    /** There is something to read. */
    public static final int IN = 0x1;

    /** There is room to write. */
    public static final int OUT = 0x4;

    /** An error; always reported. */
    public static final int ERR = 0x8;

    /** The other end is gone; always reported. */
    public static final int HUP = 0x10;

    /** The descriptor is not open; always reported, by {@code poll} alone. */
    public static final int NVAL = 0x20;

    /** The other end will send no more. */
    public static final int RDHUP = 0x2000;

    /** Reported once, until {@link Epoll#modify} arms it again; {@code epoll} alone. */
    public static final int ONESHOT = 1 << 30;

    /** Reported when it comes about and not while it lasts; {@code epoll} alone. */
    public static final int EDGE_TRIGGERED = 1 << 31;

    private PollEvents() {}
}
