package dev.platter.cli;

import dev.platter.cli.serve.DiskServer;
import dev.platter.cli.serve.DiskSpec;
import dev.platter.cli.serve.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code platter serve}: disks for one virtual machine, until a signal ends it. */
@Command(
        name = "serve",
        description = "Serves disks to a virtual machine over a vhost-user socket.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {
            "",
            "A disk is written as QEMU writes it, key=value pairs with commas (a comma in a name is doubled):",
            "  file=PATH                  the image, a file or a block device; raw",
            "  size=10G                   create the file with this size if it is missing; an existing one",
            "                             is never resized",
            "  cache=MODE                 when an acknowledged write is durable:",
            "      writeback     page cache; after the guest's flush (the default)",
            "      none          O_DIRECT;   after the guest's flush",
            "      writethrough  page cache; when acknowledged",
            "      directsync    O_DIRECT;   when acknowledged",
            "      unsafe        page cache; never: flushes are ignored",
            "  cache.writeback=on|off, cache.direct=on|off, cache.no-flush=on|off",
            "                             the three switches behind the names; each wins over cache=",
            "  backend=auto|posix|uring   how the host is asked (auto: the best that works here)",
            "  dsync=auto|rwf|fdatasync   how a write is made durable: pwritev2(RWF_DSYNC), or a write and",
            "                             then fdatasync (auto: by file system and device)",
            "  target=N, lun=N            the SCSI address; by default the next free target, LUN 0",
            "  readonly=on|off            refuse writes (off)",
            "  serial=TEXT                the unit serial number, for /dev/disk/by-id in the guest",
            "  wwn=0x5000...              the world wide name, NAA of 64 bits; EXTENDED COPY finds disks by it",
            "  rotation_rate=N            0 not reported, 1 does not rotate (the default), or revolutions a minute",
            "  dpofua=on|off              advertise FUA; FUA is honoured either way (off)",
            "  discard=unmap|ignore       pass UNMAP on to the host (ignore)",
            "  logical_block_size=512|4096, physical_block_size=N",
            "",
            "Attach QEMU:",
            "  qemu-system-x86_64 -m 1G -object memory-backend-memfd,id=mem,size=1G,share=on \\",
            "    -machine q35,memory-backend=mem -chardev socket,id=disk,path=/tmp/disk.sock \\",
            "    -device vhost-user-scsi-pci,chardev=disk ...",
            "",
            "SIGTERM and SIGINT drain what is in flight, flush, remove the socket and exit 0.",
            "Wrong options and images that cannot be opened exit 2 with nothing created or changed.",
        })
final class ServeCommand implements Callable<Integer> {
    private static final int MAX_QUEUES = 254;

    @Option(
            names = "--socket",
            required = true,
            paramLabel = "PATH",
            description =
                    "The vhost-user socket to create, mode 0600; may be given again, for a further virtual machine with the same disks.")
    private List<Path> sockets = new ArrayList<>();

    @Option(
            names = "--disk",
            required = true,
            paramLabel = "file=PATH[,key=value...]",
            description = "A disk; may be given again.")
    private List<String> disks = new ArrayList<>();

    @Option(
            names = "--queues",
            paramLabel = "N",
            description =
                    "The most request queues a front-end may use, each with a thread of its own (default: as many as it asks for, up to 254).")
    private int queues = MAX_QUEUES;

    @Option(
            names = {"-v", "--verbose"},
            description = "Log more.")
    private boolean verbose;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        Logging.configure(verbose);
        if (queues < 1 || queues > MAX_QUEUES) {
            throw new UsageException(
                    "--queues " + queues + " is not from 1 to " + MAX_QUEUES + ".");
        }
        for (Path socket : sockets) {
            if (socket.toString().isEmpty()) {
                throw new UsageException("--socket is empty; name the socket to create.");
            }
        }
        List<DiskSpec> specs = new ArrayList<>();
        for (String disk : disks) {
            specs.add(DiskSpec.parse(disk));
        }
        serve(specs);
        for (Path socket : sockets) {
            spec.commandLine().getOut().println("platter: listening on " + socket);
        }
        new CountDownLatch(1).await();
        return ExitCodes.OK;
    }

    /**
     * Starts the server, with the signals taken care of before there is anything to clean up. The
     * JVM would end with 128 + signal; ending it from the hook says 0 for an orderly stop.
     */
    private void serve(List<DiskSpec> specs) throws UsageException {
        CompletableFuture<Optional<DiskServer>> started = new CompletableFuture<>();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () ->
                                        started.join()
                                                .ifPresent(
                                                        server ->
                                                                Runtime.getRuntime()
                                                                        .halt(close(server))),
                                "platter-stop"));
        try {
            started.complete(Optional.of(DiskServer.start(sockets, specs, queues)));
        } finally {
            started.complete(Optional.empty()); // unless it is complete already
        }
    }

    private static int close(DiskServer server) {
        try {
            server.close();
            return ExitCodes.OK;
        } catch (Exception e) {
            System.err.println("platter serve: stopping: " + e.getMessage());
            return ExitCodes.FAILED;
        }
    }
}
