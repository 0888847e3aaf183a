package dev.platter.cli.demo;

import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.VhostUserFrontEnd;
import dev.platter.driver.VhostUserOptions;
import dev.platter.driver.VirtioScsiDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Platter's own driver as the guest, over a real vhost-user socket. */
final class EmbeddedGuest implements DemoGuest {
    private static final int BLOCK_BYTES = 4096;
    private static final long MEMORY_BYTES = 16 << 20;
    private static final int WARM_UP_WRITES = 300;
    private static final int MAX_WRITES = 5000;
    private static final long MEASURED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final GuestMemory memory;
    private final VhostUserFrontEnd frontEnd;
    private final VirtioScsiDriver driver;
    private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");

    private EmbeddedGuest(GuestMemory memory, VhostUserFrontEnd frontEnd, VirtioScsiDriver driver) {
        this.memory = memory;
        this.frontEnd = frontEnd;
        this.driver = driver;
    }

    /** Connects to a socket that listens already. */
    static EmbeddedGuest connect(Path socket) throws IOException {
        GuestMemory memory = GuestMemory.shared(MEMORY_BYTES);
        try {
            VhostUserFrontEnd frontEnd =
                    VhostUserFrontEnd.connect(socket, memory, VhostUserOptions.forRequestQueues(1));
            return new EmbeddedGuest(
                    memory, frontEnd, VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT));
        } catch (IOException e) {
            memory.close();
            throw e;
        }
    }

    @Override
    public String description() {
        return "Platter's own driver over a vhost-user socket";
    }

    @Override
    public String cacheType(int disk) throws IOException {
        return probed(disk).cacheType();
    }

    @Override
    public void switchCacheType(int disk, String cacheType) throws IOException {
        probed(disk).setWriteCache(cacheType.equals(DemoRow.WRITE_BACK));
    }

    @Override
    public void synchronousWrites(int disk, int count) throws IOException {
        ScsiDisk target = probed(disk);
        byte[] block = new byte[BLOCK_BYTES];
        for (int i = 0; i < count; i++) {
            target.writeSync((long) i * BLOCK_BYTES / target.blockBytes(), block);
        }
    }

    @Override
    public void plainWrite(int disk) throws IOException {
        probed(disk).write(0, new byte[BLOCK_BYTES]);
    }

    @Override
    public Timing timeSynchronousWrites(int disk) throws IOException {
        ScsiDisk target = probed(disk);
        byte[] block = new byte[BLOCK_BYTES];
        for (int i = 0; i < WARM_UP_WRITES; i++) {
            target.writeSync(randomLba(target), block);
        }
        long[] nanos = new long[MAX_WRITES];
        int count = 0;
        long start = System.nanoTime();
        long now = start;
        while (count < MAX_WRITES && now - start < MEASURED_NANOS) {
            target.writeSync(randomLba(target), block);
            long end = System.nanoTime();
            nanos[count++] = end - now;
            now = end;
        }
        Arrays.sort(nanos, 0, count);
        double seconds = (now - start) / (double) TimeUnit.SECONDS.toNanos(1);
        return new Timing(
                nanos[count / 2] / (double) TimeUnit.MICROSECONDS.toNanos(1), count / seconds);
    }

    private long randomLba(ScsiDisk disk) {
        long step = BLOCK_BYTES / disk.blockBytes();
        return random.nextLong(disk.blockCount() / step) * step;
    }

    private ScsiDisk probed(int disk) throws IOException {
        return driver.disk(disk, 0).probe();
    }

    @Override
    public void close() throws IOException {
        driver.close();
        frontEnd.close();
        memory.close();
    }
}
