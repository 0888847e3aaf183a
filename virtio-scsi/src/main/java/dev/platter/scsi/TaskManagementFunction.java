package dev.platter.scsi;

/**
 * The task management functions (SAM-5 §7.1) that a logical unit carries out, each with its bit in
 * the data of REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS (SPC-5 §6.35): byte 0 is the high byte.
 */
public enum TaskManagementFunction {
    /** Ends one task of the initiator. */
    ABORT_TASK(0x8000),
    /** Ends all tasks of the initiator. */
    ABORT_TASK_SET(0x4000),
    /** Ends all tasks. */
    CLEAR_TASK_SET(0x1000),
    /** Ends all tasks, and resets the logical unit. */
    LOGICAL_UNIT_RESET(0x0800),
    /** Whether one task is in the task set. */
    QUERY_TASK(0x0400),
    /** Whether any task of the initiator is in the task set. */
    QUERY_TASK_SET(0x0002),
    /** As if the initiator had gone and come again. */
    I_T_NEXUS_RESET(0x0001);

    private final int bit;

    TaskManagementFunction(int bit) {
        this.bit = bit;
    }

    /** The bits of all functions. */
    static int bits() {
        int all = 0;
        for (TaskManagementFunction function : values()) {
            all |= function.bit;
        }
        return all;
    }
}
