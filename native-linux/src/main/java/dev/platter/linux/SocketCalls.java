package dev.platter.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The calls that make and end Unix stream sockets; each answers 0 or more, or {@code -errno}. */
final class SocketCalls {
    /** Source: {@code asm-generic/socket.h}. */
    private static final int SOL_SOCKET = 1;

    static final int SHUT_RDWR = 2;

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = OpenFlags.O_CLOEXEC;

    private static final FunctionDescriptor WITH_ADDRESS =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final FunctionDescriptor TWO_INTS =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SOCKET =
            Downcalls.link("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND = Downcalls.link("bind", WITH_ADDRESS);
    private static final MethodHandle FCHMOD = Downcalls.link("fchmod", TWO_INTS);
    private static final MethodHandle LISTEN = Downcalls.link("listen", TWO_INTS);

    private SocketCalls() {}

    static int socket() {
        CallState state = CallState.ofThread();
        try {
            return state.answer(
                    (int)
                            SOCKET.invokeExact(
                                    state.segment(), AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    static int pair(MemorySegment ends) {
        CallState state = CallState.ofThread();
        try {
            return state.answer(
                    (int)
                            Lazy.SOCKETPAIR.invokeExact(
                                    state.segment(), AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    static int bind(int fd, MemorySegment address) {
        CallState state = CallState.ofThread();
        try {
            return state.answer(
                    (int) BIND.invokeExact(state.segment(), fd, address, (int) address.byteSize()));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    static int connect(int fd, MemorySegment address) {
        CallState state = CallState.ofThread();
        try {
            return state.answer(
                    (int)
                            Lazy.CONNECT.invokeExact(
                                    state.segment(), fd, address, (int) address.byteSize()));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    static int fchmod(int fd, int mode) {
        CallState state = CallState.ofThread();
        try {
            return state.answer((int) FCHMOD.invokeExact(state.segment(), fd, mode));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    static int listen(int fd, int backlog) {
        CallState state = CallState.ofThread();
        try {
            return state.answer((int) LISTEN.invokeExact(state.segment(), fd, backlog));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    static int shutdown(int fd, int how) {
        CallState state = CallState.ofThread();
        try {
            return state.answer((int) Lazy.SHUTDOWN.invokeExact(state.segment(), fd, how));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    static int accept(int fd) {
        CallState state = CallState.ofThread();
        try {
            return state.answer(
                    (int)
                            Lazy.ACCEPT4.invokeExact(
                                    state.segment(),
                                    fd,
                                    MemorySegment.NULL,
                                    MemorySegment.NULL,
                                    SOCK_CLOEXEC));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    static int option(int fd, int name, MemorySegment value, MemorySegment length) {
        CallState state = CallState.ofThread();
        try {
            return state.answer(
                    (int)
                            Lazy.GETSOCKOPT.invokeExact(
                                    state.segment(), fd, SOL_SOCKET, name, value, length));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    static int setOption(int fd, int name, MemorySegment value) {
        CallState state = CallState.ofThread();
        try {
            return state.answer(
                    (int)
                            Lazy.SETSOCKOPT.invokeExact(
                                    state.segment(),
                                    fd,
                                    SOL_SOCKET,
                                    name,
                                    value,
                                    (int) value.byteSize()));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    /** Of use once there is a front-end; linked when first used: see {@link Downcalls}. */
    private static final class Lazy {
        static final MethodHandle SOCKETPAIR =
                Downcalls.link(
                        "socketpair",
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
        static final MethodHandle CONNECT = Downcalls.link("connect", WITH_ADDRESS);
        static final MethodHandle SHUTDOWN = Downcalls.link("shutdown", TWO_INTS);
        static final MethodHandle ACCEPT4 =
                Downcalls.link(
                        "accept4",
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        static final MethodHandle GETSOCKOPT =
                Downcalls.link(
                        "getsockopt",
                        FunctionDescriptor.of(
                                JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
        static final MethodHandle SETSOCKOPT =
                Downcalls.link(
                        "setsockopt",
                        FunctionDescriptor.of(
                                JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    }
}
