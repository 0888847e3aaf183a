package dev.platter.scsi;

/**
 * REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS (SPC-5 §6.35).
 *
 * <pre>
 *  0: functions (2)   3: bytes that follow   with REPD 16 bytes, without 4; no time-outs are kept
 * </pre>
 */
final class SupportedTaskManagement {
    private static final int REPD = 0x80;
    private static final int BYTES = 4;
    private static final int REPD_BYTES = 16;
    private static final int MIN_ALLOCATION_BYTES = 4;
    private static final int FUNCTIONS = TaskManagementFunction.bits();

    private SupportedTaskManagement() {}

    static void report(Task task) {
        long allocationBytes = Cdb.u32(task.cdb(), 6);
        if (!BlockChecks.require(task, allocationBytes >= MIN_ALLOCATION_BYTES)) {
            return;
        }
        int bytes = Cdb.has(task.cdb(), 2, REPD) ? REPD_BYTES : BYTES;
        task.parameters()
                .clear(bytes)
                .u16(0, FUNCTIONS)
                .u8(3, bytes - BYTES)
                .answer(task.command(), allocationBytes);
        task.end();
    }
}
