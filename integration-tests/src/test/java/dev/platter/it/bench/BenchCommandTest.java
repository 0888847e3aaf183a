package dev.platter.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.platter.it.support.PlatterProcess;
import dev.platter.it.support.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code platter bench} from end to end; nothing is said about speed. */
@Requires(programs = {"qemu-storage-daemon", "fio", "strace"})
@Timeout(600)
class BenchCommandTest {
    @TempDir private Path folder;

    private PlatterProcess bench(String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of("bench", "--dir", folder.toString()));
        words.addAll(List.of("--size", "16M", "--warm-up", "0.1", "--seconds", "0.2"));
        words.addAll(List.of(arguments));
        return PlatterProcess.start(folder, words.toArray(String[]::new));
    }

    @Test
    void theQuickSuiteMeasuresEverybodyAndCleansUp() throws Exception {
        Path page = folder.resolve("bench.html");
        String filter = "(durable-d1|write-direct-d32)/";
        try (PlatterProcess bench =
                bench("--rounds", "1", "--json", "--filter", filter, "--html", page.toString())) {
            String json = bench.output();
            assertThat(bench.awaitExit()).as(bench.errors()).isZero();
            List<String> ids = strings(json, "id");
            assertThat(ids)
                    .contains(
                            "durable-d1",
                            "platter:directsync:posix:rwf",
                            "platter:none:auto:auto+flush",
                            "qsd:direct-writethrough:io_uring",
                            "qsd:direct:io_uring+flush",
                            "fio:direct:fdatasync",
                            "write-direct-d32");
            assertThat(strings(json, "reason"))
                    .containsOnly("no --peer-root was given: scripts/make-peer-root makes one");
            assertThat(json).contains("\"pwritev2\"").doesNotContain("NaN");
            assertThat(Files.readString(page)).contains("</html>", "<polyline");
            assertThat(bench.errors()).contains("1/2 durable-d1: round 1 of 1 ...");
        }
        try (var left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("platter-bench-"));
        }
    }

    @Test
    void theGoalsAreATableWithAVerdictEach() throws Exception {
        try (PlatterProcess bench =
                bench(
                        "--rounds",
                        "2",
                        "--goals",
                        "--no-strace",
                        "--filter",
                        "write-buffered-d32/")) {
            String text = bench.output();
            assertThat(bench.awaitExit()).as(bench.errors()).isZero();
            assertThat(text)
                    .containsPattern(
                            "random write, page cache, depth 32 +per second +>= 1.5 x +[0-9.]+ x .*(holds|missed)");
        }
    }

    @Test
    void aServerThatDoesNotStartIsToldWithItsReason() throws Exception {
        try (PlatterProcess bench =
                bench(
                        "--rounds",
                        "1",
                        "--no-strace",
                        "--platter",
                        "broken=/bin/false",
                        "--filter",
                        "read-buffered-d1/(platter|broken):writeback:posix")) {
            String text = bench.output();
            assertThat(bench.awaitExit()).as(bench.errors()).isZero();
            assertThat(text)
                    .contains(
                            "not measured: broken:writeback:posix:auto: did not start: it said nothing")
                    .contains("platter cache=writeback backend=posix");
        }
    }

    @Test
    void wrongOptionsAreOneSentence() throws Exception {
        for (String[] wrong :
                new String[][] {
                    {"--rounds", "0"},
                    {"--filter", "("},
                    {"--filter", "nobody"},
                    {"--file", folder.resolve("missing").toString()},
                    {"--html", folder.toString()},
                    {"--platter", "x=" + folder.resolve("missing")},
                    {"--size", "1M"}
                }) {
            try (PlatterProcess bench = bench(wrong)) {
                assertThat(bench.output()).isEmpty();
                assertThat(bench.awaitExit()).isEqualTo(2);
                assertThat(bench.errors().strip().lines()).hasSize(1);
                assertThat(bench.errors()).startsWith("platter bench: ");
            }
        }
        try (var left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("platter-bench-"));
        }
    }

    private static List<String> strings(String json, String member) throws Exception {
        List<String> found = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            while (parser.nextToken() != null) {
                if (member.equals(parser.currentName()) && parser.currentToken().isScalarValue()) {
                    found.add(parser.getText());
                }
            }
        }
        return found;
    }
}
