package dev.platter.scsi;

/**
 * The mode parameters of a logical unit (SPC-5 §7.5, SBC-4 §6.5): read-write error recovery,
 * disconnect-reconnect, caching, control, power condition and informational exceptions control.
 * Holds no state of its own: WCE is the {@link CachePolicy}'s, D_SENSE and SWP are the {@link
 * ControlBits}'; those three are all that an initiator can change.
 */
final class ModePages {
    private static final int PAGE_LENGTH_OFFSET = 1;
    private static final int PAGE_HEADER_BYTES = 2;
    private static final int PAGE_CONTROL_SHIFT = 6;
    private static final long MAX_UINT32 = 0xFFFF_FFFFL;

    /** In ascending order, as they are answered to a request for all. */
    private static final int[] PAGES = {
        Sbc.MODE_PAGE_ERROR_RECOVERY,
        Spc.MODE_PAGE_DISCONNECT_RECONNECT,
        Sbc.MODE_PAGE_CACHING,
        Spc.MODE_PAGE_CONTROL,
        Spc.MODE_PAGE_POWER_CONDITION,
        Spc.MODE_PAGE_INFORMATIONAL_EXCEPTIONS
    };

    private ModePages() {}

    /** Ends a MODE SENSE(6) or (10). */
    static void sense(ScsiCommand command, LogicalUnit unit, ParameterData scratch, int cdbBytes) {
        byte[] cdb = command.cdb();
        int pageControl = Cdb.u8(cdb, 2) >> PAGE_CONTROL_SHIFT;
        int page = cdb[2] & Spc.MODE_PAGE_CODE;
        int subpage = Cdb.u8(cdb, 3);
        boolean known = page == Spc.MODE_PAGE_ALL || pageBytes(page) != 0;
        boolean knownSubpage = subpage == Spc.MODE_SUBPAGE_NONE || subpage == Spc.MODE_SUBPAGE_ALL;
        if (!known || !knownSubpage) {
            command.illegalRequest(AdditionalSense.INVALID_FIELD_IN_CDB);
        } else if (pageControl == Spc.PAGE_CONTROL_SAVED) {
            command.illegalRequest(AdditionalSense.SAVING_NOT_SUPPORTED);
        } else {
            build(scratch, unit, cdb, cdbBytes);
            boolean six = cdbBytes == Cdb.LENGTH_6;
            scratch.answer(command, six ? Cdb.u8(cdb, 4) : Cdb.u16(cdb, 7));
        }
    }

    private static void build(ParameterData data, LogicalUnit unit, byte[] cdb, int cdbBytes) {
        int pageControl = Cdb.u8(cdb, 2) >> PAGE_CONTROL_SHIFT;
        int wanted = cdb[2] & Spc.MODE_PAGE_CODE;
        boolean descriptor = !Cdb.has(cdb, 1, Spc.MODE_SENSE_DBD);
        data.clear(0);
        int at = cdbBytes == Cdb.LENGTH_6 ? Spc.MODE_HEADER_6_BYTES : Spc.MODE_HEADER_10_BYTES;
        if (descriptor) {
            data.u32(at, blockCountField(unit)).u32(at + 4, unit.geometry().blockBytes());
            at += Spc.MODE_BLOCK_DESCRIPTOR_BYTES;
        }
        for (int page : PAGES) {
            if (wanted == page || wanted == Spc.MODE_PAGE_ALL) {
                at += page(data, at, unit, page, pageControl);
            }
        }
        data.lengthBytes(at);
        header(data, unit, cdbBytes, descriptor ? Spc.MODE_BLOCK_DESCRIPTOR_BYTES : 0);
    }

    /** The mode parameter header; its length field does not count itself. */
    private static void header(
            ParameterData data, LogicalUnit unit, int cdbBytes, int descriptorBytes) {
        if (cdbBytes == Cdb.LENGTH_6) {
            data.u8(0, data.lengthBytes() - 1)
                    .u8(2, unit.deviceSpecificParameter())
                    .u8(3, descriptorBytes);
        } else {
            data.u16(0, data.lengthBytes() - 2)
                    .u8(3, unit.deviceSpecificParameter())
                    .u16(6, descriptorBytes);
        }
    }

    /** The capacity as a block descriptor shows it: all ones when it does not fit. */
    static long blockCountField(LogicalUnit unit) {
        return Math.min(unit.geometry().blockCount(), MAX_UINT32);
    }

    private static int page(
            ParameterData data, int at, LogicalUnit unit, int page, int pageControl) {
        int pageBytes = pageBytes(page);
        data.u8(at, page).u8(at + PAGE_LENGTH_OFFSET, pageBytes - PAGE_HEADER_BYTES);
        for (int offset = PAGE_HEADER_BYTES; offset < pageBytes; offset++) {
            data.u8(at + offset, value(unit, page, offset, pageControl));
        }
        return pageBytes;
    }

    private static int value(LogicalUnit unit, int page, int offset, int pageControl) {
        return switch (pageControl) {
            case Spc.PAGE_CONTROL_CHANGEABLE -> changeableBits(page, offset);
            case Spc.PAGE_CONTROL_DEFAULT ->
                    fixedBits(page, offset)
                            | (isWce(page, offset) && unit.cache().configuredWriteCache()
                                    ? Sbc.CACHING_WCE
                                    : 0);
            default -> fixedBits(page, offset) | currentBits(unit, page, offset);
        };
    }

    private static int currentBits(LogicalUnit unit, int page, int offset) {
        if (isWce(page, offset)) {
            return unit.cache().writeCacheEnabled() ? Sbc.CACHING_WCE : 0;
        }
        return page == Spc.MODE_PAGE_CONTROL ? unit.control().bits(offset) : 0;
    }

    private static boolean isWce(int page, int offset) {
        return page == Sbc.MODE_PAGE_CACHING && offset == Sbc.CACHING_WCE_BYTE;
    }

    /** The length of a page, header included, or 0 for one that is not there. */
    static int pageBytes(int page) {
        return switch (page) {
            case Sbc.MODE_PAGE_ERROR_RECOVERY -> Sbc.MODE_PAGE_ERROR_RECOVERY_BYTES;
            case Spc.MODE_PAGE_DISCONNECT_RECONNECT -> Spc.MODE_PAGE_DISCONNECT_RECONNECT_BYTES;
            case Sbc.MODE_PAGE_CACHING -> Sbc.MODE_PAGE_CACHING_BYTES;
            case Spc.MODE_PAGE_CONTROL -> Spc.MODE_PAGE_CONTROL_BYTES;
            case Spc.MODE_PAGE_POWER_CONDITION -> Spc.MODE_PAGE_POWER_CONDITION_BYTES;
            case Spc.MODE_PAGE_INFORMATIONAL_EXCEPTIONS ->
                    Spc.MODE_PAGE_INFORMATIONAL_EXCEPTIONS_BYTES;
            default -> 0;
        };
    }

    /** The current value of one byte of a page without its changeable bits. */
    static int fixedBits(int page, int offset) {
        if (page == Spc.MODE_PAGE_CONTROL && offset == Spc.CONTROL_D_SENSE_BYTE) {
            return Spc.CONTROL_GLTSD;
        }
        if (page == Spc.MODE_PAGE_CONTROL && offset == Spc.CONTROL_QUEUE_BYTE) {
            return Spc.CONTROL_UNRESTRICTED_REORDERING;
        }
        if (page == Spc.MODE_PAGE_INFORMATIONAL_EXCEPTIONS && offset == 2) {
            return Spc.EXCEPTIONS_DEXCPT;
        }
        return 0;
    }

    /** The bits of one byte of a page that an initiator can change. */
    static int changeableBits(int page, int offset) {
        if (isWce(page, offset)) {
            return Sbc.CACHING_WCE;
        }
        return page == Spc.MODE_PAGE_CONTROL ? ControlBits.changeable(offset) : 0;
    }
}
