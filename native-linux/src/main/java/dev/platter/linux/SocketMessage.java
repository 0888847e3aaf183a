package dev.platter.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A {@code struct msghdr} with its one {@code iovec} and its control buffer, for one direction of
 * one socket. Source: {@code linux/socket.h} as the C library shows it, {@code unix(7)}.
 *
 * <pre>
 *  struct msghdr    0 name  8 namelen  16 iov  24 iovlen  32 control  40 controllen  48 flags
 *  struct cmsghdr   0 len (with this header)  8 level  12 type  16 data; next at a multiple of 8
 * </pre>
 */
final class SocketMessage {
    /** {@code SCM_MAX_FD}: how many descriptors one message carries at most. */
    static final int MAX_DESCRIPTORS = 253;

    private static final int HEADER_BYTES = 56;
    private static final int IOV_OFFSET = 16;
    private static final int IOV_COUNT_OFFSET = 24;
    private static final int CONTROL_OFFSET = 32;
    private static final int CONTROL_LENGTH_OFFSET = 40;
    private static final int FLAGS_OFFSET = 48;

    private static final int IOVEC_BYTES = 16;
    private static final int IOVEC_LENGTH_OFFSET = 8;

    private static final int CONTROL_LEVEL_OFFSET = 8;
    private static final int CONTROL_TYPE_OFFSET = 12;
    private static final int CONTROL_DATA_OFFSET = 16;
    private static final int CONTROL_ALIGNMENT = 8;

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CTRUNC = 0x8;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private static final FunctionDescriptor TRANSFER =
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);

    private final CallState state;
    private final MemorySegment header;
    private final MemorySegment iovec;
    private final MemorySegment control;

    SocketMessage(Arena arena) {
        state = new CallState(arena);
        header = arena.allocate(HEADER_BYTES, Long.BYTES);
        iovec = arena.allocate(IOVEC_BYTES, Long.BYTES);
        control = arena.allocate(controlBytes(MAX_DESCRIPTORS), Long.BYTES);
        header.set(ADDRESS, IOV_OFFSET, iovec);
        header.set(JAVA_LONG, IOV_COUNT_OFFSET, 1);
    }

    /** One {@code recvmsg}: bytes received, 0 at the end, or {@code -errno}. */
    long receive(int fd, MemorySegment target, ReceivedDescriptors descriptors) {
        prepare(target, controlBytes(descriptors.capacity()));
        try {
            long answer =
                    state.answer(
                            (long)
                                    Lazy.RECVMSG.invokeExact(
                                            state.segment(), fd, header, MSG_CMSG_CLOEXEC));
            if (answer >= 0) {
                collect(descriptors);
            }
            return answer;
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    /** One {@code sendmsg}: bytes sent, or {@code -errno}. */
    long send(int fd, MemorySegment source, int... descriptors) {
        prepare(source, descriptors.length == 0 ? 0 : controlBytes(descriptors.length));
        if (descriptors.length > 0) {
            long length = CONTROL_DATA_OFFSET + (long) Integer.BYTES * descriptors.length;
            control.set(JAVA_LONG, 0, length);
            control.set(JAVA_INT, CONTROL_LEVEL_OFFSET, SOL_SOCKET);
            control.set(JAVA_INT, CONTROL_TYPE_OFFSET, SCM_RIGHTS);
            MemorySegment.copy(
                    descriptors, 0, control, JAVA_INT, CONTROL_DATA_OFFSET, descriptors.length);
        }
        try {
            return state.answer(
                    (long) Lazy.SENDMSG.invokeExact(state.segment(), fd, header, MSG_NOSIGNAL));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    private void prepare(MemorySegment data, long controlLength) {
        iovec.set(ADDRESS, 0, data);
        iovec.set(JAVA_LONG, IOVEC_LENGTH_OFFSET, data.byteSize());
        header.set(ADDRESS, CONTROL_OFFSET, controlLength == 0 ? MemorySegment.NULL : control);
        header.set(JAVA_LONG, CONTROL_LENGTH_OFFSET, controlLength);
        header.set(JAVA_INT, FLAGS_OFFSET, 0);
    }

    private void collect(ReceivedDescriptors descriptors) {
        if ((header.get(JAVA_INT, FLAGS_OFFSET) & MSG_CTRUNC) != 0) {
            descriptors.markTruncated();
        }
        long end = header.get(JAVA_LONG, CONTROL_LENGTH_OFFSET);
        long at = 0;
        while (end - at >= CONTROL_DATA_OFFSET) {
            long length = control.get(JAVA_LONG, at);
            if (length < CONTROL_DATA_OFFSET || length > end - at) {
                return;
            }
            if (control.get(JAVA_INT, at + CONTROL_LEVEL_OFFSET) == SOL_SOCKET
                    && control.get(JAVA_INT, at + CONTROL_TYPE_OFFSET) == SCM_RIGHTS) {
                collect(descriptors, at + CONTROL_DATA_OFFSET, at + length);
            }
            at += aligned(length);
        }
    }

    private void collect(ReceivedDescriptors descriptors, long from, long end) {
        for (long at = from; end - at >= Integer.BYTES; at += Integer.BYTES) {
            descriptors.add(control.get(JAVA_INT, at));
        }
    }

    private static long controlBytes(int descriptors) {
        return CONTROL_DATA_OFFSET + aligned((long) Integer.BYTES * descriptors);
    }

    private static long aligned(long length) {
        return (length + CONTROL_ALIGNMENT - 1) & -CONTROL_ALIGNMENT;
    }

    /** Linked when first used: see {@link Downcalls}. */
    private static final class Lazy {
        static final MethodHandle SENDMSG = Downcalls.link("sendmsg", TRANSFER);
        static final MethodHandle RECVMSG = Downcalls.link("recvmsg", TRANSFER);
    }
}
