package dev.platter.scsi;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.device.EventLoop;
import org.jspecify.annotations.Nullable;

/** One queue's way to one logical unit: its tasks, and its backend queue. The owner thread's. */
final class LogicalUnitQueue implements CompletionHandler, AutoCloseable {
    private static final int NO_FD = -1;

    private final LogicalUnit unit;
    private final LunInventory inventory;
    private final BlockQueue blockQueue;
    private final @Nullable EventLoop loop;
    private final CommandSink sink;
    private final Task[] tasks;
    private final ParameterData parameters = new ParameterData(ModeSelectList.MAX_BYTES);
    private final QueueMemory memory = new QueueMemory();

    /** Tasks whose request the backend's queue had no room for. */
    private final SlotQueue refused;

    private final SlotQueue waitingForScratch;
    private int inFlight;

    /** Whether the last poll delivered something, and so may have given rise to new requests. */
    private boolean delivered;

    /**
     * Takes ownership of the backend's queue.
     *
     * @param blockQueue of at least as many requests as there are slots
     * @param loop the one that the queue was opened with, if it was
     * @param commands the command of each slot
     */
    LogicalUnitQueue(
            LogicalUnit unit,
            LunInventory inventory,
            BlockQueue blockQueue,
            @Nullable EventLoop loop,
            int slots,
            ScsiCommand[] commands,
            CommandSink sink) {
        this.unit = unit;
        this.inventory = inventory;
        this.blockQueue = blockQueue;
        this.loop = loop;
        this.sink = sink;
        refused = new SlotQueue(slots);
        waitingForScratch = new SlotQueue(slots);
        tasks = new Task[slots];
        for (int slot = 0; slot < slots; slot++) {
            tasks[slot] = new Task(this, commands[slot]);
        }
    }

    void start(int slot) {
        inFlight++;
        tasks[slot].begin();
    }

    /** Gives a task up: at once where it waits here, else when the backend lets go of it. */
    void abort(int slot) {
        Task task = tasks[slot];
        task.abort();
        if (waitingForScratch.remove(slot) || refused.remove(slot)) {
            task.giveUp();
        } else {
            blockQueue.cancel(slot);
        }
    }

    /** Collects completions, and submits what had to wait for them. */
    int poll() {
        int completions = 0;
        boolean more = inFlight > 0;
        while (more) {
            completions += blockQueue.poll(this);
            more = resume();
        }
        delivered = completions > 0;
        return completions;
    }

    @Override
    public void completed(long tag, int result) {
        tasks[(int) tag].completed(result);
    }

    /** Goes on with tasks that waited; true if the backend has something new to look at. */
    private boolean resume() {
        boolean resumed = false;
        while (!waitingForScratch.isEmpty() && memory.available()) {
            tasks[waitingForScratch.remove()].awaitScratch();
            resumed = true;
        }
        for (int left = refused.size(); left > 0 && blockQueue.inFlight() < tasks.length; left--) {
            submit(tasks[refused.remove()]);
            resumed = true;
        }
        return resumed;
    }

    /** Submits a task's request, now or as soon as there is room. */
    void submit(Task task) {
        if (task.isAborted()) {
            task.giveUp();
            return;
        }
        int slot = task.command().slot();
        if (!task.request().submit(blockQueue, slot)) {
            refused.add(slot);
        }
    }

    void waitForScratch(Task task) {
        waitingForScratch.add(task.command().slot());
    }

    void ended(ScsiCommand command) {
        inFlight--;
        sink.ended(command);
    }

    LogicalUnit unit() {
        return unit;
    }

    LunInventory inventory() {
        return inventory;
    }

    ParameterData parameters() {
        return parameters;
    }

    QueueMemory memory() {
        return memory;
    }

    int inFlight() {
        return inFlight;
    }

    /** The descriptor that the owner has to wait for, or -1 where a loop does it. */
    int completionFd() {
        return loop == null ? blockQueue.completionFd() : NO_FD;
    }

    /** Whether to poll again before waiting. */
    boolean mustPoll() {
        return inFlight > 0
                && (blockQueue.mustPoll() || (delivered && blockQueue.completionFd() >= 0));
    }

    @Override
    public void close() {
        if (inFlight > 0) {
            throw new IllegalStateException(inFlight + " commands are in flight");
        }
        if (loop != null && blockQueue.completionFd() >= 0) {
            loop.unwatch(blockQueue.completionFd());
        }
        blockQueue.close();
        memory.close();
    }
}
