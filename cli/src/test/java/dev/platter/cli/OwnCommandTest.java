package dev.platter.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnCommandTest {
    @Test
    void everythingBeforeTheCommandsNameIsKept() throws IOException {
        List<String> words =
                List.of(
                        "/jdk/bin/java",
                        "-Dbench=bench",
                        "-cp",
                        "bench",
                        "dev.platter.cli.Main",
                        "bench",
                        "--filter",
                        "bench");
        assertThat(OwnCommand.prefix("bench", words)).isEqualTo(words.subList(0, 5));
    }

    @Test
    void anotherProgramDoesNotKnow() {
        assertThatThrownBy(() -> OwnCommand.prefix("bench", List.of("java", "Other", "bench")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not know how it was started");
    }
}
