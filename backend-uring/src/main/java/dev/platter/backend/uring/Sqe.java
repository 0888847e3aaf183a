package dev.platter.backend.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.platter.linux.IoUringSqe;
import java.lang.foreign.MemorySegment;

/**
 * A view of one submission, moved from entry to entry; the layout is drawn at {@link IoUringSqe}.
 * {@link #start} clears the entry, the other methods fill in a field each.
 */
final class Sqe {
    private final MemorySegment entries;
    private long at;

    Sqe(MemorySegment entries) {
        this.entries = entries;
    }

    /** Moves to an entry. */
    Sqe at(int index) {
        at = (long) index * IoUringSqe.BYTES;
        return this;
    }

    /**
     * Makes the entry an operation on a registered descriptor, all other fields 0.
     *
     * @param opcode of {@link dev.platter.linux.IoUringOp}
     * @param file the descriptor's place
     */
    Sqe start(int opcode, int file, long userData) {
        // The first eight bytes at once: opcode, flags, ioprio, fd. Little or big endian, the
        // opcode is the first byte; so it and the flags are written behind the clearing.
        for (long word = 0; word < IoUringSqe.BYTES; word += Long.BYTES) {
            entries.set(JAVA_LONG, at + word, 0);
        }
        entries.set(JAVA_BYTE, at + IoUringSqe.OPCODE, (byte) opcode);
        entries.set(JAVA_BYTE, at + IoUringSqe.FLAGS, (byte) IoUringSqe.FIXED_FILE);
        entries.set(JAVA_INT, at + IoUringSqe.FD, file);
        entries.set(JAVA_LONG, at + IoUringSqe.USER_DATA, userData);
        return this;
    }

    /** As {@link #start}, on a descriptor that is not registered. */
    Sqe startOn(int opcode, int fd, long userData) {
        start(opcode, fd, userData);
        entries.set(JAVA_BYTE, at + IoUringSqe.FLAGS, (byte) 0);
        return this;
    }

    /** Adds flags of the entry, such as {@link IoUringSqe#IO_LINK}. */
    Sqe flag(int flags) {
        entries.set(JAVA_BYTE, at + IoUringSqe.FLAGS, (byte) (flags() | flags));
        return this;
    }

    Sqe offset(long offsetBytes) {
        entries.set(JAVA_LONG, at + IoUringSqe.OFF, offsetBytes);
        return this;
    }

    /** The address of the buffer or of the vector; of a FALLOCATE its length. */
    Sqe address(long address) {
        entries.set(JAVA_LONG, at + IoUringSqe.ADDR, address);
        return this;
    }

    /** The length of the buffer or the number of pieces; of a FALLOCATE its mode. */
    Sqe length(int length) {
        entries.set(JAVA_INT, at + IoUringSqe.LEN, length);
        return this;
    }

    /** The flags of the operation, such as {@link dev.platter.linux.RwFlags#RWF_DSYNC}. */
    Sqe operationFlags(int flags) {
        entries.set(JAVA_INT, at + IoUringSqe.OP_FLAGS, flags);
        return this;
    }

    /** The place of the registered buffer in which the address lies. */
    Sqe buffer(int place) {
        entries.set(JAVA_SHORT, at + IoUringSqe.BUF_INDEX, (short) place);
        return this;
    }

    int flags() {
        return entries.get(JAVA_BYTE, at + IoUringSqe.FLAGS);
    }

    long userData() {
        return entries.get(JAVA_LONG, at + IoUringSqe.USER_DATA);
    }
}
