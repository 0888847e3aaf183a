package dev.platter.scsi;

/** The commands that are answered at once, without the backend. */
final class EmulatedCommands {
    private EmulatedCommands() {}

    /** TEST UNIT READY (SPC-5 §6.53): an image is always ready. */
    static void testUnitReady(Task task) {
        task.good(0);
    }

    /** INQUIRY (SPC-5 §6.7). Whoever asks that begins anew: no result of a copy is held for it. */
    static void inquiry(Task task) {
        task.nexus().copyResult(null);
        task.unit()
                .inquiry()
                .answer(task.command(), task.nexus().relativePort(), task.parameters());
        task.end();
    }

    /** REPORT LUNS (SPC-5 §6.33). */
    static void reportLuns(Task task) {
        task.inventory().answer(task.command());
        task.end();
    }

    /**
     * REQUEST SENSE (SPC-5 §6.39): a pending unit attention is returned as data, and cleared; else
     * how far a sanitize operation has come (SBC-4 §4.11.2).
     */
    static void requestSense(Task task) {
        int code = task.nexus().attention().take();
        int progress = task.unit().sanitize().progress();
        if (code != AdditionalSense.NONE || progress == SenseData.NO_PROGRESS) {
            int key = code == AdditionalSense.NONE ? SenseKey.NO_SENSE : SenseKey.UNIT_ATTENTION;
            requestSense(task.command(), task.parameters(), key, code);
        } else {
            requestSense(
                    task.command(),
                    task.parameters(),
                    SenseKey.NOT_READY,
                    AdditionalSense.SANITIZE_IN_PROGRESS,
                    progress);
        }
        task.end();
    }

    private static void requestSense(
            ScsiCommand command, ParameterData scratch, int key, int code, int progress) {
        boolean descriptor = Cdb.has(command.cdb(), 1, Spc.REQUEST_SENSE_DESC);
        scratch.clear(0);
        int length = SenseData.write(scratch.bytes(), descriptor, key, code);
        scratch.lengthBytes(SenseData.addProgress(scratch.bytes(), length, progress));
        scratch.answer(command, Cdb.u8(command.cdb(), 4));
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
