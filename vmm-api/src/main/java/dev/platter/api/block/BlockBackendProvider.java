package dev.platter.api.block;

import java.util.Optional;

/** A kind of backend, found through {@link java.util.ServiceLoader}. */
public interface BlockBackendProvider {
    /** The name a user selects it by, such as {@code posix}. */
    String name();

    /** How much it is preferred among the providers that can open an image; higher wins. */
    int priority();

    /**
     * Why this provider cannot work on this machine, in one sentence, or nothing if it can. Looks
     * at the machine only, not at an image.
     */
    Optional<String> unavailable();

    /**
     * Opens an image.
     *
     * @throws BackendException if it cannot be opened as asked; then nothing was created or changed
     */
    BlockBackend open(BackendOptions options) throws BackendException;
}
