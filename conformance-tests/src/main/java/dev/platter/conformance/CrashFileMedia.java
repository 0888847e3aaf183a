package dev.platter.conformance;

import dev.platter.conformance.crashfs.CrashFileSystem;
import dev.platter.conformance.crashfs.CrashPolicy;
import dev.platter.conformance.crashfs.OperationKind;
import dev.platter.conformance.crashfs.PowerCut;
import dev.platter.conformance.crashfs.PowerCut.Moment;
import dev.platter.linux.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Media for whatever keeps its disk in a file: a file each on one {@link CrashFileSystem}, which is
 * mounted with the first. Only one medium at a time, as the power is the file system's.
 */
public final class CrashFileMedia implements Media {
    private final boolean heedsDsync;
    private @Nullable CrashFileSystem fs;
    private int created;

    /** Media on a file system that heeds the {@code O_DSYNC} of a write. */
    public CrashFileMedia() {
        this(true);
    }

    /**
     * Media on a file system.
     *
     * @param heedsDsync as of {@link CrashFileSystem#mount(boolean)}
     */
    public CrashFileMedia(boolean heedsDsync) {
        this.heedsDsync = heedsDsync;
    }

    @Override
    public Optional<String> noPowerCut() {
        return fs == null ? CrashFileSystem.unavailable() : Optional.empty();
    }

    @Override
    public Optional<String> noFaults() {
        return noPowerCut();
    }

    @Override
    public CrashFileMedium create(long sizeBytes, long seed) throws LinuxException, IOException {
        CrashFileSystem mounted = mounted();
        mounted.restorePower();
        mounted.faults().clear();
        return new CrashFileMedium(mounted, "disk" + created++, sizeBytes);
    }

    private CrashFileSystem mounted() throws LinuxException, IOException {
        CrashFileSystem mounted = fs;
        if (mounted == null) {
            mounted = CrashFileSystem.mount(heedsDsync);
            fs = mounted;
        }
        return mounted;
    }

    @Override
    public void close() {
        try {
            if (fs != null) {
                fs.close();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A file on the crash file system. */
    public static final class CrashFileMedium implements Medium {
        private final CrashFileSystem fs;
        private final String name;
        private final String location;

        private CrashFileMedium(CrashFileSystem fs, String name, long sizeBytes) {
            this.fs = fs;
            this.name = name;
            location = fs.create(name, sizeBytes).toString();
        }

        /** The file system it lies on. */
        public CrashFileSystem fileSystem() {
            return fs;
        }

        @Override
        public String location() {
            return location;
        }

        @Override
        public void armPowerCut(long operations, long seed) {
            fs.arm(new PowerCut(operations, moment(seed), policy(seed), seed));
        }

        @Override
        public void cutPower(long seed) {
            fs.cutPower(policy(seed), seed);
        }

        private static CrashPolicy policy(long seed) {
            CrashPolicy[] policies = CrashPolicy.values();
            return policies[(int) Math.floorMod(seed, (long) policies.length)];
        }

        private static Moment moment(long seed) {
            Moment[] moments = Moment.values();
            long rest = Math.floorDiv(seed, (long) CrashPolicy.values().length);
            return moments[(int) Math.floorMod(rest, (long) moments.length)];
        }

        @Override
        public boolean powered() {
            return fs.powered();
        }

        @Override
        public String restorePower() {
            fs.faults().clear();
            PowerCut cut = fs.restorePower();
            return cut == null
                    ? ""
                    : "power cut %s operation %d, survivors by %s, seed %d"
                            .formatted(cut.moment(), cut.operation(), cut.policy(), cut.seed());
        }

        @Override
        public void inject(Fault fault) {
            OperationKind kind =
                    switch (fault.target()) {
                        case READ -> OperationKind.READ;
                        case WRITE -> OperationKind.WRITE;
                        case SYNC -> OperationKind.FSYNC;
                        case ZERO -> OperationKind.FALLOCATE;
                    };
            if (fault.effect() == Fault.Effect.FAIL) {
                fs.faults().fail(kind, fault.nth(), fault.errno());
            } else {
                fs.faults().shorten(kind, fault.nth(), fault.limitBytes());
            }
        }

        @Override
        public void clearFaults() {
            fs.faults().clear();
        }

        @Override
        public void close() {
            fs.restorePower();
            fs.faults().clear();
            fs.delete(name);
        }
    }
}
