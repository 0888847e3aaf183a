package dev.platter.scsi;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CompletionHandler;

/** One queue's way to one logical unit: its tasks, and its backend queue. The owner thread's. */
final class LogicalUnitQueue implements CompletionHandler, AutoCloseable {
    private final LogicalUnit unit;
    private final LunInventory inventory;
    private final BlockQueue blockQueue;
    private final CommandSink sink;
    private final Task[] tasks;
    private final ParameterData parameters = new ParameterData(ModeSelectList.MAX_BYTES);
    private final QueueMemory memory = new QueueMemory();

    /** Tasks whose request the backend's queue had no room for. */
    private final SlotQueue refused;

    private final SlotQueue waitingForScratch;
    private int inFlight;

    /**
     * Takes ownership of the backend's queue.
     *
     * @param blockQueue of at least as many requests as there are slots
     * @param commands the command of each slot
     */
    LogicalUnitQueue(
            LogicalUnit unit,
            LunInventory inventory,
            BlockQueue blockQueue,
            int slots,
            ScsiCommand[] commands,
            CommandSink sink) {
        this.unit = unit;
        this.inventory = inventory;
        this.blockQueue = blockQueue;
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

    int completionFd() {
        return blockQueue.completionFd();
    }

    @Override
    public void close() {
        if (inFlight > 0) {
            throw new IllegalStateException(inFlight + " commands are in flight");
        }
        blockQueue.close();
        memory.close();
    }
}
