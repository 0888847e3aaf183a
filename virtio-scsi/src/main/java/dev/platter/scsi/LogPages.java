package dev.platter.scsi;

/**
 * LOG SENSE (SPC-5 §6.9, §7.3) of the pages that have something to tell: which pages there are, how
 * many commands and blocks the unit has read and written since it was opened, and that no
 * informational exception is known. Parameters cannot be saved, nor changed.
 *
 * <pre>
 *  page       0: SPF, page code   1: subpage   2: bytes that follow (2)   4: parameters
 *  parameter  0: code (2)         2: control   3: bytes that follow       4: value
 * </pre>
 */
final class LogPages {
    private static final int SUPPORTED = 0x00;
    private static final int STATISTICS = 0x19;
    private static final int EXCEPTIONS = 0x2F;
    private static final int ALL_SUBPAGES = 0xFF;
    private static final int PAGE_CODE = 0x3F;
    private static final int SPF = 0x40;
    private static final int CONTROL_SHIFT = 6;
    private static final int CUMULATIVE = 1;
    private static final int SP = 0x01;
    private static final int HEADER_BYTES = 4;
    private static final int PARAMETER_HEADER_BYTES = 4;

    /** A binary list parameter, kept over resets (SPC-5 §7.3.2.2). */
    private static final int BINARY_LIST = 0x03;

    private static final int STATISTICS_PARAMETER = 0x0001;
    private static final int STATISTICS_BYTES = 64;
    private static final int EXCEPTIONS_BYTES = 4;

    private LogPages() {}

    static void sense(Task task) {
        byte[] cdb = task.cdb();
        int page = cdb[2] & PAGE_CODE;
        int subpage = Cdb.u8(cdb, 3);
        boolean known =
                switch (subpage) {
                    case 0 -> page == SUPPORTED || page == STATISTICS || page == EXCEPTIONS;
                    case ALL_SUBPAGES -> page == SUPPORTED;
                    default -> false;
                };
        boolean cumulative = Cdb.u8(cdb, 2) >> CONTROL_SHIFT == CUMULATIVE;
        if (!BlockChecks.require(task, known && cumulative && !Cdb.has(cdb, 1, SP))) {
            return;
        }
        ParameterData data = task.parameters().clear(HEADER_BYTES);
        data.u8(0, page | (subpage == 0 ? 0 : SPF)).u8(1, subpage);
        // PARAMETER POINTER: parameters before it are left out.
        int first = Cdb.u16(cdb, 5);
        switch (page) {
            case STATISTICS -> statistics(data, task.unit().statistics(), first);
            case EXCEPTIONS -> exceptions(data, first);
            default -> supported(data, subpage != 0);
        }
        data.u16(2, data.lengthBytes() - HEADER_BYTES).answer(task.command(), Cdb.u16(cdb, 7));
        task.end();
    }

    private static void supported(ParameterData data, boolean subpages) {
        int at = HEADER_BYTES;
        for (int page : new int[] {SUPPORTED, STATISTICS, EXCEPTIONS}) {
            data.u8(at++, page);
            if (subpages) {
                at++;
                if (page == SUPPORTED) {
                    data.u8(at++, SUPPORTED).u8(at++, ALL_SUBPAGES);
                }
            }
        }
        data.lengthBytes(at);
    }

    private static int parameter(ParameterData data, int code, int valueBytes) {
        int at = data.lengthBytes();
        data.u16(at, code).u8(at + 2, BINARY_LIST).u8(at + 3, valueBytes);
        data.lengthBytes(at + PARAMETER_HEADER_BYTES + valueBytes);
        return at + PARAMETER_HEADER_BYTES;
    }

    /** SPC-5 §7.3.10: what is not counted, the times, is zero. */
    private static void statistics(ParameterData data, UnitStatistics unit, int first) {
        if (first <= STATISTICS_PARAMETER) {
            int at = parameter(data, STATISTICS_PARAMETER, STATISTICS_BYTES);
            data.u64(at, unit.readCommands())
                    .u64(at + 8, unit.writeCommands())
                    .u64(at + 16, unit.blocksWritten())
                    .u64(at + 24, unit.blocksRead());
        }
    }

    /** SPC-5 §7.3.13: no exception, and no temperature. */
    private static void exceptions(ParameterData data, int first) {
        if (first == 0) {
            int at = parameter(data, 0, EXCEPTIONS_BYTES);
            data.u8(at + 2, 0xFF);
        }
    }
}
