package dev.platter.scsi;

/**
 * READ DEFECT DATA(10), (12) (SBC-4 §5.22, §5.23): an image has no defects that anybody keeps a
 * list of, so that both lists are empty, in whatever format they are asked for.
 */
final class DefectData {
    private DefectData() {}

    static void answer10(Task task) {
        int asked = Cdb.u8(task.cdb(), 2) & Sbc.DEFECT_FORMAT_AND_LISTS;
        task.parameters()
                .clear(Sbc.DEFECT_HEADER_10_BYTES)
                .u8(1, asked)
                .answer(task.command(), Cdb.u16(task.cdb(), 7));
        task.end();
    }

    static void answer12(Task task) {
        int asked = Cdb.u8(task.cdb(), 1) & Sbc.DEFECT_FORMAT_AND_LISTS;
        task.parameters()
                .clear(Sbc.DEFECT_HEADER_12_BYTES)
                .u8(1, asked)
                .answer(task.command(), Cdb.u32(task.cdb(), 6));
        task.end();
    }
}
