package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class KernelHeaderTest {
    private static final Path HEADER = Path.of("/usr/include/linux/virtio_scsi.h");
    private static final Pattern DEFINE =
            Pattern.compile("#define\\s+VIRTIO_SCSI_(\\w+)\\s+(0x[0-9a-fA-F]+|\\d+)");

    @Test
    void numbersAreThoseOfTheKernel() throws IOException {
        assumeTrue(Files.exists(HEADER), "no kernel headers at " + HEADER);
        Map<String, Integer> kernel = new LinkedHashMap<>();
        Matcher matcher = DEFINE.matcher(Files.readString(HEADER));
        while (matcher.find()) {
            kernel.put(matcher.group(1), Integer.parseUnsignedInt(digits(matcher), radix(matcher)));
        }
        assertThat(kernel).containsAllEntriesOf(ours());
    }

    private static String digits(Matcher matcher) {
        return radix(matcher) == 16 ? matcher.group(2).substring(2) : matcher.group(2);
    }

    private static int radix(Matcher matcher) {
        return matcher.group(2).startsWith("0x") ? 16 : 10;
    }

    private static Map<String, Integer> ours() {
        Map<String, Integer> ours = new LinkedHashMap<>();
        ours.put("F_HOTPLUG", Long.numberOfTrailingZeros(VirtioScsi.F_HOTPLUG));
        ours.put("F_CHANGE", Long.numberOfTrailingZeros(VirtioScsi.F_CHANGE));
        ours.put("S_OK", VirtioScsi.S_OK);
        ours.put("S_OVERRUN", VirtioScsi.S_OVERRUN);
        ours.put("S_BAD_TARGET", VirtioScsi.S_BAD_TARGET);
        ours.put("S_TARGET_FAILURE", VirtioScsi.S_TARGET_FAILURE);
        ours.put("S_FAILURE", VirtioScsi.S_FAILURE);
        ours.put("S_FUNCTION_SUCCEEDED", VirtioScsi.S_FUNCTION_SUCCEEDED);
        ours.put("S_FUNCTION_REJECTED", VirtioScsi.S_FUNCTION_REJECTED);
        ours.put("S_INCORRECT_LUN", VirtioScsi.S_INCORRECT_LUN);
        ours.put("T_TMF", VirtioScsi.T_TMF);
        ours.put("T_AN_QUERY", VirtioScsi.T_AN_QUERY);
        ours.put("T_AN_SUBSCRIBE", VirtioScsi.T_AN_SUBSCRIBE);
        ours.put("T_TMF_ABORT_TASK", VirtioScsi.TMF_ABORT_TASK);
        ours.put("T_TMF_ABORT_TASK_SET", VirtioScsi.TMF_ABORT_TASK_SET);
        ours.put("T_TMF_CLEAR_TASK_SET", VirtioScsi.TMF_CLEAR_TASK_SET);
        ours.put("T_TMF_I_T_NEXUS_RESET", VirtioScsi.TMF_I_T_NEXUS_RESET);
        ours.put("T_TMF_LOGICAL_UNIT_RESET", VirtioScsi.TMF_LOGICAL_UNIT_RESET);
        ours.put("T_TMF_QUERY_TASK", VirtioScsi.TMF_QUERY_TASK);
        ours.put("T_TMF_QUERY_TASK_SET", VirtioScsi.TMF_QUERY_TASK_SET);
        ours.put("T_NO_EVENT", VirtioScsi.T_NO_EVENT);
        ours.put("T_TRANSPORT_RESET", VirtioScsi.T_TRANSPORT_RESET);
        ours.put("T_PARAM_CHANGE", VirtioScsi.T_PARAM_CHANGE);
        ours.put("EVT_RESET_REMOVED", VirtioScsi.EVT_RESET_REMOVED);
        ours.put("EVT_RESET_RESCAN", VirtioScsi.EVT_RESET_RESCAN);
        ours.put("T_EVENTS_MISSED", VirtioScsi.T_EVENTS_MISSED);
        return ours;
    }
}
