package dev.platter.loop;

import dev.platter.api.device.EventLoop;
import dev.platter.api.device.EventLoopProvider;
import dev.platter.linux.LinuxException;
import java.io.IOException;
import java.util.Optional;

/** The provider of {@link EpollLoop}; it works on every Linux. */
public final class EpollLoopProvider implements EventLoopProvider {
    /** Stateless. */
    public EpollLoopProvider() {}

    @Override
    public String name() {
        return "epoll";
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public EventLoop open() throws IOException {
        try {
            return EpollLoop.open();
        } catch (LinuxException e) {
            throw new IOException("cannot open an epoll loop: " + e.getMessage(), e);
        }
    }
}
