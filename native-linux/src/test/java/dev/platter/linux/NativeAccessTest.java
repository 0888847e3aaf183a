package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NativeAccessTest {
    /** From Java 24 on; before, naming any other module refuses all that are not named. */
    private static final String REFUSING =
            Runtime.version().feature() >= 24
                    ? "--illegal-native-access=deny"
                    : "--enable-native-access=java.base";

    /** The program that the tests start in a virtual machine of its own. */
    static final class Asker {
        private Asker() {}

        public static void main(String[] arguments) {
            System.out.println(NativeAccess.refusal());
        }
    }

    @Test
    void grantedAccessIsNotRefused() {
        assertThat(NativeAccess.refusal()).isNull();
    }

    @Test
    void refusedAccessNamesTheOption() throws Exception {
        String answer = ask(REFUSING);
        assertThat(answer)
                .isEqualTo(
                        "Java was told not to let Platter call the operating system;"
                                + " start it with --enable-native-access=ALL-UNNAMED");
    }

    @Test
    void theOptionItNamesIsTheOneThatHelps() throws Exception {
        assertThat(ask(NativeAccess.option())).isEqualTo("null");
    }

    private static String ask(String option) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        Process process =
                new ProcessBuilder(List.of(java, option, "-cp", classPath, Asker.class.getName()))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        byte[] output = process.getInputStream().readAllBytes();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new String(output, StandardCharsets.UTF_8).strip();
    }
}
