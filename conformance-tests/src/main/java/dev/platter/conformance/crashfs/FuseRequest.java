package dev.platter.conformance.crashfs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * One request as it was read from the kernel: a header, then the operation's own fields, then names
 * or data. One thread's, used again for the next.
 *
 * <pre>
 *   0  length   4  opcode   8  unique (u64)   16  node (u64)   24  uid, gid, pid   40  fields
 * </pre>
 */
final class FuseRequest {
    final MemorySegment message;
    private int lengthBytes;

    FuseRequest(MemorySegment message) {
        this.message = message;
    }

    void received(int bytes) {
        lengthBytes = bytes;
    }

    int opcode() {
        return message.get(JAVA_INT_UNALIGNED, 4);
    }

    long unique() {
        return message.get(JAVA_LONG_UNALIGNED, 8);
    }

    long node() {
        return message.get(JAVA_LONG_UNALIGNED, 16);
    }

    /** A 32-bit field behind the header. */
    int intField(int offset) {
        return message.get(JAVA_INT_UNALIGNED, Fuse.IN_HEADER_BYTES + offset);
    }

    /** A 64-bit field behind the header. */
    long longField(int offset) {
        return message.get(JAVA_LONG_UNALIGNED, Fuse.IN_HEADER_BYTES + offset);
    }

    /** The name that starts at an offset behind the header, up to its zero byte. */
    String name(int offset) {
        int start = Fuse.IN_HEADER_BYTES + offset;
        int end = start;
        while (end < lengthBytes && message.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        byte[] bytes = message.asSlice(start, end - start).toArray(JAVA_BYTE);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** How many bytes the name at an offset takes, its zero byte included. */
    int nameBytes(int offset) {
        return name(offset).getBytes(StandardCharsets.UTF_8).length + 1;
    }
}
