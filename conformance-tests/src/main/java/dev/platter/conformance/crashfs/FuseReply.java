package dev.platter.conformance.crashfs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * The answer to one request, built in place: a header, then fields in the order of their structure.
 * One thread's, used again for the next.
 *
 * <pre>
 *   0  length   4  error (0 or -errno)   8  unique (u64)   16  fields
 * </pre>
 */
final class FuseReply {
    private static final int S_IFDIR = 0040000;
    private static final int S_IFREG = 0100000;
    private static final int DT_REG = 8;
    private static final int BLOCK_BYTES = 4096;
    private static final long NAME_SECONDS = 0;

    final MemorySegment message;
    private int end;

    FuseReply(MemorySegment message) {
        this.message = message;
    }

    void clear() {
        end = Fuse.OUT_HEADER_BYTES;
    }

    FuseReply put(int value) {
        message.set(JAVA_INT_UNALIGNED, end, value);
        end += Integer.BYTES;
        return this;
    }

    FuseReply put(long value) {
        message.set(JAVA_LONG_UNALIGNED, end, value);
        end += Long.BYTES;
        return this;
    }

    FuseReply putShort(int value) {
        message.set(JAVA_SHORT_UNALIGNED, end, (short) value);
        end += Short.BYTES;
        return this;
    }

    FuseReply zeroes(int bytes) {
        message.asSlice(end, bytes).fill((byte) 0);
        end += bytes;
        return this;
    }

    /** Where the next field goes; data may be put there, and is counted by {@link #skip}. */
    int position() {
        return end;
    }

    void skip(int bytes) {
        end += bytes;
    }

    /** {@code struct fuse_entry_out}: nothing may be remembered. */
    void entry(CrashFile file) {
        put(file.number).put(0L).put(NAME_SECONDS).put(0L).put(0).put(0);
        attributes(file);
    }

    /** {@code struct fuse_attr_out}. */
    void attributesOut(CrashFile file) {
        put(0L).put(0).put(0);
        attributes(file);
    }

    /** {@code struct fuse_attr_out} of the root folder. */
    void rootAttributesOut() {
        put(0L).put(0).put(0);
        attributes(Fuse.ROOT, 0, 0, S_IFDIR | 0755);
    }

    private void attributes(CrashFile file) {
        attributes(file.number, file.sizeBytes(), file.allocatedBytes(), S_IFREG | file.mode);
    }

    private void attributes(long number, long sizeBytes, long allocatedBytes, int mode) {
        put(number).put(sizeBytes).put(allocatedBytes / 512);
        zeroes(3 * Long.BYTES + 3 * Integer.BYTES);
        put(mode).put(1).put(0).put(0).put(0).put(BLOCK_BYTES).put(0);
    }

    /** {@code struct fuse_dirent}; false, with nothing added, where it would exceed a limit. */
    boolean entryName(String name, long number, long cookie, int limitBytes) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        int padded = 24 + (bytes.length + 7) / 8 * 8;
        if (end + padded > Fuse.OUT_HEADER_BYTES + limitBytes) {
            return false;
        }
        put(number).put(cookie).put(bytes.length).put(DT_REG);
        MemorySegment.copy(bytes, 0, message, JAVA_BYTE, end, bytes.length);
        message.asSlice(end + bytes.length, padded - 24 - bytes.length).fill((byte) 0);
        end += padded - 24;
        return true;
    }

    /**
     * Completes the header.
     *
     * @param error 0 or a negative errno, which leaves out the fields
     * @return the whole length in bytes
     */
    int complete(long unique, int error) {
        int length = error == 0 ? end : Fuse.OUT_HEADER_BYTES;
        message.set(JAVA_INT_UNALIGNED, 0, length);
        message.set(JAVA_INT_UNALIGNED, 4, error);
        message.set(JAVA_LONG_UNALIGNED, 8, unique);
        return length;
    }
}
