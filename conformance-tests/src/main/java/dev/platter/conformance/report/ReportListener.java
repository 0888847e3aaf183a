package dev.platter.conformance.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Prints the summary when a test run has ended, and writes it and the matrix to {@code
 * target/platter-conformance}, or where the system property {@code platter.kit.report} says. Found
 * by the launcher of JUnit.
 */
public final class ReportListener implements TestExecutionListener {
    /** For the service loader. */
    public ReportListener() {}

    @Override
    public void testPlanExecutionFinished(TestPlan testPlan) {
        Report report = Report.get();
        if (report.isEmpty()) {
            return;
        }
        Path folder =
                Path.of(System.getProperty("platter.kit.report", "target/platter-conformance"));
        System.out.print(report.summary());
        try {
            Matrix.write(folder, report.rows());
            Files.writeString(folder.resolve("summary.txt"), report.summary());
            System.out.println("conformance: the matrix is in " + folder.resolve("matrix.html"));
        } catch (IOException failure) {
            System.out.println("conformance: cannot write the matrix: " + failure.getMessage());
        }
    }
}
