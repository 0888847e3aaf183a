package dev.platter.scsi;

import org.jspecify.annotations.Nullable;

/**
 * What INQUIRY answers for one logical unit: the standard data and the vital product data pages
 * (SPC-5 §6.7, §7.7; SBC-4 §6.6), made once and then only read.
 */
final class InquiryData {
    private static final int PAGE_LENGTH_OFFSET = 2;

    private final ParameterData standard;
    private final ParameterData supportedPages;
    private final ParameterData serial;
    private final ParameterData identification;
    private final ParameterData blockLimits;
    private final ParameterData characteristics;
    private final ParameterData provisioning;
    private final boolean hasSerial;

    InquiryData(Geometry geometry, LogicalUnitOptions options) {
        hasSerial = !options.serial().isEmpty();
        standard = standard(Spc.PERIPHERAL_DISK, options);
        supportedPages = supportedPages(hasSerial);
        serial = serial(options);
        identification = identification(options);
        blockLimits = blockLimits(geometry);
        characteristics =
                page(Sbc.VPD_BLOCK_CHARACTERISTICS, Sbc.BLOCK_CHARACTERISTICS_BYTES)
                        .u16(4, Sbc.ROTATION_NON_ROTATING);
        provisioning = provisioning(geometry);
    }

    /** Standard INQUIRY data (SPC-5 §6.7.2) of a unit, or of the place where one is missing. */
    static ParameterData standard(int peripheral, LogicalUnitOptions options) {
        return new ParameterData(Spc.INQUIRY_BYTES)
                .clear(Spc.INQUIRY_BYTES)
                .u8(0, peripheral)
                .u8(2, Spc.VERSION_SPC_5)
                .u8(3, Spc.INQUIRY_HISUP_FORMAT_2)
                .u8(4, Spc.INQUIRY_BYTES - 5)
                .u8(7, Spc.INQUIRY_CMDQUE)
                .ascii(Spc.INQUIRY_VENDOR, 8, options.vendor())
                .ascii(Spc.INQUIRY_PRODUCT, 16, options.product())
                .ascii(Spc.INQUIRY_REVISION, 4, options.revision())
                .u16(Spc.INQUIRY_VERSION_DESCRIPTORS, Spc.DESCRIPTOR_SAM_5)
                .u16(Spc.INQUIRY_VERSION_DESCRIPTORS + 2, Spc.DESCRIPTOR_SPC_5)
                .u16(Spc.INQUIRY_VERSION_DESCRIPTORS + 4, Spc.DESCRIPTOR_SBC_4);
    }

    /** Ends an INQUIRY. */
    void answer(ScsiCommand command) {
        byte[] cdb = command.cdb();
        @Nullable ParameterData data = standard;
        if (Cdb.has(cdb, 1, Spc.INQUIRY_EVPD)) {
            data = page(Cdb.u8(cdb, 2));
        } else if (cdb[2] != 0) {
            data = null;
        }
        if (data == null) {
            command.illegalRequest(AdditionalSense.INVALID_FIELD_IN_CDB);
        } else {
            data.answer(command, Cdb.u16(cdb, 3));
        }
    }

    private @Nullable ParameterData page(int code) {
        return switch (code) {
            case Spc.VPD_SUPPORTED_PAGES -> supportedPages;
            case Spc.VPD_UNIT_SERIAL_NUMBER -> hasSerial ? serial : null;
            case Spc.VPD_DEVICE_IDENTIFICATION -> identification;
            case Sbc.VPD_BLOCK_LIMITS -> blockLimits;
            case Sbc.VPD_BLOCK_CHARACTERISTICS -> characteristics;
            case Sbc.VPD_LOGICAL_BLOCK_PROVISIONING -> provisioning;
            default -> null;
        };
    }

    private static ParameterData page(int code, int lengthBytes) {
        return new ParameterData(lengthBytes)
                .clear(lengthBytes)
                .u8(1, code)
                .u16(PAGE_LENGTH_OFFSET, lengthBytes - Spc.VPD_HEADER_BYTES);
    }

    private static ParameterData supportedPages(boolean hasSerial) {
        int count = hasSerial ? 6 : 5;
        ParameterData data = page(Spc.VPD_SUPPORTED_PAGES, Spc.VPD_HEADER_BYTES + count);
        int at = Spc.VPD_HEADER_BYTES;
        data.u8(at++, Spc.VPD_SUPPORTED_PAGES);
        if (hasSerial) {
            data.u8(at++, Spc.VPD_UNIT_SERIAL_NUMBER);
        }
        return data.u8(at++, Spc.VPD_DEVICE_IDENTIFICATION)
                .u8(at++, Sbc.VPD_BLOCK_LIMITS)
                .u8(at++, Sbc.VPD_BLOCK_CHARACTERISTICS)
                .u8(at, Sbc.VPD_LOGICAL_BLOCK_PROVISIONING);
    }

    private static ParameterData serial(LogicalUnitOptions options) {
        int length = options.serial().length();
        return page(Spc.VPD_UNIT_SERIAL_NUMBER, Spc.VPD_HEADER_BYTES + length)
                .ascii(Spc.VPD_HEADER_BYTES, length, options.serial());
    }

    /**
     * One T10 vendor ID designator: vendor, product, serial number (SPC-5 §7.7.6.4). Without a
     * serial number it would name every disk alike, and multipathing would take them for one: then
     * the page has no designator.
     */
    private static ParameterData identification(LogicalUnitOptions options) {
        if (options.serial().isEmpty()) {
            return page(Spc.VPD_DEVICE_IDENTIFICATION, Spc.VPD_HEADER_BYTES);
        }
        int serialBytes = options.serial().length();
        int designatorBytes = 8 + 16 + serialBytes;
        int at = Spc.VPD_HEADER_BYTES;
        return page(Spc.VPD_DEVICE_IDENTIFICATION, at + 4 + designatorBytes)
                .u8(at, Spc.DESIGNATOR_ASCII)
                .u8(at + 1, Spc.DESIGNATOR_T10_VENDOR_ID)
                .u8(at + 3, designatorBytes)
                .ascii(at + 4, 8, options.vendor())
                .ascii(at + 12, 16, options.product())
                .ascii(at + 28, serialBytes, options.serial());
    }

    /** SBC-4 §6.6.4. */
    private static ParameterData blockLimits(Geometry geometry) {
        ParameterData data =
                page(Sbc.VPD_BLOCK_LIMITS, Sbc.BLOCK_LIMITS_BYTES)
                        .u8(4, Sbc.BLOCK_LIMITS_WSNZ)
                        .u16(6, 1 << geometry.physicalExponent())
                        .u32(8, geometry.maxTransferBlocks())
                        .u32(12, optimalTransferBlocks(geometry))
                        .u64(36, geometry.maxWriteSameBlocks());
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
