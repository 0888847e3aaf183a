package dev.platter.virtio.scsi;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A task management function on its way through the request queues. The control queue posts it to
 * each of them; each queue's owner reports once, when none of the tasks it names that were in
 * flight there at that instant is left; the last report tells the control queue.
 *
 * <p>Each of those tasks is given up where that can be done: what waits in the device, and what the
 * backend {@linkplain dev.platter.api.block.BlockQueue#cancel can cancel}. A command that was given
 * up says so; one that could not be is waited for, and ends with the status it really had, for the
 * host cannot recall a write. So nothing of either touches memory or disk after the function's
 * answer.
 */
final class TaskManagement {
    private final int function;
    private final int target;
    private final int lun;
    private final long tag;
    private final AtomicInteger unreported = new AtomicInteger();
    private Runnable whenReported = () -> {};
    private volatile boolean found;

    /**
     * Makes a function.
     *
     * @param function a {@code TMF_} number of {@link VirtioScsi}
     * @param tag the task's tag, where the function is about one task
     */
    TaskManagement(int function, int target, int lun, long tag) {
        this.function = function;
        this.target = target;
        this.lun = lun;
        this.tag = tag;
    }

    /** Whether a function number is one that is carried out. */
    static boolean isSupported(int function) {
        return switch (function) {
            case VirtioScsi.TMF_ABORT_TASK,
                    VirtioScsi.TMF_ABORT_TASK_SET,
                    VirtioScsi.TMF_CLEAR_TASK_SET,
                    VirtioScsi.TMF_I_T_NEXUS_RESET,
                    VirtioScsi.TMF_LOGICAL_UNIT_RESET,
                    VirtioScsi.TMF_QUERY_TASK,
                    VirtioScsi.TMF_QUERY_TASK_SET ->
                    true;
            default -> false;
        };
    }

    /**
     * Posts the function to each queue; once.
     *
     * @param allReported run once, by the thread that reports last: this one if no queue has to
     */
    void start(Collection<RequestQueueHandler> queues, Runnable allReported) {
        whenReported = allReported;
        // One report is held back here until every queue has it, so that none is the last too
        // early.
        unreported.set(1);
        for (RequestQueueHandler queue : queues) {
            unreported.incrementAndGet();
            if (!queue.manage(this)) {
                report();
            }
        }
        report();
    }

    /** The {@code TMF_} number. */
    int function() {
        return function;
    }

    /** The logical unit the function is about. */
    int lun() {
        return lun;
    }

    /** Whether the function only asks whether there is such a task, and waits for none. */
    boolean isQuery() {
        return function == VirtioScsi.TMF_QUERY_TASK || function == VirtioScsi.TMF_QUERY_TASK_SET;
    }

    /** The response to a command that was given up for this function (VIRTIO 1.3 §5.6.6.1). */
    int abortResponse() {
        return switch (function) {
            case VirtioScsi.TMF_I_T_NEXUS_RESET, VirtioScsi.TMF_LOGICAL_UNIT_RESET ->
                    VirtioScsi.S_RESET;
            default -> VirtioScsi.S_ABORTED;
        };
    }

    /** Whether a task is one of those the function names. */
    boolean names(int taskTarget, int taskLun, long taskTag) {
        if (taskTarget != target) {
            return false;
        }
        return switch (function) {
            case VirtioScsi.TMF_I_T_NEXUS_RESET -> true;
            case VirtioScsi.TMF_ABORT_TASK, VirtioScsi.TMF_QUERY_TASK ->
                    taskLun == lun && taskTag == tag;
            default -> taskLun == lun;
        };
    }

    /** Notes that there is such a task; before the report of its queue. */
    void markFound() {
        found = true;
    }

    /** Whether any queue had such a task; settled when all have reported. */
    boolean found() {
        return found;
    }

    /** A queue's report; any thread. */
    void report() {
        if (unreported.decrementAndGet() == 0) {
            whenReported.run();
        }
    }
}
