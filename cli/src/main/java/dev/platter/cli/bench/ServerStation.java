package dev.platter.cli.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** A server in a process of its own, and Platter's driver attached to it. */
final class ServerStation implements Station {
    /** Long enough for queues, caches and clocks of the host to find their pace. */
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int WARM_REQUESTS = 20_000;
    private static final int WARM_UPS = 5;

    private final ServerProcess server;
    private final Guest guest;
    private final Durability durability;
    private final boolean polling;
    private final boolean compiles;
    private final Place place;

    /**
     * A server and its guest.
     *
     * @param compiles whether the server is compiled while it runs
     */
    private ServerStation(
            ServerProcess server,
            Guest guest,
            Durability durability,
            boolean polling,
            boolean compiles,
            Place place) {
        this.server = server;
        this.guest = guest;
        this.durability = durability;
        this.polling = polling;
        this.compiles = compiles;
        this.place = place;
    }

    /**
     * Starts a server and attaches to it.
     *
     * @throws BenchException if either fails; then nothing runs any more
     */
    static ServerStation start(Contender contender, Load load, BenchOptions options, Place place)
            throws BenchException, InterruptedException {
        Subject subject = contender.subject();
        Commands commands = new Commands(options, place);
        boolean block = subject instanceof Subject.StorageDaemon;
        Path socket = place.fresh(".sock");
        List<Path> images = place.images(subject.disks());
        List<String> command =
                switch (subject) {
                    case Subject.Platter platter ->
                            commands.platter(platter, socket, load.queues(), images);
                    case Subject.StorageDaemon daemon ->
                            commands.storageDaemon(daemon, socket, load.queues(), images);
                    case Subject.BareFile bare ->
                            throw new IllegalArgumentException("no server for " + bare);
                };
        ServerProcess server = ServerProcess.start(command, socket, place.fresh(".log"));
        try {
            Guest guest = Guest.attach(socket, block, load);
            return new ServerStation(
                    server, guest, contender.durability(), options.polling(), !block, place);
        } catch (BenchException e) {
            server.close();
            throw e;
        }
    }

    @Override
    public Sample round(long windowNanos, Histogram latencies, long seed)
            throws BenchException, InterruptedException {
        try {
            return guest.run(
                    durability, polling, SETTLE_NANOS, windowNanos, server.pid(), latencies, seed);
        } catch (BenchException e) {
            String end = server.isAlive() ? "" : "; it has ended: " + server.lastWords();
            throw new BenchException(e.getMessage() + end, e);
        }
    }

    @Override
    public SortedMap<String, Double> systemCalls(long windowNanos, long seed)
            throws BenchException, InterruptedException {
        long before = guest.requestsEnded();
        SortedMap<String, Long> calls;
        try (SystemCalls strace =
                SystemCalls.attach(server.pid(), place.fresh(".calls"), place.fresh(".strace"))) {
            guest.run(
                    durability, polling, 0, windowNanos, server.pid(), Latencies.histogram(), seed);
            calls = strace.detach();
        }
        double requests = guest.requestsEnded() - before;
        SortedMap<String, Double> perRequest = new TreeMap<>();
        calls.forEach((name, count) -> perRequest.put(name, count / requests));
        return perRequest;
    }

    /** In requests too: on a slow disk a time alone would leave a server half compiled. */
    @Override
    public void warmUp(long leastNanos, long seed) throws BenchException, InterruptedException {
        if (!compiles) {
            round(Math.min(leastNanos, SETTLE_NANOS), Latencies.histogram(), seed);
            return;
        }
        for (int i = 0; i < WARM_UPS && guest.requestsEnded() < WARM_REQUESTS; i++) {
            round(leastNanos, Latencies.histogram(), seed + i);
        }
    }

    @Override
    public void close() {
        try {
            if (server.isAlive()) {
                guest.close();
            }
        } catch (IOException e) {
            // The server is ended all the same; what it served is of no further use.
        } finally {
            server.close();
        }
    }
}
