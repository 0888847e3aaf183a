package dev.platter.it.support;

import dev.platter.guest.GuestTools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Evaluates {@link Requires}. */
final class RequiresCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<String> missing =
                AnnotationSupport.findAnnotation(context.getTestClass(), Requires.class)
                        .flatMap(RequiresCondition::missing);
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("all there");
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new IllegalStateException(missing.get());
        }
        return ConditionEvaluationResult.disabled(missing.get());
    }

    private static Optional<String> missing(Requires requires) {
        List<String> programs = List.of(requires.programs());
        if (requires.guest()) {
            return GuestTools.missing(programs);
        }
        return programs.stream()
                .filter(program -> !installed(program))
                .map(program -> program + " is not installed: run scripts/install-test-tools")
                .findFirst();
    }

    private static boolean installed(String program) {
        return Arrays.stream(System.getenv("PATH").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
