package dev.platter.scsi;

/**
 * The mode parameters of a logical unit (SPC-5 §7.5, SBC-4 §6.5): the caching and the control page.
 * Holds no state of its own: WCE is the {@link CachePolicy}'s, and is the only bit that an
 * initiator can change.
 */
final class ModePages {
    /** Enough for a long header, a block descriptor and both pages. */
    static final int MAX_BYTES =
            Spc.MODE_HEADER_10_BYTES
                    + Spc.MODE_BLOCK_DESCRIPTOR_BYTES
                    + Sbc.MODE_PAGE_CACHING_BYTES
                    + Spc.MODE_PAGE_CONTROL_BYTES;

    private static final int PAGE_LENGTH_OFFSET = 1;
    private static final int PAGE_HEADER_BYTES = 2;
    private static final int WCE_OFFSET = 2;
    private static final int PAGE_CONTROL_SHIFT = 6;
    private static final long MAX_UINT32 = 0xFFFF_FFFFL;

    private ModePages() {}

    /** Ends a MODE SENSE(6) or (10). */
    static void sense(ScsiCommand command, LogicalUnit unit, ParameterData scratch, int cdbBytes) {
        byte[] cdb = command.cdb();
        int pageControl = Cdb.u8(cdb, 2) >> PAGE_CONTROL_SHIFT;
        int page = cdb[2] & Spc.MODE_PAGE_CODE;
        int subpage = Cdb.u8(cdb, 3);
        boolean known =
                page == Spc.MODE_PAGE_ALL
                        || page == Sbc.MODE_PAGE_CACHING
                        || page == Spc.MODE_PAGE_CONTROL;
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
        int page = cdb[2] & Spc.MODE_PAGE_CODE;
        boolean descriptor = !Cdb.has(cdb, 1, Spc.MODE_SENSE_DBD);
        data.clear(0);
        int at = cdbBytes == Cdb.LENGTH_6 ? Spc.MODE_HEADER_6_BYTES : Spc.MODE_HEADER_10_BYTES;
        if (descriptor) {
            data.u32(at, blockCountField(unit)).u32(at + 4, unit.geometry().blockBytes());
            at += Spc.MODE_BLOCK_DESCRIPTOR_BYTES;
        }
        if (page != Spc.MODE_PAGE_CONTROL) {
            at += caching(data, at, unit.cache(), pageControl);
        }
        if (page != Sbc.MODE_PAGE_CACHING) {
            at += control(data, at, pageControl);
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

    private static int caching(ParameterData data, int at, CachePolicy cache, int pageControl) {
        boolean wce =
                switch (pageControl) {
                    case Spc.PAGE_CONTROL_CHANGEABLE -> true;
                    case Spc.PAGE_CONTROL_DEFAULT -> cache.configuredWriteCache();
                    default -> cache.writeCacheEnabled();
                };
        data.u8(at, Sbc.MODE_PAGE_CACHING)
                .u8(at + PAGE_LENGTH_OFFSET, Sbc.MODE_PAGE_CACHING_BYTES - PAGE_HEADER_BYTES)
                .u8(at + WCE_OFFSET, wce ? Sbc.CACHING_WCE : 0);
        return Sbc.MODE_PAGE_CACHING_BYTES;
    }

    private static int control(ParameterData data, int at, int pageControl) {
        data.u8(at, Spc.MODE_PAGE_CONTROL)
                .u8(at + PAGE_LENGTH_OFFSET, Spc.MODE_PAGE_CONTROL_BYTES - PAGE_HEADER_BYTES);
        if (pageControl != Spc.PAGE_CONTROL_CHANGEABLE) {
            data.u8(at + 2, Spc.CONTROL_GLTSD).u8(at + 3, Spc.CONTROL_UNRESTRICTED_REORDERING);
        }
        return Spc.MODE_PAGE_CONTROL_BYTES;
    }

    /** The length of a page that MODE SELECT may send, header included, or 0 for none such. */
    static int pageBytes(int page) {
        return switch (page) {
            case Sbc.MODE_PAGE_CACHING -> Sbc.MODE_PAGE_CACHING_BYTES;
            case Spc.MODE_PAGE_CONTROL -> Spc.MODE_PAGE_CONTROL_BYTES;
            default -> 0;
        };
    }

    /** The current value of one byte of a page without its changeable bits. */
    static int fixedBits(int page, int offset) {
        if (page == Spc.MODE_PAGE_CONTROL && offset == 2) {
            return Spc.CONTROL_GLTSD;
        }
        if (page == Spc.MODE_PAGE_CONTROL && offset == 3) {
            return Spc.CONTROL_UNRESTRICTED_REORDERING;
        }
        return 0;
    }

    /** The bits of one byte of a page that an initiator can change. */
    static int changeableBits(int page, int offset) {
        return page == Sbc.MODE_PAGE_CACHING && offset == WCE_OFFSET ? Sbc.CACHING_WCE : 0;
    }
}
