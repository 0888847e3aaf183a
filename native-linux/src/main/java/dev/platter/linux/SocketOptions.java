package dev.platter.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Options of a socket. Source: {@code socket(7)}; the numbers, {@code asm-generic/socket.h}. */
final class SocketOptions {
    private static final int SO_PEERCRED = 17;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;

    /** {@code struct ucred}: process, user and group, 4 bytes each. */
    private static final int UCRED_BYTES = 12;

    private static final long MILLIS_PER_SECOND = 1_000;
    private static final long MICROS_PER_MILLI = 1_000;

    private SocketOptions() {}

    static void setTimeouts(int fd, long receiveMillis, long sendMillis) throws LinuxException {
        setTimeout(fd, SO_RCVTIMEO, receiveMillis);
        setTimeout(fd, SO_SNDTIMEO, sendMillis);
    }

    private static void setTimeout(int fd, int option, long millis) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeval = arena.allocate(JAVA_LONG, 2);
            timeval.setAtIndex(JAVA_LONG, 0, millis / MILLIS_PER_SECOND);
            timeval.setAtIndex(JAVA_LONG, 1, millis % MILLIS_PER_SECOND * MICROS_PER_MILLI);
            int answer = SocketCalls.setOption(fd, option, timeval);
            LinuxException.check(answer, "setsockopt", fd);
        }
    }

    static PeerCredentials peerCredentials(int fd) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ucred = arena.allocate(UCRED_BYTES, Integer.BYTES);
            MemorySegment length = arena.allocateFrom(JAVA_INT, UCRED_BYTES);
            int answer = SocketCalls.option(fd, SO_PEERCRED, ucred, length);
            LinuxException.check(answer, "getsockopt", fd);
            return new PeerCredentials(
                    ucred.getAtIndex(JAVA_INT, 0),
                    ucred.getAtIndex(JAVA_INT, 1),
                    ucred.getAtIndex(JAVA_INT, 2));
        }
    }
}
