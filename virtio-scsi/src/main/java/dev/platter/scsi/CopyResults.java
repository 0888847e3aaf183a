package dev.platter.scsi;

/**
 * RECEIVE COPY STATUS(LID1) and RECEIVE COPY OPERATING PARAMETERS (SPC-4 §6.24, §6.26). The result
 * of an initiator's last copy is held until its next one, or until it asks who the unit is by
 * INQUIRY.
 *
 * <pre>
 *  status      0: 8 (4)   4: HDD, status   5: segments (2)   7: units: bytes   8: count (4)
 *  parameters  0: bytes that follow (4)   4: SNLID   8: targets (2)   10: segments (2)
 *              12: descriptors (4)   16: segment length (4)   36: concurrent copies
 *              37: granularity (log2)   43: descriptor types, their number, and each
 * </pre>
 */
final class CopyResults {
    private static final int STATUS_BYTES = 12;
    private static final int PARAMETERS_BYTES = 46;
    private static final int LENGTH_BYTES = 4;
    private static final int HELD_DATA_DISCARDED = 0x80;
    private static final int SNLID = 0x01;
    private static final long MAX_UINT32 = 0xFFFF_FFFFL;

    private CopyResults() {}

    static void copyStatus(Task task) {
        CopyResult result = task.nexus().copyResult();
        boolean known = result != null && result.listId() == Cdb.u8(task.cdb(), 2);
        if (!BlockChecks.require(task, known) || result == null) {
            return;
        }
        boolean ended = result.status() != CopyResult.IN_PROGRESS;
        task.parameters()
                .clear(STATUS_BYTES)
                .u32(0, STATUS_BYTES - LENGTH_BYTES)
                .u8(4, (ended ? HELD_DATA_DISCARDED : 0) | result.status())
                .u16(5, result.segments())
                .u32(8, Math.min(result.copiedBytes(), MAX_UINT32))
                .answer(task.command(), Cdb.u32(task.cdb(), 10));
        task.end();
    }

    static void operatingParameters(Task task) {
        task.parameters()
                .clear(PARAMETERS_BYTES)
                .u32(0, PARAMETERS_BYTES - LENGTH_BYTES)
                .u8(4, SNLID)
                .u16(8, Xcopy.MAX_TARGETS)
                .u16(10, Xcopy.MAX_SEGMENTS)
                .u32(12, Xcopy.MAX_DESCRIPTORS_BYTES)
                .u32(16, task.geometry().bytes(Xcopy.MAX_SEGMENT_BLOCKS))
                .u16(34, Xcopy.MAX_CONCURRENT)
                .u8(36, Xcopy.MAX_CONCURRENT)
                .u8(37, task.geometry().blockShift())
                .u8(43, 2)
                .u8(44, Xcopy.SEGMENT_BLOCK_TO_BLOCK)
                .u8(45, Xcopy.TARGET_IDENTIFICATION)
                .answer(task.command(), Cdb.u32(task.cdb(), 10));
        task.end();
    }
}
