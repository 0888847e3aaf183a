package dev.platter.cli.training;

import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.VhostUserFrontEnd;
import dev.platter.driver.VhostUserOptions;
import dev.platter.driver.VirtioScsiDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Attaches to a server that may be starting still, uses each of its disks, and leaves. */
public final class TrainingGuest {
    private static final long MEMORY_BYTES = 16 << 20;
    private static final int BLOCK_BYTES = 4096;
    private static final int ROUNDS = 50;
    private static final int START_LIMIT_MILLIS = 30_000;
    private static final int PAUSE_MILLIS = 20;

    private TrainingGuest() {}

    /**
     * Uses targets 0 to N-1.
     *
     * @param arguments the socket's path, then N
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path socket = Path.of(arguments[0]);
        awaitServer(socket);
        try (GuestMemory memory = GuestMemory.shared(MEMORY_BYTES);
                VhostUserFrontEnd frontEnd =
                        VhostUserFrontEnd.connect(
                                socket, memory, VhostUserOptions.forRequestQueues(1));
                VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT)) {
            for (int target = 0; target < Integer.parseInt(arguments[1]); target++) {
                use(driver.disk(target, 0).probe());
            }
        }
    }

    private static void awaitServer(Path socket) throws IOException, InterruptedException {
        for (int waited = 0; !Files.exists(socket); waited += PAUSE_MILLIS) {
            if (waited > START_LIMIT_MILLIS) {
                throw new IOException("no server listens at " + socket);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static void use(ScsiDisk disk) throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        int count = BLOCK_BYTES / disk.blockBytes();
        for (int i = 0; i < ROUNDS; i++) {
            long lba = (long) i * count;
            disk.write(lba, block);
            disk.writeSync(lba, block);
            disk.read(lba, count);
        }
        disk.flush();
        disk.setWriteCache(!disk.writeCache());
        disk.writeSync(0, block);
    }
}
