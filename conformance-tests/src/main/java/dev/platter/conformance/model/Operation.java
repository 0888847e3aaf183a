package dev.platter.conformance.model;

/**
 * One operation of a {@link History}: what was asked, when it was submitted, when and how it
 * completed. Instants are ticks of the history's clock. Recorded by the thread that drives the
 * operation; read by the model when all threads have ended.
 */
public final class Operation {
    /** The completion instant of an operation that has not completed. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int[] NOTHING = {};

    private final History history;
    private final int id;
    private final Kind kind;
    private final int block;
    private final int blocks;
    private final boolean durable;
    private final int session;
    private final long submitted;
    private volatile long completed = NEVER;
    private int result;
    private int[] returned = NOTHING;

    Operation(
            History history,
            int id,
            Kind kind,
            int block,
            int blocks,
            boolean durable,
            int session,
            long submitted) {
        this.history = history;
        this.id = id;
        this.kind = kind;
        this.block = block;
        this.blocks = blocks;
        this.durable = durable;
        this.session = session;
        this.submitted = submitted;
    }

    /** Notes the completion, as soon as it has been delivered. */
    public void complete(int newResult) {
        result = newResult;
        completed = history.tick();
    }

    /**
     * Notes the completion of a read.
     *
     * @param stamps what it returned, of each of its blocks, by {@link Stamps}; kept
     */
    public void complete(int newResult, int[] stamps) {
        returned = stamps;
        complete(newResult);
    }

    /** Its number in the history, from 1; of a write also the stamp that it writes. */
    public int id() {
        return id;
    }

    /** What was asked. */
    public Kind kind() {
        return kind;
    }

    /** Its first block. */
    public int block() {
        return block;
    }

    /** How many blocks it concerns. */
    public int blocks() {
        return blocks;
    }

    /** Whether it carried FUA. */
    public boolean durable() {
        return durable;
    }

    /** When it was submitted. */
    public long submitted() {
        return submitted;
    }

    /** When it completed, or {@link #NEVER}. */
    public long completed() {
        return completed;
    }

    /** The result it completed with: 0 or more, or a negated errno. */
    public int result() {
        return result;
    }

    int session() {
        return session;
    }

    /** Whether it has completed without an error. */
    public boolean ok() {
        return completed != NEVER && result >= 0;
    }

    /** Whether it has completed with an error. */
    public boolean failed() {
        return completed != NEVER && result < 0;
    }

    /** Whether it completed before another was submitted. */
    public boolean before(Operation other) {
        return completed < other.submitted;
    }

    boolean covers(int someBlock) {
        return someBlock >= block && someBlock - block < blocks;
    }

    /** What it leaves in its blocks. */
    int stamp() {
        return kind == Kind.WRITE ? id : Stamps.ZERO;
    }

    /** What a read returned of a block, or {@link Stamps#FOREIGN} where it returned nothing. */
    public int returned(int someBlock) {
        int at = someBlock - block;
        return at < returned.length ? returned[at] : Stamps.FOREIGN;
    }

    boolean hasReturned() {
        return ok() && returned.length > 0;
    }

    /** One line: number, kind, range, instants, result. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append('#').append(id).append(' ').append(kind);
        if (durable) {
            text.append(" FUA");
        }
        if (blocks > 0) {
            text.append(' ').append(block);
            if (blocks > 1) {
                text.append("..").append(block + blocks - 1);
            }
        }
        text.append(" @").append(submitted).append("..");
        if (completed == NEVER) {
            return text.append(" not completed").toString();
        }
        text.append(completed).append(result < 0 ? " errno " + -result : " ok");
        if (returned.length > 0) {
            text.append(" returned");
            for (int stamp : returned) {
                text.append(' ').append(Stamps.describe(stamp));
            }
        }
        return text.toString();
    }
}
