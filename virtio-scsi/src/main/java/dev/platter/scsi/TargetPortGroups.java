package dev.platter.scsi;

/**
 * REPORT TARGET PORT GROUPS (SPC-5 §6.36): all ports are in one group, which is always active and
 * optimized.
 *
 * <pre>
 *  header  0: bytes that follow (4)        with the extended format 8 bytes, 4: 10h
 *  group   0: access state   1: states supported   2: group (2)   7: ports
 *  port    2: relative target port (2)     4 bytes
 * </pre>
 */
final class TargetPortGroups {
    private static final int LENGTH_BYTES = 4;
    private static final int EXTENDED_HEADER_BYTES = 8;
    private static final int EXTENDED_FORMAT_TYPE = 0x10;
    private static final int GROUP_BYTES = 8;
    private static final int PORT_BYTES = 4;
    private static final int MAX_PORTS = 255;

    private TargetPortGroups() {}

    static void report(Task task) {
        int format = Cdb.u8(task.cdb(), 1) & Spc.PORT_GROUPS_FORMAT_MASK;
        boolean extended = format == Spc.PORT_GROUPS_EXTENDED_FORMAT;
        if (!BlockChecks.require(task, extended || format == 0)) {
            return;
        }
        int ports = Math.min(task.unit().nexusCount(), MAX_PORTS);
        int group = extended ? EXTENDED_HEADER_BYTES : LENGTH_BYTES;
        ParameterData data = task.parameters().clear(group + GROUP_BYTES + ports * PORT_BYTES);
        data.u32(0, data.lengthBytes() - LENGTH_BYTES)
                .u8(4, extended ? EXTENDED_FORMAT_TYPE : 0)
                .u8(group + 1, Spc.PORT_GROUP_ACTIVE_OPTIMIZED_SUPPORTED)
                .u16(group + 2, Spc.PORT_GROUP)
                .u8(group + 7, ports);
        for (int port = 1; port <= ports; port++) {
            data.u16(group + GROUP_BYTES + (port - 1) * PORT_BYTES + 2, port);
        }
        data.answer(task.command(), Cdb.u32(task.cdb(), 6));
        task.end();
    }
}
