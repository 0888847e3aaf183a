package dev.platter.scsi;

/**
 * The checks that commands to the medium have in common. Each answers whether the command may go
 * on; if not, it has ended. The order of a write: write protection, protect field, address.
 */
final class BlockChecks {
    private BlockChecks() {}

    static boolean writable(Task task) {
        if (task.unit().readOnly()) {
            task.fail(SenseKey.DATA_PROTECT, AdditionalSense.WRITE_PROTECTED);
            return false;
        }
        if (task.unit().control().writeProtected()) {
            task.fail(SenseKey.DATA_PROTECT, AdditionalSense.SOFTWARE_WRITE_PROTECTED);
            return false;
        }
        return true;
    }

    /** No protection information: RDPROTECT, WRPROTECT or VRPROTECT must be 0. */
    static boolean unprotected(Task task) {
        boolean field = task.cdbBytes() != Cdb.LENGTH_6;
        return require(task, !field || !Cdb.has(task.cdb(), 1, Sbc.PROTECT_MASK));
    }

    /** A demand on the CDB. */
    static boolean require(Task task, boolean fulfilled) {
        if (!fulfilled) {
            task.illegal(AdditionalSense.INVALID_FIELD_IN_CDB);
        }
        return fulfilled;
    }

    /** The addressed range lies on the disk; it becomes the task's. */
    static boolean inRange(Task task, long blocks) {
        return inRange(task, Cdb.lba(task.cdb(), task.cdbBytes()), blocks);
    }

    static boolean inRange(Task task, long lba, long blocks) {
        if (!task.geometry().contains(lba, blocks)) {
            task.illegal(AdditionalSense.LBA_OUT_OF_RANGE);
            return false;
        }
        task.range(lba, blocks);
        return true;
    }

    /** The initiator's buffer holds what the command transfers. */
    static boolean fits(Task task, long bufferBytes, long transferBytes) {
        if (bufferBytes < transferBytes) {
            task.overrun();
            return false;
        }
        return true;
    }

    /** Force unit access; six-byte commands have no such bit. */
    static boolean fua(Task task) {
        return task.cdbBytes() != Cdb.LENGTH_6 && Cdb.has(task.cdb(), 1, Sbc.FUA);
    }
}
