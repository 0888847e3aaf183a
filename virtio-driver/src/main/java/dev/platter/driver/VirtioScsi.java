package dev.platter.driver;

/** Numbers of the virtio-scsi device (VIRTIO 1.3 §5.6) that its driver sends and reads. */
public final class VirtioScsi {
    /** The device type (VIRTIO 1.3 §5). */
    public static final int DEVICE_ID = 8;

    /** The control queue's index (VIRTIO 1.3 §5.6.2). */
    public static final int CONTROL_QUEUE = 0;

    /** The event queue's index (VIRTIO 1.3 §5.6.2). */
    public static final int EVENT_QUEUE = 1;

    /** The first request queue's index (VIRTIO 1.3 §5.6.2). */
    public static final int FIRST_REQUEST_QUEUE = 2;

    /** The request was completed and the status byte is valid (VIRTIO 1.3 §5.6.6.1). */
    public static final int OK = 0;

    /** The data buffer was too small (VIRTIO 1.3 §5.6.6.1). */
    public static final int OVERRUN = 1;

    /** Ended by an abort (VIRTIO 1.3 §5.6.6.1). */
    public static final int ABORTED = 2;

    /** There is no such target (VIRTIO 1.3 §5.6.6.1). */
    public static final int BAD_TARGET = 3;

    /** Ended by a reset (VIRTIO 1.3 §5.6.6.1). */
    public static final int RESET = 4;

    /** The device cannot take it now (VIRTIO 1.3 §5.6.6.1). */
    public static final int BUSY = 5;

    /** The transport failed (VIRTIO 1.3 §5.6.6.1). */
    public static final int TRANSPORT_FAILURE = 6;

    /** The target failed (VIRTIO 1.3 §5.6.6.1). */
    public static final int TARGET_FAILURE = 7;

    /** The nexus failed (VIRTIO 1.3 §5.6.6.1). */
    public static final int NEXUS_FAILURE = 8;

    /** Any other failure (VIRTIO 1.3 §5.6.6.1). */
    public static final int FAILURE = 9;

    /** A task management function is done (VIRTIO 1.3 §5.6.6.2). */
    public static final int FUNCTION_COMPLETE = 0;

    /** A task management function found what it asked for (VIRTIO 1.3 §5.6.6.2). */
    public static final int FUNCTION_SUCCEEDED = 10;

    /** A task management function is not offered (VIRTIO 1.3 §5.6.6.2). */
    public static final int FUNCTION_REJECTED = 11;

    /** The target exists, the logical unit does not (VIRTIO 1.3 §5.6.6.2). */
    public static final int INCORRECT_LUN = 12;

    /** Abort one task (VIRTIO 1.3 §5.6.6.2). */
    public static final int ABORT_TASK = 0;

    /** Abort this initiator's tasks (VIRTIO 1.3 §5.6.6.2). */
    public static final int ABORT_TASK_SET = 1;

    /** Clear an auto contingent allegiance (VIRTIO 1.3 §5.6.6.2). */
    public static final int CLEAR_ACA = 2;

    /** Clear the whole task set (VIRTIO 1.3 §5.6.6.2). */
    public static final int CLEAR_TASK_SET = 3;

    /** Reset every logical unit of a target (VIRTIO 1.3 §5.6.6.2). */
    public static final int I_T_NEXUS_RESET = 4;

    /** Reset one logical unit (VIRTIO 1.3 §5.6.6.2). */
    public static final int LOGICAL_UNIT_RESET = 5;

    /** Ask whether a task is there (VIRTIO 1.3 §5.6.6.2). */
    public static final int QUERY_TASK = 6;

    /** Ask whether a logical unit has any task (VIRTIO 1.3 §5.6.6.2). */
    public static final int QUERY_TASK_SET = 7;

    /** Nothing happened, or events were missed (VIRTIO 1.3 §5.6.6.3). */
    public static final int EVENT_NONE = 0;

    /** A logical unit came or went (VIRTIO 1.3 §5.6.6.3). */
    public static final int EVENT_TRANSPORT_RESET = 1;

    /** A parameter of a logical unit changed (VIRTIO 1.3 §5.6.6.3). */
    public static final int EVENT_PARAMETER_CHANGE = 3;

    /** An event's bit for events lost before it (VIRTIO 1.3 §5.6.6.3). */
    public static final int EVENTS_MISSED = 0x8000_0000;

    // VIRTIO 1.3 §5.6.6.1: the request's header, 19 bytes and the CDB.
    static final int REQUEST_LUN_OFFSET = 0;
    static final int REQUEST_TAG_OFFSET = 8;
    static final int REQUEST_ATTRIBUTE_OFFSET = 16;
    static final int REQUEST_CDB_OFFSET = 19;
    static final int CDB_BYTES = 32;
    static final int REQUEST_BYTES = REQUEST_CDB_OFFSET + CDB_BYTES;

    // VIRTIO 1.3 §5.6.6.1: the response, 12 bytes and the sense data.
    static final int RESPONSE_SENSE_LENGTH_OFFSET = 0;
    static final int RESPONSE_RESIDUAL_OFFSET = 4;
    static final int RESPONSE_STATUS_OFFSET = 10;
    static final int RESPONSE_CODE_OFFSET = 11;
    static final int RESPONSE_SENSE_OFFSET = 12;
    static final int SENSE_BYTES = 96;
    static final int RESPONSE_BYTES = RESPONSE_SENSE_OFFSET + SENSE_BYTES;

    // VIRTIO 1.3 §5.6.6.2: control requests; the LUN stands at 8 in a task management function and
    // at 4 in a notification request.
    static final int CONTROL_TYPE_TMF = 0;
    static final int CONTROL_TYPE_AN_QUERY = 1;
    static final int CONTROL_TYPE_AN_SUBSCRIBE = 2;
    static final int TMF_SUBTYPE_OFFSET = 4;
    static final int TMF_LUN_OFFSET = 8;
    static final int TMF_TAG_OFFSET = 16;
    static final int TMF_BYTES = 24;
    static final int TMF_RESPONSE_BYTES = 1;
    static final int AN_LUN_OFFSET = 4;
    static final int AN_EVENTS_OFFSET = 12;
    static final int AN_BYTES = 16;
    static final int AN_RESPONSE_CODE_OFFSET = 4;
    static final int AN_RESPONSE_BYTES = 5;

    // VIRTIO 1.3 §5.6.6.3: an event.
    static final int EVENT_LUN_OFFSET = 4;
    static final int EVENT_REASON_OFFSET = 12;
    static final int EVENT_BYTES = 16;

    /** The length of the LUN field (VIRTIO 1.3 §5.6.6.1). */
    static final int LUN_BYTES = 8;

    private VirtioScsi() {}

    /**
     * The LUN field of a request: 1, the target, and the LUN in flat space addressing (VIRTIO 1.3
     * §5.6.6.1), as Linux writes it.
     */
    static long lunField(int target, int lun) {
        long flat = 0x4000L | (lun & 0x3fff);
        return 1L | ((target & 0xffL) << 8) | ((flat >> 8 & 0xff) << 16) | ((flat & 0xff) << 24);
    }
}
