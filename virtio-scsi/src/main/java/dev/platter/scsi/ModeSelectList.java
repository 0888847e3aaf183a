package dev.platter.scsi;

/**
 * The check of a MODE SELECT parameter list (SPC-5 §6.14, §7.5): reads all of it before anything is
 * applied, so that a list with one wrong page changes nothing.
 */
final class ModeSelectList {
    /** The longest list looked at: each page many times over. */
    static final int MAX_BYTES = 1024;

    /** The list is right. What it asks for follows, or-ed to it; all verdicts are negative. */
    static final int RIGHT = 1 << 31;

    /** The list has a caching page. */
    static final int CACHING = 1;

    /** Its WCE bit. */
    static final int WCE = 1 << 1;

    /** The list has a control page. */
    static final int CONTROL = 1 << 2;

    /** Its D_SENSE bit. */
    static final int D_SENSE = 1 << 3;

    /** Its SWP bit. */
    static final int SWP = 1 << 4;

    private static final int PAGE_HEADER_BYTES = 2;
    private static final int SUBPAGE_HEADER_BYTES = 4;
    private static final int LENGTH_ERROR = AdditionalSense.PARAMETER_LIST_LENGTH_ERROR;
    private static final int FIELD_ERROR = AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST;
    private static final long NO_CHANGE = 0;
    private static final long MAX_UINT32 = 0xFFFF_FFFFL;

    private ModeSelectList() {}

    /**
     * Checks a list.
     *
     * @param cdbBytes 6 or 10, which decides the header
     * @return {@link #RIGHT} with what the list asks for; or, positive, the additional sense code
     *     of what is wrong with it
     */
    static int check(ParameterData list, LogicalUnit unit, int cdbBytes) {
        boolean six = cdbBytes == Cdb.LENGTH_6;
        byte[] bytes = list.bytes();
        int header = six ? Spc.MODE_HEADER_6_BYTES : Spc.MODE_HEADER_10_BYTES;
        if (list.lengthBytes() < header) {
            return LENGTH_ERROR;
        }
        int descriptorBytes = six ? Cdb.u8(bytes, 3) : Cdb.u16(bytes, 6);
        boolean longLba = !six && Cdb.has(bytes, 4, Spc.MODE_LONGLBA);
        boolean otherLength =
                descriptorBytes != 0 && descriptorBytes != Spc.MODE_BLOCK_DESCRIPTOR_BYTES;
        if (longLba || otherLength) {
            return FIELD_ERROR;
        }
        if (list.lengthBytes() - header < descriptorBytes) {
            return LENGTH_ERROR;
        }
        if (descriptorBytes != 0 && !keepsBlocks(bytes, header, unit)) {
            return FIELD_ERROR;
        }
        return checkPages(bytes, header + descriptorBytes, list.lengthBytes());
    }

    /** A block descriptor may name the present format, or nothing; the format is fixed. */
    private static boolean keepsBlocks(byte[] bytes, int at, LogicalUnit unit) {
        long count = Cdb.u32(bytes, at);
        long blockBytes = Cdb.u32(bytes, at + 4) & 0xFF_FFFF;
        boolean sameCount =
                count == NO_CHANGE
                        || count == MAX_UINT32
                        || count == ModePages.blockCountField(unit);
        return sameCount && (blockBytes == NO_CHANGE || blockBytes == unit.geometry().blockBytes());
    }

    private static int checkPages(byte[] bytes, int start, int end) {
        int verdict = RIGHT;
        int at = start;
        while (at < end) {
            int error = checkPage(bytes, at, end - at);
            if (error != AdditionalSense.NONE) {
                return error;
            }
            int page = bytes[at] & Spc.MODE_PAGE_CODE;
            verdict = withPage(verdict, bytes, at, page);
            at += ModePages.pageBytes(page);
        }
        return verdict;
    }

    /** Of two pages of one kind the later counts. */
    private static int withPage(int verdict, byte[] bytes, int at, int page) {
        if (page == Sbc.MODE_PAGE_CACHING) {
            boolean wce = Cdb.has(bytes, at + Sbc.CACHING_WCE_BYTE, Sbc.CACHING_WCE);
            return (verdict & ~WCE) | CACHING | (wce ? WCE : 0);
        }
        if (page == Spc.MODE_PAGE_CONTROL) {
            boolean sense = Cdb.has(bytes, at + Spc.CONTROL_D_SENSE_BYTE, Spc.CONTROL_D_SENSE);
            boolean protect = Cdb.has(bytes, at + Spc.CONTROL_SWP_BYTE, Spc.CONTROL_SWP);
            int bits = CONTROL | (sense ? D_SENSE : 0) | (protect ? SWP : 0);
            return (verdict & ~(D_SENSE | SWP)) | bits;
        }
        return verdict;
    }

    private static int checkPage(byte[] bytes, int at, int remainingBytes) {
        int page = bytes[at] & Spc.MODE_PAGE_CODE;
        boolean subpage = Cdb.has(bytes, at, Spc.MODE_PAGE_SPF);
        if (remainingBytes < (subpage ? SUBPAGE_HEADER_BYTES : PAGE_HEADER_BYTES)) {
            return LENGTH_ERROR;
        }
        int pageBytes = ModePages.pageBytes(page);
        if (subpage || pageBytes == 0 || Cdb.u8(bytes, at + 1) != pageBytes - PAGE_HEADER_BYTES) {
            return FIELD_ERROR;
        }
        if (pageBytes > remainingBytes) {
            return LENGTH_ERROR;
        }
        for (int offset = PAGE_HEADER_BYTES; offset < pageBytes; offset++) {
            int fixed = bytes[at + offset] & 0xFF & ~ModePages.changeableBits(page, offset);
            if (fixed != ModePages.fixedBits(page, offset)) {
                return FIELD_ERROR;
            }
        }
        return AdditionalSense.NONE;
    }
}
