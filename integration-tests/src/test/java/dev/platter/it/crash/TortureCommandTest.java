package dev.platter.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockBackendProvider;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code platter torture} as its users run it. */
@Timeout(120)
class TortureCommandTest {
    @TempDir private Path folder;

    private record Outcome(int exitCode, String output, String errors) {}

    @BeforeAll
    static void require() {
        CrashDisks.require();
    }

    private Outcome torture(String... arguments) throws Exception {
        // The forgetful backend is found by this process alone.
        Path services = Files.createDirectories(folder.resolve("classes/META-INF/services"));
        Files.writeString(
                services.resolve(BlockBackendProvider.class.getName()),
                ForgetfulBackendProvider.class.getName() + "\n");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-cp"));
        command.add(
                folder.resolve("classes")
                        + File.pathSeparator
                        + System.getProperty("java.class.path"));
        command.addAll(List.of("dev.platter.cli.Main", "torture"));
        command.addAll(Arrays.asList(arguments));
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output, Files.readString(errors));
    }

    @Test
    void aGoodConfigurationPassesAndItsImageIsLeftAlone() throws Exception {
        Path image = folder.resolve("image.raw");
        Outcome outcome =
                torture("--disk", "file=" + image + ",cache=directsync", "--seconds", "2");
        assertThat(outcome.exitCode()).as(outcome.errors()).isZero();
        assertThat(outcome.output())
                .contains("one client: ", "three clients: ", " 0 violations")
                .endsWith("No promise was broken.\n");
        assertThat(image).doesNotExist();
    }

    @Test
    void aBackendThatForgetsIsShownForgetting() throws Exception {
        Path page = folder.resolve("page.html");
        String disk =
                "file=" + folder.resolve("image.raw") + ",backend=forgetful,cache=writethrough";
        Outcome outcome =
                torture("--disk", disk, "--seconds", "20", "--seed", "7", "--html", "" + page);
        assertThat(outcome.exitCode()).as(outcome.errors()).isEqualTo(1);
        assertThat(outcome.output()).contains("rule 11 (S1) broken", "seed 7");
        assertThat(Files.readString(page))
                .startsWith("<!doctype html>")
                .contains("<svg", "power cut", "Rule 11", "What to look at")
                .doesNotContain("src=", "href=");
        Outcome asJson = torture("--disk", disk, "--seconds", "20", "--seed", "7", "--json");
        assertThat(asJson.exitCode()).isEqualTo(1);
        assertThat(asJson.output()).contains("\"kept\" : false", "\"rule\" : 11", "\"seed\" : 7");
    }

    @Test
    void aWrongOptionIsOneSentence() throws Exception {
        Outcome outcome = torture("--disk", "file=x.raw,backend=none-such");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.errors()).contains("backend=none-such is not in this build");
        assertThat(torture("--disk", "file=x.raw", "--seconds", "0").exitCode()).isEqualTo(2);
    }
}
