package dev.platter.conformance.files;

import dev.platter.conformance.Fault;
import dev.platter.conformance.Medium;
import dev.platter.conformance.crashfs.CrashFileSystem;
import dev.platter.conformance.crashfs.CrashPolicy;
import dev.platter.conformance.crashfs.OperationKind;
import dev.platter.conformance.crashfs.PowerCut;
import java.io.IOException;
import java.nio.file.Files;
import java.util.SplittableRandom;

/** A file on a crash file system, which has one power for all its files. */
final class CrashFileMedium implements Medium {
    private final CrashFileSystem fileSystem;
    private final String name;

    CrashFileMedium(CrashFileSystem fileSystem, String name) {
        this.fileSystem = fileSystem;
        this.name = name;
    }

    @Override
    public String location() {
        return fileSystem.path(name).toString();
    }

    @Override
    public void armPowerCut(long operations, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        PowerCut.Moment[] moments = PowerCut.Moment.values();
        fileSystem.arm(
                new PowerCut(
                        operations,
                        moments[random.nextInt(moments.length)],
                        policy(random),
                        random.nextLong()));
    }

    private static CrashPolicy policy(SplittableRandom random) {
        CrashPolicy[] policies = CrashPolicy.values();
        return policies[random.nextInt(policies.length)];
    }

    @Override
    public void cutPower(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        fileSystem.cutPower(policy(random), random.nextLong());
    }

    @Override
    public boolean powered() {
        return fileSystem.powered();
    }

    @Override
    public String restorePower() {
        clearFaults();
        PowerCut cut = fileSystem.restorePower();
        return cut == null ? "" : "power cut: " + cut;
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
        switch (fault.effect()) {
            case FAIL -> fileSystem.faults().fail(kind, fault.nth(), fault.errno());
            case SHORTEN -> fileSystem.faults().shorten(kind, fault.nth(), fault.limitBytes());
        }
    }

    @Override
    public void clearFaults() {
        fileSystem.faults().clear();
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(fileSystem.path(name));
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}
