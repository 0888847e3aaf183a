package dev.platter.scsi;

/**
 * SANITIZE (SBC-4 §5.32): OVERWRITE, BLOCK ERASE and EXIT FAILURE MODE. With IMMED the status comes
 * when the operation has begun; until its end, every command to the medium is answered NOT READY.
 *
 * <pre>
 *  overwrite parameter list   0: INVERT, TEST, OVERWRITE COUNT   2: pattern length (2)   4: pattern
 * </pre>
 */
final class SanitizeOperation implements Operation {
    static final SanitizeOperation OVERWRITE = new SanitizeOperation(true);
    static final SanitizeOperation BLOCK_ERASE = new SanitizeOperation(false);

    /** Without a failed operation there is nothing to leave, and nothing to complain of. */
    static final Operation EXIT_FAILURE_MODE =
            task -> {
                if (BlockChecks.require(task, Cdb.u16(task.cdb(), 7) == 0)) {
                    task.unit().sanitize().exitFailureMode();
                    task.good(0);
                }
            };

    private static final int IMMED = 0x80;
    private static final int HEADER_BYTES = 4;
    private static final int INVERT = 0x80;
    private static final int TEST = 0x60;
    private static final int COUNT = 0x1F;

    private final boolean overwrite;

    private SanitizeOperation(boolean overwrite) {
        this.overwrite = overwrite;
    }

    @Override
    public void start(Task task) {
        int listBytes = Cdb.u16(task.cdb(), 7);
        boolean length =
                overwrite
                        ? listBytes > HEADER_BYTES
                                && listBytes <= HEADER_BYTES + task.geometry().blockBytes()
                        : listBytes == 0;
        if (!BlockChecks.writable(task)
                || !BlockChecks.require(task, length)
                || !BlockChecks.fits(task, task.command().dataOut().lengthBytes(), listBytes)) {
            return;
        }
        if (overwrite) {
            ParameterData list = new ParameterData(listBytes);
            list.take(task.command().dataOut(), listBytes);
            checked(task, list);
        } else {
            run(task, Sanitize.Order.BLOCK_ERASE);
        }
    }

    private static void checked(Task task, ParameterData list) {
        byte[] bytes = list.bytes();
        int passes = bytes[0] & COUNT;
        int patternBytes = Cdb.u16(bytes, 2);
        boolean valid =
                passes > 0
                        && (bytes[0] & TEST) == 0
                        && patternBytes > 0
                        && patternBytes == bytes.length - HEADER_BYTES;
        if (!valid) {
            task.illegal(AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST);
            return;
        }
        byte[] pattern = new byte[patternBytes];
        System.arraycopy(bytes, HEADER_BYTES, pattern, 0, patternBytes);
        run(task, new Sanitize.Order(pattern, passes, (bytes[0] & INVERT) != 0));
    }

    private static void run(Task task, Sanitize.Order order) {
        LogicalUnit unit = task.unit();
        if (!unit.sanitize().begin()) {
            task.fail(SenseKey.NOT_READY, AdditionalSense.SANITIZE_IN_PROGRESS);
        } else if (Cdb.has(task.cdb(), 1, IMMED)) {
            unit.sanitizing().run(() -> unit.sanitize().run(order), result -> {});
            task.good(Cdb.u16(task.cdb(), 7));
        } else {
            task.inBackground(unit.sanitizing(), () -> unit.sanitize().run(order));
        }
    }

    @Override
    public void completed(Task task, int result) {
        task.good(Cdb.u16(task.cdb(), 7));
    }
}
