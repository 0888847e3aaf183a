package dev.platter.scsi;

import org.jspecify.annotations.Nullable;

/**
 * What INQUIRY answers for one logical unit: the standard data and the vital product data pages
 * (SPC-5 §6.7, §7.7; SBC-4 §6.6), made once and then only read. Only the device identification page
 * differs between target ports.
 *
 * <p>The version that the standard data claims is SPC-4's and SBC-3's, the newest that initiators
 * in use know; what they have in common with SPC-5 and SBC-4 is claimed beside them.
 */
final class InquiryData {
    private final ParameterData standard;
    private final VitalProductData pages;

    InquiryData(Geometry geometry, LogicalUnitOptions options) {
        standard = standard(Spc.PERIPHERAL_DISK, options);
        pages = new VitalProductData(geometry, options);
    }

    /** Standard INQUIRY data (SPC-5 §6.7.2) of a unit, or of the place where one is missing. */
    static ParameterData standard(int peripheral, LogicalUnitOptions options) {
        boolean disk = peripheral == Spc.PERIPHERAL_DISK;
        return new ParameterData(Spc.INQUIRY_BYTES)
                .clear(Spc.INQUIRY_BYTES)
                .u8(0, peripheral)
                .u8(2, Spc.VERSION_SPC_4)
                .u8(3, Spc.INQUIRY_HISUP_FORMAT_2)
                .u8(4, Spc.INQUIRY_BYTES - 5)
                .u8(5, disk ? Spc.INQUIRY_TPGS_IMPLICIT | Spc.INQUIRY_3PC : 0)
                .u8(7, Spc.INQUIRY_CMDQUE)
                .ascii(Spc.INQUIRY_VENDOR, 8, options.vendor())
                .ascii(Spc.INQUIRY_PRODUCT, 16, options.product())
                .ascii(Spc.INQUIRY_REVISION, 4, options.revision())
                .u16(Spc.INQUIRY_VERSION_DESCRIPTORS, Spc.DESCRIPTOR_SAM_5)
                .u16(Spc.INQUIRY_VERSION_DESCRIPTORS + 2, Spc.DESCRIPTOR_SPC_4)
                .u16(Spc.INQUIRY_VERSION_DESCRIPTORS + 4, Spc.DESCRIPTOR_SBC_3)
                .u16(Spc.INQUIRY_VERSION_DESCRIPTORS + 6, Spc.DESCRIPTOR_SPC_5)
                .u16(Spc.INQUIRY_VERSION_DESCRIPTORS + 8, Spc.DESCRIPTOR_SBC_4);
    }

    /**
     * Ends an INQUIRY.
     *
     * @param relativePort the relative target port that it came in by
     * @param scratch a buffer to make the answer in, where it is the port's
     */
    void answer(ScsiCommand command, int relativePort, ParameterData scratch) {
        byte[] cdb = command.cdb();
        @Nullable ParameterData data = standard;
        if (Cdb.has(cdb, 1, Spc.INQUIRY_EVPD)) {
            data = pages.page(Cdb.u8(cdb, 2), relativePort, scratch);
        } else if (cdb[2] != 0) {
            data = null;
        }
        if (data == null) {
            command.illegalRequest(AdditionalSense.INVALID_FIELD_IN_CDB);
        } else {
            data.answer(command, Cdb.u16(cdb, 3));
        }
    }

    /**
     * Whether a designator as EXTENDED COPY sends it is one of the unit's own.
     *
     * @param at where in the bytes its four-byte header starts
     */
    boolean isDesignatedBy(byte[] bytes, int at) {
        return pages.isDesignatedBy(bytes, at);
    }
}
