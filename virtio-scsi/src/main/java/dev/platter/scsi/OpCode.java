package dev.platter.scsi;

import static dev.platter.scsi.CommandDescription.cdb;

import org.jspecify.annotations.Nullable;

/**
 * The commands a logical unit knows: the table that drives dispatch, the reservation check, the
 * ordering of commands, and REPORT SUPPORTED OPERATION CODES. An operation code that is not here is
 * answered as unknown, whatever data it comes with.
 */
enum OpCode {
    TEST_UNIT_READY(
            cdb("TEST UNIT READY", "00 00 00 00 00 04"),
            Transfer.NONE,
            Access.ALWAYS,
            Timeout.SHORT,
            EmulatedCommands::testUnitReady),
    REQUEST_SENSE(
            cdb("REQUEST SENSE", "03 01 00 00 ff 04"),
            Transfer.ALLOCATION,
            Access.ALWAYS,
            Timeout.SHORT,
            EmulatedCommands::requestSense),
    READ_6(
            cdb("READ(6)", "08 1f ff ff ff 04"),
            Transfer.BLOCKS_IN,
            Access.READS,
            Timeout.IO,
            ReadOperation.INSTANCE),
    WRITE_6(
            cdb("WRITE(6)", "0a 1f ff ff ff 04"),
            Transfer.BLOCKS_OUT,
            Access.WRITES,
            Timeout.IO,
            WriteOperation.WRITE),
    INQUIRY(
            cdb("INQUIRY", "12 01 ff ff ff 04"),
            Transfer.ALLOCATION,
            Access.ALWAYS,
            Timeout.SHORT,
            EmulatedCommands::inquiry),
    MODE_SELECT_6(
            cdb("MODE SELECT(6)", "15 11 00 00 ff 04"),
            Transfer.PARAMETER_LIST,
            Access.WRITES,
            Timeout.IO,
            ModeSelectOperation.INSTANCE),
    RESERVE_6(
            cdb("RESERVE(6)", "16 1f 00 00 00 04"),
            Transfer.NONE,
            Access.RESERVATION,
            Timeout.SHORT,
            LegacyReservation::reserve),
    RELEASE_6(
            cdb("RELEASE(6)", "17 1f 00 00 00 04"),
            Transfer.NONE,
            Access.RESERVATION,
            Timeout.SHORT,
            LegacyReservation::release),
    MODE_SENSE_6(
            cdb("MODE SENSE(6)", "1a 08 ff ff ff 04"),
            Transfer.ALLOCATION,
            Access.READS,
            Timeout.SHORT,
            EmulatedCommands::modeSense),
    START_STOP_UNIT(
            cdb("START STOP UNIT", "1b 01 00 00 f7 04"),
            Transfer.NONE,
            Access.START_STOP,
            Timeout.IO,
            FlushOperation.START_STOP_UNIT),
    READ_CAPACITY_10(
            cdb("READ CAPACITY(10)", "25 00 ff ff ff ff 00 00 01 04"),
            Transfer.FIXED_IN,
            Access.ALWAYS,
            Timeout.SHORT,
            EmulatedCommands::readCapacity10),
    READ_10(
            cdb("READ(10)", "28 f8 ff ff ff ff 00 ff ff 04"),
            Transfer.BLOCKS_IN,
            Access.READS,
            Timeout.IO,
            ReadOperation.INSTANCE),
    WRITE_10(
            cdb("WRITE(10)", "2a f8 ff ff ff ff 00 ff ff 04"),
            Transfer.BLOCKS_OUT,
            Access.WRITES,
            Timeout.IO,
            WriteOperation.WRITE),
    WRITE_AND_VERIFY_10(
            cdb("WRITE AND VERIFY(10)", "2e f6 ff ff ff ff 00 ff ff 04"),
            Transfer.BLOCKS_OUT,
            Access.WRITES,
            Timeout.IO,
            WriteOperation.WRITE_AND_VERIFY),
    VERIFY_10(
            cdb("VERIFY(10)", "2f f6 ff ff ff ff 00 ff ff 04"),
            Transfer.VERIFY,
            Access.READS,
            Timeout.LONG,
            VerifyOperation.VERIFY),
    PRE_FETCH_10(
            cdb("PRE-FETCH(10)", "34 02 ff ff ff ff 00 ff ff 04"),
            Transfer.RANGE,
            Access.READS,
            Timeout.IO,
            PreFetchOperation.INSTANCE),
    SYNCHRONIZE_CACHE_10(
            cdb("SYNCHRONIZE CACHE(10)", "35 02 ff ff ff ff 00 ff ff 04"),
            Transfer.FLUSH,
            Access.WRITES,
            Timeout.IO,
            FlushOperation.SYNCHRONIZE_CACHE),
    READ_DEFECT_DATA_10(
            cdb("READ DEFECT DATA(10)", "37 00 1f 00 00 00 00 ff ff 04"),
            Transfer.ALLOCATION,
            Access.READS,
            Timeout.SHORT,
            DefectData::answer10),
    WRITE_SAME_10(
            cdb("WRITE SAME(10)", "41 f8 ff ff ff ff 00 ff ff 04"),
            Transfer.ONE_BLOCK,
            Access.WRITES,
            Timeout.LONG,
            WriteSameOperation.INSTANCE),
    UNMAP(
            cdb("UNMAP", "42 01 00 00 00 00 00 ff ff 04"),
            Transfer.UNMAP_LIST,
            Access.WRITES,
            Timeout.LONG,
            UnmapOperation.INSTANCE),
    SANITIZE_OVERWRITE(
            cdb("SANITIZE, OVERWRITE", "48 e1 00 00 00 00 00 ff ff 04", 0x01),
            Transfer.WHOLE_UNIT,
            Access.WRITES,
            Timeout.HOURS,
            SanitizeOperation.OVERWRITE),
    SANITIZE_BLOCK_ERASE(
            cdb("SANITIZE, BLOCK ERASE", "48 e2 00 00 00 00 00 ff ff 04", 0x02),
            Transfer.WHOLE_UNIT,
            Access.WRITES,
            Timeout.HOURS,
            SanitizeOperation.BLOCK_ERASE),
    SANITIZE_EXIT_FAILURE_MODE(
            cdb("SANITIZE, EXIT FAILURE MODE", "48 ff 00 00 00 00 00 ff ff 04", 0x1F),
            Transfer.NONE,
            Access.WRITES,
            Timeout.SHORT,
            SanitizeOperation.EXIT_FAILURE_MODE),
    LOG_SENSE(
            cdb("LOG SENSE", "4d 01 ff ff 00 ff ff ff ff 04"),
            Transfer.ALLOCATION,
            Access.ALWAYS,
            Timeout.SHORT,
            LogPages::sense),
    MODE_SELECT_10(
            cdb("MODE SELECT(10)", "55 11 00 00 00 00 00 ff ff 04"),
            Transfer.PARAMETER_LIST,
            Access.WRITES,
            Timeout.IO,
            ModeSelectOperation.INSTANCE),
    RESERVE_10(
            cdb("RESERVE(10)", "56 1f 00 00 00 00 00 ff ff 04"),
            Transfer.NONE,
            Access.RESERVATION,
            Timeout.SHORT,
            LegacyReservation::reserve),
    RELEASE_10(
            cdb("RELEASE(10)", "57 1f 00 00 00 00 00 ff ff 04"),
            Transfer.NONE,
            Access.RESERVATION,
            Timeout.SHORT,
            LegacyReservation::release),
    MODE_SENSE_10(
            cdb("MODE SENSE(10)", "5a 08 ff ff 00 00 00 ff ff 04"),
            Transfer.ALLOCATION,
            Access.READS,
            Timeout.SHORT,
            EmulatedCommands::modeSense),
    READ_KEYS(
            cdb("PERSISTENT RESERVE IN, READ KEYS", "5e 00 00 00 00 00 00 ff ff 04", 0x00),
            Transfer.ALLOCATION,
            Access.ALWAYS,
            Timeout.SHORT,
            PersistentReserveIn::readKeys),
    READ_RESERVATION(
            cdb("PERSISTENT RESERVE IN, READ RESERVATION", "5e 01 00 00 00 00 00 ff ff 04", 0x01),
            Transfer.ALLOCATION,
            Access.ALWAYS,
            Timeout.SHORT,
            PersistentReserveIn::readReservation),
    REPORT_CAPABILITIES(
            cdb(
                    "PERSISTENT RESERVE IN, REPORT CAPABILITIES",
                    "5e 02 00 00 00 00 00 ff ff 04",
                    0x02),
            Transfer.ALLOCATION,
            Access.ALWAYS,
            Timeout.SHORT,
            PersistentReserveIn::reportCapabilities),
    READ_FULL_STATUS(
            cdb("PERSISTENT RESERVE IN, READ FULL STATUS", "5e 03 00 00 00 00 00 ff ff 04", 0x03),
            Transfer.ALLOCATION,
            Access.ALWAYS,
            Timeout.SHORT,
            PersistentReserveIn::readFullStatus),
    REGISTER(
            cdb("PERSISTENT RESERVE OUT, REGISTER", "5f 00 ff 00 00 ff ff ff ff 04", 0x00),
            Transfer.PARAMETER_LIST,
            Access.RESERVATION,
            Timeout.IO,
            PersistentReserveOut.INSTANCE),
    RESERVE(
            cdb("PERSISTENT RESERVE OUT, RESERVE", "5f 01 ff 00 00 ff ff ff ff 04", 0x01),
            Transfer.PARAMETER_LIST,
            Access.RESERVATION,
            Timeout.IO,
            PersistentReserveOut.INSTANCE),
    RELEASE(
            cdb("PERSISTENT RESERVE OUT, RELEASE", "5f 02 ff 00 00 ff ff ff ff 04", 0x02),
            Transfer.PARAMETER_LIST,
            Access.RESERVATION,
            Timeout.IO,
            PersistentReserveOut.INSTANCE),
    CLEAR(
            cdb("PERSISTENT RESERVE OUT, CLEAR", "5f 03 00 00 00 ff ff ff ff 04", 0x03),
            Transfer.PARAMETER_LIST,
            Access.RESERVATION,
            Timeout.IO,
            PersistentReserveOut.INSTANCE),
    PREEMPT(
            cdb("PERSISTENT RESERVE OUT, PREEMPT", "5f 04 ff 00 00 ff ff ff ff 04", 0x04),
            Transfer.PARAMETER_LIST,
            Access.RESERVATION,
            Timeout.IO,
            PersistentReserveOut.INSTANCE),
    PREEMPT_AND_ABORT(
            cdb("PERSISTENT RESERVE OUT, PREEMPT AND ABORT", "5f 05 ff 00 00 ff ff ff ff 04", 0x05),
            Transfer.BARRIER_LIST,
            Access.RESERVATION,
            Timeout.IO,
            PersistentReserveOut.INSTANCE),
    REGISTER_AND_IGNORE_EXISTING_KEY(
            cdb(
                    "PERSISTENT RESERVE OUT, REGISTER AND IGNORE EXISTING KEY",
                    "5f 06 00 00 00 ff ff ff ff 04",
                    0x06),
            Transfer.PARAMETER_LIST,
            Access.RESERVATION,
            Timeout.IO,
            PersistentReserveOut.INSTANCE),
    REGISTER_AND_MOVE(
            cdb("PERSISTENT RESERVE OUT, REGISTER AND MOVE", "5f 07 00 00 00 ff ff ff ff 04", 0x07),
            Transfer.PARAMETER_LIST,
            Access.RESERVATION,
            Timeout.IO,
            PersistentReserveOut.INSTANCE),
    REPLACE_LOST_RESERVATION(
            cdb(
                    "PERSISTENT RESERVE OUT, REPLACE LOST RESERVATION",
                    "5f 08 ff 00 00 ff ff ff ff 04",
                    0x08),
            Transfer.PARAMETER_LIST,
            Access.RESERVATION,
            Timeout.IO,
            PersistentReserveOut.INSTANCE),
    EXTENDED_COPY(
            cdb("EXTENDED COPY(LID1)", "83 00 00 00 00 00 00 00 00 00 ff ff ff ff 00 04", 0x00),
            Transfer.PARAMETER_LIST,
            Access.WRITES,
            Timeout.LONG,
            ExtendedCopyOperation.INSTANCE),
    RECEIVE_COPY_STATUS(
            cdb(
                    "RECEIVE COPY STATUS(LID1)",
                    "84 00 ff 00 00 00 00 00 00 00 ff ff ff ff 00 04",
                    0x00),
            Transfer.ALLOCATION,
            Access.WRITES,
            Timeout.SHORT,
            CopyResults::copyStatus),
    RECEIVE_COPY_PARAMETERS(
            cdb(
                    "RECEIVE COPY OPERATING PARAMETERS",
                    "84 03 00 00 00 00 00 00 00 00 ff ff ff ff 00 04",
                    0x03),
            Transfer.ALLOCATION,
            Access.ALWAYS,
            Timeout.SHORT,
            CopyResults::operatingParameters),
    READ_16(
            cdb("READ(16)", "88 f8 ff ff ff ff ff ff ff ff ff ff ff ff 00 04"),
            Transfer.BLOCKS_IN,
            Access.READS,
            Timeout.IO,
            ReadOperation.INSTANCE),
    COMPARE_AND_WRITE(
            cdb("COMPARE AND WRITE", "89 f8 ff ff ff ff ff ff ff ff 00 00 00 ff 00 04"),
            Transfer.COMPARE,
            Access.WRITES,
            Timeout.IO,
            CompareAndWriteOperation.INSTANCE),
    WRITE_16(
            cdb("WRITE(16)", "8a f8 ff ff ff ff ff ff ff ff ff ff ff ff 00 04"),
            Transfer.BLOCKS_OUT,
            Access.WRITES,
            Timeout.IO,
            WriteOperation.WRITE),
    ORWRITE_16(
            cdb("ORWRITE(16)", "8b f8 ff ff ff ff ff ff ff ff ff ff ff ff 00 04"),
            Transfer.MODIFY,
            Access.WRITES,
            Timeout.IO,
            OrWriteOperation.INSTANCE),
    WRITE_AND_VERIFY_16(
            cdb("WRITE AND VERIFY(16)", "8e f6 ff ff ff ff ff ff ff ff ff ff ff ff 00 04"),
            Transfer.BLOCKS_OUT,
            Access.WRITES,
            Timeout.IO,
            WriteOperation.WRITE_AND_VERIFY),
    VERIFY_16(
            cdb("VERIFY(16)", "8f f6 ff ff ff ff ff ff ff ff ff ff ff ff 00 04"),
            Transfer.VERIFY,
            Access.READS,
            Timeout.LONG,
            VerifyOperation.VERIFY),
    PRE_FETCH_16(
            cdb("PRE-FETCH(16)", "90 02 ff ff ff ff ff ff ff ff ff ff ff ff 00 04"),
            Transfer.RANGE,
            Access.READS,
            Timeout.IO,
            PreFetchOperation.INSTANCE),
    SYNCHRONIZE_CACHE_16(
            cdb("SYNCHRONIZE CACHE(16)", "91 02 ff ff ff ff ff ff ff ff ff ff ff ff 00 04"),
            Transfer.FLUSH,
            Access.WRITES,
            Timeout.IO,
            FlushOperation.SYNCHRONIZE_CACHE),
    WRITE_SAME_16(
            cdb("WRITE SAME(16)", "93 f9 ff ff ff ff ff ff ff ff ff ff ff ff 00 04"),
            Transfer.ONE_BLOCK,
            Access.WRITES,
            Timeout.LONG,
            WriteSameOperation.INSTANCE),
    WRITE_ATOMIC_16(
            cdb("WRITE ATOMIC(16)", "9c f8 ff ff ff ff ff ff ff ff ff ff ff ff 00 04"),
            Transfer.BLOCKS_OUT,
            Access.WRITES,
            Timeout.IO,
            WriteAtomicOperation.INSTANCE),
    READ_CAPACITY_16(
            cdb("READ CAPACITY(16)", "9e 10 00 00 00 00 00 00 00 00 ff ff ff ff 00 04", 0x10),
            Transfer.ALLOCATION,
            Access.ALWAYS,
            Timeout.SHORT,
            EmulatedCommands::readCapacity16),
    GET_LBA_STATUS(
            cdb("GET LBA STATUS", "9e 12 ff ff ff ff ff ff ff ff ff ff ff ff 00 04", 0x12),
            Transfer.ALLOCATION,
            Access.READS,
            Timeout.IO,
            LbaStatusOperation.INSTANCE),
    REPORT_LUNS(
            cdb("REPORT LUNS", "a0 00 ff 00 00 00 ff ff ff ff 00 04"),
            Transfer.ALLOCATION,
            Access.ALWAYS,
            Timeout.SHORT,
            EmulatedCommands::reportLuns),
    REPORT_TARGET_PORT_GROUPS(
            cdb("REPORT TARGET PORT GROUPS", "a3 ea 00 00 00 00 ff ff ff ff 00 04", 0x0A),
            Transfer.ALLOCATION,
            Access.ALWAYS,
            Timeout.SHORT,
            TargetPortGroups::report),
    REPORT_SUPPORTED_OPERATION_CODES(
            cdb("REPORT SUPPORTED OPERATION CODES", "a3 0c 87 ff ff ff ff ff ff ff 00 04", 0x0C),
            Transfer.ALLOCATION,
            Access.READS,
            Timeout.SHORT,
            SupportedOperationCodes::report),
    REPORT_SUPPORTED_TASK_MANAGEMENT_FUNCTIONS(
            cdb(
                    "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS",
                    "a3 0d 80 00 00 00 ff ff ff ff 00 04",
                    0x0D),
            Transfer.ALLOCATION,
            Access.READS,
            Timeout.SHORT,
            SupportedTaskManagement::report),
    READ_12(
            cdb("READ(12)", "a8 f8 ff ff ff ff ff ff ff ff 00 04"),
            Transfer.BLOCKS_IN,
            Access.READS,
            Timeout.IO,
            ReadOperation.INSTANCE),
    WRITE_12(
            cdb("WRITE(12)", "aa f8 ff ff ff ff ff ff ff ff 00 04"),
            Transfer.BLOCKS_OUT,
            Access.WRITES,
            Timeout.IO,
            WriteOperation.WRITE),
    WRITE_AND_VERIFY_12(
            cdb("WRITE AND VERIFY(12)", "ae f6 ff ff ff ff ff ff ff ff 00 04"),
            Transfer.BLOCKS_OUT,
            Access.WRITES,
            Timeout.IO,
            WriteOperation.WRITE_AND_VERIFY),
    VERIFY_12(
            cdb("VERIFY(12)", "af f6 ff ff ff ff ff ff ff ff 00 04"),
            Transfer.VERIFY,
            Access.READS,
            Timeout.LONG,
            VerifyOperation.VERIFY),
    READ_DEFECT_DATA_12(
            cdb("READ DEFECT DATA(12)", "b7 1f ff ff ff ff ff ff ff ff 00 04"),
            Transfer.ALLOCATION,
            Access.READS,
            Timeout.SHORT,
            DefectData::answer12);

    private static final int SERVICE_ACTION_MASK = 0x1F;

    /** By operation code a row: of one command, or of one for each service action. */
    private static final @Nullable OpCode[][] ROWS = rows();

    @SuppressWarnings("ImmutableEnumChecker") // Never written after construction.
    private final CommandDescription cdb;

    private final Transfer transfer;
    private final Access access;
    private final Timeout timeout;

    @SuppressWarnings("ImmutableEnumChecker") // Operations have no state.
    private final Operation operation;

    OpCode(
            CommandDescription cdb,
            Transfer transfer,
            Access access,
            Timeout timeout,
            Operation operation) {
        this.cdb = cdb;
        this.transfer = transfer;
        this.access = access;
        this.timeout = timeout;
        this.operation = operation;
    }

    private static @Nullable OpCode[][] rows() {
        @Nullable OpCode[][] rows = new OpCode[256][0];
        for (OpCode opCode : values()) {
            int code = opCode.code();
            if (opCode.serviceAction() == CommandDescription.NO_SERVICE_ACTION) {
                rows[code] = new OpCode[] {opCode};
            } else {
                if (rows[code].length == 0) {
                    rows[code] = new OpCode[SERVICE_ACTION_MASK + 1];
                }
                rows[code][opCode.serviceAction()] = opCode;
            }
        }
        return rows;
    }

    /** The command of a CDB, or null. */
    static @Nullable OpCode find(byte[] cdb) {
        return find(Cdb.u8(cdb, 0), cdb[1] & SERVICE_ACTION_MASK);
    }

    /**
     * The command of an operation code, or null.
     *
     * @param serviceAction looked at only where the operation code has service actions
     */
    static @Nullable OpCode find(int code, int serviceAction) {
        @Nullable OpCode[] row = ROWS[code];
        return switch (row.length) {
            case 0 -> null;
            case 1 -> row[0];
            default -> serviceAction < row.length ? row[serviceAction] : null;
        };
    }

    /** Whether an operation code has service actions; false for one that is not known at all. */
    static boolean hasServiceActions(int code) {
        return ROWS[code].length > 1;
    }

    /** The additional sense code for a CDB that {@link #find} does not know. */
    static int whyUnknown(byte[] cdb) {
        return ROWS[Cdb.u8(cdb, 0)].length == 0
                ? AdditionalSense.INVALID_OPERATION_CODE
                : AdditionalSense.INVALID_FIELD_IN_CDB;
    }

    int code() {
        return cdb.code();
    }

    /** The service action, or -1 where the operation code has none. */
    int serviceAction() {
        return cdb.serviceAction();
    }

    /** The command's name in its standard. */
    String title() {
        return cdb.title();
    }

    int cdbBytes() {
        return cdb.cdbBytes();
    }

    /** Copies the usage map, which is as long as the CDB. */
    void copyUsage(byte[] target, int offset) {
        cdb.copyUsage(target, offset);
    }

    Transfer transfer() {
        return transfer;
    }

    Footprint footprint() {
        return transfer.footprint();
    }

    Access access() {
        return access;
    }

    /** The recommended command time-out in seconds. */
    int timeoutSeconds() {
        return timeout.seconds();
    }

    Operation operation() {
        return operation;
    }

    /** Whether the command changes blocks of the medium. */
    boolean writes() {
        return transfer.writes();
    }

    /** Whether the command goes past a pending unit attention (SAM-5 §5.14.1). */
    boolean passesUnitAttention() {
        return this == INQUIRY || this == REPORT_LUNS || this == REQUEST_SENSE;
    }

    /** Whether the command is carried out behind a sanitize operation that failed. */
    boolean passesFailedSanitize() {
        return passesSanitize() || code() == 0x48 || footprint() == Footprint.NOTHING;
    }

    /** Whether the command is answered while the unit is being sanitized (SBC-4 §4.11.2). */
    boolean passesSanitize() {
        return switch (this) {
            case INQUIRY,
                    REPORT_LUNS,
                    REQUEST_SENSE,
                    LOG_SENSE,
                    READ_CAPACITY_10,
                    READ_CAPACITY_16 ->
                    true;
            case REPORT_SUPPORTED_OPERATION_CODES,
                    REPORT_SUPPORTED_TASK_MANAGEMENT_FUNCTIONS,
                    REPORT_TARGET_PORT_GROUPS ->
                    true;
            default -> code() == 0x5E;
        };
    }
}
