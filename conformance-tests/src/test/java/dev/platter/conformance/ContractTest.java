package dev.platter.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.conformance.kit.BackendConformance;
import dev.platter.conformance.model.Rule;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page of the contract and the tests agree: every rule has a test, every test a rule. */
class ContractTest {
    private static final int FIRST_RULE_OF_THE_DEVICE = 30;
    private static final Pattern RULE = Pattern.compile("^(\\d+)\\. \\*\\*", Pattern.MULTILINE);
    private static final Pattern ROW =
            Pattern.compile("^\\| (\\d+) \\| (.*) \\|$", Pattern.MULTILINE);

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/spi-contract.md"));
    }

    private static Set<Integer> rulesOfThePage() throws IOException {
        return RULE.matcher(page())
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<Integer, Set<String>> testsOfThePage() throws IOException {
        Map<Integer, Set<String>> tests = new TreeMap<>();
        Matcher rows = ROW.matcher(page());
        while (rows.find()) {
            tests.put(
                    Integer.valueOf(rows.group(1)),
                    Arrays.stream(rows.group(2).split(", "))
                            .map(name -> name.replace("`", ""))
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
        return tests;
    }

    private static Map<Integer, Set<String>> testsOfTheKit() {
        Map<Integer, Set<String>> tests = new TreeMap<>();
        for (Method method : BackendConformance.class.getMethods()) {
            ContractRule rule = method.getAnnotation(ContractRule.class);
            if (rule != null) {
                for (int number : rule.value()) {
                    tests.computeIfAbsent(number, any -> new TreeSet<>()).add(method.getName());
                }
            }
        }
        return tests;
    }

    @Test
    void everyRuleHasATestAndEveryTestARule() throws IOException {
        Map<Integer, Set<String>> kit = testsOfTheKit();
        Set<Integer> rules = rulesOfThePage();
        assertThat(testsOfThePage().keySet()).isEqualTo(rules);
        rules.removeIf(rule -> rule >= FIRST_RULE_OF_THE_DEVICE);
        assertThat(kit.keySet()).isEqualTo(rules);
        kit.forEach(
                (rule, tests) -> {
                    try {
                        assertThat(testsOfThePage().get(rule))
                                .as("rule %d", rule)
                                .containsAll(tests);
                    } catch (IOException failure) {
                        throw new java.io.UncheckedIOException(failure);
                    }
                });
    }

    @Test
    void whatTheModelReportsIsARuleOfThePage() throws IOException {
        assertThat(rulesOfThePage())
                .containsAll(Arrays.stream(Rule.values()).map(Rule::number).toList());
    }
}
