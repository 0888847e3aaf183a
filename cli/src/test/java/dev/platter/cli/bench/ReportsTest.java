package dev.platter.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportsTest {
    /** Every member of the JSON; who changes one changes {@link JsonReport#FORMAT} too. */
    private static final List<String> MEMBERS =
            List.of(
                    "format",
                    "machine",
                    "machine.kernel",
                    "machine.processors",
                    "machine.processor",
                    "machine.java",
                    "machine.fileSystem",
                    "machine.peers",
                    "options",
                    "options.suite",
                    "options.rounds",
                    "options.seconds",
                    "options.warmUpSeconds",
                    "options.imageBytes",
                    "options.guestPolls",
                    "options.seed",
                    "scenarios",
                    "scenarios.id",
                    "scenarios.title",
                    "scenarios.write",
                    "scenarios.sequential",
                    "scenarios.direct",
                    "scenarios.blockBytes",
                    "scenarios.depth",
                    "scenarios.queues",
                    "scenarios.contenders",
                    "scenarios.contenders.id",
                    "scenarios.contenders.label",
                    "scenarios.contenders.perSecond",
                    "scenarios.contenders.perSecond.median",
                    "scenarios.contenders.perSecond.min",
                    "scenarios.contenders.perSecond.max",
                    "scenarios.contenders.perSecond.rounds",
                    "scenarios.contenders.p50Micros",
                    "scenarios.contenders.p50Micros.median",
                    "scenarios.contenders.p50Micros.min",
                    "scenarios.contenders.p50Micros.max",
                    "scenarios.contenders.p50Micros.rounds",
                    "scenarios.contenders.p99Micros",
                    "scenarios.contenders.p99Micros.median",
                    "scenarios.contenders.p99Micros.min",
                    "scenarios.contenders.p99Micros.max",
                    "scenarios.contenders.p99Micros.rounds",
                    "scenarios.contenders.p999Micros",
                    "scenarios.contenders.p999Micros.median",
                    "scenarios.contenders.p999Micros.min",
                    "scenarios.contenders.p999Micros.max",
                    "scenarios.contenders.p999Micros.rounds",
                    "scenarios.contenders.cpuMicrosPerRequest",
                    "scenarios.contenders.cpuMicrosPerRequest.median",
                    "scenarios.contenders.cpuMicrosPerRequest.min",
                    "scenarios.contenders.cpuMicrosPerRequest.max",
                    "scenarios.contenders.cpuMicrosPerRequest.rounds",
                    "scenarios.contenders.systemCallsPerRequest",
                    "scenarios.contenders.systemCalls",
                    "scenarios.contenders.systemCalls.pwritev2",
                    "scenarios.contenders.systemCalls.write",
                    "scenarios.notMeasured",
                    "scenarios.notMeasured.id",
                    "scenarios.notMeasured.reason",
                    "goals",
                    "goals.goal",
                    "goals.scenario",
                    "goals.figure",
                    "goals.asked",
                    "goals.ours",
                    "goals.over",
                    "goals.oursMedian",
                    "goals.overMedian",
                    "goals.measured",
                    "goals.measured.median",
                    "goals.measured.min",
                    "goals.measured.max",
                    "goals.verdict");

    @Test
    void theJsonHasTheMembersOfItsFormat() throws Exception {
        Object tree = JsonTree.parse(new JsonReport(Results.durable(), true).text());
        Set<String> members = new LinkedHashSet<>();
        collect(tree, "", members);
        assertThat(members).containsExactlyInAnyOrderElementsOf(MEMBERS);
        assertThat(JsonTree.number(tree, "format")).isEqualTo(1);
        assertThat(JsonTree.number(tree, "scenarios", 0, "contenders", 0, "perSecond", "rounds", 1))
                .isEqualTo(3000);
    }

    private static void collect(Object tree, String prefix, Set<String> members) {
        if (tree instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> member : map.entrySet()) {
                String name =
                        prefix.isEmpty() ? "" + member.getKey() : prefix + "." + member.getKey();
                members.add(name);
                collect(member.getValue(), name, members);
            }
        } else if (tree instanceof List<?> list) {
            list.forEach(element -> collect(element, prefix, members));
        }
    }

    @Test
    void thePageIsWellFormedAndNeedsNothingElse() throws Exception {
        String page = new HtmlReport(Results.durable(), true).text();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        Document document =
                factory.newDocumentBuilder().parse(new InputSource(new StringReader(page)));
        assertThat(document.getElementsByTagName("script").getLength()).isZero();
        assertThat(document.getElementsByTagName("link").getLength()).isZero();
        assertThat(page.replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("http:", "https:", "src=", "url(", "@import");
        // A table and three plots of durable-d1: rates, latencies, costs; calls make the fourth.
        assertThat(document.getElementsByTagName("table").getLength()).isEqualTo(2);
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(2);
        assertThat(page).contains("prefers-color-scheme: dark");
    }

    @Test
    void thePageSaysWhoWasNotMeasuredAndWhy() {
        assertThat(new HtmlReport(Results.durable(), false).text())
                .contains("fio is not &quot;here&quot; &amp; &lt;gone&gt;")
                .doesNotContain("<gone>");
    }

    @Test
    void theTextHasMediansAndSpread() {
        StringWriter text = new StringWriter();
        new TextReport(Results.durable()).print(new PrintWriter(text, true));
        assertThat(text.toString())
                .containsPattern(
                        "platter:directsync:auto:auto> +9000 +\\(3000\\.\\.9900\\) .* 20\\.0 +\\(20\\.0\\.\\.20\\.0\\) +1\\.75")
                .contains("not measured: fio:direct:fdatasync: fio is not");
    }
}
