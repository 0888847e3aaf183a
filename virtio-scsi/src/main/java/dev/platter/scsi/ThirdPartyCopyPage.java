package dev.platter.scsi;

/**
 * The third-party copy page (SPC-5 §7.7.18): what EXTENDED COPY can do here.
 *
 * <pre>
 *  0001h supported commands     0004h parameter data
 *  0008h supported descriptors  8001h general copy operations
 * </pre>
 */
final class ThirdPartyCopyPage {
    private static final int DESCRIPTOR_HEADER_BYTES = 4;
    private static final int COMMANDS = 0x0001;
    private static final int COMMANDS_BYTES = 8;
    private static final int PARAMETERS = 0x0004;
    private static final int PARAMETERS_BYTES = 28;
    private static final int DESCRIPTORS = 0x0008;
    private static final int DESCRIPTORS_BYTES = 4;
    private static final int GENERAL = 0x8001;
    private static final int GENERAL_BYTES = 32;

    private ThirdPartyCopyPage() {}

    static ParameterData build(Geometry geometry) {
        int bytes =
                Spc.VPD_HEADER_BYTES
                        + 4 * DESCRIPTOR_HEADER_BYTES
                        + COMMANDS_BYTES
                        + PARAMETERS_BYTES
                        + DESCRIPTORS_BYTES
                        + GENERAL_BYTES;
        ParameterData page = VitalProductData.page(Spc.VPD_THIRD_PARTY_COPY, bytes);
        int at = Spc.VPD_HEADER_BYTES;
        at = commands(page, at);
        at = parameters(page, at);
        at = descriptors(page, at);
        general(page, at, geometry);
        return page;
    }

    private static int header(ParameterData page, int at, int type, int lengthBytes) {
        page.u16(at, type).u16(at + 2, lengthBytes);
        return at + DESCRIPTOR_HEADER_BYTES;
    }

    /** Each operation code with the list of its service actions. */
    private static int commands(ParameterData page, int at) {
        int body = header(page, at, COMMANDS, COMMANDS_BYTES);
        page.u8(body, 7)
                .u8(body + 1, Xcopy.EXTENDED_COPY)
                .u8(body + 2, 1)
                .u8(body + 3, Xcopy.LID1)
                .u8(body + 4, Xcopy.RECEIVE_COPY_RESULTS)
                .u8(body + 5, 2)
                .u8(body + 6, Xcopy.COPY_STATUS)
                .u8(body + 7, Xcopy.OPERATING_PARAMETERS);
        return body + COMMANDS_BYTES;
    }

    private static int parameters(ParameterData page, int at) {
        int body = header(page, at, PARAMETERS, PARAMETERS_BYTES);
        page.u16(body + 4, Xcopy.MAX_TARGETS)
                .u16(body + 6, Xcopy.MAX_SEGMENTS)
                .u32(body + 8, Xcopy.MAX_DESCRIPTORS_BYTES);
        return body + PARAMETERS_BYTES;
    }

    private static int descriptors(ParameterData page, int at) {
        int body = header(page, at, DESCRIPTORS, DESCRIPTORS_BYTES);
        page.u8(body, 2)
                .u8(body + 1, Xcopy.SEGMENT_BLOCK_TO_BLOCK)
                .u8(body + 2, Xcopy.TARGET_IDENTIFICATION);
        return body + DESCRIPTORS_BYTES;
    }

    private static void general(ParameterData page, int at, Geometry geometry) {
        int body = header(page, at, GENERAL, GENERAL_BYTES);
        page.u32(body, Xcopy.MAX_CONCURRENT)
                .u32(body + 4, Xcopy.MAX_CONCURRENT)
                .u32(body + 8, geometry.bytes(Xcopy.MAX_SEGMENT_BLOCKS))
                .u8(body + 12, geometry.blockShift());
    }
}
