package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.driver.ControlQueue;
import dev.platter.driver.VirtioScsi;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every task management function is answered, and none hangs. */
class TaskManagementTest {
    @ParameterizedTest
    @EnumSource
    void functionsOnAnIdleUnitAreComplete(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ControlQueue control = rig.driver().control();
            for (int function :
                    new int[] {
                        VirtioScsi.ABORT_TASK,
                        VirtioScsi.ABORT_TASK_SET,
                        VirtioScsi.CLEAR_TASK_SET,
                        VirtioScsi.I_T_NEXUS_RESET,
                        VirtioScsi.LOGICAL_UNIT_RESET,
                        VirtioScsi.QUERY_TASK,
                        VirtioScsi.QUERY_TASK_SET
                    }) {
                assertThat(control.taskManagement(function, 0, 0, 1234))
                        .as("function %s", function)
                        .isEqualTo(VirtioScsi.FUNCTION_COMPLETE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void unknownFunctionsAreRejected(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ControlQueue control = rig.driver().control();
            assertThat(control.taskManagement(VirtioScsi.CLEAR_ACA, 0, 0, 0))
                    .isEqualTo(VirtioScsi.FUNCTION_REJECTED);
            assertThat(control.taskManagement(99, 0, 0, 0)).isEqualTo(VirtioScsi.FUNCTION_REJECTED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void missingTargetsAndUnitsAreTold(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ControlQueue control = rig.driver().control();
            assertThat(control.taskManagement(VirtioScsi.LOGICAL_UNIT_RESET, 9, 0, 0))
                    .isEqualTo(VirtioScsi.BAD_TARGET);
            assertThat(control.taskManagement(VirtioScsi.LOGICAL_UNIT_RESET, 0, 9, 0))
                    .isEqualTo(VirtioScsi.INCORRECT_LUN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void asynchronousNotificationsAreAnswered(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            for (boolean subscribe : new boolean[] {false, true}) {
                assertThat(rig.driver().control().asynchronousNotification(subscribe, 0, 0, 0x7e))
                        .isEqualTo(VirtioScsi.OK);
            }
        }
    }
}
