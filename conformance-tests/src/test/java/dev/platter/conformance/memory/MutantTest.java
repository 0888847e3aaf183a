package dev.platter.conformance.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.platter.conformance.Broken;
import dev.platter.conformance.ContractRule;
import dev.platter.conformance.kit.BackendConformance;
import dev.platter.conformance.report.Report;
import dev.platter.conformance.trial.CrashTrial;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInfo;

/** Every mutant is found within its budget, by the right rule; what is only slower is not. */
class MutantTest {
    private static final int EQUIVALENT_TRIALS = 1000;
    private static final AtomicInteger CAUGHT = new AtomicInteger();

    @AfterAll
    static void report() {
        Report.get()
                .line(
                        "mutant backends caught: %d of %d"
                                .formatted(CAUGHT.get(), Mutants.all().size()));
    }

    @TestFactory
    Stream<DynamicTest> everyMutantIsCaught() {
        return Mutants.all().stream()
                .map(
                        mutant ->
                                DynamicTest.dynamicTest(
                                        mutant.toString(),
                                        () -> {
                                            caught(mutant);
                                            CAUGHT.incrementAndGet();
                                        }));
    }

    private static void caught(Mutant mutant) throws Exception {
        if (!mutant.litmus().isEmpty()) {
            int rounds = 10;
            for (int round = 0; round < rounds; round++) {
                caughtByLitmus(mutant);
            }
            return;
        }
        for (int trial = 1; trial <= mutant.budget(); trial++) {
            Optional<Broken> broken = trial(mutant, trial);
            if (broken.isPresent()) {
                assertThat(mutant.rules())
                        .as(broken.get().getMessage())
                        .contains(broken.get().rule());
                System.out.println(
                        "mutant " + mutant + ": trial " + trial + ", rule " + broken.get().rule());
                return;
            }
        }
        fail("mutant " + mutant + " survived " + mutant.budget() + " trials");
    }

    private static Optional<Broken> trial(Mutant mutant, long seed) throws Exception {
        try {
            new CrashTrial(mutant.underTest(), mutant.mode(), RandomSteps.of(seed), mutant.faults())
                    .run(seed, 1);
            return Optional.empty();
        } catch (Broken broken) {
            return Optional.of(broken);
        }
    }

    private static void caughtByLitmus(Mutant mutant) throws Exception {
        BackendConformance under = mutant.underTest();
        Method method = under.getClass().getMethod(mutant.litmus(), TestInfo.class);
        int[] rules = method.getAnnotation(ContractRule.class).value();
        assertThat(rules).containsAnyOf(mutant.rules().stream().mapToInt(r -> r).toArray());
        Stream<?> tests = (Stream<?>) method.invoke(under, new Info(method));
        for (Object test : tests.toList()) {
            try {
                ((DynamicTest) test).getExecutable().execute();
            } catch (Broken broken) {
                assertThat(mutant.rules()).as(broken.getMessage()).contains(broken.rule());
                return;
            } catch (org.opentest4j.TestAbortedException aborted) {
                fail("skipped", aborted);
            } catch (Throwable failed) {
                return;
            }
        }
        fail("mutant " + mutant + " survived " + mutant.litmus());
    }

    private record Info(Method method) implements TestInfo {
        @Override
        public String getDisplayName() {
            return method.getName();
        }

        @Override
        public Set<String> getTags() {
            return Set.of();
        }

        @Override
        public Optional<Class<?>> getTestClass() {
            return Optional.of(method.getDeclaringClass());
        }

        @Override
        public Optional<Method> getTestMethod() {
            return Optional.of(method);
        }
    }

    @TestFactory
    Stream<DynamicTest> whatIsOnlySlowerIsNotFlagged() {
        return Mutants.equivalent().stream()
                .map(
                        mutant ->
                                DynamicTest.dynamicTest(
                                        mutant.toString(),
                                        () -> {
                                            for (int seed = 1; seed <= EQUIVALENT_TRIALS; seed++) {
                                                assertThat(trial(mutant, seed)).isEmpty();
                                            }
                                        }));
    }

    @Test
    void theyHaveNumbers() {
        Collection<String> numbers = Mutants.all().stream().map(Mutant::number).toList();
        assertThat(numbers).hasSizeGreaterThan(35);
        assertThat(Arrays.asList("1", "12", "35")).isSubsetOf(numbers);
    }
}
