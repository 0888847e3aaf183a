package dev.platter.driver;

/** Bits of byte 1 of a CDB, to be or-ed; which command takes which is SBC-4's to say. */
public final class ScsiFlags {
    /** No bit. */
    public static final int NONE = 0;

    /** Force unit access: READ and WRITE (10), (12) and (16) (SBC-4 §5.40). */
    public static final int FUA = 0x08;

    /** Disable page out: READ, WRITE and VERIFY (10), (12) and (16) (SBC-4 §5.40). */
    public static final int DPO = 0x10;

    /** WRITE SAME may deallocate (SBC-4 §5.49). */
    public static final int UNMAP = 0x08;

    /** WRITE SAME(16) brings no data: the blocks become zero (SBC-4 §5.50). */
    public static final int NO_DATA_OUT_BUFFER = 0x01;

    private ScsiFlags() {}
}
