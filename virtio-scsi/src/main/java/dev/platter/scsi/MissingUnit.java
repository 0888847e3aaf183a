package dev.platter.scsi;

/**
 * The answers for a logical unit number that has no unit, on a target that has others (SPC-5
 * §6.7.2, SAM-5 §5.11). LUN 0 answers even then, so that REPORT LUNS can be asked.
 */
final class MissingUnit {
    private final LunInventory inventory;
    private final ParameterData incapable;
    private final ParameterData absent;
    private final ParameterData scratch = new ParameterData(Spc.SENSE_FIXED_BYTES);

    /**
     * One for each queue.
     *
     * @param options of one of the target's units, for the vendor's and the product's name
     */
    MissingUnit(LunInventory inventory, LogicalUnitOptions options) {
        this.inventory = inventory;
        incapable = InquiryData.standard(Spc.PERIPHERAL_INCAPABLE, options);
        absent = InquiryData.standard(Spc.PERIPHERAL_ABSENT, options);
    }

    /** Ends a command for this LUN. */
    void answer(int lun, ScsiCommand command) {
        OpCode opCode = OpCode.find(command.cdb());
        if (opCode == null) {
            refuse(lun, command);
            return;
        }
        switch (opCode) {
            case REPORT_LUNS -> inventory.answer(command);
            case INQUIRY -> inquiry(lun, command);
            case REQUEST_SENSE -> requestSense(lun, command);
            case TEST_UNIT_READY -> testUnitReady(lun, command);
            default -> refuse(lun, command);
        }
    }

    /** There are no vital product data pages of a unit that is not there. */
    private void inquiry(int lun, ScsiCommand command) {
        byte[] cdb = command.cdb();
        if (Cdb.has(cdb, 1, Spc.INQUIRY_EVPD) || cdb[2] != 0) {
            command.illegalRequest(AdditionalSense.INVALID_FIELD_IN_CDB);
        } else {
            (lun == 0 ? absent : incapable).answer(command, Cdb.u16(cdb, 3));
        }
    }

    private void requestSense(int lun, ScsiCommand command) {
        if (lun == 0) {
            EmulatedCommands.requestSense(
                    command, scratch, SenseKey.NO_SENSE, AdditionalSense.NONE);
        } else {
            EmulatedCommands.requestSense(
                    command,
                    scratch,
                    SenseKey.ILLEGAL_REQUEST,
                    AdditionalSense.LOGICAL_UNIT_NOT_SUPPORTED);
        }
    }

    private static void testUnitReady(int lun, ScsiCommand command) {
        if (lun == 0) {
            command.good(0);
        } else {
            refuse(lun, command);
        }
    }

    private static void refuse(int lun, ScsiCommand command) {
        command.illegalRequest(
                lun == 0
                        ? AdditionalSense.INVALID_OPERATION_CODE
                        : AdditionalSense.LOGICAL_UNIT_NOT_SUPPORTED);
    }
}
