package dev.platter.conformance.crashfs;

import java.util.ArrayList;
import java.util.List;

/** The exact list of what was asked of a crash disk, in the order of its effects. Any thread. */
public final class Recorder {
    /** Keeps a forgotten recorder from filling the heap; a test that comes here is told so. */
    private static final int MAX_OPERATIONS = 1 << 20;

    private final List<Operation> operations = new ArrayList<>();
    private boolean recording;

    Recorder() {}

    /** Forgets what was recorded, and records from now on. */
    public synchronized void start() {
        operations.clear();
        recording = true;
    }

    /** Records no more. */
    public synchronized void stop() {
        recording = false;
    }

    /** What was recorded. */
    public synchronized List<Operation> operations() {
        if (operations.size() == MAX_OPERATIONS) {
            throw new IllegalStateException("more than " + MAX_OPERATIONS + " operations");
        }
        return List.copyOf(operations);
    }

    /** The requests recorded, each as {@link Operation#request()}. */
    public List<String> requests() {
        return operations().stream().map(Operation::request).toList();
    }

    synchronized void add(Operation operation) {
        if (recording && operations.size() < MAX_OPERATIONS) {
            operations.add(operation);
        }
    }
}
