package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.api.device.EventLoop;
import dev.platter.api.device.EventLoopProvider;
import dev.platter.linux.LinuxIoUringCalls;
import java.io.IOException;
import java.util.Optional;

/** The provider of {@link RingLoop}. */
public final class RingLoopProvider implements EventLoopProvider {
    /** Stateless. */
    public RingLoopProvider() {}

    @Override
    public String name() {
        return "io_uring";
    }

    @Override
    public Optional<String> unavailable() {
        return new UringBackendProvider().unavailable();
    }

    @Override
    public EventLoop open() throws IOException {
        try {
            return RingLoop.open(LinuxIoUringCalls::new);
        } catch (BackendException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
