package dev.platter.scsi;

import org.jspecify.annotations.Nullable;

/**
 * The commands a logical unit knows: the table that drives dispatch. An operation code that is not
 * here is answered as unknown, whatever data it comes with.
 */
enum OpCode {
    TEST_UNIT_READY(0x00, "TEST UNIT READY", 6, Transfer.NONE, EmulatedCommands::testUnitReady),
    REQUEST_SENSE(0x03, "REQUEST SENSE", 6, Transfer.ALLOCATION, EmulatedCommands::requestSense),
    READ_6(0x08, "READ(6)", 6, Transfer.BLOCKS_IN, ReadOperation.INSTANCE),
    WRITE_6(0x0A, "WRITE(6)", 6, Transfer.BLOCKS_OUT, WriteOperation.WRITE),
    INQUIRY(0x12, "INQUIRY", 6, Transfer.ALLOCATION, EmulatedCommands::inquiry),
    MODE_SELECT_6(0x15, "MODE SELECT(6)", 6, Transfer.PARAMETER_LIST, ModeSelectOperation.INSTANCE),
    MODE_SENSE_6(0x1A, "MODE SENSE(6)", 6, Transfer.ALLOCATION, EmulatedCommands::modeSense),
    START_STOP_UNIT(0x1B, "START STOP UNIT", 6, Transfer.NONE, FlushOperation.START_STOP_UNIT),
    READ_CAPACITY_10(
            0x25, "READ CAPACITY(10)", 10, Transfer.FIXED_IN, EmulatedCommands::readCapacity10),
    READ_10(0x28, "READ(10)", 10, Transfer.BLOCKS_IN, ReadOperation.INSTANCE),
    WRITE_10(0x2A, "WRITE(10)", 10, Transfer.BLOCKS_OUT, WriteOperation.WRITE),
    WRITE_AND_VERIFY_10(
            0x2E, "WRITE AND VERIFY(10)", 10, Transfer.BLOCKS_OUT, WriteOperation.WRITE_AND_VERIFY),
    VERIFY_10(0x2F, "VERIFY(10)", 10, Transfer.VERIFY, VerifyOperation.VERIFY),
    SYNCHRONIZE_CACHE_10(
            0x35, "SYNCHRONIZE CACHE(10)", 10, Transfer.NONE, FlushOperation.SYNCHRONIZE_CACHE),
    WRITE_SAME_10(0x41, "WRITE SAME(10)", 10, Transfer.ONE_BLOCK, WriteSameOperation.INSTANCE),
    UNMAP(0x42, "UNMAP", 10, Transfer.PARAMETER_LIST, UnmapOperation.INSTANCE),
    MODE_SELECT_10(
            0x55, "MODE SELECT(10)", 10, Transfer.PARAMETER_LIST, ModeSelectOperation.INSTANCE),
    MODE_SENSE_10(0x5A, "MODE SENSE(10)", 10, Transfer.ALLOCATION, EmulatedCommands::modeSense),
    READ_16(0x88, "READ(16)", 16, Transfer.BLOCKS_IN, ReadOperation.INSTANCE),
    WRITE_16(0x8A, "WRITE(16)", 16, Transfer.BLOCKS_OUT, WriteOperation.WRITE),
    WRITE_AND_VERIFY_16(
            0x8E, "WRITE AND VERIFY(16)", 16, Transfer.BLOCKS_OUT, WriteOperation.WRITE_AND_VERIFY),
    VERIFY_16(0x8F, "VERIFY(16)", 16, Transfer.VERIFY, VerifyOperation.VERIFY),
    SYNCHRONIZE_CACHE_16(
            0x91, "SYNCHRONIZE CACHE(16)", 16, Transfer.NONE, FlushOperation.SYNCHRONIZE_CACHE),
    WRITE_SAME_16(0x93, "WRITE SAME(16)", 16, Transfer.ONE_BLOCK, WriteSameOperation.INSTANCE),
    READ_CAPACITY_16(
            0x9E,
            0x10,
            "READ CAPACITY(16)",
            16,
            Transfer.ALLOCATION,
            EmulatedCommands::readCapacity16),
    REPORT_LUNS(0xA0, "REPORT LUNS", 12, Transfer.ALLOCATION, EmulatedCommands::reportLuns),
    READ_12(0xA8, "READ(12)", 12, Transfer.BLOCKS_IN, ReadOperation.INSTANCE),
    WRITE_12(0xAA, "WRITE(12)", 12, Transfer.BLOCKS_OUT, WriteOperation.WRITE),
    WRITE_AND_VERIFY_12(
            0xAE, "WRITE AND VERIFY(12)", 12, Transfer.BLOCKS_OUT, WriteOperation.WRITE_AND_VERIFY),
    VERIFY_12(0xAF, "VERIFY(12)", 12, Transfer.VERIFY, VerifyOperation.VERIFY);

    /** How many bytes of data a command moves, and which way. */
    enum Transfer {
        /** No data. */
        NONE(false, false),
        /** Data-in of a length that the command fixes. */
        FIXED_IN(false, false),
        /** Data-in, cut at the CDB's allocation length. */
        ALLOCATION(false, false),
        /** Data-out: a parameter list of the length the CDB says. */
        PARAMETER_LIST(false, false),
        /** Data-in: the addressed blocks. */
        BLOCKS_IN(true, false),
        /** Data-out: the addressed blocks. */
        BLOCKS_OUT(true, true),
        /** Data-out: one block, or none with NDOB. */
        ONE_BLOCK(true, true),
        /** Data-out: as BYTCHK says. */
        VERIFY(true, false);

        private final boolean medium;
        private final boolean write;

        Transfer(boolean medium, boolean write) {
            this.medium = medium;
            this.write = write;
        }
    }

    private static final int NO_SERVICE_ACTION = -1;
    private static final int SERVICE_ACTION_MASK = 0x1F;

    /** By operation code a row: of one command, or of one for each service action. */
    private static final @Nullable OpCode[][] ROWS = rows();

    private final int code;
    private final int serviceAction;
    private final String title;
    private final int cdbBytes;
    private final Transfer transfer;

    @SuppressWarnings("ImmutableEnumChecker") // Operations have no state.
    private final Operation operation;

    OpCode(int code, String title, int cdbBytes, Transfer transfer, Operation operation) {
        this(code, NO_SERVICE_ACTION, title, cdbBytes, transfer, operation);
    }

    OpCode(
            int code,
            int serviceAction,
            String title,
            int cdbBytes,
            Transfer transfer,
            Operation operation) {
        this.code = code;
        this.serviceAction = serviceAction;
        this.title = title;
        this.cdbBytes = cdbBytes;
        this.transfer = transfer;
        this.operation = operation;
    }

    private static @Nullable OpCode[][] rows() {
        @Nullable OpCode[][] rows = new OpCode[256][0];
        for (OpCode opCode : values()) {
            if (opCode.serviceAction == NO_SERVICE_ACTION) {
                rows[opCode.code] = new OpCode[] {opCode};
            } else {
                if (rows[opCode.code].length == 0) {
                    rows[opCode.code] = new OpCode[SERVICE_ACTION_MASK + 1];
                }
                rows[opCode.code][opCode.serviceAction] = opCode;
            }
        }
        return rows;
    }

    /** The command of a CDB, or null. */
    static @Nullable OpCode find(byte[] cdb) {
        @Nullable OpCode[] row = ROWS[Cdb.u8(cdb, 0)];
        return switch (row.length) {
            case 0 -> null;
            case 1 -> row[0];
            default -> row[cdb[1] & SERVICE_ACTION_MASK];
        };
    }

    /** The additional sense code for a CDB that {@link #find} does not know. */
    static int whyUnknown(byte[] cdb) {
        return ROWS[Cdb.u8(cdb, 0)].length == 0
                ? AdditionalSense.INVALID_OPERATION_CODE
                : AdditionalSense.INVALID_FIELD_IN_CDB;
    }

    int code() {
        return code;
    }

    /** The service action, or -1 where the operation code has none. */
    int serviceAction() {
        return serviceAction;
    }

    /** The command's name in its standard. */
    String title() {
        return title;
    }

    int cdbBytes() {
        return cdbBytes;
    }

    Transfer transfer() {
        return transfer;
    }

    Operation operation() {
        return operation;
    }

    /** Whether the command addresses blocks of the medium. */
    boolean accessesMedium() {
        return transfer.medium || this == UNMAP;
    }

    /** Whether the command changes blocks of the medium. */
    boolean writes() {
        return transfer.write || this == UNMAP;
    }

    /** Whether the command goes past a pending unit attention (SAM-5 §5.14.1). */
    boolean passesUnitAttention() {
        return this == INQUIRY || this == REPORT_LUNS || this == REQUEST_SENSE;
    }
}
