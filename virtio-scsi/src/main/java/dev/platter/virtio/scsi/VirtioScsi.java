package dev.platter.virtio.scsi;

/** The numbers of the virtio-scsi device (VIRTIO 1.3 §5.6). */
final class VirtioScsi {
    /** The device type (§5.6.1). */
    static final int DEVICE_ID = 8;

    /** The queue of task management and asynchronous notification requests (§5.6.2). */
    static final int CONTROL_QUEUE = 0;

    /** The queue on which the device reports events (§5.6.2). */
    static final int EVENT_QUEUE = 1;

    /** The first of the request queues (§5.6.2). */
    static final int FIRST_REQUEST_QUEUE = 2;

    /** Feature: the device reports added and removed logical units (§5.6.3). */
    static final long F_HOTPLUG = 1L << 1;

    /** Feature: the device reports changed parameters of logical units (§5.6.3). */
    static final long F_CHANGE = 1L << 2;

    // Responses (§5.6.6.1.1 and §5.6.6.2).

    /** The request was completed; of a task management function: function complete. */
    static final int S_OK = 0;

    /** The command transfers more than the buffer holds, or in the other direction. */
    static final int S_OVERRUN = 1;

    /** The request was given up, as an abort asked. */
    static final int S_ABORTED = 2;

    /** There is no such target. */
    static final int S_BAD_TARGET = 3;

    /** The request was given up, as a reset asked. */
    static final int S_RESET = 4;

    /** The target failed to take the command; sending it again may or may not help. */
    static final int S_TARGET_FAILURE = 7;

    /** Any other error; the driver should not send the request again. */
    static final int S_FAILURE = 9;

    /** A query found the task. */
    static final int S_FUNCTION_SUCCEEDED = 10;

    /** The task management function is not supported. */
    static final int S_FUNCTION_REJECTED = 11;

    /** The target has no such logical unit. */
    static final int S_INCORRECT_LUN = 12;

    // Types of control requests (§5.6.6.2).

    /** A task management function. */
    static final int T_TMF = 0;

    /** A query of the asynchronous notifications that can be subscribed to. */
    static final int T_AN_QUERY = 1;

    /** A subscription to asynchronous notifications. */
    static final int T_AN_SUBSCRIBE = 2;

    // Task management functions (§5.6.6.2).

    /** Abort the task with this tag. */
    static final int TMF_ABORT_TASK = 0;

    /** Abort all tasks of this initiator in a logical unit. */
    static final int TMF_ABORT_TASK_SET = 1;

    /** Abort all tasks of all initiators in a logical unit. */
    static final int TMF_CLEAR_TASK_SET = 3;

    /** Abort all tasks of this initiator in a target, and raise a unit attention. */
    static final int TMF_I_T_NEXUS_RESET = 4;

    /** Abort all tasks in a logical unit, and raise a unit attention. */
    static final int TMF_LOGICAL_UNIT_RESET = 5;

    /** Say whether the task with this tag is in the task set. */
    static final int TMF_QUERY_TASK = 6;

    /** Say whether any task is in the task set. */
    static final int TMF_QUERY_TASK_SET = 7;

    // Events (§5.6.6.3).

    /** Nothing happened; sent only together with {@link #T_EVENTS_MISSED}. */
    static final int T_NO_EVENT = 0;

    /** A logical unit appeared, disappeared or was reset. */
    static final int T_TRANSPORT_RESET = 1;

    /** A parameter of a logical unit changed. */
    static final int T_PARAM_CHANGE = 3;

    /** Reason of a transport reset: the logical unit is to be removed. */
    static final int EVT_RESET_REMOVED = 2;

    /** Reason of a transport reset: there is a logical unit to be scanned. */
    static final int EVT_RESET_RESCAN = 1;

    /** Or-ed to an event: earlier ones were lost for want of buffers. */
    static final int T_EVENTS_MISSED = 1 << 31;

    // Configuration space (§5.6.4).

    /** How many data descriptors a request may have. */
    static final int SEG_MAX = 126;

    /** The hint about the longest transfer, in units of 512 bytes. */
    static final int MAX_SECTORS = 0xffff;

    /** The hint about how many commands a logical unit takes at once. */
    static final int CMD_PER_LUN = 128;

    /** The size of an event. */
    static final int EVENT_INFO_BYTES = 16;

    /** The highest target number. */
    static final int MAX_TARGET = 255;

    /** The highest logical unit number: 14 bits. */
    static final int MAX_LUN = 0x3fff;

    private VirtioScsi() {}
}
