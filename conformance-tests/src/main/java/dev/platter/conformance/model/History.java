package dev.platter.conformance.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What happened to a disk from power on to power off: its contents at the start, and the operations
 * with their instants. Any thread may record; recording takes a short lock and allocates one
 * object, so 10^5 histories of some ten operations cost little.
 *
 * <p>An operation is recorded before it is submitted and completed after its completion was
 * delivered, so that the recorded interval holds the real one: the model then takes too many
 * operations for concurrent, never too few, and raises no false alarm.
 */
public final class History {
    private final int[] base;
    private final int firstId;
    private final List<Operation> operations = new ArrayList<>();
    private long clock;
    private int session;

    private History(int[] base, int firstId) {
        this.base = base;
        this.firstId = firstId;
    }

    /** Of a disk of zeroes. */
    public static History of(int blocks) {
        return new History(new int[blocks], 1);
    }

    /**
     * The history that follows a power cut: nothing is in flight, nothing has failed, and what the
     * disk holds is durable.
     *
     * @param contents what the disk holds now, by {@link Stamps}
     */
    public History after(int[] contents) {
        return new History(contents.clone(), firstId + operations.size());
    }

    /** How many blocks the disk has. */
    public int blocks() {
        return base.length;
    }

    /** What a block held at the start. */
    public int base(int block) {
        return base[block];
    }

    /** Whether a stamp is of a history before this one. */
    boolean isOlder(int stamp) {
        return stamp > 0 && stamp < firstId;
    }

    /** Records a write; its stamp is the operation's {@link Operation#id()}. */
    public Operation write(int block, int blocks, boolean durable) {
        return add(Kind.WRITE, block, blocks, durable);
    }

    /** Records a write of zeroes. */
    public Operation zero(int block, int blocks, boolean durable) {
        return add(Kind.ZERO, block, blocks, durable);
    }

    /** Records a discard. */
    public Operation unmap(int block, int blocks, boolean durable) {
        return add(Kind.UNMAP, block, blocks, durable);
    }

    /** Records a flush of the whole disk. */
    public Operation flush() {
        return add(Kind.FLUSH, 0, base.length, false);
    }

    /**
     * Records a flush of a range.
     *
     * @param blocks how many; 0 means to the end of the disk, as in SYNCHRONIZE CACHE
     */
    public Operation flush(int block, int blocks) {
        return add(Kind.FLUSH, block, blocks == 0 ? base.length - block : blocks, false);
    }

    /** Records a read. */
    public Operation read(int block, int blocks, boolean durable) {
        return add(Kind.READ, block, blocks, durable);
    }

    /** Records a switch of the write cache: a MODE SELECT, or a reset to the configured mode. */
    public Operation switchTo(boolean writeBack) {
        return add(writeBack ? Kind.WRITE_BACK : Kind.WRITE_THROUGH, 0, 0, false);
    }

    /** Records that the disk was closed and opened again, with nothing in flight. */
    public Operation reopened() {
        Operation reopen = add(Kind.REOPEN, 0, 0, false);
        reopen.complete(0);
        return reopen;
    }

    /** The operations in the order of their submission. */
    public synchronized List<Operation> operations() {
        return List.copyOf(operations);
    }

    synchronized long tick() {
        return ++clock;
    }

    private synchronized Operation add(Kind kind, int block, int blocks, boolean durable) {
        if (kind == Kind.REOPEN) {
            session++;
        }
        int id = firstId + operations.size();
        Operation operation =
                new Operation(this, id, kind, block, blocks, durable, session, ++clock);
        operations.add(operation);
        return operation;
    }

    /** The operations, one a line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (Arrays.stream(base).anyMatch(stamp -> stamp != Stamps.ZERO)) {
            text.append("start: ");
            for (int stamp : base) {
                text.append(Stamps.describe(stamp)).append(", ");
            }
            text.setLength(text.length() - 2);
            text.append('\n');
        }
        operations().forEach(operation -> text.append(operation).append('\n'));
        return text.toString();
    }
}
