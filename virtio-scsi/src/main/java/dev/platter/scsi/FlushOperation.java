package dev.platter.scsi;

/**
 * The commands that are one flush: SYNCHRONIZE CACHE(10), (16) (SBC-4 §5.33, §5.34), START STOP
 * UNIT (SBC-4 §5.31), and the flush that a write owes before it is acknowledged.
 *
 * <p>IMMED is taken as 0: the status comes when the flush is done. A range is widened to the whole
 * disk. Where flushing means nothing, on a read-only disk or in a mode that promises nothing, the
 * backend is not asked.
 */
final class FlushOperation implements Operation {
    static final FlushOperation SYNCHRONIZE_CACHE =
            new FlushOperation(FlushOperation::startSynchronizeCache);
    static final FlushOperation START_STOP_UNIT =
            new FlushOperation(FlushOperation::startStartStopUnit);

    /** What {@link Task#goodOnceDurable} goes on with; its flush is submitted there. */
    static final FlushOperation BEFORE_ACKNOWLEDGING = new FlushOperation(Task::flush);

    private final Operation start;

    private FlushOperation(Operation start) {
        this.start = start;
    }

    @Override
    public void start(Task task) {
        start.start(task);
    }

    private static void startSynchronizeCache(Task task) {
        if (BlockChecks.inRange(task, Cdb.length(task.cdb(), task.cdbBytes()))) {
            flush(task);
        }
    }

    /** Whether a START STOP UNIT starts the unit and does no more. */
    static boolean onlyStarts(byte[] cdb) {
        return (cdb[4] & (Sbc.POWER_CONDITION_MASK | Sbc.START_STOP_START)) == Sbc.START_STOP_START;
    }

    /** There is nothing to spin down, but a guest that stops its disk wants it written. */
    private static void startStartStopUnit(Task task) {
        int bits = Cdb.u8(task.cdb(), 4);
        int keepsRunning =
                Sbc.POWER_CONDITION_MASK | Sbc.START_STOP_NO_FLUSH | Sbc.START_STOP_START;
        if ((bits & keepsRunning) != 0) {
            task.good(0);
        } else {
            flush(task);
        }
    }

    private static void flush(Task task) {
        if (task.unit().flushes()) {
            task.flush();
        } else {
            task.good(0);
        }
    }

    @Override
    public void completed(Task task, int result) {
        task.good(task.transferredBytes());
    }
}
