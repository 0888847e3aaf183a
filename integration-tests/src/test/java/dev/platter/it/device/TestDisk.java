package dev.platter.it.device;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.CacheMode;
import dev.platter.scsi.LogicalUnitOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A disk of a {@link Rig}, as `platter serve` would be told to make it. */
final class TestDisk {
    static final long DEFAULT_SIZE_BYTES = 16 << 20;

    final int target;
    final int lun;
    Optional<String> backend = Optional.empty();
    private CacheMode cacheMode = CacheMode.WRITEBACK;
    private String dsync = "rwf";
    private long sizeBytes = DEFAULT_SIZE_BYTES;
    private boolean readOnly;
    private boolean discard = true;
    private final LogicalUnitOptions.Builder unit = LogicalUnitOptions.builder();

    private TestDisk(int target, int lun) {
        this.target = target;
        this.lun = lun;
    }

    static TestDisk at(int target, int lun) {
        return new TestDisk(target, lun);
    }

    TestDisk cacheMode(CacheMode mode) {
        cacheMode = mode;
        return this;
    }

    TestDisk backend(String name) {
        backend = Optional.of(name);
        return this;
    }

    TestDisk dsync(String way) {
        dsync = way;
        return this;
    }

    TestDisk sizeBytes(long bytes) {
        sizeBytes = bytes;
        return this;
    }

    TestDisk readOnly() {
        readOnly = true;
        return this;
    }

    TestDisk dpofua() {
        unit.dpofua(true);
        return this;
    }

    TestDisk serial(String serial) {
        unit.serial(serial);
        return this;
    }

    TestDisk noDiscard() {
        discard = false;
        unit.discard(false);
        return this;
    }

    TestDisk logicalBlockBytes(int bytes) {
        unit.logicalBlockBytes(bytes);
        return this;
    }

    /** A read-only disk's image exists before. */
    boolean needsImage() {
        return readOnly;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    BackendOptions backendOptions(Path image) {
        return new BackendOptions(
                image.toString(),
                cacheMode,
                readOnly,
                discard,
                readOnly ? OptionalLong.empty() : OptionalLong.of(sizeBytes),
                readOnly ? Map.of() : Map.of("dsync", dsync));
    }

    LogicalUnitOptions unitOptions() {
        return unit.cacheMode(cacheMode).build();
    }
}
