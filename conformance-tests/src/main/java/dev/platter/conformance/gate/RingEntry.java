package dev.platter.conformance.gate;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.platter.linux.IoUringOp;
import dev.platter.linux.IoUringSqe;
import java.lang.foreign.MemorySegment;

/**
 * One submission in a ring, before the kernel takes it: to be looked at and changed. Valid during
 * the hook's call only.
 */
public final class RingEntry {
    /** {@code IORING_NOP_INJECT_RESULT}, since Linux 6.9: the answer is in the entry's length. */
    private static final int INJECT_RESULT = 1;

    private final MemorySegment sqe;

    RingEntry(MemorySegment sqe) {
        this.sqe = sqe;
    }

    /** Of {@link IoUringOp}. */
    public int opcode() {
        return sqe.get(JAVA_BYTE, IoUringSqe.OPCODE);
    }

    /** Whether it writes data. */
    public boolean isWrite() {
        return opcode() == IoUringOp.WRITE || opcode() == IoUringOp.WRITEV;
    }

    /** Whether it synchronises. */
    public boolean isSync() {
        return opcode() == IoUringOp.FSYNC;
    }

    /** The offset in the file, in bytes. */
    public long offset() {
        return sqe.get(JAVA_LONG, IoUringSqe.OFF);
    }

    /** Bytes of a plain transfer, pieces of a vectored one. */
    public int length() {
        return sqe.get(JAVA_INT, IoUringSqe.LEN);
    }

    /** {@code rw_flags} of a transfer, {@code fsync_flags} of a synchronisation. */
    public int operationFlags() {
        return sqe.get(JAVA_INT, IoUringSqe.OP_FLAGS);
    }

    /** Replaces the operation's flags. */
    public void operationFlags(int flags) {
        sqe.set(JAVA_INT, IoUringSqe.OP_FLAGS, flags);
    }

    /** Whether the next entry waits for this one. */
    public boolean linked() {
        return (sqe.get(JAVA_BYTE, IoUringSqe.FLAGS) & IoUringSqe.IO_LINK) != 0;
    }

    /** Lets the next entry go at the same time. */
    public void unlink() {
        byte flags = sqe.get(JAVA_BYTE, IoUringSqe.FLAGS);
        sqe.set(JAVA_BYTE, IoUringSqe.FLAGS, (byte) (flags & ~IoUringSqe.IO_LINK));
    }

    /** Has a worker of the kernel make it, later than what is made at once. */
    public void punt() {
        byte flags = sqe.get(JAVA_BYTE, IoUringSqe.FLAGS);
        sqe.set(JAVA_BYTE, IoUringSqe.FLAGS, (byte) (flags | IoUringSqe.ASYNC));
    }

    /**
     * Lets a plain transfer move less: a real short one, which also breaks a link behind it.
     *
     * @return false, with nothing changed, if it is vectored or no longer than that
     */
    public boolean shorten(int bytes) {
        boolean plain = opcode() == IoUringOp.WRITE || opcode() == IoUringOp.READ;
        if (!plain || length() <= bytes) {
            return false;
        }
        sqe.set(JAVA_INT, IoUringSqe.LEN, bytes);
        return true;
    }

    /** Lets the kernel do nothing and answer so; a negative answer breaks a link behind it. */
    public void answer(int result) {
        byte flags = sqe.get(JAVA_BYTE, IoUringSqe.FLAGS);
        long userData = sqe.get(JAVA_LONG, IoUringSqe.USER_DATA);
        sqe.fill((byte) 0);
        sqe.set(JAVA_BYTE, IoUringSqe.OPCODE, (byte) IoUringOp.NOP);
        sqe.set(JAVA_BYTE, IoUringSqe.FLAGS, (byte) (flags & IoUringSqe.IO_LINK));
        sqe.set(JAVA_INT, IoUringSqe.LEN, result);
        sqe.set(JAVA_INT, IoUringSqe.OP_FLAGS, INJECT_RESULT);
        sqe.set(JAVA_LONG, IoUringSqe.USER_DATA, userData);
    }
}
