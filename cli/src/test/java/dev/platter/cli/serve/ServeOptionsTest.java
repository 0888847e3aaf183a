package dev.platter.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.cli.serve.ServeOptions.Wanted;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeOptionsTest {
    @Test
    void everyOptionIsTakenOverInBothForms() throws UsageException {
        ServeOptions options =
                parse(
                        "--socket",
                        "/a=b",
                        "--socket=/c",
                        "--disk=file=/x,size=1M",
                        "--queues=3",
                        "--poll-max-ns=32768",
                        "--disk",
                        "file=y",
                        "-v");
        assertThat(options.wanted()).isEqualTo(Wanted.SERVER);
        assertThat(options.sockets()).containsExactly(Path.of("/a=b"), Path.of("/c"));
        assertThat(options.disks()).extracting(DiskSpec::file).containsExactly("/x", "y");
        assertThat(options.queues()).isEqualTo(3);
        assertThat(options.pollMaxNanos()).isEqualTo(32_768);
        assertThat(options.verbose()).isTrue();
    }

    @Test
    void queuesAreAsManyAsTheFrontEndAsksForUnlessBounded() throws UsageException {
        ServeOptions options = parse("--socket", "/s", "--disk", "file=x");
        assertThat(options.queues()).isEqualTo(254);
        assertThat(options.pollMaxNanos()).isZero();
        assertThat(options.verbose()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"-h,HELP", "--help,HELP", "-V,VERSION", "--version,VERSION"})
    void helpAndVersionNeedNothingElse(String argument, Wanted wanted) throws UsageException {
        assertThat(parse(argument).wanted()).isEqualTo(wanted);
        assertThat(parse("--queues", "2", argument, "--nonsense").wanted()).isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|--socket is missing",
                "--socket /s|--disk is missing",
                "--socket= --disk file=x|--socket is empty",
                "--socket|--socket needs a value",
                "--socket /s --disk|--disk needs a value",
                "--socket /s --disk file=x --queues 255|--queues 255 is not a number from 1 to 254",
                "--socket /s --disk file=x --queues 0|--queues 0 is not a number from 1 to 254",
                "--socket /s --disk file=x --queues two|--queues two is not a number",
                "--socket /s --disk file=x --poll-max-ns=-1|--poll-max-ns -1 is not a number from 0 to 1000000000",
                "--socket /s --disk file=x --poll-max-ns 1000000001|--poll-max-ns 1000000001 is not a number",
                "--socket /s --disk file=x --poll-max-ns 5us|--poll-max-ns 5us is not a number",
                "--socket /s --disk file=x --verbose=on|there is no option '--verbose=on'",
                "--socket /s --disk file=x more|there is no option 'more'"
            })
    void whatIsWrongIsOneSentence(String arguments, String sentence) {
        String[] words = arguments == null ? new String[0] : arguments.split(" ", -1);
        assertThatThrownBy(() -> parse(words))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(sentence)
                .message()
                .endsWith(".");
    }

    private static ServeOptions parse(String... arguments) throws UsageException {
        return ServeOptions.parse(List.of(arguments));
    }
}
