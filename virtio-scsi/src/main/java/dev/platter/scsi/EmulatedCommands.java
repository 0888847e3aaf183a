package dev.platter.scsi;

/** The commands that are answered at once, without the backend. */
final class EmulatedCommands {
    private EmulatedCommands() {}

    /** TEST UNIT READY (SPC-5 §6.53): an image is always ready. */
    static void testUnitReady(Task task) {
        task.good(0);
    }

    /** INQUIRY (SPC-5 §6.7). */
    static void inquiry(Task task) {
        task.unit().inquiry().answer(task.command());
        task.end();
    }

    /** REPORT LUNS (SPC-5 §6.33). */
    static void reportLuns(Task task) {
        task.inventory().answer(task.command());
        task.end();
    }

    /** REQUEST SENSE (SPC-5 §6.39): a pending unit attention is returned as data, and cleared. */
    static void requestSense(Task task) {
        int code = task.unit().attention().take();
        int key = code == AdditionalSense.NONE ? SenseKey.NO_SENSE : SenseKey.UNIT_ATTENTION;
        requestSense(task.command(), task.parameters(), key, code);
        task.end();
    }

    /** Ends a REQUEST SENSE with this sense data in the format the CDB asks for. */
    static void requestSense(ScsiCommand command, ParameterData scratch, int key, int code) {
        scratch.lengthBytes(
                Cdb.has(command.cdb(), 1, Spc.REQUEST_SENSE_DESC)
                        ? SenseData.descriptor(scratch.bytes(), key, code)
                        : SenseData.fixed(scratch.bytes(), key, code));
        scratch.answer(command, Cdb.u8(command.cdb(), 4));
    }

    /** MODE SENSE(6) and (10) (SPC-5 §6.15, §6.16). */
    static void modeSense(Task task) {
        ModePages.sense(task.command(), task.unit(), task.parameters(), task.cdbBytes());
        task.end();
    }

    /** READ CAPACITY(10) (SBC-4 §5.20): a last block beyond 32 bits reads as all ones. */
    static void readCapacity10(Task task) {
        byte[] cdb = task.cdb();
        boolean partial = Cdb.has(cdb, 8, Sbc.READ_CAPACITY_10_PMI);
        if (!partial && Cdb.u32(cdb, 2) != 0) {
            task.illegal(AdditionalSense.INVALID_FIELD_IN_CDB);
            return;
        }
        Geometry geometry = task.geometry();
        task.parameters()
                .clear(Sbc.READ_CAPACITY_10_BYTES)
                .u32(0, Math.min(geometry.blockCount() - 1, 0xFFFF_FFFFL))
                .u32(4, geometry.blockBytes())
                .answer(task.command(), Sbc.READ_CAPACITY_10_BYTES);
        task.end();
    }

    /** READ CAPACITY(16) (SBC-4 §5.21). */
    static void readCapacity16(Task task) {
        Geometry geometry = task.geometry();
        int provisioning =
                (geometry.thin() ? Sbc.READ_CAPACITY_LBPME : 0)
                        | (geometry.discardReadsZero() ? Sbc.READ_CAPACITY_LBPRZ : 0);
        task.parameters()
                .clear(Sbc.READ_CAPACITY_16_BYTES)
                .u64(0, geometry.blockCount() - 1)
                .u32(8, geometry.blockBytes())
                .u8(13, geometry.physicalExponent())
                .u8(14, provisioning)
                .answer(task.command(), Cdb.u32(task.cdb(), 10));
        task.end();
    }
}
