package dev.platter.scsi;

import java.util.Collection;
import java.util.TreeSet;

/** What REPORT LUNS answers for one target (SPC-5 §6.33), made once; LUN 0 is always listed. */
final class LunInventory {
    private static final int HEADER_BYTES = 8;
    private static final int ENTRY_BYTES = 8;

    /** Up to here a LUN has the peripheral device addressing form (SAM-5 §4.7.7.2). */
    private static final int MAX_PERIPHERAL_LUN = 255;

    private static final int FLAT_SPACE = 0x4000;

    private final ParameterData all;
    private final ParameterData wellKnown = new ParameterData(HEADER_BYTES).clear(HEADER_BYTES);

    LunInventory(Collection<Integer> luns) {
        TreeSet<Integer> listed = new TreeSet<>(luns);
        listed.add(0);
        int listBytes = listed.size() * ENTRY_BYTES;
        all = new ParameterData(HEADER_BYTES + listBytes).clear(HEADER_BYTES + listBytes);
        all.u32(0, listBytes);
        int at = HEADER_BYTES;
        for (int lun : listed) {
            all.u16(at, lun <= MAX_PERIPHERAL_LUN ? lun : FLAT_SPACE | lun);
            at += ENTRY_BYTES;
        }
    }

    /** Ends a REPORT LUNS. */
    void answer(ScsiCommand command) {
        byte[] cdb = command.cdb();
        long allocationBytes = Cdb.u32(cdb, 6);
        int select = Cdb.u8(cdb, 2);
        if (allocationBytes < Spc.REPORT_LUNS_MIN_ALLOCATION_BYTES
                || select > Spc.SELECT_REPORT_ALL) {
            command.illegalRequest(AdditionalSense.INVALID_FIELD_IN_CDB);
        } else if (select == Spc.SELECT_REPORT_WELL_KNOWN) {
            wellKnown.answer(command, allocationBytes);
        } else {
            all.answer(command, allocationBytes);
        }
    }
}
