package dev.platter.scsi;

import org.jspecify.annotations.Nullable;

/**
 * REPORT SUPPORTED OPERATION CODES (SPC-5 §6.34), from the table that drives dispatch.
 *
 * <pre>
 *  all      0: bytes that follow (4), then for each command
 *           0: operation code   2: service action (2)   5: CTDP, SERVACTV   6: CDB length (2)
 *           8: time-outs descriptor, if RCTD
 *  one      1: CTDP, SUPPORT    2: CDB length (2)       4: usage map, then the descriptor
 *  time-outs 0: 000Ah           4: nominal (4)          8: recommended (4), in seconds
 * </pre>
 */
final class SupportedOperationCodes {
    /** Room for every command with its time-outs. */
    static final int MAX_BYTES = 4 + OpCode.values().length * (8 + Spc.TIMEOUTS_BYTES);

    private static final int ALL_HEADER_BYTES = 4;
    private static final int ONE_HEADER_BYTES = 4;
    private static final int COMMAND_BYTES = 8;
    private static final int TIMEOUTS_LENGTH = Spc.TIMEOUTS_BYTES - 2;

    private static final int OPTION_ALL = 0;
    private static final int OPTION_CODE = 1;
    private static final int OPTION_SERVICE_ACTION = 2;
    private static final int OPTION_EITHER = 3;

    private static final OpCode[] COMMANDS = OpCode.values();

    private SupportedOperationCodes() {}

    static void report(Task task) {
        byte[] cdb = task.cdb();
        int options = cdb[2] & Spc.OPERATION_CODES_OPTIONS;
        int code = Cdb.u8(cdb, 3);
        int serviceAction = Cdb.u16(cdb, 4);
        boolean valid =
                switch (options) {
                    case OPTION_ALL, OPTION_EITHER -> true;
                    case OPTION_CODE -> !OpCode.hasServiceActions(code);
                    case OPTION_SERVICE_ACTION ->
                            OpCode.hasServiceActions(code) || OpCode.find(code, 0) == null;
                    default -> false;
                };
        if (!BlockChecks.require(task, valid)) {
            return;
        }
        boolean timeouts = Cdb.has(cdb, 2, Spc.OPERATION_CODES_RCTD);
        ParameterData data = task.parameters();
        if (options == OPTION_ALL) {
            all(data, task.unit(), timeouts);
        } else {
            one(data, find(task.unit(), options, code, serviceAction), timeouts);
        }
        data.answer(task.command(), Cdb.u32(cdb, 6));
        task.end();
    }

    private static @Nullable OpCode find(
            LogicalUnit unit, int options, int code, int serviceAction) {
        OpCode found =
                options == OPTION_EITHER && !OpCode.hasServiceActions(code) && serviceAction != 0
                        ? null
                        : OpCode.find(code, serviceAction);
        return found != null && unit.offers(found) ? found : null;
    }

    private static void all(ParameterData data, LogicalUnit unit, boolean timeouts) {
        data.clear(0);
        int at = ALL_HEADER_BYTES;
        for (OpCode command : COMMANDS) {
            if (!unit.offers(command)) {
                continue;
            }
            boolean serviceAction = command.serviceAction() >= 0;
            data.u8(at, command.code())
                    .u16(at + 2, serviceAction ? command.serviceAction() : 0)
                    .u8(
                            at + 5,
                            (timeouts ? Spc.OPERATION_CODES_CTDP : 0)
                                    | (serviceAction ? Spc.OPERATION_CODES_SERVACTV : 0))
                    .u16(at + 6, command.cdbBytes());
            at += COMMAND_BYTES;
            if (timeouts) {
                at = timeouts(data, at, command);
            }
        }
        data.u32(0, at - ALL_HEADER_BYTES).lengthBytes(at);
    }

    private static void one(ParameterData data, @Nullable OpCode command, boolean timeouts) {
        data.clear(ONE_HEADER_BYTES);
        if (command == null) {
            data.u8(1, Spc.SUPPORT_NOT);
            return;
        }
        data.u8(1, Spc.SUPPORT_STANDARD | (timeouts ? Spc.SUPPORT_CTDP : 0))
                .u16(2, command.cdbBytes());
        command.copyUsage(data.bytes(), ONE_HEADER_BYTES);
        int at = ONE_HEADER_BYTES + command.cdbBytes();
        data.lengthBytes(timeouts ? timeouts(data, at, command) : at);
    }

    /** The nominal time is not indicated: it is the host's. */
    private static int timeouts(ParameterData data, int at, OpCode command) {
        data.u16(at, TIMEOUTS_LENGTH).u32(at + 8, command.timeoutSeconds());
        return at + Spc.TIMEOUTS_BYTES;
    }
}
