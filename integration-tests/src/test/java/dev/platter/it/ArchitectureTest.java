package dev.platter.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the packages to the arrows that ARCHITECTURE.md draws. */
class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.platter");

    @ParameterizedTest(name = "{0} knows only {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "dev.platter.api|",
                "dev.platter.linux|",
                "dev.platter.guest|org.slf4j",
                "dev.platter.virtio.queue|dev.platter.api",
                "dev.platter.scsi|dev.platter.api io.netty org.slf4j",
                "dev.platter.virtio.scsi|dev.platter.api dev.platter.scsi dev.platter.virtio.queue org.slf4j",
                "dev.platter.backend.file|dev.platter.api dev.platter.linux io.netty org.slf4j",
                "dev.platter.backend.posix|dev.platter.api dev.platter.linux dev.platter.backend.file org.slf4j",
                "dev.platter.backend.uring|dev.platter.api dev.platter.linux dev.platter.backend.file org.slf4j",
                "dev.platter.loop|dev.platter.api dev.platter.linux",
                "dev.platter.vhostuser|dev.platter.api dev.platter.linux dev.platter.loop org.slf4j",
                "dev.platter.driver|dev.platter.api dev.platter.linux",
                "dev.platter.conformance.model|dev.platter.api",
                "dev.platter.conformance.crashfs|dev.platter.linux",
                "dev.platter.conformance.gate|dev.platter.linux",
                "dev.platter.conformance.torture|dev.platter.api dev.platter.linux dev.platter.conformance"
            })
    void eachPackageKnowsOnlyWhatItsArrowsAllow(String module, String known) {
        List<String> allowed = new ArrayList<>(List.of("java..", "org.jspecify..", module + ".."));
        if (known != null) {
            for (String name : known.split(" ", -1)) {
                allowed.add(name + "..");
            }
        }
        if (module.equals("dev.platter.linux")) {
            allowed.add("javax..");
        }
        ArchRule rule =
                classes()
                        .that()
                        .resideInAPackage(module + "..")
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(allowed.toArray(String[]::new));
        rule.check(CLASSES);
    }

    @Test
    void theModulesHaveNoCycles() {
        slices().matching("dev.platter.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyNativeLinuxMakesDowncalls() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.platter.linux..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .orShould()
                .callMethod(java.lang.foreign.MemorySegment.class, "reinterpret", long.class)
                .check(CLASSES);
    }

    @Test
    void nobodyReachesForUnsafeOrInternals() {
        noClasses()
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("sun..", "jdk.internal..", "com.sun..")
                                // Exported and supported, of the module jdk.management.
                                .and(not(resideInAPackage("com.sun.management"))))
                .check(CLASSES);
    }
}
