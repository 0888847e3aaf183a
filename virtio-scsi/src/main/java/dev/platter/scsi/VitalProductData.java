package dev.platter.scsi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The vital product data pages of one logical unit (SPC-5 §7.7, SBC-4 §6.6). */
final class VitalProductData {
    private static final int PAGE_LENGTH_OFFSET = 2;
    private static final int PORT_DESIGNATOR_BYTES = 8;
    private static final int DESIGNATOR_HEADER_BYTES = 4;

    private final @Nullable ParameterData[] pages = new @Nullable ParameterData[256];
    private final int unitDesignatorsEnd;

    VitalProductData(Geometry geometry, LogicalUnitOptions options) {
        if (!options.serial().isEmpty()) {
            put(serial(options));
        }
        ParameterData identification = identification(options);
        unitDesignatorsEnd = identification.lengthBytes() - 2 * PORT_DESIGNATOR_BYTES;
        put(identification);
        // No address of a management service is known: an empty list.
        put(page(Spc.VPD_MANAGEMENT_NETWORK_ADDRESSES, Spc.VPD_HEADER_BYTES));
        put(extendedInquiry());
        put(ThirdPartyCopyPage.build(geometry));
        put(blockLimits(geometry));
        put(characteristics(options));
        put(provisioning(geometry));
        put(supportedPages());
    }

    private void put(ParameterData page) {
        pages[Cdb.u8(page.bytes(), 1)] = page;
    }

    /** A page, or null; the device identification page is made for the port, in the scratch. */
    @Nullable ParameterData page(int code, int relativePort, ParameterData scratch) {
        ParameterData page = pages[code];
        if (page == null || code != Spc.VPD_DEVICE_IDENTIFICATION) {
            return page;
        }
        scratch.clear(page.lengthBytes());
        System.arraycopy(page.bytes(), 0, scratch.bytes(), 0, page.lengthBytes());
        return scratch.u16(unitDesignatorsEnd + DESIGNATOR_HEADER_BYTES + 2, relativePort);
    }

    /** An empty page of a length that its header already says. */
    static ParameterData page(int code, int lengthBytes) {
        return new ParameterData(lengthBytes)
                .clear(lengthBytes)
                .u8(1, code)
                .u16(PAGE_LENGTH_OFFSET, lengthBytes - Spc.VPD_HEADER_BYTES);
    }

    private ParameterData supportedPages() {
        int count = 1;
        for (ParameterData page : pages) {
            count += page == null ? 0 : 1;
        }
        ParameterData list = page(Spc.VPD_SUPPORTED_PAGES, Spc.VPD_HEADER_BYTES + count);
        int at = Spc.VPD_HEADER_BYTES + 1;
        for (int code = 1; code < pages.length; code++) {
            if (pages[code] != null) {
                list.u8(at++, code);
            }
        }
        return list;
    }

    private static ParameterData serial(LogicalUnitOptions options) {
        int length = options.serial().length();
        return page(Spc.VPD_UNIT_SERIAL_NUMBER, Spc.VPD_HEADER_BYTES + length)
                .ascii(Spc.VPD_HEADER_BYTES, length, options.serial());
    }

    /**
     * The designators of the unit: its world wide name as NAA, and vendor, product and serial
     * number as T10 vendor ID (SPC-5 §7.7.6). Without a serial number the latter would name every
     * disk alike, and multipathing would take them for one: then it is left out. Behind them those
     * of the target port.
     */
    private static ParameterData identification(LogicalUnitOptions options) {
        int naaBytes = options.wwn() == 0 ? 0 : Long.BYTES;
        int serialBytes = options.serial().length();
        int t10Bytes = serialBytes == 0 ? 0 : 8 + 16 + serialBytes;
        int unitBytes =
                (naaBytes == 0 ? 0 : DESIGNATOR_HEADER_BYTES + naaBytes)
                        + (t10Bytes == 0 ? 0 : DESIGNATOR_HEADER_BYTES + t10Bytes);
        int at = Spc.VPD_HEADER_BYTES;
        ParameterData page =
                page(Spc.VPD_DEVICE_IDENTIFICATION, at + unitBytes + 2 * PORT_DESIGNATOR_BYTES);
        if (naaBytes != 0) {
            page.u8(at, Spc.DESIGNATOR_BINARY)
                    .u8(at + 1, Spc.DESIGNATOR_NAA)
                    .u8(at + 3, naaBytes)
                    .u64(at + DESIGNATOR_HEADER_BYTES, options.wwn());
            at += DESIGNATOR_HEADER_BYTES + naaBytes;
        }
        if (t10Bytes != 0) {
            page.u8(at, Spc.DESIGNATOR_ASCII)
                    .u8(at + 1, Spc.DESIGNATOR_T10_VENDOR_ID)
                    .u8(at + 3, t10Bytes)
                    .ascii(at + 4, 8, options.vendor())
                    .ascii(at + 12, 16, options.product())
                    .ascii(at + 28, serialBytes, options.serial());
            at += DESIGNATOR_HEADER_BYTES + t10Bytes;
        }
        port(page, at, Spc.DESIGNATOR_RELATIVE_PORT, 0);
        port(page, at + PORT_DESIGNATOR_BYTES, Spc.DESIGNATOR_TARGET_PORT_GROUP, Spc.PORT_GROUP);
        return page;
    }

    private static void port(ParameterData page, int at, int type, int number) {
        page.u8(at, Spc.DESIGNATOR_BINARY)
                .u8(at + 1, Spc.DESIGNATOR_OF_TARGET_PORT | type)
                .u8(at + 3, PORT_DESIGNATOR_BYTES - DESIGNATOR_HEADER_BYTES)
                .u16(at + DESIGNATOR_HEADER_BYTES + 2, number);
    }

    /** See {@link InquiryData#isDesignatedBy}. */
    boolean isDesignatedBy(byte[] bytes, int at) {
        ParameterData page = pages[Spc.VPD_DEVICE_IDENTIFICATION];
        if (page == null) {
            return false;
        }
        byte[] own = page.bytes();
        int next;
        for (int i = Spc.VPD_HEADER_BYTES; i < unitDesignatorsEnd; i = next) {
            next = i + DESIGNATOR_HEADER_BYTES + Cdb.u8(own, i + 3);
            int end = at + next - i;
            boolean sameHeader =
                    (own[i] & 0x0F) == (bytes[at] & 0x0F)
                            && own[i + 1] == (bytes[at + 1] & 0x3F)
                            && own[i + 3] == bytes[at + 3];
            if (sameHeader
                    && end <= bytes.length
                    && Arrays.equals(
                            own,
                            i + DESIGNATOR_HEADER_BYTES,
                            next,
                            bytes,
                            at + DESIGNATOR_HEADER_BYTES,
                            end)) {
                return true;
            }
        }
        return false;
    }

    /** SPC-5 §7.7.7: simple, ordered and head of queue task attributes; a volatile cache. */
    private static ParameterData extendedInquiry() {
        return page(Spc.VPD_EXTENDED_INQUIRY, Spc.EXTENDED_INQUIRY_BYTES)
                .u8(5, Spc.EXTENDED_HEADSUP_ORDSUP_SIMPSUP)
                .u8(6, Spc.EXTENDED_V_SUP)
                .u8(7, Spc.EXTENDED_LUICLR);
    }

    /** SBC-4 §6.6.4. */
    private static ParameterData blockLimits(Geometry geometry) {
        ParameterData data =
                page(Sbc.VPD_BLOCK_LIMITS, Sbc.BLOCK_LIMITS_BYTES)
                        .u8(4, Sbc.BLOCK_LIMITS_WSNZ)
                        .u8(5, geometry.maxCompareBlocks())
                        .u16(6, 1 << geometry.physicalExponent())
                        .u32(8, geometry.maxTransferBlocks())
                        .u32(12, optimalTransferBlocks(geometry))
                        .u64(36, geometry.maxWriteSameBlocks())
                        .u32(44, geometry.atomic().maxBlocks())
                        .u32(48, geometry.atomic().alignmentBlocks())
                        .u32(52, geometry.atomic().granularityBlocks());
        if (geometry.thin()) {
            data.u32(20, geometry.maxUnmapBlocks())
                    .u32(24, Sbc.UNMAP_MAX_DESCRIPTORS)
                    .u32(28, Math.max(1, geometry.blocks32(geometry.discardGranularityBytes())));
        }
        return data;
    }

    /** Said only when it is usable: whole physical blocks, and not more than the maximum. */
    private static long optimalTransferBlocks(Geometry geometry) {
        int optimal = geometry.optimalTransferBytes();
        boolean usable =
                optimal % geometry.physicalBlockBytes() == 0
                        && optimal <= geometry.maxTransferBytes();
        return usable ? geometry.blocks32(optimal) : 0;
    }

    /** SBC-4 §6.6.2. SYNCHRONIZE CACHE and FUA go past every volatile cache: FUAB. */
    private static ParameterData characteristics(LogicalUnitOptions options) {
        return page(Sbc.VPD_BLOCK_CHARACTERISTICS, Sbc.BLOCK_CHARACTERISTICS_BYTES)
                .u16(4, options.rotationRate())
                .u8(7, Sbc.CHARACTERISTICS_WABEREQ_READS)
                .u8(8, Sbc.CHARACTERISTICS_FUAB);
    }

    /** SBC-4 §6.6.7. */
    private static ParameterData provisioning(Geometry geometry) {
        ParameterData data = page(Sbc.VPD_LOGICAL_BLOCK_PROVISIONING, Sbc.PROVISIONING_BYTES);
        if (geometry.thin()) {
            data.u8(
                            5,
                            Sbc.PROVISIONING_LBPU
                                    | Sbc.PROVISIONING_LBPWS
                                    | Sbc.PROVISIONING_LBPWS10
                                    | (geometry.discardReadsZero() ? Sbc.PROVISIONING_LBPRZ : 0))
                    .u8(6, Sbc.PROVISIONING_THIN);
        }
        return data;
    }
}
