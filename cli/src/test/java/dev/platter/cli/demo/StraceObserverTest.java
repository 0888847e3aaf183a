package dev.platter.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class StraceObserverTest {
    private static final Path IMAGE = Path.of("/images/a.raw");

    @Test
    void callsAreCountedOnceAndByKind() {
        List<String> lines =
                List.of(
                        "101 pwritev2(9</images/a.raw>, [{iov_base=\"\", iov_len=4096}], 1, 0, 0) = 4096",
                        "101 pwritev2(9</images/a.raw>, [{iov_base=\"\", iov_len=4096}], 1, 0, RWF_DSYNC <unfinished ...>",
                        "102 fdatasync(9</images/a.raw> <unfinished ...>",
                        "101 <... pwritev2 resumed>) = 4096",
                        "102 <... fdatasync resumed>) = 0",
                        "103 pwritev2(10</images/b.raw>, [{iov_base=\"\", iov_len=4096}], 1, 0, 0) = 4096",
                        "103 write(11<anon_inode:[eventfd]>, \"\\1\\0\\0\\0\\0\\0\\0\\0\", 8) = 8");
        assertThat(StraceObserver.count(lines, IMAGE)).isEqualTo(new HostCalls(1, 1, 1));
    }

    @Test
    void anotherImageWhoseNameBeginsAlikeDoesNotCount() {
        List<String> lines = List.of("1 fdatasync(9</images/a.raw2>) = 0");
        assertThat(StraceObserver.count(lines, IMAGE)).isEqualTo(HostCalls.NONE);
    }
}
