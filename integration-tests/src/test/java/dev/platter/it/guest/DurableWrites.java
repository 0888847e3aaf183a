package dev.platter.it.guest;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.posix.PosixBackendProvider;
import dev.platter.backend.uring.UringBackendProvider;
import dev.platter.linux.PollEvents;
import dev.platter.linux.PollSet;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * A program for a guest: durable 4 KiB overwrites at depth 1, past the page cache, by the shipped
 * backends. Of each target it writes a few under the kernel's block trace, between marks, and times
 * the others in rounds that alternate between {@code dsync=rwf} and {@code dsync=fdatasync}.
 */
public final class DurableWrites {
    private static final int BLOCK_BYTES = 4096;

    /** How many traces are taken of each: a file system may have business of its own in one. */
    static final int SECTIONS = 3;

    private static final Path TRACING = Path.of("/sys/kernel/tracing");
    private static final List<String> CHOICES = List.of("rwf", "fdatasync");

    private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");

    private DurableWrites() {}

    /**
     * Prints one line a round: {@code TARGET BACKEND DSYNC WRITES-PER-SECOND}.
     *
     * @param arguments how many writes to trace, to warm up with, and to time in a round; how many
     *     rounds; then for each target its name, backend, image for rwf and image for fdatasync,
     *     each written before
     */
    public static void main(String[] arguments) throws BackendException, IOException {
        int[] counts = Arrays.stream(arguments).limit(4).mapToInt(Integer::parseInt).toArray();
        for (int i = counts.length; i < arguments.length; i += 4) {
            String name = arguments[i] + " " + arguments[i + 1];
            List<String> images = List.of(arguments[i + 2], arguments[i + 3]);
            try (Disk rwf = open(arguments[i + 1], images, 0);
                    Disk fdatasync = open(arguments[i + 1], images, 1)) {
                new DurableWrites().measure(name, List.of(rwf, fdatasync), counts);
            }
        }
    }

    private static Disk open(String backend, List<String> images, int choice)
            throws BackendException {
        boolean ring = backend.equals("uring");
        BlockBackendProvider provider =
                ring ? new UringBackendProvider() : new PosixBackendProvider();
        // A lone write goes through the ring, too, so that it is the ring's that is traced.
        String ownerCalls = ring ? "off" : "on";
        return new Disk(
                provider.open(
                        new BackendOptions(
                                images.get(choice),
                                CacheMode.DIRECTSYNC,
                                false,
                                false,
                                OptionalLong.empty(),
                                Map.of("dsync", CHOICES.get(choice), "owner-calls", ownerCalls))));
    }

    private void measure(String name, List<Disk> disks, int[] counts) throws IOException {
        for (Disk disk : disks) {
            write(disk, counts[1]);
        }
        for (int section = 0; section < SECTIONS; section++) {
            for (int choice = 0; choice < disks.size(); choice++) {
                String mark = name + " " + CHOICES.get(choice) + " " + section;
                traced(mark, disks.get(choice), counts[0]);
            }
        }
        for (int round = 0; round < counts[3]; round++) {
            for (int choice = 0; choice < disks.size(); choice++) {
                long start = System.nanoTime();
                write(disks.get(choice), counts[2]);
                double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
                System.out.printf("%s %s %.1f%n", name, CHOICES.get(choice), counts[2] / seconds);
            }
        }
    }

    private void traced(String name, Disk disk, int writes) throws IOException {
        Files.writeString(TRACING.resolve("tracing_on"), "1");
        Files.writeString(TRACING.resolve("trace_marker"), "begin " + name);
        write(disk, writes);
        Files.writeString(TRACING.resolve("trace_marker"), "end " + name);
        Files.writeString(TRACING.resolve("tracing_on"), "0");
    }

    private void write(Disk disk, int writes) {
        for (int i = 0; i < writes; i++) {
            disk.write(random.nextLong(disk.blocks()) * BLOCK_BYTES);
        }
    }

    /** An open image with a queue, and one request's memory. */
    private static final class Disk implements AutoCloseable {
        private final Arena arena = Arena.ofShared();
        private final BlockBackend backend;
        private final BlockQueue queue;
        private final IoVector vector = new IoVector(arena, 1);
        private final PollSet wait = new PollSet(1);
        private final List<Integer> results = new ArrayList<>();

        Disk(BlockBackend backend) throws BackendException {
            this.backend = backend;
            queue = backend.openQueue(1);
            vector.add(arena.allocate(BLOCK_BYTES, BLOCK_BYTES), 0, BLOCK_BYTES);
            if (queue.completionFd() >= 0) {
                wait.set(0, queue.completionFd(), PollEvents.IN);
            }
        }

        long blocks() {
            return backend.sizeBytes() / BLOCK_BYTES;
        }

        void write(long offsetBytes) {
            if (!queue.writev(0, offsetBytes, vector, IoFlags.FUA)) {
                throw new IllegalStateException("an idle queue refused a request");
            }
            while (queue.poll((tag, result) -> results.add(result)) == 0) {
                if (queue.completionFd() >= 0) {
                    wait.await(-1);
                }
            }
            int result = results.removeLast();
            if (result != BLOCK_BYTES) {
                throw new IllegalStateException("a write ended with " + result);
            }
        }

        @Override
        public void close() throws BackendException {
            queue.close();
            backend.close();
            arena.close();
        }
    }
}
