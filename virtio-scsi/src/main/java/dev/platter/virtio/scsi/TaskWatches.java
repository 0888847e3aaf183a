package dev.platter.virtio.scsi;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/**
 * A request queue's part in task management: the functions posted to it, and for each of them the
 * commands it still waits for.
 *
 * <p>{@link #post} is any thread's, the rest the queue's owner's. Allocates only when there is a
 * function; without one each check is a load.
 */
final class TaskWatches {
    private final Mailbox<TaskManagement> posted = new Mailbox<>();
    private final List<TaskManagement> taken = new ArrayList<>();
    private final List<Watch> watches = new ArrayList<>();

    private record Watch(TaskManagement function, BitSet slots) {}

    /**
     * Posts a function to this queue; any thread. The queue reports it exactly once.
     *
     * @return false if the queue is closed, has nothing in flight and will not report
     */
    boolean post(TaskManagement function) {
        return posted.post(function);
    }

    /** Whether functions wait to be taken. */
    boolean hasPosted() {
        return !posted.isEmpty();
    }

    /**
     * Takes what was posted; each function then begins with {@link #begin}.
     *
     * <p>A command that the guest made available before it sent the function is in the ring before
     * the function is here. So the owner takes the functions first, then what is available, and
     * only then begins: otherwise such a command would start behind the function's answer.
     *
     * @return whether there is a function to begin
     */
    boolean take() {
        if (!posted.isEmpty()) {
            taken.addAll(posted.takeAll());
        }
        return !taken.isEmpty();
    }

    /**
     * Each function taken watches, from now on, the busy slots it names, and has them given up.
     *
     * @param abort gives up the command of a slot; it may end there and then
     */
    void begin(RequestSlot[] slots, Consumer<RequestSlot> abort) {
        for (TaskManagement function : taken) {
            BitSet named = new BitSet();
            for (int head = 0; head < slots.length; head++) {
                named.set(head, slots[head].names(function));
            }
            watch(function, named);
            if (!function.isQuery()) {
                abort(function, slots, abort);
            }
        }
        taken.clear();
    }

    private static void abort(
            TaskManagement function, RequestSlot[] slots, Consumer<RequestSlot> abort) {
        for (RequestSlot slot : slots) {
            if (slot.names(function)) {
                slot.abort(function);
                abort.accept(slot);
            }
        }
    }

    private void watch(TaskManagement function, BitSet named) {
        if (!named.isEmpty()) {
            function.markFound();
        }
        if (named.isEmpty() || function.isQuery()) {
            function.report();
        } else {
            watches.add(new Watch(function, named));
        }
    }

    /** The command of a slot has ended. */
    void ended(int head) {
        if (!watches.isEmpty()) {
            watches.removeIf(watch -> lastOf(watch, head));
        }
    }

    private static boolean lastOf(Watch watch, int head) {
        watch.slots.clear(head);
        if (!watch.slots.isEmpty()) {
            return false;
        }
        watch.function.report();
        return true;
    }

    /** Reports everything: the queue ends, with nothing in flight. */
    void close() {
        taken.addAll(posted.close());
        taken.forEach(TaskManagement::report);
        taken.clear();
        watches.forEach(watch -> watch.function.report());
        watches.clear();
    }
}
