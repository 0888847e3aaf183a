package dev.platter.conformance.crashfs;

import dev.platter.linux.Descriptors;
import dev.platter.linux.LinuxException;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.Mounts;
import dev.platter.linux.OpenFlags;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A mounted file system with its server, and what sees to it that it always comes to an end: a
 * watchdog that aborts a connection in which a request has hung for {@value #PATIENCE_MILLIS} ms, a
 * hook for the end of this virtual machine, and a {@link MountGuard} for a sudden one.
 */
final class FuseMount implements AutoCloseable {
    /**
     * How long is waited before something is taken for dead.
     *
     * @param requestMillis a request in progress
     * @param silenceSeconds this process, by its guard
     */
    record Patience(long requestMillis, int silenceSeconds) {
        static final Patience USUAL = new Patience(PATIENCE_MILLIS, SILENCE_SECONDS);
    }

    private static final long PATIENCE_MILLIS = 30_000;

    /** Longer than a machine under load, or a collector, keeps a process from running. */
    private static final int SILENCE_SECONDS = 60;

    private static final String DEVICE = "/dev/fuse";
    private static final String TYPE = "fuse.platter-crash";
    private static final long WATCH_MILLIS = 1_000;
    private static final long JOIN_MILLIS = 10_000;

    private final Path mountPoint;
    private final int device;
    private final FuseServer server;
    private final MountGuard guard;
    private final Patience patience;
    private final ScheduledThreadPoolExecutor watchdog;
    private final Thread hook = new Thread(this::abort, "crashfs-unmount");
    private final AtomicBoolean unmounted = new AtomicBoolean();
    private volatile boolean aborted;

    private FuseMount(
            Path mountPoint, int device, FuseServer server, MountGuard guard, Patience patience) {
        this.patience = patience;
        this.mountPoint = mountPoint;
        this.device = device;
        this.server = server;
        this.guard = guard;
        watchdog =
                new ScheduledThreadPoolExecutor(
                        1,
                        work -> {
                            Thread thread = new Thread(work, "crashfs-watchdog");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /**
     * Mounts over an empty folder.
     *
     * @param threads how many requests are worked on at the same time
     */
    static FuseMount over(
            Path mountPoint, FuseOperations operations, int threads, Patience patience)
            throws LinuxException, IOException {
        int device = open();
        try {
            String options = "fd=" + device + ",rootmode=40000,user_id=0,group_id=0,allow_other";
            long flags = Mounts.MS_NOSUID | Mounts.MS_NODEV;
            Mounts.mount("platter-crash", mountPoint.toString(), TYPE, flags, options);
        } catch (LinuxException failure) {
            Descriptors.close(device);
            throw failure;
        }
        FuseServer server = new FuseServer(device, operations, threads);
        FuseMount mount;
        try {
            MountGuard guard = MountGuard.over(mountPoint, patience.silenceSeconds());
            mount = new FuseMount(mountPoint, device, server, guard, patience);
        } catch (IOException failure) {
            Mounts.unmount(mountPoint.toString(), Mounts.MNT_FORCE | Mounts.MNT_DETACH);
            Descriptors.close(device);
            throw failure;
        }
        mount.start();
        return mount;
    }

    private static int open() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            int fd =
                    new LinuxFileCalls(arena)
                            .open(DEVICE, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0);
            if (fd < 0) {
                throw new LinuxException("open", DEVICE, -fd);
            }
            return fd;
        }
    }

    private void start() {
        server.start();
        Runtime.getRuntime().addShutdownHook(hook);
        var _ =
                watchdog.scheduleWithFixedDelay(
                        this::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void watch() {
        boolean guarded = guard.reassure();
        if (server.longestMillis() > patience.requestMillis()) {
            System.err.println("crash file system: a request hangs; the connection is aborted");
            aborted = true;
            abort();
        } else if (!guarded) {
            System.err.println("crash file system: its guard is gone; a killed JVM leaves a mount");
            watchdog.shutdown();
        }
    }

    /** Whether the watchdog had to end the connection. */
    boolean aborted() {
        return aborted;
    }

    /** Ends the connection at once: whoever waits in it gets an error. */
    void abort() {
        if (unmounted.compareAndSet(false, true)) {
            try {
                Mounts.unmount(mountPoint.toString(), Mounts.MNT_FORCE | Mounts.MNT_DETACH);
            } catch (LinuxException failure) {
                System.err.println("crash file system: " + failure.getMessage());
            }
        }
    }

    /** Ends the connection, whoever still has files open there, and removes the folder. */
    @Override
    public void close() throws IOException {
        abort();
        watchdog.shutdownNow();
        boolean ended = joined();
        if (ended) {
            Descriptors.close(device);
        }
        guard.close();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook finds it unmounted.
        }
        Files.deleteIfExists(mountPoint);
        if (!ended) {
            throw new IOException("the crash file system's threads did not end");
        }
    }

    private boolean joined() {
        try {
            return server.join(JOIN_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
