package dev.platter.cli.demo;

import dev.platter.api.block.BlockQueueStatistics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;

/** Takes the calls from the backend's own counters, where strace may not look. */
final class CounterObserver implements CallObserver {
    private final Function<Path, BlockQueueStatistics> counters;

    /**
     * Makes an observer.
     *
     * @param counters the counters of the backend that serves an image
     */
    CounterObserver(Function<Path, BlockQueueStatistics> counters) {
        this.counters = counters;
    }

    @Override
    public String source() {
        return "Platter's own counters";
    }

    @Override
    public HostCalls during(Path image, Action action) throws IOException, InterruptedException {
        BlockQueueStatistics before = counters.apply(image);
        action.run();
        BlockQueueStatistics done = counters.apply(image).minus(before);
        return new HostCalls(done.writes(), done.durableWrites(), done.syncs());
    }
}
