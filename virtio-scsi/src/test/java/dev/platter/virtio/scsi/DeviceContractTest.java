package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.conformance.ContractRule;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every rule of the device in {@code docs/spi-contract.md} has a test here. */
class DeviceContractTest {
    private static final int FIRST_RULE = 30;
    private static final Pattern RULE = Pattern.compile("^(\\d+)\\. \\*\\*", Pattern.MULTILINE);

    @Test
    void everyRuleOfTheDeviceHasATest() throws IOException {
        Set<Integer> tested = new TreeSet<>();
        for (Method method : DeviceDurabilityTest.class.getDeclaredMethods()) {
            ContractRule rule = method.getAnnotation(ContractRule.class);
            if (rule != null) {
                for (int number : rule.value()) {
                    tested.add(number);
                }
            }
        }
        tested.removeIf(number -> number < FIRST_RULE);
        String page = Files.readString(Path.of("../docs/spi-contract.md"));
        Set<Integer> rules =
                RULE.matcher(page)
                        .results()
                        .map(found -> Integer.valueOf(found.group(1)))
                        .filter(number -> number >= FIRST_RULE)
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(tested).isEqualTo(rules);
    }
}
