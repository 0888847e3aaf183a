package dev.platter.backend.file;

import dev.platter.api.block.BackendException;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.OpenFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The creation of a missing image file, and its undoing when the opening fails afterwards. */
final class ImageCreation {
    private static final Logger LOG = LoggerFactory.getLogger(ImageCreation.class);

    /** Readable and writable by its owner only: an image holds whatever its guest holds. */
    private static final int MODE = 0600;

    private final FileCalls calls;
    private final String path;

    ImageCreation(FileCalls calls, String path) {
        this.calls = calls;
        this.path = path;
    }

    /**
     * Creates the file with a size, all hole, durably: its name and size are on disk when this
     * returns, so that no later promise hangs in the air.
     *
     * @return false, with nothing changed, if it exists already
     */
    boolean create(long sizeBytes) throws BackendException {
        // Without O_DIRECT: a file system that lacks it would create the file and then refuse.
        int flags = OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_CLOEXEC;
        int fd = calls.open(path, flags, MODE);
        if (fd == -Errnos.EEXIST) {
            return false;
        }
        if (fd == -Errnos.ENOENT) {
            throw HostFailures.of("create", path, fd, ": its folder does not exist");
        }
        if (fd < 0) {
            throw HostFailures.of("create", path, fd);
        }
        try {
            extend(fd, sizeBytes);
        } catch (BackendException failure) {
            calls.close(fd);
            undo();
            throw failure;
        }
        calls.close(fd);
        return true;
    }

    private void extend(int fd, long sizeBytes) throws BackendException {
        int answer = calls.ftruncate(fd, sizeBytes);
        if (answer < 0) {
            throw HostFailures.of("give a size of " + Sizes.text(sizeBytes) + " to", path, answer);
        }
        answer = synchronise(fd);
        if (answer < 0) {
            throw HostFailures.of("synchronise", path, answer);
        }
        syncFolder();
    }

    private void syncFolder() throws BackendException {
        Path folder = Path.of(path).toAbsolutePath().getParent();
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC;
        int fd = calls.open(String.valueOf(folder), flags, 0);
        if (fd == -Errnos.EACCES) {
            // A folder may let its files be made but not be read: then its own time has to do.
            return;
        }
        if (fd < 0) {
            throw HostFailures.of("open the folder of", path, fd);
        }
        int answer = synchronise(fd);
        calls.close(fd);
        if (answer < 0 && answer != -Errnos.EINVAL) {
            throw HostFailures.of("synchronise the folder of", path, answer);
        }
    }

    private int synchronise(int fd) {
        int answer;
        do {
            answer = calls.fdatasync(fd);
        } while (answer == -Errnos.EINTR);
        return answer;
    }

    /** Removes the file that {@link #create} made. */
    void undo() {
        try {
            Files.deleteIfExists(Path.of(path));
        } catch (IOException failure) {
            LOG.warn("cannot remove {}, which was created in vain: {}", path, failure.toString());
        }
    }
}
