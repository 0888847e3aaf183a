package dev.platter.cli.demo;

import dev.platter.api.block.CacheMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Takes a guest through the five cache modes and writes down what is seen on both sides. */
final class Demonstration {
    /** The modes, in the order of the disks. */
    static final List<CacheMode> MODES =
            List.of(
                    CacheMode.WRITEBACK,
                    CacheMode.NONE,
                    CacheMode.WRITETHROUGH,
                    CacheMode.DIRECTSYNC,
                    CacheMode.UNSAFE);

    private final DemoGuest guest;
    private final CallObserver observer;
    private final List<Path> images;
    private final int writes;
    private final Consumer<String> progress;

    /**
     * Prepares a demonstration.
     *
     * @param images the disks' images, one a mode, as canonical paths
     * @param writes how many synchronous writes to observe at a time
     */
    Demonstration(
            DemoGuest guest,
            CallObserver observer,
            List<Path> images,
            int writes,
            Consumer<String> progress) {
        this.guest = guest;
        this.observer = observer;
        this.images = List.copyOf(images);
        this.writes = writes;
        this.progress = progress;
    }

    List<DemoRow> run() throws IOException, InterruptedException {
        List<DemoRow> rows = new ArrayList<>();
        for (int disk = 0; disk < MODES.size(); disk++) {
            progress.accept("observing cache=" + MODES.get(disk));
            rows.add(row(disk));
        }
        return rows;
    }

    private DemoRow row(int disk) throws IOException, InterruptedException {
        Path image = images.get(disk);
        DemoPromise promise = DemoPromise.of(MODES.get(disk));
        String cacheType = guest.cacheType(disk);
        DemoGuest.Timing timing = guest.timeSynchronousWrites(disk);
        HostCalls calls = observer.during(image, () -> guest.synchronousWrites(disk, writes));
        guest.plainWrite(disk);
        HostCalls atSwitch =
                observer.during(image, () -> guest.switchCacheType(disk, promise.otherCacheType()));
        String switchedTo = guest.cacheType(disk);
        HostCalls after = observer.during(image, () -> guest.synchronousWrites(disk, writes));
        return new DemoRow(
                MODES.get(disk).toString(),
                OpenFlagsReader.read(image),
                cacheType,
                calls,
                switchedTo,
                atSwitch,
                after,
                timing);
    }

    /** Everything in the rows that contradicts what the modes promise. */
    static List<String> contradictions(List<DemoRow> rows, int writes) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            found.addAll(rows.get(i).contradictions(DemoPromise.of(MODES.get(i)), writes));
        }
        return found;
    }
}
