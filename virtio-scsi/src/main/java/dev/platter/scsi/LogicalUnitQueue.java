package dev.platter.scsi;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.device.EventLoop;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** One queue's way to one logical unit: its tasks, and its backend queue. The owner thread's. */
final class LogicalUnitQueue implements CompletionHandler, AutoCloseable {
    private static final int NO_FD = -1;

    private static final int PARAMETER_BYTES =
            Math.max(ModeSelectList.MAX_BYTES, SupportedOperationCodes.MAX_BYTES);

    private final LogicalUnit unit;
    private LunInventory inventory;
    private final BlockQueue blockQueue;
    private final @Nullable EventLoop loop;
    private final CommandSink sink;
    private final Task[] tasks;
    private final Nexus nexus;
    private final Runnable wake;
    private final MediumClaims claims;
    private final QueueCounters counters = new QueueCounters();
    private final ParameterData parameters = new ParameterData(PARAMETER_BYTES);
    private final QueueMemory memory = new QueueMemory();

    /** Tasks whose request the backend's queue had no room for. */
    private final SlotQueue refused;

    private final SlotQueue waitingForScratch;

    /** Tasks that are in line before the unit's {@link MediumGate}. */
    private final SlotQueue waitingForMedium;

    /** Work in the background that has ended; written by its threads. */
    private final ConcurrentLinkedQueue<BackgroundResult> finished = new ConcurrentLinkedQueue<>();

    /** Whether the owner waits for the backend's completions, if those announce themselves. */
    private boolean announced;

    private int inFlight;

    /** Whether the last poll delivered something, and so may have given rise to new requests. */
    private boolean delivered;

    private record BackgroundResult(int slot, int result) {}

    /**
     * Takes ownership of the backend's queue.
     *
     * @param blockQueue of at least as many requests as there are slots
     * @param loop the one that the queue was opened with, if it was
     * @param commands the command of each slot
     * @param wake run by any thread when the owner should call {@link #poll}
     */
    LogicalUnitQueue(
            LogicalUnit unit,
            Nexus nexus,
            LunInventory inventory,
            BlockQueue blockQueue,
            @Nullable EventLoop loop,
            int slots,
            ScsiCommand[] commands,
            CommandSink sink,
            Runnable wake) {
        this.unit = unit;
        this.nexus = nexus;
        this.wake = wake;
        claims = new MediumClaims(slots);
        this.inventory = inventory;
        this.blockQueue = blockQueue;
        this.loop = loop;
        announced = loop != null;
        this.sink = sink;
        refused = new SlotQueue(slots);
        waitingForScratch = new SlotQueue(slots);
        waitingForMedium = new SlotQueue(slots);
        tasks = new Task[slots];
        for (int slot = 0; slot < slots; slot++) {
            tasks[slot] = new Task(this, commands[slot]);
        }
        unit.opened(this);
    }

    void start(int slot) {
        inFlight++;
        tasks[slot].begin();
    }

    /** Gives a task up: at once where it waits here, else when the backend lets go of it. */
    void abort(int slot) {
        Task task = tasks[slot];
        task.abort();
        if (waitingForScratch.remove(slot)
                || waitingForMedium.remove(slot)
                || refused.remove(slot)) {
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
            completions += blockQueue.poll(this) + collectFinished();
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
        boolean resumed = admit();
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

    /** Has the tasks in line before the gate ask again; true if one went through. */
    private boolean admit() {
        boolean admitted = false;
        for (int left = waitingForMedium.size(); left > 0; left--) {
            int slot = waitingForMedium.remove();
            if (tasks[slot].tryEnter()) {
                admitted = true;
            } else {
                waitingForMedium.add(slot);
            }
        }
        return admitted;
    }

    private int collectFinished() {
        int count = 0;
        BackgroundResult next;
        while ((next = finished.poll()) != null) {
            tasks[next.slot].completed(next.result);
            count++;
        }
        return count;
    }

    /** Has blocking work done on another thread; the task goes on with its result. */
    void inBackground(Task task, BackgroundWork background, IntSupplier work) {
        int slot = task.command().slot();
        background.run(
                work,
                result -> {
                    finished.add(new BackgroundResult(slot, result));
                    wake.run();
                });
    }

    void waitForMedium(Task task) {
        waitingForMedium.add(task.command().slot());
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

    Nexus nexus() {
        return nexus;
    }

    MediumClaims claims() {
        return claims;
    }

    QueueCounters counters() {
        return counters;
    }

    boolean isRunning(int slot) {
        return tasks[slot].isRunning();
    }

    /** The owner waits for {@link #completionFd} from now on. */
    void announced() {
        announced = true;
    }

    /** What REPORT LUNS answers from now on. */
    void inventory(LunInventory newInventory) {
        inventory = newInventory;
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
                && (!waitingForMedium.isEmpty()
                        || !announced
                        || blockQueue.mustPoll()
                        || (delivered && blockQueue.completionFd() >= 0));
    }

    /** Closes the backend's queue, and then holds the unit no longer. */
    @Override
    public void close() {
        if (inFlight > 0) {
            throw new IllegalStateException(inFlight + " commands are in flight");
        }
        if (loop != null && blockQueue.completionFd() >= 0) {
            loop.unwatch(blockQueue.completionFd());
        }
        unit.closed(this);
        try {
            blockQueue.close();
            memory.close();
        } finally {
            unit.holders().exit(unit);
        }
    }
}
