package dev.platter.scsi;

/** How many bytes of data a command moves, which way, and what of the medium it touches. */
enum Transfer {
    /** No data, and no medium. */
    NONE(Footprint.NOTHING),
    /** Data-in of a length that the command fixes. */
    FIXED_IN(Footprint.NOTHING),
    /** Data-in, cut at the CDB's allocation length. */
    ALLOCATION(Footprint.NOTHING),
    /** Data-out: a parameter list of the length the CDB says. */
    PARAMETER_LIST(Footprint.NOTHING),
    /** Data-in: the addressed blocks. */
    BLOCKS_IN(Footprint.RANGE),
    /** Data-out: the addressed blocks. */
    BLOCKS_OUT(Footprint.RANGE),
    /** Data-out: one block, or none with NDOB. */
    ONE_BLOCK(Footprint.RANGE),
    /** Data-out: as BYTCHK says. */
    VERIFY(Footprint.RANGE),
    /** No data: the addressed blocks are only named. */
    RANGE(Footprint.NOTHING),
    /** No data: what is volatile of the whole unit. */
    FLUSH(Footprint.NOTHING),
    /** Data-out: twice the addressed blocks, which are read and written as one. */
    COMPARE(Footprint.EXCLUSIVE_RANGE),
    /** Data-out: the addressed blocks, which are read and written as one. */
    MODIFY(Footprint.EXCLUSIVE_RANGE),
    /** Data-out: a list of ranges. */
    UNMAP_LIST(Footprint.UNIT),
    /** Data-out: a parameter list; no other command is in flight meanwhile. */
    BARRIER_LIST(Footprint.EVERYTHING),
    /** Every block, with no other command beside. */
    WHOLE_UNIT(Footprint.EXCLUSIVE_UNIT);

    private final Footprint footprint;

    Transfer(Footprint footprint) {
        this.footprint = footprint;
    }

    Footprint footprint() {
        return footprint;
    }

    /** Whether blocks of the medium change. */
    boolean writes() {
        return switch (this) {
            case BLOCKS_OUT, ONE_BLOCK, COMPARE, MODIFY, UNMAP_LIST, WHOLE_UNIT -> true;
            default -> false;
        };
    }
}
